Feature: Exceptions, and who works on them
  An exception says what is wrong, who owns it and what it keeps back. Those with one cause are one piece of work. What a
  person does about it is noted, and nothing is posted twice.

  Scenario: 85123A and 85123a
    Given the warehouse has long had a product "85123a", and takes it for the same as "85123A"
    And merchandising has created "85123A" in the ledger
    When 3 customers order 4 of "85123A"
    And an hour goes by
    Then these are told:
      | merchandising | The warehouse refused the item.      |
      | merchandising | An item is not in the warehouse yet. |
      | merchandising | An item is not in the warehouse yet. |
      | merchandising | An item is not in the warehouse yet. |
    And of "An item is not in the warehouse yet." it is proposed: "the ledger's item 85123A is the warehouse's product 85123a"
    When merchandising confirms what is proposed
    Then nobody is told anything
    When all of it leaves the warehouse
    Then the ledger has 3 deliveries of 4 of "85123A"
    And nobody is told anything
    And nothing is lost and nothing is doubled

  Scenario: A carrier by another name
    Given a customer has ordered 10 lanterns
    When all of it leaves the warehouse by "Royal Mail 48"
    Then customer service is told: "A carrier has no counterpart in the other system."
    And of "A carrier has no counterpart in the other system." it is proposed: "carrier Royal Mail 48 is the warehouse's ROYALMAIL"
    When customer service confirms what is proposed
    Then nobody is told anything
    And the ledger has a delivery and an invoice of 10 lanterns
    And nothing is lost and nothing is doubled

  Scenario: What a replay would post is shown first
    Given a parcel of 10 lanterns has left without a tracking number
    When the warehouse asks what a replay would do
    Then it would post nothing, for: "A despatch has no tracking number, and the policy asks for one."
    When the tracking number is written on it
    And the warehouse asks what a replay would do
    Then it would post: delivery demo.DN.1-1, invoice demo.IN.1-1
    And the ledger has no delivery
    When the warehouse has the exception decided again
    Then the ledger has a delivery and an invoice of 10 lanterns
    And nobody is told anything
    And nothing is lost and nothing is doubled

  Scenario: What was not mended is told again
    Given a parcel of 10 lanterns has left without a tracking number
    When the warehouse has the exception decided again
    Then the warehouse is told: "A despatch has no tracking number, and the policy asks for one."
    And the ledger has no delivery

  Scenario: Exceptions with one cause are one piece of work
    Given the ledger's carrier 3 is not mapped
    When 3 customers order 5 lanterns by carrier 3
    Then customer service is told 3 times: "A carrier has no counterpart in the other system."
    And it is one cause, that keeps back 15 units worth 45
    When somebody maps carrier "3" of the ledger to "DPD"
    And customer service has all of that cause decided again
    Then nobody is told anything
    And the warehouse has 3 orders to send

  Scenario: Only some of them are decided again
    Given the ledger's carrier 3 is not mapped
    And 3 customers have ordered 5 lanterns by carrier 3
    Then customer service is told 3 times: "A carrier has no counterpart in the other system."
    When somebody maps carrier "3" of the ledger to "DPD"
    And customer service has the first 2 of them decided again
    Then customer service is told: "A carrier has no counterpart in the other system."
    And the warehouse has 2 orders to send

  Scenario: An invoice waits for it
    Given a parcel of 10 lanterns has left without a tracking number
    Then it is one cause, that keeps back 10 units worth 30
    And it keeps back 1 invoice

  Scenario: Somebody takes an exception, and says what was found
    Given a parcel of 10 lanterns has left without a tracking number
    When it is given to "the night shift"
    And the warehouse remarks "the carrier was asked for the number"
    Then it is with "the night shift"
    And its history says: opened, assigned, commented

  Scenario: It was put right by hand
    Given a parcel of 10 lanterns has left without a tracking number
    When somebody delivers all of it in the ledger by hand
    And the warehouse ends the exception with the note "delivered by hand"
    Then nobody is told anything
    And the ledger has one delivery of 10 lanterns
    And nothing is lost and nothing is doubled

  Scenario: Nobody ends an exception without saying why
    Given a parcel of 10 lanterns has left without a tracking number
    Then the warehouse cannot end it with the note " "
    And the warehouse is told: "A despatch has no tracking number, and the policy asks for one."

  Scenario: Nobody has seen to it in time
    Given a parcel of 10 lanterns has left without a tracking number
    Then it is normal
    When 3 hours go by, and nobody sees to it
    Then it is overdue
    And it is urgent
