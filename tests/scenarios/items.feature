Feature: Items
  The ledger is the only source of items. An item goes to the warehouse once it is sound, and is offered for sale there only
  when it is present and the same in both systems. What is made or changed in the warehouse is for merchandising.

  Scenario: A new item
    When merchandising creates the item "MUG"
    Then the warehouse has the item "MUG"
    When merchandising renames the item "MUG" to "A blue mug"
    Then the warehouse calls the item "MUG" "A blue mug"
    And nobody is told anything

  Scenario: An item that cannot be sold yet is ordered
    Given merchandising has created the item "MUG" without a unit
    When a customer orders 5 mugs
    And an hour goes by
    Then these are told:
      | merchandising | An item has no inventory unit in the ledger. |
      | merchandising | An item is not in the warehouse yet.         |
    And the warehouse is to send nothing
    When merchandising gives the item "MUG" the unit EACH
    Then nobody is told anything
    And the warehouse is to send 5 mugs

  Scenario: An order names an item that the ledger's list does not have
    Given merchandising has created the item "MUG"
    And tieout has never been told of the item "MUG"
    When a customer orders 5 mugs
    And an hour goes by
    Then merchandising is told: "An item is not in the ledger."
    When merchandising renames the item "MUG" to "A blue mug"
    Then nobody is told anything
    And the warehouse is to send 5 mugs

  Scenario: The warehouse cannot keep the code as it is written
    When merchandising creates the item "MUG "
    Then merchandising is told: "The warehouse cannot keep an item's code as the ledger writes it."
    And the warehouse has no item "MUG"

  Scenario: A barcode with a wrong check digit
    When merchandising creates the item "MUG" with the barcode 5012345678901
    Then merchandising is told: "An item's barcode looks like a trade item number and is none."
    And the warehouse has no item "MUG"
    When merchandising gives the item "MUG" the barcode 5012345678900
    Then nobody is told anything
    And the warehouse has the item "MUG"

  Scenario: Two items bear one barcode
    When merchandising creates the item "MUG" with the barcode 5012345678900
    And at the same moment the item "CUP" with the barcode 5012345678900
    Then merchandising is told 2 times: "Two items in use bear the same barcode."
    And it says "items MUG and CUP both bear 5012345678900"
    When merchandising gives the item "CUP" the barcode 4006381333931
    Then nobody is told anything
    And the warehouse has the item "MUG"
    And the warehouse has the item "CUP"

  Scenario: An item was created in the warehouse
    When somebody creates the item "TEAPOT" in the warehouse
    And the warehouse's list of items is read
    Then merchandising is told: "An item was made in the warehouse; the ledger does not keep it."
    And it says "TEAPOT"
    When merchandising creates the item "TEAPOT"
    Then nobody is told anything

  Scenario: An item was changed in the warehouse
    When somebody renames the item "LANTERN" to "Lamp" in the warehouse
    And the warehouse's list of items is read
    Then merchandising is told: "An item was changed in the warehouse, and is the ledger's."
    And it says "name: LANTERN in the ledger, Lamp in the warehouse"
    When somebody renames the item "LANTERN" to "LANTERN" in the warehouse
    And the warehouse's list of items is read
    Then nobody is told anything

  Scenario: The two systems count an item in different units
    Given somebody has the warehouse count lanterns by the case
    When a customer orders 5 lanterns
    Then merchandising is told as well: "The two systems count an item in different units."
    And the warehouse is to send nothing
    When the warehouse counts lanterns one by one again
    Then nobody is told anything
    And the warehouse is to send 5 lanterns

  Scenario: Only one of the two systems tracks the serial numbers of an item
    Given merchandising has created the item "CAMERA", tracked by serial number
    And the warehouse no longer tracks "CAMERA"
    When a customer orders 5 cameras
    Then merchandising is told as well: "The two systems track an item's lots or serials differently."
    And the warehouse is to send nothing

  Scenario: The warehouse scans another barcode than the ledger has
    Given merchandising has given the item "LANTERN" the barcode 5012345678900
    And somebody has given the item "LANTERN" the barcode 4006381333931 in the warehouse
    When a customer orders 5 lanterns
    And an hour goes by
    Then merchandising is told as well: "An item bears another barcode in the warehouse than in the ledger."
    And the warehouse is to send nothing

  Scenario: An item on an order is not active any more
    Given somebody has stopped lanterns in the warehouse
    When a customer orders 5 lanterns
    Then merchandising is told as well: "An item is inactive."
    And the warehouse is to send nothing
    When lanterns are sold again in the warehouse
    Then nobody is told anything
    And the warehouse is to send 5 lanterns

  Scenario: The warehouse refuses the item
    Given the warehouse takes "lantern" and "LANTERN" for the same
    When merchandising creates the item "lantern"
    Then merchandising is told: "The warehouse refused the item."

  Scenario: The audit of items names every field that differs
    Given somebody has renamed the item "LANTERN" to "Lamp" in the warehouse
    And somebody has stopped lanterns in the warehouse
    And somebody has created the item "TEAPOT" in the warehouse
    When somebody runs the audit of items
    Then it finds:
      | only_in_warehouse | TEAPOT  |        |
      | differs           | LANTERN | name   |
      | differs           | LANTERN | active |
