"""A webhook is a hint: it says which order to look at, if it comes from where it should."""

import json
from typing import Any

import httpx
import pytest
from clarus_floor import Floor, floor, moved_by

from tieout.connectors.contract import Inbound, Message, Misconfigured, Unauthenticated, Unreadable
from tieout.domain.documents import Document
from tieout.twins.clarus import ClarusSettings
from tieout.twins.wire import InProcess

EVENTS = {
    "1": "goods_out/completed",
    "2": "goods_out/updated",
    "3": "stock/dispatched",
    "4": "stock/undispatched",
    "5": "stock/positively_adjusted",
}
HEADERS = {"x-claruswms-subdomain": "tieout", "x-claruswms-automation-id": "1", "content-type": "application/json"}


def told(body: Any, at: Floor | None = None, **headers: str) -> list[Message]:
    at = at or floor(webhook_automations=EVENTS)
    changed = {f"x-claruswms-{name.replace('_', '-')}": value for name, value in headers.items()}
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return at.clarus.webhook(Inbound(headers=HEADERS | changed, body=raw))


RECORD = {"id": "3301", "external_system_reference1": "demo.SO.17", "goods_out_status": {"code": "COMPLETED"}}


@pytest.mark.parametrize(
    "body", [{"data": RECORD}, RECORD, {**RECORD, "id": 3301}, {**RECORD, "goods_out_status": "COMPLETED"}]
)
def test_an_order_is_named_in_any_form_clarus_may_use(body: dict[str, Any]) -> None:
    (message,) = told(body)
    assert (message.topic, message.key, message.reference) == ("goods_out", "3301", "demo.SO.17")
    assert message.identity.startswith("hook:1:3301:COMPLETED:")
    assert json.loads(message.raw) == body


def test_a_repeated_call_folds_and_one_that_says_something_else_does_not() -> None:
    (first,), (again,), (other,) = told(RECORD), told(RECORD), told({**RECORD, "reference": "SO-1"})
    assert first == again
    assert first.identity != other.identity


@pytest.mark.parametrize(("automation", "event"), [("3", "dispatched"), ("4", "undispatched")])
def test_a_movement_that_names_its_order_is_a_hint_and_one_that_does_not_is_nothing(
    automation: str, event: str
) -> None:
    (message,) = told({"id": "9", "goods_out": {"id": "3301"}}, automation_id=automation)
    assert (message.topic, message.key) == ("goods_out", "3301")
    assert told({"id": "9", "goods_out_id": 3301}, automation_id=automation)[0].key == "3301"
    assert told({"id": "9", "event": event}, automation_id=automation) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"[1]",
        b'{"data": 3}' * 2,
        b"not json",
        b'{"id": NaN}',
        b"[" * 100_000,
        b'{"id": ' + b"9" * 5000 + b"}",
        {"id": None},
        {"id": True},
        {"id": {"id": 1}},
        {"id": "../../1"},
        {"id": "1\n2"},
        {"reference": "SO-1"},
    ],
)
def test_a_body_that_names_no_order_is_unreadable(body: Any) -> None:
    with pytest.raises(Unreadable):
        told(body)


def test_an_automation_nobody_has_named_is_unreadable_and_says_so() -> None:
    with pytest.raises(Unreadable, match="automation 77 is not in the setting webhook_automations"):
        told(RECORD, automation_id="77")


@pytest.mark.parametrize("headers", [{"subdomain": "other"}, {"automation_id": ""}, {"automation_id": "1\r\n"}])
def test_a_call_from_elsewhere_is_turned_away(headers: dict[str, str]) -> None:
    with pytest.raises(Unauthenticated):
        told(RECORD, **headers)


def test_the_domain_is_compared_where_one_is_expected() -> None:
    at = floor(webhook_automations=EVENTS, webhook_domain="https://tieout.claruswms.test")
    assert told(RECORD, at, domain="https://tieout.claruswms.test")
    for wrong in ({"domain": "https://evil.test"}, {}):
        with pytest.raises(Unauthenticated):
            told(RECORD, at, **wrong)


def hooked(at: Floor) -> None:
    """Has the twin call for each event, as automations 1 to 5."""
    with httpx.Client(transport=InProcess(at.twin), base_url="http://clarus.test") as http:
        form = {"grant_type": "client_credentials", "client_id": "tieout", "client_secret": "tieout"}
        token = http.post("/oauth/token", data=form).json()["access_token"]
        for event in EVENTS.values():
            resource, name = event.split("/")
            action = {
                "destination_type": "webhook",
                "parameters_changes": [
                    {"type": "ADD", "attributes": {"parameter_code": "webhook_url", "value": "http://us.test/hook"}}
                ],
            }
            attributes = {
                "resource_name": resource,
                "event": name,
                "enabled": True,
                "actions_changes": [{"type": "ADD", "attributes": action}],
            }
            headers = {"Authorization": f"Bearer {token}", "X-Clarus-Subdomain": "tieout"}
            body = {"data": {"type": "automations", "attributes": attributes}}
            assert http.post("/api/automations", json=body, headers=headers).is_success


def delivered(at: Floor) -> list[Message]:
    """What the connector makes of every call the twin owes."""
    messages: list[Message] = []
    for hook in at.twin.webhooks():
        headers = {name.lower(): value for name, value in hook.headers.items()}
        messages += at.clarus.webhook(Inbound(headers=headers, body=hook.body))
        at.twin.webhook_answered(hook.id, ok=True)
    return messages


def test_webhooks_lost_doubled_and_in_any_order_give_one_set_of_documents() -> None:
    for twin_settings in (ClarusSettings(), ClarusSettings(extra_fields=False)):
        at = floor(twin_settings, webhook_automations=EVENTS)
        hooked(at)
        assert "Signed in to Clarus tenant tieout" in at.clarus.check()
        goods_out = at.ordered()
        row = at.line_id(goods_out)
        messages: list[Message] = []
        seen: dict[tuple[str, str], list[Document]] = {}
        for name, quantity in (("pick", 0), ("despatch", 4), ("undespatch", 0), ("despatch", 4), ("despatch", 6)):
            at.act(name, goods_out_id=goods_out, **({"lines": {row: quantity}} if quantity else {}))
            messages += delivered(at)
        assert len({one.identity for one in messages}) >= 5
        assert {one.key for one in messages} == {goods_out}

        for message in [*reversed(messages), *messages[::2], *messages]:
            for document in moved_by(at.clarus, message):
                seen.setdefault((document.key, document.revision), []).append(document)

        assert len(seen) == 4
        assert all(one == told[0] for told in seen.values() for one in told)


def test_the_check_names_automations_that_do_not_fit() -> None:
    at = floor(webhook_automations={"1": "goods_out/cancelled", "9": "goods_out/completed"})
    hooked(at)
    with pytest.raises(Misconfigured, match=r"automation 1 is for goods_out/completed.*there is no automation 9"):
        at.clarus.check()
