"""Several orders are read in one question; one that cannot be told does not take the others with it."""

import json

import httpx
from tests.connectors.clarus.clarus_floor import Floor, floor, line, settings_for

from tieout.connectors.clarus import connect
from tieout.connectors.clarus.connector import ClarusConnector
from tieout.connectors.contract import Message, RetryLater, Unreadable
from tieout.twins.wire import InProcess


class Door(httpx.BaseTransport):
    """Counts what is asked of the twin about orders, and answers questions about a spoilt one, or too many, in part."""

    def __init__(self, at: Floor, *, spoilt: str | None = None, most: int = 50, nameless: bool = False) -> None:
        self._inner, self._spoilt, self._most, self._nameless = InProcess(at.twin), spoilt, most, nameless
        self.asked = self.all = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Passes a question on, or answers it with an error beside data that says nothing."""
        asked = json.loads(request.read()) if request.url.path == "/graphql" else {}
        orders = asked.get("variables", {}).get("order", {}).get("id", {}).get("in", [])
        self.asked += bool(orders)
        self.all += 1
        if self._spoilt in orders or len(orders) > self._most:
            return httpx.Response(200, json={"data": {}, "errors": [{"message": "stumbled"}]}, request=request)
        reply = self._inner.handle_request(request)
        return _without_order_names(reply, request) if self._nameless else reply


def _without_order_names(reply: httpx.Response, request: httpx.Request) -> httpx.Response:
    body = json.loads(reply.read())
    for name, found in (body.get("data") or {}).items():
        for edge in found["all"]["edges"] if name in ("lines", "moves") else ():
            edge["node"] |= {key: None for key in ("goods_out_id", "goods_out") if key in edge["node"]}
    return httpx.Response(reply.status_code, json=body, request=request)


def gone_out(at: Floor, count: int) -> list[str]:
    """Orders that have left whole; their ids."""
    ids = [at.ordered(line("1", "SKU-1", 2 + n), number=f"SO-{n}") for n in range(count)]
    for one in ids:
        at.act("pick", goods_out_id=one)
        at.act("despatch", goods_out_id=one)
    return ids


def through(at: Floor, door: Door) -> ClarusConnector:
    return connect(settings_for(), clock=at.clock, transport=door)


def hint(goods_out: str) -> Message:
    return Message(topic="goods_out", key=goods_out, identity=f"x{goods_out}", raw="")


def test_ten_orders_are_read_in_one_question_and_each_answer_is_in_its_place() -> None:
    at = floor()
    ids = gone_out(at, 10)
    door = Door(at)
    answers = through(at, door).read([hint(one) for one in reversed(ids)])
    assert list(reversed(answers)) == [at.told(one) for one in ids]
    assert door.asked == 1


def test_an_order_that_clarus_stumbles_over_does_not_take_the_others_with_it() -> None:
    at = floor()
    ids = gone_out(at, 3)
    answers = through(at, Door(at, spoilt=ids[1])).read([hint(one) for one in ids])
    assert [isinstance(answer, RetryLater) for answer in answers] == [False, True, False]
    assert answers[2] == at.told(ids[2])


def test_where_several_orders_are_too_much_for_one_question_each_is_asked_by_itself() -> None:
    at = floor()
    ids = gone_out(at, 3)
    door = Door(at, most=1)
    assert through(at, door).read([hint(one) for one in ids]) == [at.told(one) for one in ids]
    assert door.asked == 1 + 3


def test_records_that_name_no_order_are_those_of_the_only_one_that_was_asked_for() -> None:
    at = floor()
    ids = gone_out(at, 3)
    answers = through(at, Door(at, nameless=True)).read([hint(one) for one in ids])
    assert answers == [at.clarus.read([hint(one)])[0] for one in ids]


def test_a_message_about_something_else_and_an_order_that_is_gone_have_answers_of_their_own() -> None:
    at = floor()
    (there,) = gone_out(at, 1)
    weather = Message(topic="weather", key="1", identity="w", raw="")
    answers = at.clarus.read([weather, hint("999"), hint(there)])
    assert isinstance(answers[0], Unreadable)
    assert answers[1:] == [at.told("999"), at.told(there)]
    assert at.stands("999") == "cancelled"


def test_one_labelled_parcel_costs_no_second_question() -> None:
    at = floor()
    (there,) = gone_out(at, 1)
    door = Door(at)
    clarus = through(at, door)
    clarus.read([hint(there)])
    before = door.all
    clarus.read([hint(there)])
    assert door.all == before + 1
    assert at.despatches(there)[0].tracking
