Feature: Alerts
  Whoever must act is told, by owner and severity, once for each cause. In quiet hours only what is urgent is told, and a
  digest says each day how things stand.

  Scenario: One carrier that nobody has mapped is told once, however many orders it keeps back
    Given customer service is told in its chat
    When 3 customers order by a carrier that nobody has mapped
    Then the chat is told: "tieout: 1 new (3 exceptions)"
    And the message says "A carrier has no counterpart in the other system."
    And the message says "blocks 30 units, worth 90.00 in 3 documents"
    And the message says "To do: Map the carrier (mappings, kind carrier), then replay the exception."
    When 2 customers order by a carrier that nobody has mapped
    Then the chat is told nothing more

  Scenario: What belongs to another team is told there, and not here
    Given finance is told in its chat
    When 1 parcels leave without a tracking number
    Then the chat is told nothing

  Scenario: A night with quiet hours
    Given the warehouse is told in its chat, but not from 20:00 to 07:00
    And it is 22:00
    When 1 parcels leave without a tracking number
    Then the chat is told nothing
    When it is 07:30 the next day
    Then the chat is told: "tieout: 1 overdue (1 exception)"

  Scenario: Something urgent at night
    Given the warehouse is told in its chat, but not from 20:00 to 07:00
    And it is 22:00
    When goods leave that nobody ordered
    Then the chat is told: "tieout: 1 new (1 exception)"
    And the message says "[urgent] Goods left that the order does not name."

  Scenario: The digest of the morning
    Given the warehouse is told in its chat, with a digest at 10:00
    When 2 parcels leave without a tracking number
    Then the chat is told: "tieout: 1 new (2 exceptions)"
    When it is 10:05
    Then the chat is told: "tieout, 2026-03-02: 2 open exceptions, 0 overdue"

  Scenario: Nobody has seen to it, and the next team is told
    Given the warehouse's exceptions go to IT when they are overdue
    And IT is told in its chat
    When 1 parcels leave without a tracking number
    Then the chat is told nothing
    When it is 13:00
    Then the chat is told: "tieout: 1 overdue (1 exception)"
    And the message says "owner: warehouse"

  Scenario: The chat cannot be reached
    Given the warehouse is told in its chat
    And the chat takes no messages
    When 1 parcels leave without a tracking number
    Then the chat is told nothing
    And people see that the chat was not reached
    When the chat takes messages again
    And an hour goes by
    Then the chat is told: "tieout: 1 new (1 exception)"
    And nobody sees any trouble

  Scenario: It came back
    Given the warehouse is told in its chat
    When 1 parcels leave without a tracking number
    Then the chat is told: "tieout: 1 new (1 exception)"
    When the tracking number is written on it and it is decided again
    Then the chat is told nothing more
    When 70 minutes go by
    Then the chat is told nothing more
    When 1 parcels leave without a tracking number
    Then the chat is told: "tieout: 1 new (1 exception)"
