"""Tenants show different parts of receipts; with each that can be read at all, the same is told."""

import json
from decimal import Decimal
from typing import Any

import httpx
import pytest
from tests.connectors.clarus.clarus_floor import Floor, floor, line, settings_for
from tests.connectors.clarus.receipts_floor import (
    announced,
    brought_in,
    came,
    change,
    expected,
    lines_there,
    sending,
    take_back,
)

from tieout.connectors.clarus import connect
from tieout.domain.postings import Ended
from tieout.twins.wire import InProcess

HIDDEN: tuple[dict[str, set[str]], ...] = (
    {"Transaction": {"goods_in_receipt"}},
    {"Transaction": {"goods_in_receipt_line"}},
    {"InboundGoodFilterType": {"id", "external_system_reference1", "updated_at"}},
    {"InboundGood": {"external_system_reference1", "supplier"}},
    {"InboundItem": {"alt_line_number"}},
    {"Transaction": {"goods_in_receipt"}, "InboundGoodFilterType": {"id", "updated_at"}},
)
"""What a tenant does not show, by type."""


class Hiding(httpx.BaseTransport):
    """Leaves fields and filters out of what introspection tells, and refuses to be asked for them."""

    def __init__(self, at: Floor, hidden: dict[str, set[str]]) -> None:
        self._inner, self._hidden = InProcess(at.twin), hidden

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Passes everything on."""
        asked = json.loads(request.read()) if request.url.path == "/graphql" else {}
        reply = self._inner.handle_request(request)
        if "__schema" not in asked.get("query", ""):
            return reply
        body = json.loads(reply.read())
        for entry in body["data"]["__schema"]["types"]:
            self._strip(entry)
        return httpx.Response(reply.status_code, json=body, request=request)

    def _strip(self, entry: dict[str, Any]) -> None:
        hidden = self._hidden.get(entry["name"], set())
        for group in ("fields", "inputFields"):
            entry[group] = [one for one in entry[group] or [] if one["name"] not in hidden]


def showing_less(hidden: dict[str, set[str]]) -> Floor:
    at = floor()
    clarus = connect(settings_for(), clock=at.clock, transport=Hiding(at, hidden))
    return Floor(at.twin, at.clock, clarus)


@pytest.mark.parametrize("hidden", HIDDEN)
def test_what_came_is_swept_and_read_on_every_such_tenant(hidden: dict[str, set[str]]) -> None:
    at = showing_less(hidden)
    ids = [brought_in(at, number=f"PO-{n}") for n in range(2)]
    poll = at.clarus.poll("receipts", None)
    assert [one.key for one in poll.messages] == ids
    number = None if "alt_line_number" in hidden.get("InboundItem", ()) else "1"
    for one in ids:
        assert came(at, one) == [(number, "SKU-1", 10, None)]


@pytest.mark.parametrize("hidden", HIDDEN)
def test_a_receipt_is_found_changed_and_taken_back_on_every_such_tenant(hidden: dict[str, set[str]]) -> None:
    at = showing_less(hidden)
    goods_in = announced(at)
    found = at.clarus.find(sending(at, expected()))
    assert found is not None
    assert (found.ended, found.theirs) == (Ended.EXISTS, goods_in)
    assert change(at, expected(line(qty=12))).ended is Ended.CREATED
    assert list(lines_there(at, goods_in).values()) == [("SKU-1", Decimal(12))]
    assert change(at, expected(line(qty=12))).ended is Ended.EXISTS
    assert take_back(at).ended is Ended.CREATED
    assert at.clarus.find(sending(at, expected())) is None


def test_a_receipt_cancelled_is_swept_where_nobody_tells_when_one_changed() -> None:
    at = showing_less({"InboundGoodFilterType": {"updated_at"}})
    goods_in = announced(at)
    at.act("cancel_receipt", goods_in_receipt_id=goods_in)
    (message,) = at.clarus.poll("receipts", None).messages
    assert message.key == goods_in


def test_without_lines_or_movements_by_receipt_nothing_is_swept() -> None:
    for hidden in (
        {"InboundItemFilterType": {"goods_in_receipt_id"}},
        {"TransactionFilterType": {"goods_in_receipt_id"}},
    ):
        at = showing_less(hidden)
        brought_in(at)
        assert at.clarus.poll("receipts", None).messages == ()
        assert "Nothing can be read of receipts" in at.clarus.check()
