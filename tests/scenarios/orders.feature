Feature: The life of an order
  A customer's order goes to the warehouse once the ledger has released it. What leaves the warehouse becomes a delivery
  and an invoice. What changes too late, is given up, or does not fit is told to whoever can mend it.

  Scenario: An order is sent whole
    Given a customer has ordered 10 lanterns
    When all of it leaves the warehouse
    Then the ledger has a delivery and an invoice of 10 lanterns
    And nobody is told anything
    And nothing is lost and nothing is doubled

  Scenario: An order leaves in two parcels
    Given a customer has ordered 10 lanterns
    When 4 lanterns of it leave the warehouse
    And 6 lanterns of it leave the warehouse
    Then the ledger has 2 deliveries, of 4 lanterns and of 6 lanterns
    And the ledger has 2 invoices, of 4 lanterns and of 6 lanterns
    And nobody is told anything
    And nothing is lost and nothing is doubled

  Scenario: An order that nobody has confirmed
    Given a customer has ordered 10 lanterns, not confirmed yet
    Then the warehouse is to send nothing
    When the order is confirmed
    Then the warehouse is to send 10 lanterns
    And nobody is told anything

  Scenario: The customer wants less before picking has begun
    Given a customer has ordered 10 lanterns
    When the order is changed to 7
    Then the warehouse is to send 7 lanterns
    When all of it leaves the warehouse
    Then the ledger has a delivery and an invoice of 7 lanterns
    And nothing is lost and nothing is doubled

  Scenario: The customer wants more while the order is being picked
    Given a customer has ordered 10 lanterns
    And the order is being picked
    When the order is changed to 12
    Then customer service is told: "An order was changed after picking had begun."
    And it says "in status PICK, picked since 2026-03-02"
    And it says "it can no longer be changed"
    When what was picked leaves the warehouse
    Then the ledger has one delivery of 10 lanterns

  Scenario: The customer cancels before picking has begun
    Given a customer has ordered 10 lanterns
    When the order is cancelled
    Then the warehouse is to send nothing
    And nobody is told anything

  Scenario: The customer cancels while the order is being picked
    Given a customer has ordered 10 lanterns
    And the order is being picked
    When the order is cancelled
    Then customer service is told: "An order was cancelled, closed or no longer confirmed after picking had begun."
    And it says "can no longer be cancelled"

  Scenario: A confirmation is withdrawn and given again
    Given a customer has ordered 10 lanterns
    When the confirmation is withdrawn
    Then the warehouse is to send nothing
    When the order is confirmed
    Then the warehouse is to send 10 lanterns
    When all of it leaves the warehouse
    Then the ledger has a delivery and an invoice of 10 lanterns
    And nothing is lost and nothing is doubled

  Scenario: An order is closed, and then opened again
    Given a customer has ordered 10 lanterns
    When the order is closed
    Then the warehouse is to send nothing
    When the order is opened again
    Then customer service is told: "An order was opened again after it was taken back from the warehouse."

  Scenario: The order must go whole, and a part of it left
    Given a customer has ordered 10 lanterns, all or nothing
    When 4 lanterns of it leave the warehouse
    Then customer service is told: "An order was sent in part although it must go whole."
    And it says "order 1 allows no part delivery; missing: LANTERN"
    And the ledger has no delivery
    When the ledger allows the order to go in parts
    And customer service has the exception decided again
    Then the ledger has one delivery of 4 lanterns
    And nothing is lost and nothing is doubled

  Scenario: The warehouse cancelled the order
    Given a customer has ordered 10 lanterns
    When the warehouse cancels the order
    Then customer service is told: "The warehouse cancelled an order that is open in the ledger."
    And it says "item LANTERN: 10 asked for, 0 sent, 10 open"
    When the order is closed
    Then nobody is told anything
    And it has ended by itself: "the ledger's order is not open"

  Scenario: The warehouse could not find all of it
    Given a customer has ordered 10 lanterns
    When 6 lanterns of it leave the warehouse, and the rest is given up
    Then customer service is told: "The warehouse finished an order short; the rest stays open in the ledger."
    And it says "item LANTERN: 10 asked for, 6 sent, 4 open"
    And it is low
    And the ledger has a delivery and an invoice of 6 lanterns
    When the order is closed
    Then nobody is told anything
    And nothing is lost and nothing is doubled

  Scenario: The parcel has no tracking number
    Given a customer has ordered 10 lanterns
    When all of it leaves the warehouse without a tracking number
    Then the warehouse is told: "A despatch has no tracking number, and the policy asks for one."
    And the ledger has no delivery
    And the warehouse has 10 lanterns less than the ledger, as the exception tells
    When the warehouse writes the tracking number on the parcel
    And the warehouse has the exception decided again
    Then the ledger has a delivery and an invoice of 10 lanterns
    And nobody is told anything
    And nothing is lost and nothing is doubled

  Scenario: The customer chose a carrier that the warehouse does not know
    When a customer orders 10 lanterns, to go by a carrier that is new in the ledger, number 4
    Then customer service is told: "A carrier has no counterpart in the other system."
    And the warehouse is to send nothing
    When somebody maps carrier "4" of the ledger to "DPD"
    And customer service has the exception decided again
    Then the warehouse is to send 10 lanterns
    And nobody is told anything

  Scenario: The order was cut, and all of it had left already
    Given a customer has ordered 10 lanterns
    When all of it leaves the warehouse, and at the same moment the order is cut to 4
    Then the warehouse is told as well: "More left than the order still had open."
    And the ledger has no delivery
    And the warehouse has 10 lanterns less than the ledger, as the exception tells

  Scenario: Somebody has delivered it in the ledger by hand already
    Given a customer has ordered 10 lanterns
    When all of it leaves the warehouse, and at the same moment somebody delivers 4 in the ledger by hand
    Then the warehouse is told: "More left than the order still had open."
    And the ledger has one delivery of 4 lanterns

  Scenario: Goods left that nobody ordered
    Given a customer has ordered 10 lanterns
    When all of it leaves the warehouse under a code that the ledger does not know
    Then the warehouse is told: "Goods left that the order does not name."
    And the ledger has no delivery

  Scenario: The warehouse says it sent it, the ledger already closed the order
    Given a customer has ordered 10 lanterns
    When all of it leaves the warehouse, and at the same moment the order is closed
    Then customer service is told as well: "Goods left, but the order or its line is closed in the ledger."
    And the ledger has no delivery
    And the warehouse has 10 lanterns less than the ledger, as the exception tells
    When the order is opened again
    And customer service has the exception decided again
    Then the ledger has a delivery and an invoice of 10 lanterns
    And nothing is lost and nothing is doubled

  Scenario: A despatch is undone before anybody was invoiced
    Given the merchant writes invoices by hand
    And a customer has received 10 lanterns
    When the warehouse undoes the despatch
    Then the ledger has no delivery
    And nobody is told anything
    And nothing is lost and nothing is doubled
    When all of it leaves the warehouse
    Then the ledger has one delivery of 10 lanterns
    And nothing is lost and nothing is doubled

  Scenario: A despatch is undone, and the customer has been invoiced
    Given a customer has received 10 lanterns
    When the warehouse undoes the despatch
    Then finance is told: "Goods were taken back whose document the ledger has gone on from."
    And it says "its delivery is already invoiced"
    And the warehouse has 10 lanterns more than the ledger, as the exception tells

  Scenario: Something is undone that was never seen
    Given a customer has received 5 lanterns
    And a customer has received 10 lanterns
    When the warehouse undoes the despatch, and writes it down under another parcel
    Then the warehouse is told: "Something was undone in the warehouse that was never seen here."
    And the ledger has 2 deliveries, of 5 lanterns and of 10 lanterns

  Scenario: A despatch that was read already says something else now
    Given a customer has received 10 lanterns
    When the warehouse's record of the despatch says 9 now
    Then the warehouse is told: "A despatch that was already read now says something else."
    And the ledger has one delivery of 10 lanterns

  Scenario: Goods left for an order that tieout never sent
    When 10 lanterns leave the warehouse on an order that somebody keyed by hand
    Then the warehouse is told: "Goods left for an order that is not known here."
    And the ledger has no delivery
    And the warehouse has 10 lanterns less than the ledger, as the exception tells

  Scenario: The ledger has too little of it
    Given a customer has ordered 10 lanterns
    When somebody issues 995 lanterns in the ledger
    And all of it leaves the warehouse
    And an hour goes by
    Then finance is told: "The ledger has too little stock for what left or was taken back."
    And the ledger has no delivery

  Scenario: The month is closed
    Given a customer has ordered 10 lanterns
    When finance closes the month
    And all of it leaves the warehouse
    Then finance is told: "The posting date lies in a closed period."
    And it says "2026-03-02 is not in an open period"
    And the warehouse has 10 lanterns less than the ledger, as the exception tells
    When finance opens the month again
    And finance has the exception decided again
    Then the ledger has a delivery and an invoice of 10 lanterns
    And nothing is lost and nothing is doubled

  Scenario: The ledger refuses the delivery
    Given a customer has ordered 10 lanterns
    When somebody blocks the customer in the ledger
    And all of it leaves the warehouse
    Then finance is told: "The ledger refused the document."
    When the customer is no longer blocked
    And finance has the exception decided again
    Then the ledger has a delivery and an invoice of 10 lanterns
    And nothing is lost and nothing is doubled

  Scenario: The ledger has a document with our reference that is not ours
    Given a customer has ordered 10 lanterns
    When somebody has copied our reference onto a delivery of 4, and our answer to all of it was lost
    Then IT is told: "The ledger has a document with our reference but another content."

  Scenario: The warehouse refuses the order
    Given lanterns are blocked in the warehouse
    When a customer orders 10 lanterns
    Then IT is told: "The warehouse refused the order."
    When lanterns are no longer blocked in the warehouse
    And IT has the exception decided again
    Then the warehouse is to send 10 lanterns
    And nobody is told anything

  Scenario: Postage is no goods
    Given postage is a service
    When a customer orders 10 lanterns and 1 postage
    Then the warehouse is to send 10 lanterns
    When all of it leaves the warehouse
    Then the ledger has one delivery of 10 lanterns
    And nobody is told anything
    And nothing is lost and nothing is doubled

  Scenario: A gift goes along at no price
    Given mugs are sold too
    When a customer orders 10 lanterns, with 1 mug as a gift
    And all of it leaves the warehouse
    Then the ledger has a delivery and an invoice of 10 lanterns and 1 mug
    And nobody is told anything
    And nothing is lost and nothing is doubled
