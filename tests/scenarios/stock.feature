Feature: Stock found, lost, moved and held
  What changes on the floor without an order is booked in the ledger as well: gains and losses against the account that
  finance has given the reason, moves and holds as stock transfers. Thousands of changes become few documents.

  Background:
    Given mugs are sold too
    And a new quarter of an hour has begun
    And finance has mapped DAMAGED to 510000, COUNT to 515000 and FOUND to 520000

  Scenario: A count found less than the books say
    When a count finds 5 lanterns less
    And the batch is closed
    Then the ledger has one goods issue of 5 lanterns
    And it is booked against account 515000
    And nobody is told anything
    And nothing is lost and nothing is doubled

  Scenario: A count found more than the books say
    When 7 lanterns are found
    And the batch is closed
    Then the ledger has one goods receipt of 7 lanterns
    And it is booked against account 520000
    And nothing is lost and nothing is doubled

  Scenario: A pallet was dropped
    When 40 mugs are broken
    And the batch is closed
    Then the ledger has one goods issue of 40 mugs
    And it is booked against account 510000
    And nothing is lost and nothing is doubled

  Scenario: A day of small corrections becomes few documents
    When 20 times 2 mugs are broken and 3 lanterns are found
    Then the ledger has no goods issue
    When the batch is closed
    Then the ledger has one goods issue of 40 mugs
    And the ledger has one goods receipt of 60 lanterns
    And each of the 40 movements can be traced to the document it is in
    And nothing is lost and nothing is doubled

  Scenario: A correction was corrected
    Given finance has mapped FOUND to 510000 now
    When 5 mugs are broken
    And 5 mugs are found
    And the batch is closed
    Then the ledger has no goods issue
    And the ledger has no goods receipt
    And nobody is told anything
    And nothing is lost and nothing is doubled

  Scenario: A reason that finance has never heard of
    When 1 mugs are missing
    And 2 lanterns are missing
    And 4 lanterns are broken
    And the batch is closed
    Then finance is told: "A reason for a change of stock has no G/L account."
    And it says "reason NOSTOCK is not mapped to a G/L account"
    And it holds back 3 units
    And the ledger has one goods issue of 4 lanterns
    And the warehouse has 1 mugs and 2 lanterns less than the ledger, as the exception tells
    When finance maps NOSTOCK to 530000
    And finance has the exception decided again
    Then the ledger has 2 goods issues, of 4 lanterns and of 2 lanterns and 1 mugs
    And nobody is told anything
    And nothing is lost and nothing is doubled

  Scenario: Somebody gave no reason
    When 1 mugs disappear without a reason
    And the batch is closed
    Then finance is told: "A reason for a change of stock has no G/L account."
    And it says "reason (none) is not mapped"

  Scenario: Somebody has the item open in the ledger during a count
    Given somebody has the record of mugs open in the ledger
    When 1 mugs are broken
    And 2 lanterns are broken
    And the batch is closed
    Then the ledger has one goods issue of 2 lanterns
    And nobody is told anything
    When the record of mugs is closed
    And 5 minutes go by
    Then the ledger has 2 goods issues, of 2 lanterns and of 1 mugs
    And nothing is lost and nothing is doubled

  Scenario: An item of the count is not active any more in the ledger
    Given mugs are no longer active in the ledger
    When 1 mugs are broken
    And 2 lanterns are broken
    And the batch is closed
    Then merchandising is told: "An item is inactive."
    And the ledger has one goods issue of 2 lanterns
    And the warehouse has 1 mugs less than the ledger, as the exception tells
    When mugs are active again in the ledger
    And merchandising has the exception decided again
    Then nobody is told anything
    And nothing is lost and nothing is doubled

  Scenario: The ledger would go below nothing
    When somebody issues 995 mugs in the ledger
    And 10 mugs are broken
    And the batch is closed
    And an hour goes by
    Then finance is told: "The ledger has too little stock for what left or was taken back."
    And the ledger has no goods issue

  Scenario: The count was booked after the month was closed
    When a count finds 5 lanterns less
    And finance has closed the month
    And the batch is closed
    Then finance is told: "The posting date lies in a closed period."
    And the warehouse has 5 lanterns less than the ledger, as the exception tells

  Scenario: Nobody wrote down which lot was found
    Given jam is sold by lot
    When 1 jam is found
    And the batch is closed
    Then the warehouse is told: "Lots or serial numbers do not cover the quantity."
    And the warehouse has 1 jam more than the ledger, as the exception tells

  Scenario: The count names an item that the ledger does not have
    Given the warehouse has 10 teapots that were never in the ledger
    When a count finds 3 teapots more
    And the batch is closed
    And an hour goes by
    Then merchandising is told as well: "An item is not in the ledger."

  Scenario: A loss of which the ledger's answer was lost
    Given the ledger's answer to the next goods issue will be lost
    When 3 mugs are broken
    And the batch is closed
    And 5 minutes go by
    Then the ledger has one goods issue of 3 mugs
    And nobody is told anything
    And nothing is lost and nothing is doubled

  Scenario: Pallets go to another warehouse
    Given a second warehouse WH2, which is 02 in the ledger
    When 15 lanterns are moved to it
    And the batch is closed
    Then the ledger has one stock transfer of 15 lanterns
    And the ledger has 985 lanterns in warehouse "01"
    And the ledger has 15 lanterns in warehouse "02"
    And nobody is told anything
    And nothing is lost and nothing is doubled

  Scenario: Pallets go where the ledger has no warehouse
    Given a second warehouse WH2, which the ledger does not know
    When 15 lanterns are moved to it
    And the batch is closed
    Then finance is told: "Stock changed in a warehouse that has no ledger warehouse, or several."
    And it says "ledger warehouses mapped to WH2: none"
    And the ledger has no stock transfer

  Scenario: Two warehouses of the ledger stand in one building, and nobody has said which is meant
    Given ledger warehouse 02 stands in the same building
    When 1 mugs are broken
    And the batch is closed
    Then finance is told: "Stock changed in a warehouse that has no ledger warehouse, or several."
    And it says "ledger warehouses mapped to WH1: 01, 02"
    When finance says that changes of stock there are booked in 01
    And finance has the exception decided again
    Then the ledger has one goods issue of 1 mugs
    And nobody is told anything
    And nothing is lost and nothing is doubled

  Scenario: Goods are put on hold, and freed again
    Given what may not be sold stands in ledger warehouse 02
    When 30 lanterns are put on hold
    And 15 minutes go by, as the warehouse is read
    Then the ledger has one stock transfer of 30 lanterns
    And the ledger has 30 lanterns in warehouse "02"
    When they are freed again
    And 15 minutes go by, as the warehouse is read
    Then the ledger has 2 stock transfers, of 30 lanterns and of 30 lanterns
    And the ledger has 1000 lanterns in warehouse "01"
    And nobody is told anything
    And nothing is lost and nothing is doubled

  Scenario: Goods on hold are written off, and nobody has said where the ledger keeps them
    When 3 lanterns that are on hold are broken
    And the batch is closed
    Then finance is told: "Goods may not be sold, and their ledger warehouse has no quarantine."
    And it says "ledger warehouse 01 has no quarantine"
    And the warehouse has 3 lanterns less than the ledger, as the exception tells
