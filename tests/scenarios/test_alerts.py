"""Alerts: who is told in which chat, over real HTTP, and when."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from pytest_bdd import given, scenarios, then, when

from tests.alerts.conftest import Service, service
from tests.scenarios.words import say
from tests.scenarios.world import LINK, World
from tieout.alerts.config import AlertSettings, TeamSettings
from tieout.alerts.sending import send
from tieout.alerts.telling import Alerts
from tieout.domain.reasons import Team
from tieout.journal import reference
from tieout.journal.tables import trouble
from tieout.sync.polling import Troubles

__all__ = ["service"]
scenarios("alerts.feature")


@dataclass
class Chat:
    """A chat that is told; `read` is how many of its messages somebody has read."""

    service: Service
    options: dict[str, Any] = field(default_factory=dict[str, Any])
    teams: list[TeamSettings] = field(default_factory=list[TeamSettings])
    read: int = 0

    def new(self, world: World) -> list[dict[str, Any]]:
        """What it was told since somebody last looked, once those who tell have had their turn."""
        world.catch_up()
        shop = world.shop
        to = AlertSettings.model_validate({"name": "chat", "to": self.service.url, **self.options})
        alerts = Alerts(shop.journal, shop.clock, Troubles(shop.journal, shop.clock), [to], self.teams, send)
        alerts.look()
        alerts.tell(to)
        found = self.service.told[self.read :]
        self.read = len(self.service.told)
        return found


@pytest.fixture
def chat(service: Service) -> Chat:
    """Open, and nobody is told yet."""
    return Chat(service)


@given(say("{team:Team} is told in its chat"))
def _told_in(chat: Chat, team: str) -> None:
    chat.options["teams"] = [team]


@given(say("{team:Team} is told in its chat, but not from {start} to {end}"))
def _quiet(chat: Chat, team: str, start: str, end: str) -> None:
    chat.options |= {"teams": [team], "quiet_from": start, "quiet_to": end}


@given(say("{team:Team} is told in its chat, with a digest at {at}"))
def _digest(chat: Chat, team: str, at: str) -> None:
    chat.options |= {"teams": [team], "digest_at": at}


@given("the warehouse's exceptions go to IT when they are overdue")
def _escalates(chat: Chat) -> None:
    chat.teams.append(TeamSettings(name=Team.WAREHOUSE, escalates_to=Team.IT))


@given("the chat takes no messages")
def _refuses(chat: Chat) -> None:
    chat.service.answer = 500


@when("the chat takes messages again")
def _takes(chat: Chat) -> None:
    chat.service.answer = 200


@given(say("it is {at:d}:{minute:d}"))
@when(say("it is {at:d}:{minute:d}"))
def _it_is(world: World, at: int, minute: int) -> None:
    _goes_to(world, datetime.combine(world.shop.clock.at.date(), time(at, minute), world.shop.clock.at.tzinfo))


@when(say("it is {at:d}:{minute:d} the next day"))
def _the_next_day(world: World, at: int, minute: int) -> None:
    day = world.shop.clock.at.date() + timedelta(days=1)
    _goes_to(world, datetime.combine(day, time(at, minute), world.shop.clock.at.tzinfo))


def _goes_to(world: World, at: datetime) -> None:
    world.catch_up()
    world.shop.clock.pass_s((at - world.shop.clock.at).total_seconds())


@when(say("{count:d} parcels leave without a tracking number"))
def _parcels(world: World, count: int) -> None:
    for _ in range(count):
        world.orders((("LANTERN", 1),))
        goods_out = world.goods_out()
        world.meanwhile_on_the_floor("pick", goods_out_id=goods_out)
        world.meanwhile_on_the_floor("despatch", goods_out_id=goods_out, tracking=None)


@when(say("{count:d} customers order by a carrier that nobody has mapped"))
def _by_carrier(world: World, count: int) -> None:
    with world.shop.journal.write("forget") as connection:
        reference.drop_mapping(connection, LINK, "carrier", "3")
    for _ in range(count):
        world.orders((("LANTERN", 10),), body={"TransportationCode": 3})


@when("goods leave that nobody ordered")
def _unordered(world: World) -> None:
    world.orders((("LANTERN", 1),))
    goods_out = world.goods_out()
    world.meanwhile_on_the_floor("edit_product", product="LANTERN", values={"code": "CANDLE"})
    world.meanwhile_on_the_floor("pick", goods_out_id=goods_out)
    world.meanwhile_on_the_floor("despatch", goods_out_id=goods_out)


@when("the tracking number is written on it and it is decided again")
def _mended(world: World) -> None:
    world.on_the_floor("label", shipment_id=1, tracking="RM-1")
    world.replay([one.case for one in world.open_exceptions()], "the warehouse")


@then(say('the chat is told: "{title}"'))
def _is_told(world: World, chat: Chat, title: str) -> None:
    found = [one["title"] for one in chat.new(world)]
    assert found == [title]


@then(say('the message says "{text}"'))
def _says(chat: Chat, text: str) -> None:
    message = chat.service.told[-1]["message"]
    assert text in message, message


@then("the chat is told nothing")
@then("the chat is told nothing more")
def _told_nothing(world: World, chat: Chat) -> None:
    found = [one["title"] for one in chat.new(world)]
    assert found == []


def _troubles(world: World) -> list[str]:
    with world.shop.journal.read() as connection:
        return [str(row.text) for row in connection.execute(trouble.select())]


@then("people see that the chat was not reached")
def _in_trouble(world: World) -> None:
    (text,) = _troubles(world)
    assert text.startswith("alert chat: the service could not be reached"), text


@then("nobody sees any trouble")
def _no_trouble(world: World) -> None:
    assert _troubles(world) == []
