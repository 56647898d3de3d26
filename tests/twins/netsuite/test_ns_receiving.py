"""Goods that come in: from suppliers, from customers, from another location (facts, sections 5 and 8)."""

from typing import Any

import pytest
from ns_account import Account


def bought(account: Account, *lines: tuple[str, float], **more: Any) -> int:
    rows = [{"item": item, "quantity": quantity, "price": 3} for item, quantity in lines]
    return account.act("create_purchase_order", lines=rows, **more)["id"]


def receipt(order: int) -> str:
    return f"purchaseOrder/{order}/!transform/itemReceipt"


def test_a_purchase_order_goes_from_pending_receipt_to_pending_bill(account: Account) -> None:
    account.stocked("A", 0)
    account.stocked("B", 0)
    order = bought(account, ("A", 10), ("B", 5), approved=False)
    seen = [account.status("purchaseOrder", order)]
    account.act("approve_order", order=order)
    seen.append(account.status("purchaseOrder", order))
    lines = [{"orderLine": 1, "itemReceive": True, "quantity": 4}, {"orderLine": 2, "itemReceive": False}]
    account.post(receipt(order), {"externalId": "GR-1", "item": {"items": lines}})
    seen.append(account.status("purchaseOrder", order))
    account.post(receipt(order), {})
    seen.append(account.status("purchaseOrder", order))
    assert seen == ["A", "B", "E", "F"]
    assert (account.on_hand("A"), account.on_hand("B")) == (10, 5)
    assert account.balances() == {"1200": 45, "2100": -45}


def test_what_a_supplier_owes_is_on_order(account: Account) -> None:
    account.stocked("A", 0)
    order = bought(account, ("A", 10))
    assert account.shelf("A")["onOrder"] == 10
    account.post(receipt(order), {"item": {"items": [{"orderLine": 1, "quantity": 4}]}})
    assert account.shelf("A")["onOrder"] == 6
    account.act("close_order", order=order)
    assert (account.shelf("A")["onOrder"], account.status("purchaseOrder", order)) == (0, "F")


def test_more_than_was_ordered_is_refused_unless_overage_is_allowed() -> None:
    for allowed in (True, False):
        account = Account(allow_overage=allowed)
        account.stocked("A", 0)
        order = bought(account, ("A", 10))
        body = {"item": {"items": [{"orderLine": 1, "quantity": 11}]}}
        assert account.send("POST", f"record/v1/{receipt(order)}", body).status == (204 if allowed else 400)


def test_a_receipt_line_is_known_by_its_line_too(account: Account) -> None:
    account.stocked("A", 0)
    order = bought(account, ("A", 10))
    account.post(receipt(order), {"item": {"items": [{"line": 1, "quantity": 4}]}})
    assert account.on_hand("A") == 4


def test_stock_is_worth_what_was_paid_for_it_on_average(account: Account) -> None:
    account.stocked("A", 10, cost=1)
    account.post(receipt(bought(account, ("A", 10))), {})
    assert account.shelf("A")["average"] == 2


def test_a_deleted_receipt_takes_the_goods_back(account: Account) -> None:
    account.stocked("A", 0)
    order = bought(account, ("A", 10))
    made = account.post(receipt(order), {})
    assert account.send("DELETE", f"record/v1/itemReceipt/{made}").status == 204
    assert (account.on_hand("A"), account.status("purchaseOrder", order)) == (0, "B")
    assert account.balances() == {}


@pytest.fixture
def returned(account: Account) -> int:
    """A return of 4 of 10 that were shipped and invoiced, at a cost of 2; the cost has risen since."""
    account.stocked("A")
    order = account.order(("A", 10))
    account.act("fulfil_by_hand", order=order)
    account.act("invoice_by_hand", order=order)
    account.act("receive_stock", item="A", quantity=90, cost=6)
    body = {"externalId": "RMA-1", "orderStatus": {"id": "B"}, "item": {"items": [{"orderLine": 1, "quantity": 4}]}}
    return account.post(f"salesOrder/{order}/!transform/returnAuthorization", body)


def test_a_return_goes_from_pending_receipt_to_refunded(account: Account, returned: int) -> None:
    seen = [account.status("returnAuthorization", returned)]
    path = f"returnAuthorization/{returned}/!transform"
    account.post(f"{path}/itemReceipt", {"item": {"items": [{"orderLine": 1, "quantity": 1}]}})
    seen.append(account.status("returnAuthorization", returned))
    account.post(f"{path}/itemReceipt", {})
    seen.append(account.status("returnAuthorization", returned))
    account.post(f"{path}/creditMemo", {"externalId": "CM-1"})
    seen.append(account.status("returnAuthorization", returned))
    assert seen == ["B", "E", "F", "G"]
    assert account.get("creditMemo/eid:CM-1")["total"] == 40


def test_goods_come_back_at_the_cost_they_left_with(account: Account, returned: int) -> None:
    before = account.balances()
    account.post(f"returnAuthorization/{returned}/!transform/itemReceipt", {})
    after = account.balances()
    assert (after["1200"] - before["1200"], after["5000"] - before["5000"]) == (8, -8)


def test_quarantined_goods_come_back_to_another_location(account: Account, returned: int) -> None:
    path = f"returnAuthorization/{returned}/!transform/itemReceipt"
    account.post(path, {"item": {"items": [{"orderLine": 1, "quantity": 1, "location": 1}]}})
    account.post(path, {"item": {"items": [{"orderLine": 1, "location": {"refName": "Quarantine"}}]}})
    assert (account.on_hand("A"), account.on_hand("A", 3)) == (181, 3)


def test_credit_before_the_goods_is_refused(account: Account, returned: int) -> None:
    refused = account.refused("POST", f"record/v1/returnAuthorization/{returned}/!transform/creditMemo", {})
    assert refused[2] == f"You can not initialize creditmemo: invalid reference {returned}."


def test_an_invoice_is_credited_up_to_what_it_billed(account: Account) -> None:
    account.stocked("A")
    order = account.order(("A", 10))
    account.act("fulfil_by_hand", order=order)
    invoice = account.act("invoice_by_hand", order=order)["id"]
    path = f"invoice/{invoice}/!transform/creditMemo"
    account.post(path, {"item": {"items": [{"orderLine": 1, "quantity": 4}]}})
    account.post(path, {})
    assert account.refused("POST", f"record/v1/{path}", {})[0] == 400
    assert (account.on_hand("A"), account.balances()["5000"]) == (90, 20), "the goods did not come back"


def test_a_transfer_order_ships_from_one_location_and_is_received_in_another(account: Account) -> None:
    account.stocked("A")
    order = account.act("create_transfer_order", lines=[{"item": "A", "quantity": 10}])["id"]
    line = account.line(order, kind="transferOrder")["line"]
    receive = f"transferOrder/{order}/!transform/itemReceipt"
    assert account.refused("POST", f"record/v1/{receive}", {})[2].startswith("You can not initialize itemreceipt")
    body = {"shipStatus": "C", "item": {"items": [{"orderLine": line + 1, "quantity": 6}]}}
    account.post(f"transferOrder/{order}/!transform/itemFulfillment", body)
    assert (account.status("transferOrder", order), account.shelf("A", 2)["inTransit"]) == ("E", 6)
    assert account.balances() == {"1200": 188, "1210": 12, "6000": -200}
    account.post(receive, {})
    assert (account.on_hand("A"), account.on_hand("A", 2), account.status("transferOrder", order)) == (94, 6, "D")
    account.act("fulfil_by_hand", order=order)
    assert account.status("transferOrder", order) == "F"
    account.act("receive_by_hand", order=order)
    assert (account.status("transferOrder", order), account.shelf("A", 2)["inTransit"]) == ("G", 0)
    assert account.balances() == {"1200": 200, "6000": -200}
