"""Goods receipts, goods issues and stock transfers of inventory: as they are written, looked up and refused."""

import json
from decimal import Decimal
from typing import Any

import pytest
from tests.connectors.sap_b1.b1_ledger import DAY, Company

from tieout.connectors.contract import Send
from tieout.domain.postings import Ended, Outcome, StockBatch, StockGain, StockLine, StockLoss, StockTransfer

LOST = "demo.SL.1"


def _line(item: str = "A", qty: str = "3", **more: Any) -> StockLine:
    made: dict[str, Any] = {"warehouse": "01", "account": "510000", "movements": ("7",)}
    return StockLine(item=item, qty_base=Decimal(qty), **(made | more))


def _lost(*lines: StockLine, reference: str = LOST) -> Send:
    return Send(reference=reference, body=StockLoss(posted_on=DAY, lines=lines or (_line(),)))


def _moved(*lines: StockLine, reference: str = "demo.ST.1") -> Send:
    made = lines or (_line(account=None, to="02"),)
    return Send(reference=reference, body=StockTransfer(posted_on=DAY, lines=made))


def _posted(at: Company, send: Send) -> Outcome:
    (outcome,) = at.b1.post([send])
    return outcome


def _in_stock(at: Company, warehouse: str = "01", item: str = "A") -> Decimal:
    return Decimal(at.twin.state.stock[item, warehouse]["InStock"])


def _written(at: Company, ending: str) -> Any:
    return json.loads(at.wire.to(ending)[-1].content)


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_a_loss_is_a_goods_issue_against_its_account_and_a_gain_a_goods_receipt_without_a_price(version: str) -> None:
    at = Company(version=version)
    at.stock(cost=4)
    assert _posted(at, _lost(_line(qty="3"), _line(qty="2", account="520000"))).ended is Ended.CREATED
    assert _in_stock(at) == 95
    body = _written(at, "InventoryGenExits")
    assert (body["DocDate"], body["U_TieoutRef"]) == ("2026-03-10", LOST)
    assert [(row["AccountCode"], row["WarehouseCode"], row["Quantity"]) for row in body["DocumentLines"]] == [
        ("510000", "01", 3),
        ("520000", "01", 2),
    ]
    gain = Send(reference="demo.SG.1", body=StockGain(posted_on=DAY, lines=(_line(qty="5"),)))
    assert _posted(at, gain).ended is Ended.CREATED
    assert _in_stock(at) == 100
    assert "UnitPrice" not in _written(at, "InventoryGenEntries")["DocumentLines"][0]


def test_a_transfer_goes_from_one_warehouse_to_the_other_line_by_line() -> None:
    at = Company()
    at.stock()
    at.twin.act("transfer_stock", item="A", quantity=10)
    there, back = _line(qty="7", account=None, to="02"), _line(qty="2", account=None, warehouse="02", to="01")
    assert _posted(at, _moved(there, back)).ended is Ended.CREATED
    assert (_in_stock(at), _in_stock(at, "02")) == (85, 15)


def test_lots_and_serial_numbers_go_with_their_line() -> None:
    at = Company()
    at.stock("L", 10, batches=[{"batch": "L1", "quantity": 6}, {"batch": "L2", "quantity": 4}])
    at.stock("S", 2, serials=["S1", "S2"])
    lines = (_line("L", "2", lot="L1"), _line("L", "1", lot="L2"), _line("S", "1", serials=("S2",)))
    send = _lost(*lines)
    assert _posted(at, send).ended is Ended.CREATED
    assert (at.twin.state.batches["L", "L1", "01"], at.twin.state.batches["L", "L2", "01"]) == (4, 3)
    assert set(at.twin.state.serials) == {("S", "S1")}
    found = at.b1.find(send)
    assert found is not None
    assert found.ended is Ended.EXISTS


@pytest.mark.parametrize("send", [_lost(_line(), _line(qty="1", account="520000")), _moved()])
def test_what_stands_is_found_by_its_reference_and_what_does_not_is_not(send: Send) -> None:
    at = Company()
    at.stock()
    assert at.b1.find(send) is None
    made = _posted(at, send)
    found = at.b1.find(send)
    assert found is not None
    assert (found.ended, found.theirs) == (Ended.EXISTS, made.theirs)


@pytest.mark.parametrize(
    "other",
    [
        StockLoss(posted_on=DAY, lines=(_line(qty="4"),)),
        StockLoss(posted_on=DAY, lines=(_line(account="520000"),)),
        StockLoss(posted_on=DAY, lines=(_line(), _line("B"))),
        StockLoss(posted_on=DAY, lines=(_line(lot="L1"),)),
    ],
)
def test_a_document_with_our_reference_and_another_content_is_told_apart(other: StockBatch) -> None:
    at = Company()
    at.stock()
    _posted(at, _lost())
    found = at.b1.find(Send(reference=LOST, body=other))
    assert found is not None
    assert (found.ended, found.reason) == (Ended.EXISTS_DIFFERENTLY, "duplicate_in_ledger")


def test_a_transfer_that_somebody_cancelled_is_still_the_one_that_was_posted() -> None:
    at = Company()
    at.stock()
    made = _posted(at, _moved())
    at.twin.act("cancel_document", document=f"StockTransfers({made.theirs})")
    found = at.b1.find(_moved())
    assert found is not None
    assert (found.ended, found.theirs) == (Ended.EXISTS, made.theirs)


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (("issue_stock", {"item": "A", "quantity": 99}), "stock_short_in_ledger"),
        (("set_item_active", {"item": "A", "active": False}), "item_inactive"),
        (("close_period", {"month": "2026-03"}), "period_closed"),
    ],
)
def test_a_refusal_has_its_reason_and_nothing_has_moved(act: tuple[str, dict[str, Any]], reason: str) -> None:
    at = Company()
    at.stock()
    at.twin.act(act[0], **act[1])
    before = _in_stock(at)
    outcome = _posted(at, _lost())
    assert (outcome.ended, outcome.reason, _in_stock(at)) == (Ended.REFUSED, reason, before)


def test_a_lot_that_does_not_suffice_is_too_little_stock() -> None:
    at = Company()
    at.stock("L", 10, batches=[{"batch": "L1", "quantity": 10}])
    outcome = _posted(at, _lost(_line("L", "11", lot="L1")))
    assert (outcome.ended, outcome.reason) == (Ended.REFUSED, "stock_short_in_ledger")


def test_a_locked_item_is_tried_again() -> None:
    at = Company()
    at.stock()
    at.twin.act("lock_record", record="Items('A')")
    outcome = _posted(at, _lost())
    assert (outcome.ended, outcome.reason) == (Ended.RETRY_LATER, "locked")


def test_a_reference_field_that_a_transfer_does_not_have_is_refused_before_anything_is_sent() -> None:
    at = Company(reference_field="NumAtCard")
    at.stock()
    outcome = _posted(at, _moved())
    assert (outcome.ended, outcome.reason) == (Ended.REFUSED, "ledger_refused")
    assert at.wire.to("StockTransfers") == []
    long = _posted(Company(reference_field="Reference2"), _lost(reference="demo.SL.far-too-long"))
    assert long.ended is Ended.REFUSED
