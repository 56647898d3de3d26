Feature: Kits, large orders and backorders
  A kit is sold as one and sent as its parts: a gift is a lantern and two candles. An order larger than the warehouse takes
  at once is still one order there. What was not despatched stays open in the ledger, and nothing else is made of it.

  Scenario: A kit is sent as its parts and delivered as a kit
    Given a gift is a lantern and two candles
    When a customer orders 3 gifts
    Then the warehouse is to send 3 lanterns and 6 candles
    When all of it leaves the warehouse
    Then the ledger has a delivery and an invoice of 3 gifts, 3 lanterns and 6 candles
    And nobody is told anything
    And nothing is lost and nothing is doubled

  Scenario: The parts of a kit leave in two parcels
    Given a gift is a lantern and two candles
    When a customer orders 3 gifts
    And 3 lanterns and 4 candles for the gifts leave the warehouse
    Then the warehouse is told: "Parts of a kit left that make no whole number of it."
    And it says "parts for 3 of kit GIFT left, but 2 of item CANDLE did not"
    And the ledger has no delivery
    When 2 candles for the gifts leave the warehouse
    Then nobody is told anything
    And the ledger has a delivery and an invoice of 3 gifts, 3 lanterns and 6 candles
    And nothing is lost and nothing is doubled

  Scenario: A part of a kit comes back
    Given a gift is a lantern and two candles
    When a customer orders 3 gifts
    And all of it leaves the warehouse
    And 2 candles of the gifts come back
    Then finance is told: "Goods came back that were sold in a kit."
    And the ledger has no return

  Scenario: A kit of which the order does not say the parts
    Given a gift is put together when it is sold
    When a customer orders 3 gifts
    Then customer service is told: "An order has a kit, and it is not known how its parts are delivered."

  Scenario: An order is larger than the warehouse takes at once
    Given candles are sold too
    And soap is sold too
    And the warehouse takes 2 lines at once
    When a customer orders 1 lantern, 2 candles and 3 bars of soap
    Then the warehouse is to send 1 lantern, 2 candles and 3 bars of soap
    When all of it leaves the warehouse
    Then the ledger has a delivery and an invoice of 1 lantern, 2 candles and 3 bars of soap
    And nobody is told anything
    And nothing is lost and nothing is doubled

  Scenario: An order is larger than the warehouse takes, and it knows no drafts
    Given candles are sold too
    And soap is sold too
    And the warehouse takes 2 lines at once, and knows no drafts
    When a customer orders 1 lantern, 2 candles and 3 bars of soap
    Then customer service is told: "An order has more lines than the warehouse takes at once."

  Scenario: What was not sent stays open and leaves another day
    Given a customer has ordered 10 lanterns
    When 4 lanterns of it leave the warehouse
    Then the ledger has 6 lanterns open on the order
    When 2 days go by
    And 6 lanterns of it leave the warehouse
    Then the ledger has 2 deliveries, of 4 lanterns and of 6 lanterns
    And nobody is told anything
    And nothing is lost and nothing is doubled

  Scenario: The ledger backorders by itself
    Given the ledger makes a new order of what a delivery leaves open
    And a customer has ordered 10 lanterns
    When 4 lanterns of it leave the warehouse
    Then customer service is told: "The ledger closed an order by itself when a part of it was delivered, with goods still open."
    And it says "left open: 6 of item LANTERN"

  Scenario: Somebody cancelled a delivery in the ledger
    Given the merchant writes invoices by hand
    And a customer has ordered 10 lanterns
    When 4 lanterns of it leave the warehouse
    And an hour goes by
    And somebody cancels the delivery in the ledger
    Then finance is told: "The ledger has more of an order open than was ordered and not delivered."
    And it says "4 of item LANTERN too much"
