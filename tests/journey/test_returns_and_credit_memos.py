"""Customers send goods back: the ledger has a return and, by policy, a credit memo; or a person is asked."""

import json
from typing import Any

import pytest

from tests.journey.conftest import Shop
from tieout.cases.actions import Cases
from tieout.domain.documents import Side
from tieout.journal import reference
from tieout.journal.mappings import Mapped
from tieout.rules.facts import Policy
from tieout.sync.rehearsal import rehearse
from tieout.twins.wire import Request
from tieout.views.mappings import waiting_for

DAY_S = 86_400.0
INVENTORY, COST_OF_SALES, RECEIVABLES, REVENUE = "140000", "500000", "130000", "400000"


def _delivered(shop: Shop, quantity: int = 10, **more: Any) -> int:
    """An order that has left, and is delivered. Returns the ledger's key."""
    key = shop.order(quantity, **more)
    shop.all_leaves()
    shop.settle(2)
    assert shop.open_cases() == []
    return key


def _booked(shop: Shop, named: str | None, *goods: tuple[str, int]) -> int:
    """Staff book a return by hand. Returns its id in the warehouse."""
    values = {} if named is None else {"external_system_reference2": named}
    lines = [{"product": item, "quantity": quantity} for item, quantity in goods]
    made = shop.on_the_floor("create_receipt", reference="RMA-7", receipt_type="return", lines=lines, values=values)
    return int(made["goods_in_receipt_id"])


def _receive(shop: Shop, goods_in: int, quantity: int, item: str = "LANTERN", **more: Any) -> None:
    shop.on_the_floor("receive_line", goods_in_receipt_id=goods_in, product=item, quantity=quantity, **more)
    shop.on_the_floor("put_away", goods_in_receipt_id=goods_in)


def _comes_back(shop: Shop, quantity: int, named: str | None = "demo.SO.1") -> int:
    """A return is booked, received and inspected, and read. Returns its id in the warehouse."""
    goods_in = _booked(shop, named, ("LANTERN", quantity))
    _receive(shop, goods_in, quantity)
    shop.settle(2)
    return goods_in


def _standing(shop: Shop, entity_set: str) -> list[dict[str, Any]]:
    return [row for row in shop.ledger_documents(entity_set) if row["CancelStatus"] == "csNo"]


def _goods(shop: Shop, entity_set: str) -> list[tuple[str, float]]:
    """Warehouse and quantity of each line of the documents that stand."""
    lines = [line for row in _standing(shop, entity_set) for line in row["DocumentLines"]]
    return [(line["WarehouseCode"], line["Quantity"]) for line in lines]


def _shelf(shop: Shop, warehouse: str = "01", item: str = "LANTERN") -> float:
    shelf = shop.ledger.state.stock.get((item, warehouse))
    return float(shelf["InStock"]) if shelf else 0.0


def _balances(shop: Shop) -> dict[str, float]:
    state = shop.ledger.handle(Request("GET", "/_twin/state"))
    return {code: value for code, value in json.loads(state.body)["balances"].items() if value}


def _details(shop: Shop) -> list[str]:
    rows = shop.rows("SELECT problems FROM case_ WHERE state = 'open' ORDER BY id")
    return [problem["detail"] for (problems,) in rows for problem in json.loads(problems)]


def _replay(shop: Shop) -> None:
    numbers = [row[0] for row in shop.rows("SELECT id FROM case_ WHERE state = 'open'")]
    Cases(shop.journal, shop.clock).replay(numbers, actor="a clerk")
    shop.settle(2)


def _quarantine(shop: Shop) -> None:
    with shop.journal.write("mappings") as connection:
        reference.set_mapping(connection, "demo", "quarantine", "01", "02")


def _holds_are_read(shop: Shop) -> None:
    """What is on hold is read as often as a change of it needs to be seen twice and to cross, and once more."""
    for _ in range(4):
        shop.clock.pass_s(300)
        shop.sync()


def test_an_invoiced_delivery_that_comes_back_is_a_return_and_the_draft_of_a_credit_memo(shop: Shop) -> None:
    books = _balances(shop)
    _delivered(shop)
    _comes_back(shop, 10)
    assert shop.open_cases() == []
    assert (_goods(shop, "Returns"), _goods(shop, "Drafts")) == ([("01", 10)], [("01", 10)])
    (returned,), (draft,) = _standing(shop, "Returns"), _standing(shop, "Drafts")
    line = returned["DocumentLines"][0]
    assert (returned["U_TieoutRef"], draft["U_TieoutRef"]) == ("demo.RT.1-1", "demo.CM.1-1")
    assert (returned["DocTotal"], draft["DocTotal"], draft["DocObjectCode"]) == (30, 30, "oCreditNotes")
    assert (line["BaseType"], line["FreeText"]) == (-1, "Delivery 1, demo.DN.1-1")
    assert "delivery 1, order 1" in returned["Comments"]
    assert _shelf(shop) == 1000
    # what was sold is still owed; goods and their cost are as if it had never been
    now = _balances(shop)
    assert {name: now.get(name) for name in (INVENTORY, COST_OF_SALES)} == {
        name: books.get(name) for name in (INVENTORY, COST_OF_SALES)
    }
    assert (now[RECEIVABLES], now[REVENUE]) == (30, -30)
    moved = shop.rows("SELECT qty_base, booked_at IS NOT NULL FROM movement ORDER BY id")
    assert [(int(quantity), bool(booked)) for quantity, booked in moved] == [(-10, True), (10, True)]


def test_a_final_credit_memo_ends_the_matter(shop: Shop) -> None:
    shop.with_policy(Policy(credit="final"))
    books = _balances(shop)
    _delivered(shop)
    _comes_back(shop, 10)
    assert (shop.open_cases(), _goods(shop, "CreditNotes"), _goods(shop, "Drafts")) == ([], [("01", 10)], [])
    assert _balances(shop) == books
    (returned,) = _standing(shop, "Returns")
    assert returned["DocumentStatus"] == "bost_Close"
    shop.clock.pass_s(20 * DAY_S)
    shop.settle(2)
    assert shop.open_cases() == []


def test_goods_that_tieout_did_not_invoice_are_returned_on_their_delivery_and_not_credited(shop: Shop) -> None:
    shop.with_policy(Policy(invoice=False, credit="final"))
    _delivered(shop)
    _comes_back(shop, 4)
    (returned,) = _standing(shop, "Returns")
    line = returned["DocumentLines"][0]
    assert (line["BaseType"], line["BaseEntry"], line["BaseLine"]) == (15, 1, 0)
    assert (shop.open_cases(), _shelf(shop), _standing(shop, "CreditNotes")) == ([], 994, [])
    shop.clock.pass_s(20 * DAY_S)
    shop.settle(2)
    assert shop.open_cases() == []


def test_an_order_comes_back_in_parts_and_never_more_than_left(shop: Shop) -> None:
    _delivered(shop)
    _comes_back(shop, 3)
    _comes_back(shop, 4, "1")  # by the order's number, as people write it
    assert (_goods(shop, "Returns"), shop.open_cases()) == ([("01", 3), ("01", 4)], [])
    _comes_back(shop, 5)
    assert (_goods(shop, "Returns"), shop.open_cases()) == ([("01", 3), ("01", 4)], ["return_above_delivered"])
    (detail,) = _details(shop)
    assert detail.startswith("2 of item LANTERN too many came back: 5 came, and 3 of what tieout delivered")
    assert _shelf(shop) == 997
    (case,) = shop.rows("SELECT id FROM case_ WHERE state = 'open'")
    Cases(shop.journal, shop.clock).resolve(case[0], "returned by hand", actor="a clerk")
    _comes_back(shop, 1)
    assert shop.open_cases() == ["return_above_delivered"]  # what a person saw to has come back too


def test_what_may_not_be_sold_goes_to_the_quarantine_warehouse(shop: Shop) -> None:
    _delivered(shop)
    goods_in = _booked(shop, "demo.SO.1", ("LANTERN", 5))
    _receive(shop, goods_in, 3)
    _receive(shop, goods_in, 2, held=True, reason_code="QC")
    shop.settle(2)
    assert (shop.open_cases(), _goods(shop, "Returns")) == (["quarantine_not_mapped"], [])
    with shop.journal.read() as connection:
        waiting = waiting_for(connection, [Mapped("demo", "quarantine", "01", "02")])
    assert [(one.cause, one.count) for one in waiting] == [("quarantine_not_mapped: 01", 1)]
    _quarantine(shop)
    _replay(shop)
    assert (shop.open_cases(), _goods(shop, "Returns")) == ([], [("01", 3), ("02", 2)])
    assert (_goods(shop, "Drafts"), _shelf(shop), _shelf(shop, "02")) == ([("01", 3), ("02", 2)], 993, 2)
    moved = shop.rows("SELECT warehouse, qty_base, held FROM movement WHERE qty_base > '0' ORDER BY id")
    assert [(place, int(quantity), bool(held)) for place, quantity, held in moved] == [
        ("01", 3, False),
        ("02", 2, True),
    ]
    shop.on_the_floor("unreceive", goods_in_receipt_id=goods_in)
    shop.settle(2)
    back = (
        "SELECT warehouse, held, SUM(CAST(qty_base AS INTEGER)) FROM movement WHERE warehouse IS NOT NULL GROUP BY 1, 2"
    )
    assert (shop.open_cases(), _goods(shop, "Returns"), _shelf(shop, "02")) == ([], [], 0)
    moved = {(place, bool(held)): int(units) for place, held, units in shop.rows(back)}
    assert moved == {("01", False): -10, ("02", True): 0}  # as when the despatch alone had been


def _holds_are_read_before_returns(shop: Shop) -> None:
    """The feed of holds is twice quicker than that of receipts."""
    for _ in range(2):
        shop.clock.pass_s(300)
        while shop.intake.poll(shop.link, Side.WAREHOUSE, "holds")[1]:
            pass
        shop.work()


def test_a_held_piece_whose_return_is_not_known_yet_is_not_put_on_hold_twice(shop: Shop) -> None:
    shop.with_policy(Policy(credit="none"))
    _quarantine(shop)
    _delivered(shop)
    goods_in = _booked(shop, "demo.SO.1", ("LANTERN", 1))
    _receive(shop, goods_in, 1, held=True, reason_code="QC")
    _holds_are_read_before_returns(shop)
    (why,) = shop.rows("SELECT why FROM lane WHERE lane = 'stock/WH1/on-hold'")
    assert why[0] == f"waits until goods-in {goods_in}, by which some of it came, is known"
    shop.settle(2)
    assert (_goods(shop, "Returns"), shop.ledger_documents("StockTransfers")) == ([("02", 1)], [])
    assert (_shelf(shop), _shelf(shop, "02"), shop.open_cases()) == (990, 1, [])


def test_a_held_piece_whose_return_stands_behind_a_held_despatch_is_not_put_on_hold_twice(shop: Shop) -> None:
    shop.with_policy(Policy(credit="none"))
    _quarantine(shop)
    _delivered(shop)
    shop.order(5)
    shop.on_the_floor("work_floor")
    shop.on_the_floor("work_floor")
    shop.on_the_floor("despatch", goods_out_id=2, tracking=None)
    shop.settle(1)
    goods_in = _booked(shop, "demo.SO.2", ("LANTERN", 1))
    _receive(shop, goods_in, 1, held=True, reason_code="QC")
    shop.settle(1)
    assert shop.open_cases() == ["tracking_missing"]
    _holds_are_read(shop)
    assert (shop.open_cases(), shop.ledger_documents("StockTransfers")) == (["tracking_missing"], [])
    shop.on_the_floor("label", shipment_id=2, tracking="RM2")
    _replay(shop)
    assert (_goods(shop, "Returns"), shop.open_cases()) == ([("02", 1)], [])
    _holds_are_read(shop)
    assert (_shelf(shop), _shelf(shop, "02"), shop.ledger_documents("StockTransfers")) == (985, 1, [])


def test_goods_on_hold_that_came_before_the_first_day_wait_no_longer_than_for_a_parent(shop: Shop) -> None:
    _quarantine(shop)
    goods_in = _booked(shop, None, ("LANTERN", 1))  # never read: the sweep begins later
    _receive(shop, goods_in, 1, held=True, reason_code="QC")
    _holds_are_read_before_returns(shop)
    assert shop.ledger_documents("StockTransfers") == []
    shop.clock.pass_s(Policy().parent_patience_s)
    shop.work()
    assert (_shelf(shop), _shelf(shop, "02")) == (999, 1)


def test_a_held_returned_piece_goes_to_quarantine_once_and_what_is_read_of_holds_moves_nothing_more(shop: Shop) -> None:
    _quarantine(shop)
    _delivered(shop)
    goods_in = _booked(shop, "demo.SO.1", ("LANTERN", 3))
    _receive(shop, goods_in, 2)
    _receive(shop, goods_in, 1, held=True, reason_code="QC")
    shop.settle(2)
    _holds_are_read(shop)
    assert (_goods(shop, "Returns"), shop.ledger_documents("StockTransfers")) == ([("01", 2), ("02", 1)], [])
    assert (_shelf(shop), _shelf(shop, "02")) == (992, 1)
    held = max(row.id for row in shop.floor.state.stocks if row.lot.status != "available")
    shop.on_the_floor("hold", stock_id=held, held=False, description="as good as new")
    _holds_are_read(shop)
    (freed,) = shop.ledger_documents("StockTransfers")
    (line,) = freed["StockTransferLines"]
    assert (line["FromWarehouseCode"], line["WarehouseCode"], line["Quantity"]) == ("02", "01", 1)
    assert (_shelf(shop), _shelf(shop, "02"), shop.open_cases()) == (993, 0, [])


@pytest.mark.parametrize("by", ["the next reading", "a replay"])
def test_a_return_of_no_known_order_is_for_customer_service_until_it_names_one(shop: Shop, by: str) -> None:
    _delivered(shop)
    goods_in = _comes_back(shop, 4, None)
    assert (shop.open_cases(), _goods(shop, "Returns")) == (["return_without_order"], [])
    assert shop.rows("SELECT owner, lane, blocked_units FROM case_")[0][:2] == ("customer service", "goods_in/1")
    assert _details(shop) == ["return 1 (RMA-7) of 4 of LANTERN does not say which order it answers"]
    shop.on_the_floor("name_receipt", goods_in_receipt_id=goods_in, values={"external_system_reference2": "ORDER-1"})
    shop.settle(2)
    assert shop.open_cases() == ["return_without_order"]
    shop.on_the_floor("name_receipt", goods_in_receipt_id=goods_in, values={"external_system_reference2": "1"})
    if by == "a replay":
        numbers = [row[0] for row in shop.rows("SELECT id FROM case_ WHERE state = 'open'")]
        found = rehearse(shop.link, shop.journal, shop.clock, numbers)
        would = [(one.lane, one.cases, [posting.kind for posting in one.postings]) for one in found if one.postings]
        assert (would, shop.open_cases()) == (
            [("order/1", numbers, ["goods_return", "credit"])],
            ["return_without_order"],
        )
        Cases(shop.journal, shop.clock).replay(numbers, actor="a clerk")
        shop.work()
    shop.settle(2)
    assert (shop.open_cases(), _goods(shop, "Returns"), _shelf(shop)) == ([], [("01", 4)], 994)
    stands = shop.rows("SELECT lane, state FROM document WHERE kind = 'return'")
    assert [tuple(row) for row in stands] == [("order/1", "posted")]
    assert len(shop.rows("SELECT id FROM movement WHERE qty_base > '0' AND booked_at IS NOT NULL")) == 1


def test_a_return_that_names_the_wrong_order_goes_to_the_right_one_once_it_is_corrected(shop: Shop) -> None:
    shop.at_the_ledger("create_item", item="MUG", body={"InventoryUOM": "EACH"})
    shop.at_the_ledger("receive_stock", item="MUG", quantity=100)
    shop.sync()
    shop.on_the_floor("add_stock", product="MUG", quantity=100)
    _delivered(shop)
    shop.at_the_ledger("create_order", lines=[{"item": "MUG", "quantity": 5, "warehouse": "01", "price": 2}])
    shop.sync()
    shop.all_leaves()
    shop.settle(2)
    goods_in = _booked(shop, "demo.SO.1", ("MUG", 5))
    _receive(shop, goods_in, 5, "MUG")
    shop.settle(2)
    assert (shop.open_cases(), _goods(shop, "Returns")) == (["returned_not_ordered"], [])
    shop.on_the_floor("name_receipt", goods_in_receipt_id=goods_in, values={"external_system_reference2": "demo.SO.2"})
    shop.settle(3)
    assert (shop.open_cases(), _goods(shop, "Returns")) == ([], [("01", 5)])
    assert shop.rows("SELECT lane FROM posting WHERE kind = 'goods_return'")[0][0] == "order/2"
    # named for another order once it stands, it stays what it is
    shop.on_the_floor("name_receipt", goods_in_receipt_id=goods_in, values={"external_system_reference2": "demo.SO.1"})
    shop.settle(2)
    assert (shop.open_cases(), _goods(shop, "Returns")) == ([], [("01", 5)])


def test_lots_come_back_as_they_left(shop: Shop) -> None:
    shop.at_the_ledger("create_item", item="WINE", batches=True, body={"InventoryUOM": "EACH"})
    shop.sync()
    for batch, quantity in (("L1", 5), ("L2", 7)):
        batches = [{"batch": batch, "quantity": quantity}]
        shop.at_the_ledger("receive_stock", item="WINE", quantity=quantity, batches=batches)
        shop.on_the_floor("add_stock", product="WINE", quantity=quantity, batch=batch)
    shop.at_the_ledger("create_order", lines=[{"item": "WINE", "quantity": 12, "warehouse": "01", "price": 2}])
    shop.sync()
    shop.all_leaves()
    shop.settle(2)
    goods_in = _booked(shop, "demo.SO.1", ("WINE", 8))
    _receive(shop, goods_in, 3, "WINE", batch="L1")
    _receive(shop, goods_in, 5, "WINE", batch="L2")
    shop.settle(2)
    (returned,) = _standing(shop, "Returns")
    batches = [one for line in returned["DocumentLines"] for one in line["BatchNumbers"]]
    assert [(one["BatchNumberProperty"], one["Quantity"]) for one in batches] == [("L1", 3), ("L2", 5)]
    goods_in = _booked(shop, "demo.SO.1", ("WINE", 3))
    _receive(shop, goods_in, 3, "WINE", batch="L1")
    shop.settle(2)
    assert shop.open_cases() == ["return_above_delivered"]
    assert "1 of item WINE (lot L1)" in _details(shop)[0]


def test_a_case_of_twelve_comes_back_in_whole_cases_only(shop: Shop) -> None:
    shop.at_the_ledger("create_item", item="SOAP", uom_group=1, body={"InventoryUOM": "EACH"})
    shop.at_the_ledger("receive_stock", item="SOAP", quantity=100)
    shop.sync()
    shop.on_the_floor("add_stock", product="SOAP", quantity=100)
    line = {"item": "SOAP", "quantity": 3, "warehouse": "01", "price": 2, "uom": 2}
    shop.at_the_ledger("create_order", lines=[line])
    shop.sync()
    shop.all_leaves()
    shop.settle(2)
    goods_in = _booked(shop, "demo.SO.1", ("SOAP", 24))
    _receive(shop, goods_in, 24, "SOAP")
    shop.settle(2)
    (returned,) = _standing(shop, "Returns")
    line = returned["DocumentLines"][0]
    assert (line["Quantity"], line["InventoryQuantity"], _shelf(shop, item="SOAP")) == (2, 24, 88)
    goods_in = _booked(shop, "demo.SO.1", ("SOAP", 5))
    _receive(shop, goods_in, 5, "SOAP")
    shop.settle(2)
    assert shop.open_cases() == ["quantity_does_not_divide"]


def test_a_return_undone_before_it_was_posted_is_forgotten_and_summed_up_anew(shop: Shop) -> None:
    _delivered(shop)
    goods_in = _comes_back(shop, 12)
    assert shop.open_cases() == ["return_above_delivered"]
    shop.on_the_floor("unreceive", goods_in_receipt_id=goods_in)
    shop.settle(2)
    assert (shop.open_cases(), _goods(shop, "Returns")) == ([], [])
    _receive(shop, goods_in, 10, final=True)
    shop.settle(2)
    assert (shop.open_cases(), _goods(shop, "Returns")) == ([], [("01", 10)])


def test_a_return_undone_after_it_was_posted_is_cancelled_with_the_draft_of_its_credit_memo(shop: Shop) -> None:
    _delivered(shop)
    goods_in = _comes_back(shop, 10)
    shop.on_the_floor("unreceive", goods_in_receipt_id=goods_in)
    shop.settle(2)
    assert (shop.open_cases(), _goods(shop, "Returns"), _standing(shop, "Drafts")) == ([], [], [])
    assert _shelf(shop) == 990
    shop.clock.pass_s(20 * DAY_S)
    shop.settle(2)
    assert shop.open_cases() == []
    _receive(shop, goods_in, 10)
    shop.settle(2)
    assert (shop.open_cases(), _goods(shop, "Returns"), _goods(shop, "Drafts")) == ([], [("01", 10)], [("01", 10)])


@pytest.mark.parametrize("policy", [Policy(credit="final"), Policy()])
def test_a_return_undone_after_it_was_credited_is_for_finance(shop: Shop, policy: Policy) -> None:
    shop.with_policy(policy)
    _delivered(shop)
    goods_in = _comes_back(shop, 10)
    if policy.credit == "draft":
        _save_draft(shop)
        shop.settle(1)
    shop.on_the_floor("unreceive", goods_in_receipt_id=goods_in)
    shop.settle(2)
    assert shop.open_cases() == ["ledger_has_gone_on"]
    assert _goods(shop, "Returns") == [("01", 10)]


def _save_draft(shop: Shop, draft: int = 1) -> None:
    """Finance finishes a draft."""
    client = shop._ledger_client()
    body = {"Document": {"DocEntry": str(draft)}}
    assert client.post("/b1s/v2/DraftsService_SaveDraftToDocument", json=body).status_code == 204
    shop.clock.pass_s(60)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("path", ["/Returns", "/Drafts", "/CreditNotes", "/CreateCancellationDocument", "/Drafts(1)"])
def test_a_lost_reply_doubles_nothing(shop: Shop, path: str, when: str) -> None:
    shop.with_policy(Policy(credit="final" if path == "/CreditNotes" else "draft"))
    _delivered(shop)
    method = "DELETE" if path == "/Drafts(1)" else "POST"
    shop.to_ledger.lose.append((method, path, when))
    goods_in = _comes_back(shop, 10)
    shop.settle(2)
    if path in ("/CreateCancellationDocument", "/Drafts(1)"):
        shop.on_the_floor("unreceive", goods_in_receipt_id=goods_in)
        shop.settle(4)
        assert (_goods(shop, "Returns"), _standing(shop, "Drafts")) == ([], [])
    else:
        made = "CreditNotes" if path == "/CreditNotes" else "Drafts"
        assert (_goods(shop, "Returns"), _goods(shop, made)) == ([("01", 10)], [("01", 10)])
    assert (shop.to_ledger.lose, shop.open_cases()) == ([], [])


def _credit(shop: Shop, **of: Any) -> int:
    """Finance writes a credit memo in the ledger."""
    shop.clock.pass_s(60)
    key = int(shop.at_the_ledger("post_credit_by_hand", **of)["key"])
    shop.sync()
    return key


@pytest.mark.parametrize("credit", ["none", "draft"])
def test_a_return_without_a_credit_memo_is_for_finance_once_the_days_are_over(shop: Shop, credit: Any) -> None:
    shop.with_policy(Policy(credit=credit, credit_within_days=7))
    _delivered(shop)
    _comes_back(shop, 4)
    shop.clock.pass_s(6 * DAY_S)
    shop.work()
    assert shop.open_cases() == []
    shop.clock.pass_s(DAY_S)
    shop.work()  # neither system has any news
    assert shop.open_cases() == ["credit_missing"]
    assert shop.rows("SELECT owner, lane FROM case_ WHERE state = 'open'")[0][:2] == ("finance", "order/1")
    assert _details(shop)[0].startswith("return 1-1 of order 1 has no credit memo for 4 of LANTERN")
    if credit == "draft":
        _save_draft(shop)
        shop.sync()
    else:
        _credit(shop, goods_return=1)
    assert shop.open_cases() == []
    # a later order of the same lane's kind is not held up, and a credit that is cancelled is missed again
    shop.at_the_ledger("cancel_document", document="CreditNotes(1)")
    shop.clock.pass_s(60)
    shop.sync()
    assert shop.open_cases() == ["credit_missing"]


def test_what_finance_says_needs_no_credit_is_not_asked_again(shop: Shop) -> None:
    _delivered(shop)
    _comes_back(shop, 4)
    shop.clock.pass_s(15 * DAY_S)
    shop.work()
    (case,) = shop.rows("SELECT id FROM case_ WHERE state = 'open'")
    Cases(shop.journal, shop.clock).resolve(case[0], "the customer wants a new one", actor="a clerk")
    _comes_back(shop, 2)
    assert shop.open_cases() == []


def test_credit_without_goods_is_for_finance_until_the_goods_come(shop: Shop) -> None:
    _delivered(shop)
    _credit(shop, invoice=1, lines=[{"line": 0, "quantity": 4}])
    assert shop.open_cases() == ["credit_without_goods"]
    assert shop.rows("SELECT owner, lane FROM case_")[0][:2] == ("finance", "order/1")
    assert _details(shop) == ["credit memo 1 of order 1 gives credit for 4 of LANTERN that has not come back"]
    _replay(shop)
    assert shop.open_cases() == ["credit_without_goods"]
    assert shop.rows("SELECT id FROM message WHERE state = 'waiting'") == []
    shop.with_policy(Policy(credit="none"))
    _comes_back(shop, 3)
    assert shop.open_cases() == ["credit_without_goods"]
    _comes_back(shop, 1)
    assert shop.open_cases() == []
    shop.clock.pass_s(20 * DAY_S)
    shop.work()
    assert shop.open_cases() == []  # the credit was given before


def test_one_credit_memo_over_two_orders_counts_for_both(shop: Shop) -> None:
    shop.with_policy(Policy(credit="none", credit_within_days=0))
    _delivered(shop)
    _delivered(shop)
    _comes_back(shop, 4, "demo.SO.1")
    _comes_back(shop, 5, "demo.SO.2")
    assert shop.open_cases() == ["credit_missing", "credit_missing"]
    lines = [{"BaseType": 16, "BaseEntry": entry, "BaseLine": 0} for entry in (1, 2)]
    client = shop._ledger_client()
    made = client.post("/b1s/v2/CreditNotes", json={"CardCode": "C-1", "DocumentLines": lines})
    assert made.status_code == 201
    shop.settle(1)
    assert shop.open_cases() == []


def test_a_credit_memo_of_what_tieout_never_posted_is_none_of_its_business(shop: Shop) -> None:
    shop.at_the_ledger("post_credit_by_hand", lines=[{"item": "LANTERN", "quantity": 1, "price": 3}])
    shop.sync()
    assert shop.open_cases() == []
    (told,) = shop.rows("SELECT state, policy FROM document WHERE kind = 'credit_memo'")
    assert tuple(told) == ("ignored", "credits nothing that tieout posted")


def test_a_return_that_is_still_being_received_waits(shop: Shop) -> None:
    _delivered(shop)
    goods_in = _booked(shop, "demo.SO.1", ("LANTERN", 6))
    _receive(shop, goods_in, 2)
    shop.settle(2)
    assert (_goods(shop, "Returns"), shop.open_cases()) == ([], [])
    _receive(shop, goods_in, 4)
    shop.settle(2)
    assert _goods(shop, "Returns") == [("01", 6)]
