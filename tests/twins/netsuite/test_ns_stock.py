"""Stock that changes by itself, and the detail of it: lots, serials, bins, statuses (facts, sections 8.4 and 8.6)."""

from typing import Any

import pytest
from ns_account import Account


def adjustment(quantity: float, item: int = 1, **line: Any) -> dict[str, Any]:
    lines = [{"item": {"id": str(item)}, "location": {"id": "1"}, "adjustQtyBy": quantity, **line}]
    head = {"account": {"id": "7"}, "adjLocation": {"id": "1"}, "subsidiary": {"id": "1"}}
    return {**head, "inventory": {"items": lines}}


def detail(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"inventoryDetail": {"inventoryAssignment": {"items": list(rows)}}}


def test_an_adjustment_moves_stock_against_its_account(account: Account) -> None:
    account.stocked("A", 10, cost=2)
    account.post("inventoryAdjustment", adjustment(-2))
    account.post("inventoryAdjustment", adjustment(4, unitCost=5))
    assert (account.on_hand("A"), account.shelf("A")["average"]) == (12, 3)
    assert account.balances() == {"1200": 36, "6000": -36}


def test_an_adjustment_needs_an_account_lines_and_something_to_adjust(account: Account) -> None:
    account.stocked("A")
    for body, text in (
        ({**adjustment(1), "account": None}, "Please enter value(s) for: account"),
        ({**adjustment(1), "inventory": None}, "You must enter at least one line item for this transaction."),
        (adjustment(0), "Please enter value(s) for: Adjust Qty. By"),
    ):
        assert account.refused("POST", "record/v1/inventoryAdjustment", body) == (400, "USER_ERROR", text)


def test_one_bad_line_refuses_the_whole_adjustment(account: Account) -> None:
    account.stocked("A")
    body = adjustment(-2)
    body["inventory"]["items"].append({"item": {"id": "99"}, "location": 1, "adjustQtyBy": 1})
    assert account.refused("POST", "record/v1/inventoryAdjustment", body)[1] == "INVALID_CONTENT"
    assert account.on_hand("A") == 100


def test_a_deleted_adjustment_is_taken_back(account: Account) -> None:
    account.stocked("A")
    made = account.post("inventoryAdjustment", adjustment(-2))
    assert account.send("DELETE", f"record/v1/inventoryAdjustment/{made}").status == 204
    assert account.on_hand("A") == 100


def test_a_transfer_moves_stock_and_its_value_between_locations(account: Account) -> None:
    account.stocked("A", 10, cost=2)
    lines = [{"item": {"id": 1}, "adjustQtyBy": 4}]
    body = {"location": {"id": 1}, "transferLocation": {"id": 3}, "subsidiary": 1, "inventory": {"items": lines}}
    made = account.post("inventoryTransfer", body)
    assert (account.on_hand("A"), account.on_hand("A", 3), account.shelf("A", 3)["average"]) == (6, 4, 2)
    assert account.state()["balances"]["1200"] == {"1": 12, "3": 8}
    rows = account.query("SELECT account, SUM(amount) AS amount FROM transactionaccountingline "
                         "WHERE transaction = ? GROUP BY account", made)  # fmt: skip
    assert rows == [{"account": "2", "amount": "0"}]


def test_a_hold_makes_stock_unavailable_where_it_is(account: Account) -> None:
    account.stocked("A", 10)
    account.act("hold_stock", item="A", quantity=4)
    assert (account.on_hand("A"), account.shelf("A")["usable"]) == (10, 6)
    rows = account.query("SELECT BUILTIN.DF(inventorystatus) AS status, quantityonhand AS held, "
                         "quantityavailable AS free FROM inventorybalance ORDER BY inventorystatus")  # fmt: skip
    assert rows == [{"status": "Good", "held": "6", "free": "6"}, {"status": "Quarantine", "held": "4", "free": "0"}]
    account.act("release_stock", item="A", quantity=4)
    assert account.shelf("A")["usable"] == 10


def test_a_status_needs_the_feature() -> None:
    account = Account(inventory_status=False)
    account.stocked("A")
    body = {
        "location": 1,
        "previousStatus": 1,
        "revisedStatus": 2,
        "inventory": {"items": [{"item": 1, "quantity": 1}]},
    }
    assert "feature Inventory Status" in account.refused("POST", "record/v1/inventoryStatusChange", body)[2]


@pytest.fixture
def lots(account: Account) -> int:
    """An item with lots: 6 of L1 and 4 of L2. Returns an order of 8."""
    account.act("create_item", item="A", lots=True)
    given = [{"lot": "L1", "quantity": 6, "expiry": "2027-01-31"}, {"lot": "L2", "quantity": 4}]
    account.act("receive_stock", item="A", quantity=10, lots=given)
    return account.order(("A", 8))


def fulfilment(*rows: dict[str, Any], quantity: float = 8) -> dict[str, Any]:
    return {"shipStatus": "C", "item": {"items": [{"orderLine": 1, "quantity": quantity, **detail(*rows)}]}}


def test_lots_go_out_by_their_inventory_number(account: Account, lots: int) -> None:
    rows = [
        {"issueInventoryNumber": {"id": "1"}, "quantity": 5},
        {"issueInventoryNumber": {"refName": "L2"}, "quantity": 3},
    ]
    made = account.fulfil(lots, fulfilment(*rows))
    held = account.query(
        "SELECT BUILTIN.DF(inventorynumber) AS lot, quantityonhand AS held FROM inventorybalance ORDER BY lot"
    )
    assert held == [{"lot": "L1", "held": "1"}, {"lot": "L2", "held": "1"}]
    moved = account.query(
        "SELECT inventorynumber, quantity FROM inventoryassignment WHERE transaction = ? ORDER BY id", made
    )
    assert moved == [{"inventorynumber": "1", "quantity": "-5"}, {"inventorynumber": "2", "quantity": "-3"}]
    shown = account.get(f"itemFulfillment/{made}/item/1/inventoryDetail/inventoryAssignment?expandSubResources=true")
    assert [row["issueInventoryNumber"]["refName"] for row in shown["items"]] == ["L1", "L2"]
    assert account.get("inventoryNumber/1")["expirationDate"] == "2027-01-31"


def test_lots_that_are_missing_do_not_add_up_or_are_not_there_are_refused(account: Account, lots: int) -> None:
    path = f"record/v1/salesOrder/{lots}/!transform/itemFulfillment"
    missing = account.refused("POST", path, {"shipStatus": "C"})
    assert missing[2] == "Please configure the inventory detail in line 1 of the item list."
    short = account.refused("POST", path, fulfilment({"issueInventoryNumber": {"id": 1}, "quantity": 5}))
    assert short[2] == "The total inventory detail quantity must be 8."
    much = account.refused("POST", path, fulfilment({"issueInventoryNumber": {"id": 1}, "quantity": 8}))
    assert much[2] == "You only have 6 available of item A in line 1."
    unknown = account.refused("POST", path, fulfilment({"issueInventoryNumber": {"id": 9}, "quantity": 8}))
    assert unknown[1] == "INVALID_CONTENT"


def test_a_lot_of_the_same_name_is_each_items_own(account: Account, lots: int) -> None:
    account.act("create_item", item="B", lots=True)
    account.act("receive_stock", item="B", quantity=5, lots=[{"lot": "L1", "quantity": 5}])
    order = account.order(("B", 5))
    row = {"issueInventoryNumber": {"refName": "L1"}, "quantity": 5}
    account.fulfil(order, fulfilment(row, quantity=5))
    assert (account.on_hand("B"), account.on_hand("A")) == (0, 10)


def test_serial_numbers_are_one_each_and_in_stock_once(account: Account) -> None:
    account.act("create_item", item="S", serials=True)
    account.act("receive_stock", item="S", quantity=2, serials=["S1", "S2"])
    again = adjustment(1, **detail({"receiptInventoryNumber": "S1", "quantity": 1}))
    assert (
        account.refused("POST", "record/v1/inventoryAdjustment", again)[2]
        == "The serial number S1 is already in stock."
    )
    two = adjustment(2, **detail({"receiptInventoryNumber": "S3", "quantity": 2}))
    assert account.refused("POST", "record/v1/inventoryAdjustment", two)[0] == 400
    order = account.order(("S", 1))
    account.fulfil(order, fulfilment({"issueInventoryNumber": {"refName": "S2"}}, quantity=1))
    path = f"record/v1/salesOrder/{account.order(('S', 1))}/!transform/itemFulfillment"
    gone = account.refused("POST", path, fulfilment({"issueInventoryNumber": {"refName": "S2"}}, quantity=1))
    assert gone[2] == "You only have 0 available of item S in line 1."


def test_lots_come_in_with_a_receipt(account: Account) -> None:
    account.act("create_item", item="A", lots=True)
    order = account.act("create_purchase_order", lines=[{"item": "A", "quantity": 4}])["id"]
    rows = detail({"receiptInventoryNumber": "LOT-A1", "quantity": 4, "expirationDate": "2027-05-01"})
    account.post(f"purchaseOrder/{order}/!transform/itemReceipt", {"item": {"items": [{"orderLine": 1, **rows}]}})
    (row,) = account.query("SELECT inventorynumber, expirationdate FROM inventorynumber")
    assert row == {"inventorynumber": "LOT-A1", "expirationdate": "5/1/2027"}


def test_bins_are_asked_for_where_item_and_location_use_them(account: Account) -> None:
    account.patch("location/2", {"useBins": True})
    shelf = account.post("bin", {"binNumber": "A-01", "location": {"id": 2}})
    elsewhere = account.post("bin", {"binNumber": "B-01", "location": {"id": 1}})
    account.act("create_item", item="A", body={"useBins": True})
    account.act("receive_stock", item="A", quantity=5)
    body = {**adjustment(5), "adjLocation": {"id": "2"}}
    line = body["inventory"]["items"][0]
    line["location"] = {"id": "2"}
    assert "configure the inventory detail" in account.refused("POST", "record/v1/inventoryAdjustment", body)[2]
    line |= detail({"binNumber": {"id": elsewhere}, "quantity": 5})
    assert account.refused("POST", "record/v1/inventoryAdjustment", body)[1] == "INVALID_CONTENT"
    line |= detail({"binNumber": {"id": shelf}, "quantity": 5})
    account.post("inventoryAdjustment", body)
    assert account.query("SELECT BUILTIN.DF(binnumber) AS bin FROM inventorybalance WHERE location = 2") == [
        {"bin": "A-01"}
    ]
