"""The feed of purchase orders: what is read of each, and that nothing that changed is missed."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from b1_ledger import json_answer, line, stubbed
from b1_purchases import Buyer, purchase_of, receipt
from tests.connectors.reading import read_one

from tieout.connectors.contract import Unreadable
from tieout.domain.documents import OrderStatus, Side

ORDERS = "purchase_orders"


def test_a_purchase_order_is_read_whole() -> None:
    company = Buyer()
    company.twin.act("create_item", item="C", uom_group=1, body={"InventoryUoMEntry": 1})
    lines = [{"item": "A", "quantity": 2.5, "price": 9.99}, {"item": "C", "quantity": 3, "uom": 2, "warehouse": "02"}]
    company.twin.act("create_purchase_order", lines=lines, due="2026-03-20", body={"TaxDate": "2026-03-01"})
    document = read_one(company.b1, company.b1.poll(ORDERS, None).messages[0])[0]
    order = purchase_of(document)
    assert (document.side, document.key, document.kind) == (Side.LEDGER, "1", "purchase_order")
    assert (order.number, order.supplier, order.status, order.released) == ("1", "S-1", OrderStatus.OPEN, True)
    assert order.due_at == datetime(2026, 3, 20, 12, tzinfo=UTC)
    assert order.ordered_on == date(2026, 3, 1)
    first, second = order.lines
    assert (first.line, first.item, first.qty, first.open_qty) == ("0", "A", Decimal("2.5"), Decimal("2.5"))
    assert (first.unit, first.base_per_unit, first.warehouse, first.price) == (None, 1, "01", Decimal("9.99"))
    assert (second.unit, second.base_per_unit, second.qty_base, second.warehouse) == ("Case", 12, 36, "02")


def test_only_what_is_read_is_asked_for() -> None:
    company = Buyer()
    company.purchase()
    message = company.b1.poll(ORDERS, None).messages[0]
    asked = company.wire.to("PurchaseOrders")[0].url.params["$select"].split(",")
    assert set(json.loads(message.raw)) - {"@odata.etag"} == set(asked)
    assert not {"AddressExtension", "TransportationCode", "PartialSupply"} & set(asked)


def test_what_was_received_is_no_longer_open() -> None:
    company = Buyer()
    order = company.purchase(("A", 10), ("A", 5))
    company.twin.act("post_receipt_by_hand", order=int(order), lines=[{"line": 0, "quantity": 4}])
    read = company.read_purchase()
    assert [(one.qty, one.open_qty, one.closed) for one in read.lines] == [(10, 6, False), (5, 5, False)]
    company.twin.act("post_receipt_by_hand", order=int(order), lines=[{"line": 0, "quantity": 6}])
    read = company.read_purchase()
    assert [(one.open_qty, one.closed) for one in read.lines] == [(0, True), (5, False)]
    assert (read.status, [one.line for one in read.open_lines]) == (OrderStatus.OPEN, ["1"])


def test_an_order_received_in_full_is_closed() -> None:
    company = Buyer()
    company.b1.post([receipt(company.purchase(), line(qty="10"))])
    assert company.read_purchase().status is OrderStatus.CLOSED


@pytest.mark.parametrize(("act", "status"), [
    ("close_purchase_order", OrderStatus.CLOSED), ("cancel_purchase_order", OrderStatus.CANCELLED),
])  # fmt: skip
def test_an_order_that_is_done_says_so(act: str, status: OrderStatus) -> None:
    company = Buyer()
    company.twin.act(act, order=int(company.purchase()))
    read = company.read_purchase()
    assert (read.status, [one.closed for one in read.lines]) == (status, [True])


def test_an_order_that_is_not_approved_is_not_released_until_it_is() -> None:
    company = Buyer()
    order = company.purchase(body={"Confirmed": "tNO"})
    assert not company.read_purchase().released
    company.twin.act("confirm_purchase_order", order=int(order))
    assert company.read_purchase().released


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_orders_come_page_by_page_and_changed_ones_come_again(version: str) -> None:
    company = Buyer(version=version, page_size=2)
    orders = [company.purchase() for _ in range(3)]
    first = company.b1.poll(ORDERS, None)
    last = company.b1.poll(ORDERS, first.cursor)
    assert ([one.key for one in (*first.messages, *last.messages)], first.more, last.more) == (orders, True, False)
    company.clock.move(hours=2)
    company.twin.act("edit_purchase_order", order=int(orders[1]), change=[{"line": 0, "quantity": 7}])
    again = company.b1.poll(ORDERS, last.cursor).messages
    assert orders[1] in [one.key for one in again]
    assert company.read_purchase().lines[0].qty == 7


def test_sales_orders_and_purchase_orders_with_one_number_are_kept_apart() -> None:
    company = Buyer()
    company.order(("A", 1))
    company.purchase(("A", 2))
    (sold,), (bought,) = (company.b1.poll(feed, None).messages for feed in ("sales_orders", ORDERS))
    assert (sold.key, bought.key) == ("1", "1")
    kinds = [read_one(company.b1, one)[0].kind for one in (sold, bought)]
    assert kinds == ["sales_order", "purchase_order"]


def served_row(**changes: Any) -> dict[str, Any]:
    made = {"DocEntry": 7, "DocNum": 107, "CardCode": "S-1", "DocumentStatus": "bost_Open", "Cancelled": "tNO"}
    made |= {"Confirmed": "tYES", "DocDueDate": "2026-03-20", "TaxDate": "2026-03-01", "DocumentLines": []}
    return {**made, "UpdateDate": "2026-03-10", "UpdateTime": "10:00:00", "DataVersion": 1, **changes}


def answered(*rows: dict[str, Any]) -> list[Any]:
    with stubbed(lambda *_: json_answer(200, {"value": list(rows)})) as (b1, _):
        return b1.read(b1.poll(ORDERS, None).messages)


def test_an_order_of_services_has_no_lines_and_stops_nothing() -> None:
    service = {"LineNum": 0, "ItemCode": None, "ItemDescription": "Cleaning", "Quantity": 0.0, "LineTotal": 90.0}
    goods = {"LineNum": 1, "ItemCode": "A", "Quantity": 5.0, "RemainingOpenQuantity": 5.0, "WarehouseCode": "01"}
    of_services, mixed = answered(
        served_row(DocumentLines=[service]), served_row(DocEntry=8, DocumentLines=[service, goods])
    )
    assert purchase_of(of_services[0]).lines == ()
    assert [(one.line, one.item) for one in purchase_of(mixed[0]).lines] == [("1", "A")]


@pytest.mark.parametrize("missing", ["CardCode", "DocNum", "DocDueDate", "DocumentStatus"])
def test_an_order_without_what_it_must_say_is_unreadable_and_the_others_are_not(missing: str) -> None:
    answers = answered(served_row(**{missing: None}), served_row(DocEntry=8))
    assert isinstance(answers[0], Unreadable)
    assert missing in str(answers[0])
    assert purchase_of(answers[1][0]).number == "107"


def test_an_order_without_a_date_of_its_own_has_none() -> None:
    assert purchase_of(answered(served_row(TaxDate=None))[0][0]).ordered_on is None
