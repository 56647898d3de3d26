"""From order to invoice: transforms, their trap, statuses, stock and ledger (facts, sections 5 and 8)."""

from typing import Any

import pytest
from ns_account import Account


@pytest.fixture
def order(account: Account) -> int:
    """10 of A on line 1, 5 of B on line 4."""
    account.stocked("A")
    account.stocked("B")
    return account.order(("A", 10), ("B", 5))


def shipped(*lines: dict[str, Any], **head: Any) -> dict[str, Any]:
    return {"shipStatus": {"id": "C"}, "item": {"items": list(lines)}, **head}


def test_a_line_that_is_left_out_is_fulfilled_in_full(account: Account, order: int) -> None:
    made = account.fulfil(order, shipped({"orderLine": 1, "quantity": 4}))
    lines = account.get(f"itemFulfillment/{made}?expandSubResources=true")["item"]["items"]
    assert [(line["orderLine"], line["quantity"]) for line in lines] == [(1, 4), (4, 5)]
    assert (account.on_hand("A"), account.on_hand("B")) == (96, 95)


def test_naming_every_line_fulfils_only_what_is_said(account: Account, order: int) -> None:
    account.fulfil(order, shipped({"orderLine": 1, "quantity": 4}, {"orderLine": 4, "itemreceive": False}))
    assert (account.on_hand("A"), account.on_hand("B")) == (96, 100)


def test_replacing_the_sublist_keeps_the_lines_that_are_named(account: Account, order: int) -> None:
    account.fulfil(order, shipped({"orderLine": 1, "quantity": 4}), replace="item")
    assert (account.on_hand("A"), account.on_hand("B")) == (96, 100)


def test_line_numbers_of_an_order_are_not_consecutive(account: Account, order: int) -> None:
    whole = account.get(f"salesOrder/{order}?expandSubResources=true")
    assert [line["line"] for line in whole["item"]["items"]] == [1, 4]
    refused = account.refused(
        "POST", f"record/v1/salesOrder/{order}/!transform/itemFulfillment", shipped({"orderLine": 2})
    )
    assert "Invalid Field Value 2 for the following field: orderLine" in refused[2]


def test_an_order_goes_from_pending_fulfilment_to_billed(account: Account, order: int) -> None:
    seen = [account.status("salesOrder", order)]
    account.fulfil(order, shipped({"orderLine": 1, "quantity": 4}), replace="item")
    seen.append(account.status("salesOrder", order))
    account.post(f"salesOrder/{order}/!transform/invoice", {})
    seen.append(account.status("salesOrder", order))
    account.fulfil(order, {"shipStatus": "C"})
    seen.append(account.status("salesOrder", order))
    account.post(f"salesOrder/{order}/!transform/invoice", {})
    seen.append(account.status("salesOrder", order))
    assert seen == ["B", "E", "D", "F", "G"]


def test_an_order_that_waits_for_approval_or_is_closed_or_cancelled_cannot_be_fulfilled(account: Account) -> None:
    account.stocked("A")
    pending = account.order(("A", 1), approved=False)
    closed, cancelled = account.order(("A", 1)), account.order(("A", 1))
    account.patch(f"salesOrder/{closed}", {"item": {"items": [{"line": 1, "isclosed": True}]}})
    account.act("cancel_order", order=cancelled)
    assert [account.status("salesOrder", one) for one in (pending, closed, cancelled)] == ["A", "H", "C"]
    for one in (pending, closed, cancelled):
        refused = account.refused("POST", f"record/v1/salesOrder/{one}/!transform/itemFulfillment", {})
        assert refused == (400, "USER_ERROR", f"You can not initialize itemfulfillment: invalid reference {one}.")
    account.act("approve_order", order=pending)
    assert account.fulfil(pending)


def test_more_than_is_open_is_refused_and_nothing_happens(account: Account, order: int) -> None:
    path = f"record/v1/salesOrder/{order}/!transform/itemFulfillment"
    assert account.refused("POST", path, shipped({"orderLine": 1, "quantity": 11}))[:2] == (400, "USER_ERROR")
    assert (account.on_hand("A"), account.status("salesOrder", order)) == (100, "B")
    account.fulfil(order, shipped({"orderLine": 1, "quantity": 10}), replace="item")
    refused = account.refused("POST", path, shipped({"orderLine": 1, "quantity": 1}))
    assert "Invalid Field Value 1 for the following field: orderLine" in refused[2], "nothing of it is open"


def test_only_a_shipped_fulfilment_takes_stock_and_is_booked(account: Account, order: int) -> None:
    made = account.fulfil(order, {})
    before = account.balances()
    shown = account.get(f"itemFulfillment/{made}")
    assert (shown["shipStatus"]["refName"], shown["pickedDate"]) == ("Picked", "2026-11-21")
    assert "postingPeriod" not in shown
    line = account.line(order)
    assert (line["quantityPicked"], line["quantityPacked"], line["quantityFulfilled"]) == (10, 0, 0)
    assert (account.on_hand("A"), account.shelf("A")["committed"], account.status("salesOrder", order)) == (
        100,
        10,
        "B",
    )
    account.patch(f"itemFulfillment/{made}", {"shipStatus": {"id": "B"}})
    assert account.line(order)["quantityPacked"] == 10
    account.clock.forward(days=1)
    account.sign_in()
    account.patch(f"itemFulfillment/{made}", {"shipStatus": {"id": "C"}})
    shown = account.get(f"itemFulfillment/{made}")
    assert (shown["packedDate"], shown["shippedDate"], shown["tranDate"]) == ("2026-11-21", "2026-11-22", "2026-11-22")
    assert shown["postingPeriod"]["refName"] == "Nov 2026"
    assert (account.on_hand("A"), account.shelf("A")["committed"], account.status("salesOrder", order)) == (90, 0, "F")
    assert before == {"1200": 400, "6000": -400}
    assert account.balances() == {"1200": 370, "5000": 30, "6000": -400}


def test_what_was_picked_is_open_for_nobody_else(account: Account, order: int) -> None:
    account.fulfil(
        order, {"item": {"items": [{"orderLine": 1, "quantity": 10}, {"orderLine": 4, "itemReceive": False}]}}
    )
    refused = account.refused(
        "POST", f"record/v1/salesOrder/{order}/!transform/itemFulfillment", shipped({"orderLine": 1})
    )
    assert refused[1] == "INVALID_CONTENT"
    assert (
        account.refused("PATCH", f"record/v1/itemFulfillment/{order + 1}", {"shipStatus": "X"})[1] == "INVALID_CONTENT"
    )


def test_without_pick_pack_ship_a_fulfilment_is_shipped_at_once() -> None:
    account = Account(pick_pack_ship=False)
    account.stocked("A")
    made = account.fulfil(account.order(("A", 3)))
    assert account.status("itemFulfillment", made) == "C"
    assert account.on_hand("A") == 97


def test_a_fulfilment_carries_packages_and_what_it_came_from(account: Account, order: int) -> None:
    packages = [{"packageTrackingNumber": "T-1", "packageWeight": 2.5}, {"packageTrackingNumber": "T-2"}]
    body = {"externalId": "DN-1", "shipMethod": {"refName": "DHL"}, "memo": "m", "package": {"items": packages}}
    made = account.fulfil(order, shipped(**body))
    shown = account.get(f"itemFulfillment/eid:DN-1?expandSubResources=true")  # noqa: F541
    assert [one["packageTrackingNumber"] for one in shown["package"]["items"]] == ["T-1", "T-2"]
    assert (shown["createdFrom"]["id"], shown["shipMethod"]["refName"], shown["id"]) == (str(order), "DHL", str(made))
    account.patch(f"itemFulfillment/{made}", {"package": {"items": [{"packageTrackingNumber": "T-3"}]}})
    numbers = account.query("SELECT trackingnumberlist AS n FROM transaction WHERE id = ?", made)
    assert numbers == [{"n": "T-1, T-2, T-3"}]


def test_a_location_must_be_known_for_what_moves(account: Account) -> None:
    account.stocked("A")
    order = account.order(("A", 1), body={"location": None})
    refused = account.refused("POST", f"record/v1/salesOrder/{order}/!transform/itemFulfillment", shipped())
    assert refused[2].startswith("Multi-location Inventory Error (MLI_LOCATION_REQUIRED)")
    account.fulfil(order, shipped({"orderLine": 1, "location": 1}))
    assert account.on_hand("A") == 99


def test_an_invoice_bills_what_was_fulfilled_and_what_is_no_stock(account: Account) -> None:
    account.stocked("A")
    account.act("create_item", item="GIFT", stocked=False)
    order = account.order(("A", 10), ("GIFT", 1))
    account.fulfil(order, shipped({"orderLine": 1, "quantity": 4}))
    made = account.post(f"salesOrder/{order}/!transform/invoice", {"externalId": "INV-1"})
    shown = account.get(f"invoice/{made}?expandSubResources=true")
    assert [(line["orderLine"], line["quantity"]) for line in shown["item"]["items"]] == [(1, 4), (4, 1)]
    assert (shown["total"], shown["status"]["refName"], account.line(order)["quantityBilled"]) == (50, "Open", 4)
    assert account.balances() == {"1100": 50, "1200": 192, "4000": -50, "5000": 8, "6000": -200}
    account.act("pay_invoice", invoice=made)
    assert account.status("invoice", made) == "B"


def test_a_line_of_quantity_nothing_is_left_out_of_an_invoice(account: Account, order: int) -> None:
    account.fulfil(order, shipped())
    body = {"item": {"items": [{"orderLine": 1, "quantity": 0}]}}
    made = account.post(f"salesOrder/{order}/!transform/invoice", body)
    assert account.get(f"invoice/{made}")["total"] == 50
    path = f"record/v1/salesOrder/{order}/!transform/invoice"
    assert account.refused("POST", path, {"item": {"items": [{"orderLine": 1, "quantity": 11}]}})[0] == 400


def test_stock_goes_to_the_first_order_first_and_new_stock_to_those_that_wait(account: Account) -> None:
    account.stocked("A", 10)
    first, second = account.order(("A", 8)), account.order(("A", 5))
    assert [account.line(one)["quantityCommitted"] for one in (first, second)] == [8, 2]
    assert account.line(second)["quantityBackOrdered"] == 3
    account.act("receive_stock", item="A", quantity=2)
    assert account.line(second)["quantityBackOrdered"] == 1
    account.act("close_order", order=first)
    assert account.line(second)["quantityCommitted"] == 5
    assert account.get("inventoryItem/1?expandSubResources=true")["locations"]["items"][0]["quantityAvailable"] == 7


def test_stock_may_go_below_nothing_unless_the_account_says_no() -> None:
    for allowed in (True, False):
        account = Account(allow_negative_stock=allowed)
        account.stocked("A", 1)
        order = account.order(("A", 2))
        reply = account.send("POST", f"record/v1/salesOrder/{order}/!transform/itemFulfillment", shipped())
        assert (reply.status, account.on_hand("A")) == ((204, -1) if allowed else (400, 1))


def test_lines_are_changed_added_and_removed(account: Account, order: int) -> None:
    account.patch(f"salesOrder/{order}", {"item": {"items": [{"line": 1, "quantity": 12}, {"item": {"id": 2}}]}})
    lines = account.get(f"salesOrder/{order}?expandSubResources=true")["item"]["items"]
    assert [(line["line"], line["quantity"]) for line in lines] == [(1, 12), (4, 5), (7, 1)]
    reply = account.send(
        "PATCH", f"record/v1/salesOrder/{order}?replace=item", {"item": {"items": [{"line": 7, "quantity": 2}]}}
    )
    assert reply.status == 204
    lines = account.get(f"salesOrder/{order}?expandSubResources=true")["item"]["items"]
    assert [(line["line"], line["quantity"]) for line in lines] == [(7, 2)]
    assert account.shelf("A")["committed"] == 0


def test_what_was_fulfilled_cannot_be_ordered_less_or_removed(account: Account, order: int) -> None:
    account.fulfil(order, shipped({"orderLine": 1, "quantity": 4}), replace="item")
    path = f"record/v1/salesOrder/{order}"
    assert account.refused("PATCH", path, {"item": {"items": [{"line": 1, "quantity": 3}]}})[0] == 400
    assert account.refused("PATCH", f"{path}?replace=item", {"item": {"items": [{"line": 4}]}})[0] == 400
    assert account.refused("DELETE", path)[0] == 400
    account.act("edit_order", order=order, change=[{"line": 1, "quantity": 4}], remove=[4])
    assert account.status("salesOrder", order) == "F"


def test_a_deleted_fulfilment_brings_all_back_and_leaves_a_trace(account: Account, order: int) -> None:
    before = account.balances()
    made = account.fulfil(order, shipped(externalId="DN-1"))
    assert account.send("DELETE", f"record/v1/itemFulfillment/{made}").status == 204
    assert (account.on_hand("A"), account.status("salesOrder", order), account.balances()) == (100, "B", before)
    assert account.query("SELECT recordid, type FROM deletedrecord") == [
        {"recordid": str(made), "type": "itemFulfillment"}
    ]
    assert account.query("SELECT id FROM transaction WHERE id = ?", made) == []
    assert account.fulfil(order, shipped(externalId="DN-1")) > made


def test_a_fulfilment_that_was_billed_stays(account: Account, order: int) -> None:
    made = account.fulfil(order, shipped())
    account.post(f"salesOrder/{order}/!transform/invoice", {})
    assert "linked to" in account.refused("DELETE", f"record/v1/itemFulfillment/{made}")[2]


def test_staff_may_change_a_fulfilment_after_it_was_billed(account: Account, order: int) -> None:
    made = account.fulfil(order, shipped())
    account.post(f"salesOrder/{order}/!transform/invoice", {})
    change = {"item": {"items": [{"line": 1, "quantity": 9}]}}
    account.act("edit_record", record=f"itemFulfillment/{made}", body=change)
    assert (account.on_hand("A"), account.line(order)["quantityFulfilled"]) == (91, 9)
    assert account.line(order)["quantityBilled"] == 10, "so that the two are not the same any more"


def test_units_are_the_lines_own_and_stock_is_in_base_units(account: Account) -> None:
    account.stocked("A", 50, units=True)
    order = account.order(("A", 2), body={})
    account.act("edit_order", order=order, change=[{"line": 1, "quantity": 2, "unit": "2"}])
    account.fulfil(order, shipped())
    assert account.on_hand("A") == 26
    rows = account.query("SELECT quantity, units FROM transactionline WHERE transaction = ? AND mainline = 'F'", order)
    assert rows == [{"quantity": "-24", "units": "2"}]
    unknown = account.refused(
        "PATCH", f"record/v1/salesOrder/{order}", {"item": {"items": [{"line": 1, "units": "9"}]}}
    )
    assert "Invalid Field Value 9 for the following field: units" in unknown[2]


def test_a_closed_period_refuses_what_posts_and_takes_what_does_not(account: Account, order: int) -> None:
    account.act("close_period", month="2026-11")
    path = f"record/v1/salesOrder/{order}/!transform/itemFulfillment"
    text = "The transaction date you specified is not within the date range of your accounting period."
    assert account.refused("POST", path, shipped()) == (400, "USER_ERROR", text)
    assert account.refused("POST", path, shipped(postingPeriod={"refName": "Dec 2026"}))[2] == text
    account.fulfil(order, shipped({"orderLine": 1}, tranDate="2026-12-01"), replace="item")
    account.fulfil(order, {})
    assert account.on_hand("B") == 100, "what is only picked posts nothing"
    account.act("open_period", month="2026-11")


def test_an_account_may_let_the_period_differ_from_the_date() -> None:
    account = Account(date_outside_period="allow")
    account.stocked("A")
    order = account.order(("A", 1))
    account.act("close_period", month="2026-11")
    made = account.fulfil(order, shipped(postingPeriod={"refName": "Dec 2026"}))
    shown = account.get(f"itemFulfillment/{made}")
    assert (shown["tranDate"], shown["postingPeriod"]["refName"]) == ("2026-11-21", "Dec 2026")


def test_what_is_posted_in_a_period_that_has_closed_stays_but_for_its_words(account: Account, order: int) -> None:
    made = account.fulfil(order, shipped())
    account.act("close_period", month="2026-11")
    account.patch(f"itemFulfillment/{made}", {"memo": "later"})
    change = {"item": {"items": [{"line": 1, "quantity": 9}]}}
    assert account.refused("PATCH", f"record/v1/itemFulfillment/{made}", change)[0] == 400
    assert account.refused("DELETE", f"record/v1/itemFulfillment/{made}")[0] == 400


def test_goods_that_a_supplier_sends_are_not_to_be_picked(account: Account) -> None:
    account.stocked("A")
    account.stocked("B")
    lines = [{"item": {"id": 1}, "quantity": 1, "createPo": {"id": "DropShip"}}, {"item": {"id": 2}, "quantity": 1}]
    order = account.order(("A", 1), body={"item": {"items": lines}})
    made = account.fulfil(order, shipped())
    listed = account.get(f"itemFulfillment/{made}?expandSubResources=true")["item"]["items"]
    assert [line["item"]["refName"] for line in listed] == ["B"]


def test_what_cannot_be_made_from_what_is_refused(account: Account, order: int) -> None:
    assert account.refused("POST", f"record/v1/salesOrder/{order}/!transform/itemReceipt", {})[0] == 400
    assert account.refused("POST", f"record/v1/salesOrder/{order}/!transform/nothing", {})[:2] == (
        404,
        "NONEXISTENT_ID",
    )
    assert account.refused("POST", "record/v1/itemFulfillment", {})[0] == 400


def test_an_invoice_of_nothing_moves_its_stock_itself(account: Account) -> None:
    account.stocked("A")
    account.act("create_customer", partner="C-1")
    lines = [{"item": {"id": 1}, "quantity": 2, "rate": 10, "location": 1}]
    made = account.post("invoice", {"entity": {"id": 1}, "item": {"items": lines}})
    assert (account.on_hand("A"), account.get(f"invoice/{made}")["total"]) == (98, 20)


def test_lines_are_not_added_to_what_was_made_from_another(account: Account, order: int) -> None:
    made = account.fulfil(order, shipped({"orderLine": 1, "quantity": 4}), replace="item")
    path = f"record/v1/itemFulfillment/{made}"
    assert account.refused("PATCH", path, {"item": {"items": [{"item": {"id": 2}, "quantity": 1}]}})[0] == 400
    assert account.refused("PATCH", path, {"item": {"items": [{"line": 1, "quantity": -1}]}})[1] == "INVALID_CONTENT"
    account.patch(f"itemFulfillment/{made}", {"item": {"items": [{"line": 1, "orderLine": 4, "quantity": 3}]}})
    assert account.line(order)["quantityFulfilled"] == 3, "a line goes on being of what it is of"


def test_what_is_read_only_is_passed_over(account: Account, order: int) -> None:
    account.patch(f"salesOrder/{order}", {"status": {"id": "G"}, "item": {"items": [{"line": 1, "quantityBilled": 9}]}})
    assert (account.status("salesOrder", order), account.line(order)["quantityBilled"]) == ("B", 0)
