"""A webhook about goods in says which receipt to look at; nothing else in it is believed."""

import json
from typing import Any

import pytest
from tests.connectors.clarus.clarus_floor import Floor, floor
from tests.connectors.clarus.receipts_floor import announced, arrivals, put_away, receive

from tieout.connectors.contract import Inbound, Message, Unreadable

EVENTS = {
    "1": "goods_in/completed",
    "2": "goods_in/moved_to_part",
    "3": "stock/received",
    "4": "stock/unreceived",
    "5": "putaway_task/completed",
    "6": "goods_in/cancelled",
    "7": "goods_out/completed",
    "8": "stock/dispatched",
}
RECORD = {"id": "77", "external_system_reference1": "demo.PO.9", "status": "completed"}


def told(body: Any, automation: str = "1", at: Floor | None = None) -> list[Message]:
    at = at or floor(webhook_automations=EVENTS)
    headers = {"x-claruswms-subdomain": "tieout", "x-claruswms-automation-id": automation}
    return at.clarus.webhook(Inbound(headers=headers, body=json.dumps(body).encode()))


@pytest.mark.parametrize("body", [{"data": RECORD}, RECORD, {**RECORD, "id": 77}])
@pytest.mark.parametrize("automation", ["1", "2", "6"])
def test_a_receipt_is_named_in_any_form_clarus_may_use(body: dict[str, Any], automation: str) -> None:
    (message,) = told(body, automation)
    assert (message.topic, message.key, message.reference) == ("goods_in", "77", "demo.PO.9")
    assert message.identity.startswith(f"hook:{automation}:77:completed:")


@pytest.mark.parametrize("automation", ["3", "4", "5"])
def test_a_movement_that_names_its_receipt_is_a_hint_and_one_that_does_not_is_nothing(automation: str) -> None:
    named = {"id": "9", "goods_in_receipt": {"id": "77", "external_system_reference1": "demo.PO.9"}}
    (message,) = told({"data": named}, automation)
    assert (message.topic, message.key, message.reference) == ("goods_in", "77", "demo.PO.9")
    (message,) = told({"id": "9", "external_system_reference1": "of stock", "goods_in_receipt_id": 77}, automation)
    assert (message.key, message.reference) == ("77", None)
    assert told({"id": "9", "goods_out": {"id": "3301"}}, automation) == []


def test_goods_out_is_named_as_before() -> None:
    (message,) = told({"id": "3301", "external_system_reference1": "demo.SO.17"}, "7")
    assert (message.topic, message.key, message.reference) == ("goods_out", "3301", "demo.SO.17")
    (message,) = told({"id": "9", "goods_out": {"id": "3301"}, "goods_in_receipt": {"id": "77"}}, "8")
    assert (message.topic, message.key) == ("goods_out", "3301")


@pytest.mark.parametrize("body", [{"id": None}, {"id": "../../1"}, {"reference": "PO-9"}])
def test_a_body_that_names_no_receipt_is_unreadable(body: Any) -> None:
    with pytest.raises(Unreadable):
        told(body)


def hooked(at: Floor) -> None:
    """Has the twin call for each event, as automations 1 to 8."""
    for event in EVENTS.values():
        resource, name = event.split("/")
        url = {"type": "ADD", "attributes": {"parameter_code": "webhook_url", "value": "http://us.test/hook"}}
        action = {"type": "ADD", "attributes": {"destination_type": "webhook", "parameters_changes": [url]}}
        attributes = {"resource_name": resource, "event": name, "enabled": True, "actions_changes": [action]}
        at.clarus._rest.create("/automations", "automations", attributes)


def delivered(at: Floor) -> list[Message]:
    """What the connector makes of every call the twin owes."""
    messages: list[Message] = []
    for hook in at.twin.webhooks():
        headers = {name.lower(): value for name, value in hook.headers.items()}
        messages += at.clarus.webhook(Inbound(headers=headers, body=hook.body))
        at.twin.webhook_answered(hook.id, ok=True)
    return messages


def test_the_calls_of_a_receipts_whole_life_all_point_at_it() -> None:
    at = floor(webhook_automations=EVENTS)
    hooked(at)
    assert "Signed in" in at.clarus.check()
    goods_in = announced(at)
    delivered(at)
    receive(at, goods_in, alt_line_number="1", quantity=4)
    receive(at, goods_in, alt_line_number="1", quantity=6)
    put_away(at, goods_in)
    at.act("unreceive", goods_in_receipt_id=goods_in)
    messages = delivered(at)
    assert {one.key for one in messages} == {goods_in}
    assert {one.topic for one in messages} == {"goods_in"}
    assert {one.identity.split(":")[1] for one in messages} == {"1", "2", "3", "4", "5"}
    assert [one.reference for one in messages if one.identity.startswith("hook:1:")] == ["demo.PO.PO-7"]


def test_a_call_that_was_lost_is_made_good_by_the_sweep() -> None:
    at = floor(webhook_automations=EVENTS)
    hooked(at)
    goods_in = announced(at)
    receive(at, goods_in)
    put_away(at, goods_in)
    for hook in at.twin.webhooks():
        at.twin.webhook_answered(hook.id, ok=True)  # it went to somebody else
    (message,) = at.clarus.poll("receipts", None).messages
    assert message.key == goods_in
    assert arrivals(at, message.key).status == "completed"


def test_a_call_repeated_is_one_message_and_one_that_says_something_else_is_another() -> None:
    (first,), (again,), (other,) = told(RECORD), told(RECORD), told({**RECORD, "status": "part"})
    assert first == again
    assert first.identity != other.identity
