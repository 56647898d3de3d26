"""Posting to a company: what comes to stand there, and what each refusal of the company becomes."""

from decimal import Decimal
from typing import Any

import pytest
from b1_ledger import DAY, Company, cancel, delivery, invoice, line, lot

from tieout.domain.postings import Ended, Outcome
from tieout.twins.faults import FaultPlan
from tieout.twins.sap_b1 import FAULTS


def rows(company: Company, entity_set: str) -> list[dict[str, Any]]:
    return list(company.twin.state.tables[entity_set].rows.values())


@pytest.fixture
def company() -> Company:
    made = Company()
    made.stock()
    return made


def ended(outcome: Outcome) -> tuple[Ended, str | None]:
    return outcome.ended, outcome.reason


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_goods_that_left_are_a_delivery_against_the_order(version: str) -> None:
    company = Company(version=version)
    company.stock()
    order = company.order(("A", 10))
    outcome = company.b1.post([delivery(order, line(qty="4"), carrier="2", tracking=("T-1",))])[0]
    assert outcome.ended is Ended.CREATED
    made = rows(company, "DeliveryNotes")[0]
    assert (str(made["DocEntry"]), made["U_TieoutRef"]) == (outcome.theirs, "demo.DN.1")
    assert (made["TransportationCode"], made["TrackingNumber"], made["DocDate"]) == (2, "T-1", DAY.isoformat())
    assert company.read_order().lines[0].open_qty == Decimal(6)


def test_lots_and_serials_leave_the_right_shelves(company: Company) -> None:
    company.stock("L", batches=[{"batch": "B1", "quantity": 60}, {"batch": "B2", "quantity": 40}])
    company.stock("S", 2, serials=["S-1", "S-2"])
    order = company.order(("L", 30), ("S", 2))
    lots = (line("0", "L", "20", lots=(lot("B1", "20"),)), line("0", "L", "10", lots=(lot("B2", "10"),)))
    assert company.b1.post([delivery(order, *lots, line("1", "S", "2", serials=("S-1", "S-2")))])[0].stands
    assert company.twin.state.batches["L", "B1", "01"] == 40
    assert company.twin.state.batches["L", "B2", "01"] == 30
    assert company.twin.state.serials == {}


def test_a_case_of_lots_is_counted_in_base_units(company: Company) -> None:
    company.twin.act("create_item", item="L", batches=True, uom_group=1, body={"InventoryUoMEntry": 1})
    company.twin.act("receive_stock", item="L", quantity=100, batches=[{"batch": "B1", "quantity": 100}])
    order = company.twin.act("create_order", lines=[{"item": "L", "quantity": 3, "uom": 2}])["key"]
    cases = line("0", "L", "2", qty_base=Decimal(24), lots=(lot("B1", "24"),))
    assert company.b1.post([delivery(str(order), cases)])[0].stands
    assert company.twin.state.batches["L", "B1", "01"] == 76


def test_a_delivery_is_billed_line_by_line(company: Company) -> None:
    order = company.order(("A", 10))
    sent = line(qty="4")
    theirs = company.b1.post([delivery(order, sent)])[0].theirs
    assert theirs is not None
    outcome = company.b1.post([invoice("demo.DN.1", theirs, sent)])[0]
    assert outcome.ended is Ended.CREATED
    made = rows(company, "Invoices")[0]["DocumentLines"][0]
    assert (made["BaseType"], made["BaseEntry"], made["BaseLine"], made["Quantity"]) == (15, int(theirs), 0, 4)


def test_a_cancelled_delivery_brings_the_stock_back_and_cancelling_again_changes_nothing(company: Company) -> None:
    order = company.order(("A", 10))
    theirs = company.b1.post([delivery(order, line(qty="4"))])[0].theirs
    assert theirs is not None
    undo = cancel("demo.DN.1", theirs)
    assert company.b1.find(undo) is None
    first, second = company.b1.post([undo])[0], company.b1.post([undo])[0]
    assert (first.ended, second.ended) == (Ended.CREATED, Ended.EXISTS)
    assert first.theirs == second.theirs != theirs
    assert company.twin.state.stock["A", "01"]["InStock"] == 100
    assert len(rows(company, "DeliveryNotes")) == 2


@pytest.mark.parametrize("billed", ["4", "1"])
def test_a_delivery_that_was_billed_cannot_be_cancelled(company: Company, billed: str) -> None:
    order = company.order(("A", 10))
    theirs = company.b1.post([delivery(order, line(qty="4"))])[0].theirs
    assert theirs is not None
    company.b1.post([invoice("demo.DN.1", theirs, line(qty=billed))])
    assert ended(company.b1.post([cancel("demo.DN.1", theirs)])[0]) == (Ended.REFUSED, "ledger_has_gone_on")


def test_cancelling_a_delivery_that_is_not_there_is_refused(company: Company) -> None:
    assert company.b1.post([cancel("demo.DN.1", "99")])[0].ended is Ended.REFUSED


def test_a_cancellation_without_a_server_waits(company: Company) -> None:
    company.twin.faults = FaultPlan(FAULTS, rates={"session_gone": 1.0})
    assert ended(company.b1.post([cancel("demo.DN.1", "1")])[0]) == (Ended.RETRY_LATER, "session")


def test_a_closed_order_is_for_customer_service(company: Company) -> None:
    order = company.order(("A", 10))
    company.twin.act("close_order", order=int(order))
    assert ended(company.b1.post([delivery(order)])[0]) == (Ended.REFUSED, "order_closed_in_ledger")


def test_a_delivery_billed_by_hand_is_not_called_a_closed_order(company: Company) -> None:
    order = company.order(("A", 10))
    theirs = company.b1.post([delivery(order)])[0].theirs
    company.twin.act("post_invoice_by_hand", delivery=int(theirs or 0))
    assert ended(company.b1.post([invoice("demo.DN.1", theirs or "")])[0]) == (Ended.REFUSED, "ledger_refused")


def test_too_little_stock_is_for_finance(company: Company) -> None:
    order = company.order(("A", 200))
    assert ended(company.b1.post([delivery(order, line(qty="150"))])[0]) == (Ended.REFUSED, "stock_short_in_ledger")


def test_an_inactive_item_is_for_merchandising(company: Company) -> None:
    order = company.order(("A", 10))
    company.twin.act("set_item_active", item="A", active=False)
    assert ended(company.b1.post([delivery(order)])[0]) == (Ended.REFUSED, "item_inactive")


def test_an_inactive_customer_is_not_taken_for_an_inactive_item(company: Company) -> None:
    order = company.order(("A", 10))
    company.twin.act("set_partner_active", partner="C-1", active=False)
    assert ended(company.b1.post([delivery(order)])[0]) == (Ended.REFUSED, "ledger_refused")


def test_a_closed_period_is_for_finance(company: Company) -> None:
    order = company.order(("A", 10))
    company.twin.act("close_period", month="2026-03")
    assert ended(company.b1.post([delivery(order)])[0]) == (Ended.REFUSED, "period_closed")


def test_lots_that_do_not_cover_the_line_are_for_the_warehouse(company: Company) -> None:
    company.stock("L", batches=[{"batch": "B1", "quantity": 100}])
    order = company.order(("L", 10))
    for lots in ((), (lot("B1", "9"),), (lot("NONE", "10"),)):
        outcome = company.b1.post([delivery(order, line("0", "L", "10", lots=lots))])[0]
        assert ended(outcome) == (Ended.REFUSED, "lots_incomplete")


def test_an_order_that_must_go_whole_is_refused_in_part(company: Company) -> None:
    order = company.order(("A", 10), body={"PartialSupply": "tNO"})
    assert ended(company.b1.post([delivery(order, line(qty="4"))])[0]) == (Ended.REFUSED, "partial_not_allowed")


def test_a_carrier_that_the_ledger_does_not_have_is_not_mapped(company: Company) -> None:
    order = company.order(("A", 10))
    assert ended(company.b1.post([delivery(order, carrier="99")])[0]) == (Ended.REFUSED, "carrier_not_mapped")


@pytest.mark.parametrize("style", ["locked", "clash"])
def test_a_record_somebody_holds_is_a_wait(style: str) -> None:
    company = Company({"lock_style": style})
    company.stock()
    order = company.order(("A", 10))
    company.twin.act("lock_record", record="Items('A')", seconds=30)
    assert ended(company.b1.post([delivery(order)])[0]) == (Ended.RETRY_LATER, "locked")
    company.clock.move(seconds=31)
    assert company.b1.post([delivery(order)])[0].ended is Ended.CREATED


def test_a_companys_rule_against_a_second_reference_is_answered_with_the_document_that_stands() -> None:
    company = Company({"unique_reference_field": "U_TieoutRef"})
    company.stock()
    order = company.order(("A", 10))
    first = company.b1.post([delivery(order, line(qty="2"))])[0]
    again = company.b1.post([delivery(order, line(qty="2"))])[0]
    assert (again.ended, again.theirs) == (Ended.EXISTS, first.theirs)
    assert company.b1.post([delivery(order, line(qty="3"))])[0].ended is Ended.EXISTS_DIFFERENTLY
    assert len(rows(company, "DeliveryNotes")) == 1


def test_an_order_closed_by_the_first_of_a_doubled_post_is_answered_with_the_document_that_stands(
    company: Company,
) -> None:
    order = company.order(("A", 10))
    send = delivery(order, line(qty="10"))
    first, again = company.b1.post([send])[0], company.b1.post([send])[0]
    assert (first.ended, again.ended, again.theirs) == (Ended.CREATED, Ended.EXISTS, first.theirs)


def test_a_company_without_the_reference_field_is_told_how_to_make_it() -> None:
    company = Company(reference_field="U_TieoutRef")
    company.twin.state.schema.types["Document"] = _without_reference(company)
    company.stock()
    order = company.order(("A", 10))
    outcome = company.b1.post([delivery(order)])[0]
    assert ended(outcome) == (Ended.REFUSED, "ledger_refused")
    assert "U_TieoutRef" in outcome.text


def _without_reference(company: Company) -> Any:
    kind = company.twin.state.schema.types["Document"]
    kept = {name: prop for name, prop in kind.lookup.items() if "tieoutref" not in name.lower()}
    return type(kind)(kind.name, kind.properties, kind.key, kind.open, kind.navigations, kept)
