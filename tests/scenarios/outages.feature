Feature: When a system is down, slow, or not what it seems
  A system that is away means a growing queue and one alarm, never a drop. A record that somebody has open holds up itself
  alone. And a green light that lies is found out.

  Scenario: The ledger is down for an hour
    Given somebody looks after the link
    And customers have ordered 1, 2, 3 and 4 lanterns
    When the ledger cannot be reached
    And all of it leaves the warehouse
    And an hour goes by
    Then IT is told: "A system cannot be reached, or asks to be left alone. Nothing is lost."
    And it says "the ledger, seen from here: ConnectError"
    And 4 orders wait for the ledger
    And the ledger has no delivery
    When the ledger can be reached again
    And 20 minutes go by
    Then nobody is told anything
    And the ledger has deliveries of 1, 2, 3 and 4 lanterns
    And nothing is lost and nothing is doubled

  Scenario: The warehouse is down for an hour
    Given somebody looks after the link
    When the warehouse cannot be reached
    And a customer orders 10 lanterns
    And an hour goes by
    Then IT is told: "A system cannot be reached, or asks to be left alone. Nothing is lost."
    And it says "the warehouse, seen from here: ConnectError"
    When the warehouse can be reached again
    And 20 minutes go by
    Then nobody is told anything
    And the warehouse is to send 10 lanterns
    And nothing is lost and nothing is doubled

  Scenario: The ledger asks us to slow down
    Given somebody looks after the link
    And customers have ordered 1, 2, 3 and 4 lanterns
    When the ledger takes no more than half of our calls
    And all of it leaves the warehouse
    And an hour goes by
    Then the ledger has deliveries of 1, 2, 3 and 4 lanterns
    When the ledger takes all of our calls again
    And 20 minutes go by
    Then nobody is told anything
    And nothing is lost and nothing is doubled

  Scenario: Somebody has the order open in the ledger
    Given customers have ordered 5 and 7 lanterns
    When somebody opens the first order in the ledger
    And all of it leaves the warehouse
    Then the ledger has one delivery of 7 lanterns
    And nobody is told anything
    When the first order is closed again on that screen
    And 10 minutes go by
    Then the ledger has 2 deliveries, of 5 lanterns and of 7 lanterns
    And nothing is lost and nothing is doubled

  Scenario: Somebody went home with the order open in the ledger
    Given customers have ordered 5 and 7 lanterns
    When somebody opens the first order in the ledger
    And all of it leaves the warehouse
    And 2 hours go by
    Then finance is told: "Somebody has kept a record locked in the ledger for an hour or longer."
    And the ledger has one delivery of 7 lanterns
    And the warehouse has 5 lanterns less than the ledger, as the exception tells
    When the first order is closed again on that screen
    And finance has the exception decided again
    Then the ledger has 2 deliveries, of 5 lanterns and of 7 lanterns
    And nobody is told anything
    And nothing is lost and nothing is doubled

  Scenario: The password of the ledger was changed
    Given somebody looks after the link with a password that is no longer right
    When 10 minutes go by
    Then IT is told: "A system does not let us in, or not to what we need."
    And it says "Login failed"
    When IT gives tieout the right password
    And 10 minutes go by
    Then nobody is told anything

  Scenario: The ledger did what it was asked, and its answer was lost
    Given a customer has ordered 10 lanterns
    And the answer to the next delivery will be lost
    When all of it leaves the warehouse
    And 10 minutes go by
    Then the ledger has a delivery and an invoice of 10 lanterns
    And nobody is told anything
    And nothing is lost and nothing is doubled

  Scenario: The ledger never got what it was asked
    Given a customer has ordered 10 lanterns
    And the next delivery will get lost on its way
    When all of it leaves the warehouse
    And 10 minutes go by
    Then the ledger has a delivery and an invoice of 10 lanterns
    And nobody is told anything
    And nothing is lost and nothing is doubled

  Scenario: The warehouse took the order, and its answer was lost
    Given the answer to the next order will be lost
    When a customer orders 10 lanterns
    And 10 minutes go by
    Then the warehouse is to send 10 lanterns
    And nobody is told anything
    And nothing is lost and nothing is doubled

  Scenario: A worker died in the middle of a posting
    Given a customer has ordered 10 lanterns
    And the answer to the next delivery will be lost
    When all of it leaves the warehouse
    And the worker dies before it can look
    And 20 minutes go by
    Then the ledger has a delivery and an invoice of 10 lanterns
    And nobody is told anything
    And nothing is lost and nothing is doubled

  Scenario: Nobody knows whether it was posted
    Given somebody looks after the link
    And a customer has ordered 10 lanterns
    And the answer to the next delivery will be lost
    When the ledger answers no question about deliveries
    And all of it leaves the warehouse
    And 30 minutes go by
    Then IT is told as well: "Whether a posting was carried out has not been known for long."
    And it says "delivery demo.DN."
    When the ledger answers all questions again
    And 20 minutes go by
    Then nobody is told anything
    And the ledger has a delivery and an invoice of 10 lanterns
    And nothing is lost and nothing is doubled

  Scenario: A green light that lies: a feed has stopped
    Given somebody looks after the link
    When nobody asks the ledger for its sales orders any more
    And 20 minutes go by
    Then IT is told: "A feed has fallen behind what its system holds, or has long been silent."
    And it says "feed sales_orders of the ledger: silent"
    When the ledger is asked for its sales orders again
    And 5 minutes go by
    Then nobody is told anything

  Scenario: A green light that lies: a feed answers, and leaves something out
    Given somebody looks after the link
    When the ledger answers as if it had no sales orders
    And somebody writes an order of 10 lanterns that tieout is not shown
    And 30 minutes go by
    Then IT is told: "A feed has fallen behind what its system holds, or has long been silent."
    And it says "feed sales_orders of the ledger: it answers, but has not told of 1:"
    When the ledger answers all questions again
    And 10 minutes go by
    Then nobody is told anything
    And the warehouse is to send 10 lanterns

  Scenario: Nobody works on an order
    Given somebody looks after the link
    When no worker runs, and a customer orders 10 lanterns
    And nobody works on it for 3 hours
    Then IT is told: "Documents have waited for long, and nothing says why."
    And it says "a message has waited for 3.0 h"
    When a worker runs again
    Then nobody is told anything
    And the warehouse is to send 10 lanterns

  Scenario: Somebody has deleted a delivery in the ledger
    Given somebody looks after the link
    And a customer has received 10 lanterns, not invoiced yet
    When somebody deletes the delivery behind our back
    And 20 minutes go by
    Then finance is told: "A posted document is not in the ledger any more."
    And it says "demo.DN.1-1"

  Scenario: Somebody has changed a delivery in the ledger
    Given somebody looks after the link
    And a customer has received 10 lanterns, not invoiced yet
    When somebody changes the delivery to 3 behind our back
    And 20 minutes go by
    Then finance is told: "A posted document in the ledger does not say what was posted."

  Scenario: A message that nobody can read
    When the ledger sends a message that makes no sense
    And a customer orders 10 lanterns
    Then IT is told: "A message could not be understood."
    And the warehouse is to send 10 lanterns

  Scenario: One poisoned document stops nobody else
    Given customers have ordered 5 and 7 lanterns
    When what tieout noted of the first order is spoilt
    And all of it leaves the warehouse
    Then IT is told: "A rule failed in a way it should not; the document was not let through."
    And the ledger has one delivery of 7 lanterns
    And the warehouse has 5 lanterns less than the ledger, as the exception tells
