Feature: Units, lots, serial numbers and places
  The ledger counts in cases, inner packs and pallets, the warehouse one by one. Lots and serial numbers go along with the
  goods. Ledger warehouses and buildings are mapped by an explicit rule, and never guessed.

  Scenario: 12 each is a case
    Given soap is sold by the case of 12
    When a customer orders 2 cases of soap
    Then the warehouse is to send 24 bars of soap
    When 12 bars of soap of it leave the warehouse
    Then the ledger has one delivery of 12 bars of soap
    And its lines say: 1 Case
    And nobody is told anything
    And nothing is lost and nothing is doubled

  Scenario: 13 is not
    Given soap is sold by the case of 12
    When a customer orders 2 cases of soap
    And 13 bars of soap of it leave the warehouse
    Then the warehouse is told: "A quantity cannot be told exactly in the order's unit."
    And the ledger has no delivery
    And the warehouse has 13 bars of soap less than the ledger, as the exception tells

  Scenario: A delivery of 13 arrives for a case of 12
    Given soap is sold by the case of 12
    When purchasing orders 2 cases of soap
    Then the warehouse expects 24 bars of soap
    When 13 bars of soap arrive, and no more
    Then the warehouse is told: "A quantity cannot be told exactly in the order's unit."
    And the ledger has no goods receipt PO
    And the warehouse has 13 bars of soap more than the ledger, as the exception tells

  Scenario: Five of a case of twelve come back
    Given soap is sold by the case of 12
    When a customer orders 2 cases of soap
    And all of it leaves the warehouse
    And 12 bars of soap come back
    Then the ledger has one return of 12 bars of soap
    When 5 bars of soap come back
    Then the warehouse is told: "A quantity cannot be told exactly in the order's unit."

  Scenario: Inner packs and pallets
    Given tiles are sold by the inner pack of 6 and the pallet of 480
    When a customer orders 3 inner packs and 1 pallet of tiles
    Then the warehouse is to send 498 tiles
    When all of it leaves the warehouse
    Then the ledger has a delivery and an invoice of 498 tiles
    And its lines say: 3 INNER, 1 PALLET
    And nobody is told anything
    And nothing is lost and nothing is doubled

  Scenario: Lots come in and go out with the goods
    Given wine is tracked by lot
    When purchasing orders 12 wine
    And 5 of lot L1 and 7 of lot L2 arrive
    Then the ledger has one goods receipt PO of 12 wine
    And its lots are 5 of L1 and 7 of L2
    When a customer orders 12 wine
    And all of it leaves the warehouse
    Then the ledger has a delivery and an invoice of 12 wine
    And its lots are 5 of L1 and 7 of L2
    And nobody is told anything
    And nothing is lost and nothing is doubled

  Scenario: Goods arrived without their lot
    Given wine is tracked by lot
    When purchasing orders 12 wine
    And 12 wine arrive
    Then the warehouse is told: "Lots or serial numbers do not cover the quantity."
    And the ledger has no goods receipt PO
    And the warehouse has 12 wine more than the ledger, as the exception tells

  Scenario: Serial numbers go along with the goods
    Given cameras are tracked by serial number
    And three of them, S1, S2 and S3, are in stock
    When a customer orders 2 cameras
    And S1 and S3 are picked and leave the warehouse
    Then the ledger has a delivery and an invoice of 2 cameras
    And its serial numbers are S1 and S3
    And nobody is told anything
    And nothing is lost and nothing is doubled

  Scenario: Two warehouses of the ledger stand in one building
    Given the ledger has 100 lanterns of the shop's in warehouse 02, which stands in the same building
    When a customer orders 7 lanterns from warehouse 01 and 5 from warehouse 02
    And all of it leaves the warehouse
    Then the ledger has one delivery of 12 lanterns
    And the ledger has 893 lanterns in warehouse "01"
    And the ledger has 95 lanterns in warehouse "02"
    And nobody is told anything
    And nothing is lost and nothing is doubled

  Scenario: One warehouse of the ledger is two buildings: one sends, the other receives
    Given what is bought for warehouse 01 arrives at WH2
    When purchasing orders 100 lanterns
    And a customer orders 7 lanterns
    Then the warehouse expects 100 lanterns
    And the goods are expected at WH2 and sent from WH1
    And nobody is told anything

  Scenario: The order names a warehouse that nobody has mapped
    When a customer orders 5 lanterns from warehouse 02
    Then customer service is told: "A line has no ledger warehouse that is mapped."
    And the warehouse is to send nothing
    When somebody maps warehouse "02" of the ledger to "WH1"
    And customer service has the exception decided again
    Then the warehouse is to send 5 lanterns
    And nobody is told anything

  Scenario: One order wants goods from two buildings
    Given ledger warehouse 02 is another building, WH2
    When a customer orders 7 lanterns from warehouse 01 and 5 from warehouse 02
    Then customer service is told: "One order asks for goods from more than one warehouse."
    And the warehouse is to send nothing

  Scenario: Goods left from another building than the order says
    Given a customer has ordered 10 lanterns
    When all of it leaves the warehouse, and the record says it was from WH2
    Then the warehouse is told: "Goods left from another warehouse than the order's line says."
    And the ledger has no delivery
    And the warehouse has 10 lanterns less than the ledger, as the exception tells
