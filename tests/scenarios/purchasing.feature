Feature: Purchase orders and receipts
  Purchasing writes its orders in the ledger. The warehouse is told what to expect, and what arrives becomes a goods
  receipt PO against the lines it was ordered on. What does not fit is for purchasing to decide.

  Scenario: All that was ordered arrives
    Given mugs are sold too
    And purchasing has ordered 100 lanterns and 50 mugs
    When 100 lanterns and 50 mugs arrive
    Then the ledger has one goods receipt PO of 100 lanterns and 50 mugs
    And each line of it is drawn on its own line of the purchase order
    And the purchase order is closed
    And nobody is told anything
    And nothing is lost and nothing is doubled

  Scenario: A purchase order that nobody has approved
    Given purchasing has ordered 100 lanterns, not approved yet
    Then the warehouse expects nothing
    When the purchase order is approved
    Then the warehouse expects 100 lanterns
    And nobody is told anything

  Scenario: The purchase order is changed before the lorry comes
    Given purchasing has ordered 100 lanterns
    When purchasing changes it to 80
    Then the warehouse expects 80 lanterns
    When 80 lanterns arrive
    Then the ledger has one goods receipt PO of 80 lanterns
    And the purchase order is closed
    And nothing is lost and nothing is doubled

  Scenario: The supplier cannot deliver, and the purchase order is cancelled
    Given purchasing has ordered 100 lanterns
    When purchasing cancels it
    Then the warehouse expects nothing
    And nobody is told anything

  Scenario: The purchase order is changed while the lorry is being unloaded
    Given purchasing has ordered 100 lanterns
    And the lorry is being unloaded
    When purchasing changes it to 120
    Then purchasing is told: "A purchase order was changed after receiving had begun."

  Scenario: The purchase order is cancelled while the lorry is being unloaded
    Given purchasing has ordered 100 lanterns
    And the lorry is being unloaded
    When purchasing cancels it
    Then purchasing is told: "A purchase order was cancelled, closed or no longer approved after receiving had begun."

  Scenario: The approval is withdrawn while the lorry is being unloaded
    Given purchasing has ordered 100 lanterns
    And the lorry is being unloaded
    When the approval is withdrawn
    Then purchasing is told: "A purchase order was cancelled, closed or no longer approved after receiving had begun."

  Scenario: Only a part is unloaded yet
    Given purchasing has ordered 100 lanterns
    When 30 lanterns arrive
    Then the ledger has no goods receipt PO
    When 70 lanterns arrive
    Then the ledger has one goods receipt PO of 100 lanterns
    And nothing is lost and nothing is doubled

  Scenario: One purchase order comes on two lorries
    Given purchasing has ordered 100 lanterns
    When 60 lanterns arrive
    And the warehouse closes the goods-in short
    Then the ledger has one goods receipt PO of 60 lanterns
    And the warehouse expects 40 lanterns
    When 40 lanterns arrive
    Then the ledger has 2 goods receipt POs, of 60 lanterns and of 40 lanterns
    And the purchase order is closed
    And nobody is told anything
    And nothing is lost and nothing is doubled

  Scenario: Less arrived than was ordered, and the rest will never come
    Given purchasing has ordered 100 lanterns
    When 60 lanterns arrive
    And the warehouse closes the goods-in short
    And purchasing closes the purchase order
    Then the warehouse expects nothing
    And the ledger has one goods receipt PO of 60 lanterns
    And nobody is told anything
    And nothing is lost and nothing is doubled

  Scenario: More arrived than was ordered
    Given purchasing has ordered 100 lanterns
    When 110 lanterns arrive
    Then purchasing is told: "More arrived than the purchase order still had open."
    And it says "110 of item LANTERN arrived, 100 were open"
    And it holds back 110 units
    And the ledger has no goods receipt PO
    And the warehouse has 110 lanterns more than the ledger, as the exception tells
    When purchasing changes it to 110
    And purchasing has the exception decided again
    Then the ledger has one goods receipt PO of 110 lanterns
    And nobody is told anything
    And nothing is lost and nothing is doubled

  Scenario: The supplier sent the wrong item
    Given mugs are sold too
    And purchasing has ordered 100 lanterns
    When 90 lanterns arrive, and 10 mugs that nobody ordered
    Then purchasing is told: "Goods arrived that the purchase order does not name."
    And it says "item MUG"
    And the ledger has no goods receipt PO
    And the warehouse has 90 lanterns and 10 mugs more than the ledger, as the exception tells

  Scenario: Goods arrived and nobody knows the purchase order
    When 5 lanterns arrive on a goods-in that somebody keyed by hand
    Then purchasing is told: "Goods arrived for a purchase order that is not known here."
    And it says "answers no order of this link"
    And the ledger has no goods receipt PO
    And the warehouse has 5 lanterns more than the ledger, as the exception tells

  Scenario: The lorry came empty
    Given purchasing has ordered 100 lanterns
    When the warehouse closes the goods-in, and nothing has arrived
    Then purchasing is told: "The warehouse closed or cancelled a goods-in of which nothing arrived."
    When purchasing closes the purchase order
    Then nobody is told anything
    And it has ended by itself: "nothing is open any more"

  Scenario: Goods arrived, and the purchase order had been closed meanwhile
    Given purchasing has ordered 100 lanterns
    When 100 lanterns arrive, and at the same moment purchasing closes the purchase order
    Then purchasing is told: "Goods arrived, but the purchase order or its line is closed in the ledger."
    And the warehouse has 100 lanterns more than the ledger, as the exception tells
    When purchasing reopens the purchase order
    And purchasing has the exception decided again
    Then the ledger has one goods receipt PO of 100 lanterns
    And nothing is lost and nothing is doubled

  Scenario: Somebody has booked the receipt in the ledger by hand already
    Given purchasing has ordered 100 lanterns
    When somebody receives 100 lanterns in the ledger by hand
    And 100 lanterns arrive, which tieout has not been told to expect any less
    Then purchasing is told: "Goods arrived, but the purchase order or its line is closed in the ledger."
    When purchasing ends the exception with the note "it is booked already"
    Then the ledger has one goods receipt PO of 100 lanterns
    And nothing is lost and nothing is doubled

  Scenario: The lorry was counted wrong, and counted again
    Given purchasing has ordered 100 lanterns
    When 110 lanterns arrive
    Then purchasing is told: "More arrived than the purchase order still had open."
    When the warehouse takes the receipt back
    And 100 lanterns arrive
    Then nobody is told anything
    And the ledger has one goods receipt PO of 100 lanterns
    And nothing is lost and nothing is doubled

  Scenario: A receipt is undone in the warehouse
    Given purchasing has ordered 100 lanterns
    And 100 lanterns have arrived
    Then the ledger has one goods receipt PO of 100 lanterns
    When the warehouse takes the receipt back
    Then the ledger has no goods receipt PO
    And nobody is told anything
    And nothing is lost and nothing is doubled
    When 100 lanterns arrive
    Then the ledger has one goods receipt PO of 100 lanterns
    And nothing is lost and nothing is doubled

  Scenario: Only a part of a receipt is undone
    Given mugs are sold too
    And purchasing has ordered 100 lanterns and 50 mugs
    And 100 lanterns and 50 mugs have arrived
    When the warehouse takes 50 mugs of it back
    Then finance is told: "A part of a despatch, a receipt or a return was undone."
    And it says "50 of MUG"
    And the warehouse has 50 mugs less than the ledger, as the exception tells

  Scenario: A receipt is undone, and the ledger has sold the goods already
    Given purchasing has ordered 100 lanterns
    And 100 lanterns have arrived
    When somebody issues 1050 lanterns in the ledger
    And the warehouse takes the receipt back
    And an hour goes by
    Then finance is told: "The ledger has too little stock for what left or was taken back."
