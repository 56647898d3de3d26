"""What has come for a receipt is read as it stands: every movement in and back, by line and batch, in order."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import httpx
import pytest
from tests.connectors.clarus.clarus_floor import Floor, floor, line, settings_for
from tests.connectors.clarus.receipts_floor import (
    announced,
    arrivals,
    brought_in,
    came,
    hint,
    put_away,
    receive,
    take_back,
    told,
)

from tieout.connectors.clarus import connect
from tieout.connectors.clarus.moves import Line, Move
from tieout.connectors.clarus.receipts import ReceiptFacts, documents
from tieout.connectors.contract import Message, RetryLater, Unreadable
from tieout.domain.documents import Arrivals, FulfilmentStatus, Tracking
from tieout.twins.clarus import ClarusSettings
from tieout.twins.clarus.records import Transaction
from tieout.twins.wire import InProcess

LITTLE = ClarusSettings(extra_fields=False)


def test_nothing_has_come_of_a_new_receipt() -> None:
    at = floor()
    goods_in = announced(at)
    (document,) = told(at, goods_in)
    assert (document.side, document.key, document.revision) == ("warehouse", goods_in, "")
    assert document.happened_at == at.clock.moment
    assert document.content == Arrivals(
        goods_in=goods_in, order="demo.PO.PO-7", number="PO-7", status=FulfilmentStatus.OPEN, movements=()
    )


def test_what_came_is_told_by_line_with_its_movement_batch_and_time() -> None:
    at = floor()
    goods_in = announced(at, line("1", "SKU-1", 10), line("2", "SKU-2", 3))
    receive(at, goods_in, alt_line_number="1", batch="LOT-A")
    first = at.clock.moment
    receive(at, goods_in, alt_line_number="2")
    (document,) = told(at, goods_in)
    assert [m.goods.movement for m in arrivals(at, goods_in).movements] == [str(row.id) for row in received(at)]
    assert came(at, goods_in) == [("1", "SKU-1", 10, "LOT-A"), ("2", "SKU-2", 3, None)]
    assert arrivals(at, goods_in).movements[0].at == first
    assert document.happened_at == at.clock.moment
    assert arrivals(at, goods_in).status == "open"


def test_a_receipt_is_completed_when_all_is_put_away_and_reads_the_same_ever_after() -> None:
    at = floor()
    goods_in = announced(at)
    receive(at, goods_in)
    assert arrivals(at, goods_in).status == "open"
    put_away(at, goods_in)
    assert arrivals(at, goods_in).status == "completed"
    before = told(at, goods_in)
    at.clock.pass_s(90_000)
    assert told(at, goods_in) == before


def test_a_line_comes_in_parts_and_batches_and_what_came_first_stays_as_it_was() -> None:
    at = floor()
    goods_in = announced(at)
    receive(at, goods_in, alt_line_number="1", quantity=4, batch="LOT-A")
    (first,) = arrivals(at, goods_in).movements
    receive(at, goods_in, alt_line_number="1", quantity=5, batch="LOT-B")
    assert came(at, goods_in) == [("1", "SKU-1", 4, "LOT-A"), ("1", "SKU-1", 5, "LOT-B")]
    assert arrivals(at, goods_in).movements[0] == first


@pytest.mark.parametrize("quantity", [0, 7, 13])
def test_less_and_more_than_expected_is_told_as_it_came(quantity: int) -> None:
    at = floor()
    goods_in = announced(at)
    receive(at, goods_in, alt_line_number="1", quantity=quantity, final=True)
    if quantity:
        put_away(at, goods_in)
    assert sum(one[2] for one in came(at, goods_in)) == quantity
    assert arrivals(at, goods_in).status == "completed"


def test_a_receipt_closed_short_is_completed_with_what_came() -> None:
    at = floor()
    goods_in = announced(at)
    receive(at, goods_in, alt_line_number="1", quantity=6)
    at.act("short_receipt_lines", goods_in_receipt_id=goods_in)
    assert arrivals(at, goods_in).status == "open"
    put_away(at, goods_in)
    assert arrivals(at, goods_in).status == "completed"
    assert came(at, goods_in) == [("1", "SKU-1", 6, None)]


def test_goods_that_nobody_asked_for_have_no_line_of_ours() -> None:
    at = floor()
    goods_in = announced(at)
    at.stocked("SKU-9")
    at.act("start_receiving", goods_in_receipt_id=goods_in)
    at.act("add_receipt_line", goods_in_receipt_id=goods_in, product="SKU-9", quantity=2, batch="LOT-Z")
    receive(at, goods_in)
    assert sorted(came(at, goods_in), key=str) == [("1", "SKU-1", 10, None), (None, "SKU-9", 2, "LOT-Z")]


def test_serial_numbers_are_told_with_what_came() -> None:
    at = floor()
    at.stocked("SKU-S", tracking=Tracking.SERIAL, quantity=1)
    goods_in = announced(at, line("1", "SKU-S", 2))
    receive(at, goods_in, alt_line_number="1", serial_numbers=["A1", "A2"])
    tracked = at.twin.state.products.first("code", "SKU-S")
    full = tracked is not None and tracked.values["serial_number_tracking_setting"] == "full_tracking"
    (moved,) = arrivals(at, goods_in).movements
    assert moved.goods.serials == (("A1", "A2") if full else ())


def test_what_was_taken_back_is_told_beside_what_came_and_so_is_what_comes_again() -> None:
    at = floor()
    goods_in = brought_in(at)
    before = arrivals(at, goods_in)
    at.act("unreceive", goods_in_receipt_id=goods_in)
    after = arrivals(at, goods_in)
    assert came(at, goods_in) == [("1", "SKU-1", 10, None), ("1", "SKU-1", -10, None)]
    assert after.movements[:1] == before.movements
    assert (before.status, after.status) == ("completed", "open")
    receive(at, goods_in, alt_line_number="1", quantity=9, final=True)
    put_away(at, goods_in)
    assert [one[2] for one in came(at, goods_in)] == [10, -10, 9]
    assert arrivals(at, goods_in).status == "completed"


def test_a_receipt_that_was_cancelled_or_is_gone_is_told_as_cancelled() -> None:
    at = floor()
    kept = announced(at, number="PO-1")
    at.act("cancel_receipt", goods_in_receipt_id=kept)
    assert (arrivals(at, kept).status, arrivals(at, kept).order) == ("cancelled", "demo.PO.PO-1")
    gone = announced(at)
    take_back(at)
    assert (arrivals(at, gone).status, arrivals(at, gone).movements) == ("cancelled", ())


def test_a_receipt_of_another_account_is_nothing_of_ours() -> None:
    at = floor()
    goods_in = brought_in(at)
    other = at.clarus._rest.create("/accounts", "accounts", {"code": "OTHER", "name": "Somebody else"})
    at.twin.state.goods_in_receipts[int(goods_in)].account_id = int(other)
    assert arrivals(at, goods_in).status == "cancelled"


def test_stock_that_belongs_to_no_receipt_changes_nothing() -> None:
    at = floor()
    goods_in = brought_in(at)
    before = told(at, goods_in)
    at.act("add_stock", product="SKU-1", quantity=5)
    assert told(at, goods_in) == before


def test_movements_that_do_not_add_up_to_the_line_are_read_again_later() -> None:
    at = floor()
    goods_in = brought_in(at)
    (row,) = at.twin.state.lines_of_receipt(at.twin.state.goods_in_receipts[int(goods_in)])
    row.quantity_received = Decimal(4)
    with pytest.raises(RetryLater, match="4 received on line") as caught:
        told(at, goods_in)
    assert caught.value.cause == "unsettled"


def test_movements_are_in_the_order_of_time_then_of_id() -> None:
    moment = datetime(2026, 1, 20, 9, tzinfo=UTC)
    moves = tuple(_move(number, at) for number, at in (("9", moment), ("10", moment), ("11", moment.replace(hour=8))))
    row = Line(id="L1", item="SKU-1", number="1", sent=Decimal(3))
    facts = ReceiptFacts(
        id="7", number="PO-7", reference=None, named=None, status="PART", type="STANDARD", lines=(row,), moves=moves
    )
    (document,) = documents(facts, moment)
    assert isinstance(document.content, Arrivals)
    assert [one.goods.movement for one in document.content.movements] == ["11", "9", "10"]
    assert document.happened_at == moment


def _move(number: str, at: datetime) -> Move:
    one = Decimal(1)
    return Move(
        id=number, at=at, back=False, item="SKU-1", qty_base=one, line_id="L1", shipment=None, lot=None, serials=()
    )


class Door(httpx.BaseTransport):
    """Counts questions about receipts, and answers those about a spoilt one, or about too many, in part."""

    def __init__(self, at: Floor, *, spoilt: str | None = None) -> None:
        self._inner, self._spoilt = InProcess(at.twin), spoilt
        self.asked = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Passes a question on, or answers it with an error beside data that says nothing."""
        asked = json.loads(request.read()) if request.url.path == "/graphql" else {}
        receipts = asked.get("variables", {}).get("receipt", {}).get("id", {}).get("in", [])
        self.asked += bool(receipts)
        if self._spoilt in receipts:
            return httpx.Response(200, json={"data": {}, "errors": [{"message": "stumbled"}]}, request=request)
        return self._inner.handle_request(request)


def several(at: Floor, count: int) -> list[str]:
    return [brought_in(at, line("1", "SKU-1", 2 + n), number=f"PO-{n}") for n in range(count)]


def test_ten_receipts_are_read_in_one_question_and_each_answer_is_in_its_place() -> None:
    at = floor()
    ids = several(at, 10)
    door = Door(at)
    answers = connect(settings_for(), clock=at.clock, transport=door).read([hint(one) for one in reversed(ids)])
    assert list(reversed(answers)) == [told(at, one) for one in ids]
    assert door.asked == 1


def test_a_receipt_that_cannot_be_read_does_not_take_the_others_with_it() -> None:
    at = floor()
    ids = several(at, 3)
    clarus = connect(settings_for(), clock=at.clock, transport=Door(at, spoilt=ids[1]))
    answers = clarus.read([hint(one) for one in ids])
    assert [isinstance(answer, RetryLater) for answer in answers] == [False, True, False]
    assert answers[2] == told(at, ids[2])


def test_receipts_and_orders_are_read_side_by_side() -> None:
    at = floor()
    goods_in, goods_out = brought_in(at), at.ordered()
    order = Message(topic="goods_out", key=goods_out, identity="o", raw="")
    assert at.clarus.read([hint(goods_in), order, hint(goods_in)]) == [
        told(at, goods_in),
        at.told(goods_out),
        told(at, goods_in),
    ]


def test_a_tenant_that_shows_no_lines_of_receipts_says_what_is_missing() -> None:
    at = floor(LITTLE)
    goods_in = brought_in(at)
    (answer,) = at.clarus.read([hint(goods_in)])
    assert isinstance(answer, Unreadable)
    assert "inbound_items" in str(answer)


def received(at: Floor) -> list[Transaction]:
    return [row for row in at.twin.state.transactions if row.subtype == "RCV" and row.goods_in_receipt_id]


def test_a_movement_that_shows_late_is_waited_for() -> None:
    at = floor()
    goods_in = brought_in(at)
    for row in received(at):
        at.twin.state.transactions.remove(row)
    with pytest.raises(RetryLater, match="read again soon"):
        told(at, goods_in)
