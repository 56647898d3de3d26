Feature: Returns and credit memos
  What customers send back becomes a return of the ledger once the warehouse has received and inspected it, and then a
  credit memo, a draft of one, or none, as the policy says. Goods and credit belong together: one without the other is
  for a person.

  Background:
    Given a customer has received 10 lanterns

  Scenario: A customer sends goods back
    When 4 lanterns come back for that order
    Then the ledger has a return and a draft credit memo of 4 lanterns
    And the return names the delivery and the order
    And the ledger has no credit memo
    And the ledger has 994 lanterns in warehouse "01"
    And nobody is told anything
    And nothing is lost and nothing is doubled

  Scenario: The credit memo is final where the policy says so
    Given the merchant wants final credit memos
    When 4 lanterns come back for that order
    Then the ledger has a return and a credit memo of 4 lanterns
    And nothing is lost and nothing is doubled

  Scenario: A return is still being inspected
    When 4 lanterns are announced for that order, and 1 of them has been inspected
    Then the ledger has no return
    When the other 3 have been inspected
    Then the ledger has a return and a draft credit memo of 4 lanterns
    And nothing is lost and nothing is doubled

  Scenario: A part of what came back is broken
    Given what may not be sold stands in ledger warehouse 02
    When 3 lanterns come back for that order, and 2 more that are broken
    Then the ledger has one return of 5 lanterns
    And the ledger has 993 lanterns in warehouse "01"
    And the ledger has 2 lanterns in warehouse "02"
    And nobody is told anything
    And nothing is lost and nothing is doubled

  Scenario: Broken goods came back and there is no quarantine
    When 3 lanterns come back for that order, and 2 more that are broken
    Then finance is told: "Goods may not be sold, and their ledger warehouse has no quarantine."
    And the warehouse has 5 lanterns more than the ledger, as the exception tells
    When somebody maps what may not be sold to ledger warehouse 02
    And finance has the exception decided again
    Then the ledger has 2 lanterns in warehouse "02"
    And nobody is told anything
    And nothing is lost and nothing is doubled

  Scenario: Goods came back and nobody knows the order
    When 4 lanterns come back, and nobody has written down for which order
    Then customer service is told: "Goods came back, and the order they were sent for is not known."
    And the ledger has no return
    And the warehouse has 4 lanterns more than the ledger, as the exception tells
    When somebody writes the order's number on the return
    Then nobody is told anything
    And the ledger has a return and a draft credit memo of 4 lanterns
    And nothing is lost and nothing is doubled

  Scenario: The customer sent back something else
    Given mugs are sold too
    When 4 mugs come back for that order
    Then customer service is told: "Goods came back that the order does not name."
    And the ledger has no return
    And the warehouse has 4 mugs more than the ledger, as the exception tells

  Scenario: The return names the wrong order
    Given mugs are sold too
    And a customer has received 5 mugs
    When 5 mugs come back for the first order
    Then customer service is told: "Goods came back that the order does not name."
    When somebody writes the order's number on the return
    Then nobody is told anything
    And the ledger has a return and a draft credit memo of 5 mugs
    And nothing is lost and nothing is doubled

  Scenario: More came back than was ever sent
    When 12 lanterns come back for that order
    Then customer service is told: "More came back than tieout delivered and was not returned before."
    And it says "2 of item LANTERN too many came back"
    And the ledger has no return
    And the warehouse has 12 lanterns more than the ledger, as the exception tells

  Scenario: The order comes back in two parcels
    When 3 lanterns come back for that order
    And 4 lanterns come back for that order
    Then the ledger has 2 returns, of 3 lanterns and of 4 lanterns
    And nobody is told anything
    And nothing is lost and nothing is doubled

  Scenario: The customer waits for the credit
    When 4 lanterns come back for that order
    And 13 days go by
    Then nobody is told anything
    When 2 days go by
    Then finance is told: "A return has no credit memo within the agreed days."
    And it says "has no credit memo for 4 of LANTERN"
    When finance saves the draft as a credit memo
    Then nobody is told anything
    And the ledger has a return and a credit memo of 4 lanterns
    And nothing is lost and nothing is doubled

  Scenario: The customer was credited and the goods never came
    When finance credits 4 lanterns of the invoice by hand
    Then finance is told: "A credit memo gives credit for goods that have not come back."
    And it says "gives credit for 4 of LANTERN that has not come back"
    Given the merchant wants no credit memos made
    When 4 lanterns come back for that order
    Then nobody is told anything
    And the ledger has a return and a credit memo of 4 lanterns
    And nothing is lost and nothing is doubled

  Scenario: A return was booked in by mistake
    When 4 lanterns come back for that order
    And the warehouse takes the return back
    Then the ledger has no return
    And the ledger has no draft credit memo
    And nobody is told anything
    And nothing is lost and nothing is doubled

  Scenario: A return is undone, and the customer has been credited
    Given the merchant wants final credit memos
    When 4 lanterns come back for that order
    And the warehouse takes the return back
    Then finance is told: "Goods were taken back whose document the ledger has gone on from."
    And the warehouse has 4 lanterns less than the ledger, as the exception tells

  Scenario: Only a part of a return is undone
    Given mugs are sold too
    And a customer has received 10 lanterns and 5 mugs
    When 4 lanterns and 2 mugs come back for that order
    And the warehouse takes 2 mugs of the return back
    Then finance is told: "A part of a despatch, a receipt or a return was undone."
    And it says "2 of MUG"
    And the warehouse has 2 mugs less than the ledger, as the exception tells

  Scenario: The ledger's answer to a return was lost
    Given the ledger's answer to the next return will be lost
    When 4 lanterns come back for that order
    And 5 minutes go by
    Then the ledger has a return and a draft credit memo of 4 lanterns
    And nobody is told anything
    And nothing is lost and nothing is doubled
