"""Posting goods receipts to a company: what comes to stand there, and what each refusal of the company becomes."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from b1_ledger import DAY, error_answer, json_answer, line, lot, settings, stubbed
from b1_purchases import RECEIPTS, Buyer, cancel_receipt, receipt, unfit

from tieout.connectors.contract import Send
from tieout.connectors.sap_b1.bodies import Untranslatable, document
from tieout.connectors.sap_b1.errors import MEANS, RULES
from tieout.connectors.sap_b1.wire import dumps
from tieout.domain.documents import OrderStatus
from tieout.domain.postings import Ended, Outcome
from tieout.domain.reasons import REASONS
from tieout.twins.faults import FaultPlan
from tieout.twins.sap_b1 import FAULTS

GOLDEN = Path(__file__).with_name("receipt.json")


def ended(outcome: Outcome) -> tuple[Ended, str | None]:
    return outcome.ended, outcome.reason


def tried(company: Buyer, send: Send) -> tuple[Ended, str | None]:
    return ended(company.b1.post([send])[0])


@pytest.fixture
def company() -> Iterator[Buyer]:
    """Whatever a test sends to it fits SAP's metadata."""
    made = Buyer()
    yield made
    assert [unfit(json.loads(body)) for body in made.posted() if unfit(json.loads(body))] == []


def body_of(send: Send, **changes: Any) -> Any:
    return json.loads(dumps(document(send, settings(**changes))), parse_float=Decimal)


def full_receipt() -> Send:
    return receipt(
        "17",
        line("0", "A", "2.50"),
        line("3", "L", "2", qty_base=Decimal(24), lots=(lot("B1", "12"),)),
        line("4", "S", "2", serials=("S-1", "S-2")),
        line("3", "L", "1", qty_base=Decimal(12), lots=(lot("B2", "12"),)),
    )


def test_a_receipt_is_written_as_the_golden_file_says() -> None:
    assert body_of(full_receipt()) == json.loads(GOLDEN.read_text(), parse_float=Decimal)


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_every_name_in_a_receipt_is_one_of_saps(version: str) -> None:
    assert unfit(body_of(full_receipt(), version=version)) == []


def test_a_receipt_of_what_is_no_order_of_the_ledgers_is_refused_and_never_found(company: Buyer) -> None:
    assert tried(company, receipt("PO-17")) == (Ended.REFUSED, "ledger_refused")
    assert company.b1.find(receipt("PO-17")) is None
    assert company.wire.seen == []


def test_a_reference_that_would_be_cut_is_never_sent() -> None:
    with pytest.raises(Untranslatable, match="does not fit into Reference2"):
        document(receipt("17", reference="demo.GR.3301-88"), settings(reference_field="Reference2"))


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_goods_that_arrived_are_a_receipt_against_the_order(version: str) -> None:
    company = Buyer(version=version)
    outcome = company.b1.post([receipt(company.purchase(), line(qty="4"))])[0]
    assert outcome.ended is Ended.CREATED
    made = company.rows()[0]
    assert (str(made["DocEntry"]), made["U_TieoutRef"], made["CardCode"]) == (outcome.theirs, "demo.GR.1", "S-1")
    assert (made["DocDate"], made["TaxDate"], made["DocDueDate"]) == (DAY.isoformat(),) * 3
    drawn = made["DocumentLines"][0]
    assert (drawn["BaseType"], drawn["BaseEntry"], drawn["BaseLine"], drawn["Quantity"]) == (22, 1, 0, 4)
    assert (company.in_stock(), company.read_purchase().lines[0].open_qty) == (4, 6)


def test_an_order_received_in_full_is_closed(company: Buyer) -> None:
    order = company.purchase(("A", 10), ("A", 5))
    assert company.b1.post([receipt(order, line(qty="10"), line("1", qty="5"))])[0].ended is Ended.CREATED
    assert (company.in_stock(), company.read_purchase().status) == (15, OrderStatus.CLOSED)


def test_one_order_may_arrive_twice(company: Buyer) -> None:
    order = company.purchase()
    outcomes = [company.b1.post([receipt(order, line(qty=qty), reference=f"demo.GR.{qty}")])[0] for qty in ("4", "6")]
    assert [one.theirs for one in outcomes] == ["1", "2"]
    assert [row["U_TieoutRef"] for row in company.rows()] == ["demo.GR.4", "demo.GR.6"]
    assert (company.in_stock(), company.read_purchase().status) == (10, OrderStatus.CLOSED)


def test_goods_arrive_in_the_warehouse_they_came_to(company: Buyer) -> None:
    order = company.purchase()
    assert company.b1.post([receipt(order, line(qty="4", warehouse="02"))])[0].stands
    assert (company.in_stock(warehouse="01"), company.in_stock(warehouse="02")) == (0, 4)


@pytest.mark.parametrize(("allowed", "ends"), [
    (True, (Ended.CREATED, None)), (False, (Ended.REFUSED, "received_above_open")),
])  # fmt: skip
def test_more_than_is_open_is_received_where_the_company_allows_it(
    allowed: bool, ends: tuple[Ended, str | None]
) -> None:
    company = Buyer({"allow_over_delivery": allowed})
    assert tried(company, receipt(company.purchase(), line(qty="12"))) == ends
    assert company.in_stock() == (12 if allowed else 0)


def test_lots_are_put_on_the_right_shelves_in_base_units(company: Buyer) -> None:
    company.twin.act("create_item", item="L", batches=True, uom_group=1, body={"InventoryUoMEntry": 1})
    order = company.twin.act("create_purchase_order", lines=[{"item": "L", "quantity": 3, "uom": 2}])["key"]
    lots = (
        line("0", "L", "2", qty_base=Decimal(24), lots=(lot("B1", "20"), lot("B2", "4"))),
        line("0", "L", "1", qty_base=Decimal(12), lots=(lot("B2", "12"),)),
    )
    assert company.b1.post([receipt(str(order), *lots)])[0].stands
    assert (company.twin.state.batches["L", "B1", "01"], company.twin.state.batches["L", "B2", "01"]) == (20, 16)
    assert (company.in_stock("L"), company.read_purchase().status) == (36, OrderStatus.CLOSED)


def test_serial_numbers_arrive_one_by_one(company: Buyer) -> None:
    company.twin.act("create_item", item="S", serials=True)
    order = company.purchase(("S", 3))
    assert company.b1.post([receipt(order, line("0", "S", "2", serials=("S-1", "S-2")))])[0].stands
    assert company.twin.state.serials == {("S", "S-1"): "01", ("S", "S-2"): "01"}


def test_cases_of_twelve_are_received_as_cases(company: Buyer) -> None:
    company.twin.act("create_item", item="C", uom_group=1, body={"InventoryUoMEntry": 1})
    order = company.twin.act("create_purchase_order", lines=[{"item": "C", "quantity": 3, "uom": 2}])["key"]
    assert company.b1.post([receipt(str(order), line("0", "C", "2", qty_base=Decimal(24)))])[0].stands
    assert (company.in_stock("C"), company.read_purchase().lines[0].open_qty) == (24, 1)


def test_a_closed_order_is_for_purchasing(company: Buyer) -> None:
    order = company.purchase()
    company.twin.act("close_purchase_order", order=int(order))
    assert tried(company, receipt(order)) == (Ended.REFUSED, "purchase_order_closed_in_ledger")


def test_a_closed_line_is_for_purchasing_too(company: Buyer) -> None:
    order = company.purchase(("A", 10), ("A", 5))
    company.twin.act("post_receipt_by_hand", order=int(order), lines=[{"line": 0, "quantity": 10}])
    assert tried(company, receipt(order)) == (Ended.REFUSED, "purchase_order_closed_in_ledger")
    assert company.b1.post([receipt(order, line("1"))])[0].ended is Ended.CREATED


def test_an_order_closed_by_the_first_of_a_doubled_post_is_answered_with_the_receipt_that_stands(
    company: Buyer,
) -> None:
    send = receipt(company.purchase(), line(qty="10"))
    first, again = company.b1.post([send])[0], company.b1.post([send])[0]
    assert (first.ended, again.ended, again.theirs) == (Ended.CREATED, Ended.EXISTS, first.theirs)


def test_a_companys_rule_against_a_second_reference_is_answered_with_the_receipt_that_stands() -> None:
    company = Buyer({"unique_reference_field": "U_TieoutRef"})
    order = company.purchase()
    first = company.b1.post([receipt(order, line(qty="2"))])[0]
    again = company.b1.post([receipt(order, line(qty="2"))])[0]
    assert (again.ended, again.theirs) == (Ended.EXISTS, first.theirs)
    assert company.b1.post([receipt(order, line(qty="3"))])[0].ended is Ended.EXISTS_DIFFERENTLY
    assert len(company.rows()) == 1


def test_a_closed_period_is_for_finance(company: Buyer) -> None:
    order = company.purchase()
    company.twin.act("close_period", month="2026-03")
    assert tried(company, receipt(order)) == (Ended.REFUSED, "period_closed")


def test_an_inactive_item_is_for_merchandising(company: Buyer) -> None:
    order = company.purchase()
    company.twin.act("set_item_active", item="A", active=False)
    assert tried(company, receipt(order)) == (Ended.REFUSED, "item_inactive")


def test_an_inactive_supplier_is_not_taken_for_an_inactive_item(company: Buyer) -> None:
    order = company.purchase()
    company.twin.act("set_partner_active", partner="S-1", active=False)
    assert tried(company, receipt(order)) == (Ended.REFUSED, "ledger_refused")


def test_an_order_of_another_supplier_or_one_that_is_not_approved_is_refused(company: Buyer) -> None:
    order = company.purchase()
    company.twin.act("create_supplier", partner="S-2")
    assert tried(company, receipt(order, supplier="S-2")) == (Ended.REFUSED, "ledger_refused")
    waiting = company.purchase(body={"Confirmed": "tNO"})
    assert tried(company, receipt(waiting)) == (Ended.REFUSED, "ledger_refused")


def test_lots_and_serials_that_do_not_cover_the_line_are_for_the_warehouse(company: Buyer) -> None:
    company.twin.act("create_item", item="L", batches=True)
    company.twin.act("create_item", item="S", serials=True)
    order = company.purchase(("L", 10), ("S", 2))
    for sent in (
        line("0", "L", "10"),
        line("0", "L", "10", lots=(lot("B1", "9"),)),
        line("1", "S", "2", serials=("S-1",)),
    ):
        assert tried(company, receipt(order, sent)) == (Ended.REFUSED, "lots_incomplete")
    assert company.rows() == []


@pytest.mark.parametrize("style", ["locked", "clash"])
def test_a_record_somebody_holds_is_a_wait(style: str) -> None:
    company = Buyer({"lock_style": style})
    order = company.purchase()
    company.twin.act("lock_record", record=f"PurchaseOrders({order})", seconds=30)
    assert tried(company, receipt(order)) == (Ended.RETRY_LATER, "locked")
    company.clock.move(seconds=31)
    assert company.b1.post([receipt(order)])[0].ended is Ended.CREATED


def test_a_company_that_is_not_there_is_a_wait(company: Buyer) -> None:
    company.twin.faults = FaultPlan(FAULTS, rates={"session_gone": 1.0})
    assert tried(company, receipt("1")) == (Ended.RETRY_LATER, "session")
    assert tried(company, cancel_receipt("1")) == (Ended.RETRY_LATER, "session")


@pytest.mark.parametrize(("kind", "text", "reason"), [
    ("post", "One of the base documents has already been closed", "purchase_order_closed_in_ledger"),
    ("post", "Quantity exceeds open quantity of base document", "received_above_open"),
    ("post", "Vendor 'S-1' is inactive", "ledger_refused"),
    ("post", "This entry already exists in the following tables (ODBC -2035)", "ledger_refused"),
    ("post", "Something nobody has heard of", "ledger_refused"),
    ("cancel", "One of the base documents has already been closed", "ledger_refused"),
    ("cancel", "Quantity falls into negative inventory [line: 1]", "stock_short_in_ledger"),
    ("cancel", "10001153 - Insufficient quantity for item L with batch B1 in warehouse 01", "stock_short_in_ledger"),
    ("cancel", "Document has target documents and cannot be canceled", "ledger_has_gone_on"),
    ("cancel", "Something nobody has heard of", "ledger_refused"),
])  # fmt: skip
def test_a_refusal_has_the_reason_it_has_for_goods_that_arrive(kind: str, text: str, reason: str) -> None:
    def say(method: str, target: str, body: bytes) -> Any:
        if method == "POST":
            return error_answer(400, -2035 if "exists" in text else -10, text)
        one = {"DocEntry": 7, "DocNum": 7, "CardCode": "S-1", "CancelStatus": "csNo", "DocumentStatus": "bost_Open"}
        return json_answer(200, one if target.startswith(f"{RECEIPTS}(7)") else {"value": []})

    send = receipt("17") if kind == "post" else cancel_receipt("7")
    with stubbed(say) as (b1, stub):
        outcome = b1.post([send])[0]
    assert ended(outcome) == (Ended.REFUSED, reason)
    assert text in outcome.text
    assert all(one.split()[1].startswith(RECEIPTS) for one in stub.asked)


def test_every_reason_that_means_another_thing_elsewhere_is_one_of_the_catalogue() -> None:
    reasons = {rule.reason for rule in RULES}
    assert all(known in reasons and meant in REASONS for (_, known), meant in MEANS.items())
