"""Whatever is asked of the twin, in whatever order: it answers, its books balance, and a refusal leaves no trace."""

import random
from decimal import Decimal
from typing import Any

import pytest
from ns_account import Account

from tieout.twins.netsuite.state import State

STEPS = 150
ORDERS = ("salesOrder", "purchaseOrder", "returnAuthorization", "transferOrder")
MADE = ("itemFulfillment", "itemReceipt", "invoice", "creditMemo", "inventoryAdjustment", "inventoryTransfer")
ODD: tuple[Any, ...] = (None, "", "x", -1, 0, 1, 2, 99999, True, [], {}, {"id": "1"}, {"items": [{}]}, {"refName": "A"})
FIELDS = ("tranDate", "entity", "location", "orderStatus", "shipStatus", "memo", "externalId", "item", "inventory",
          "postingPeriod", "account", "adjLocation", "transferLocation", "package", "status", "subsidiary")  # fmt: skip
LINE = ("line", "orderLine", "item", "quantity", "location", "units", "isClosed", "itemReceive", "rate",
        "inventoryDetail", "adjustQtyBy", "unitCost")  # fmt: skip


def some_line(rng: random.Random) -> dict[str, Any]:
    line: dict[str, Any] = {rng.choice(("line", "orderLine")): rng.choice((1, 2, 4)), "quantity": rng.randint(0, 6)}
    line |= {"item": {"id": rng.randint(1, 4)}, "location": rng.choice((1, 2)), "adjustQtyBy": rng.randint(-3, 3)}
    kept = {name: value for name, value in line.items() if rng.random() < 0.9}
    return kept | ({rng.choice(LINE): rng.choice(ODD)} if rng.random() < 0.1 else {})


def some_body(rng: random.Random) -> dict[str, Any]:
    body: dict[str, Any] = {"entity": 1, "location": 1, "orderStatus": "B", "shipStatus": rng.choice("ABC")}
    body |= {"account": 7, "adjLocation": 1, "transferLocation": 2, "externalId": f"X{rng.randint(1, 40)}"}
    body |= {name: {"items": [some_line(rng) for _ in range(rng.randint(1, 2))]} for name in ("item", "inventory")}
    kept = {name: value for name, value in body.items() if rng.random() < 0.9}
    return kept | ({rng.choice(FIELDS): rng.choice(ODD)} if rng.random() < 0.15 else {})


WAYS = (
    ("salesOrder", "itemFulfillment"), ("salesOrder", "invoice"), ("salesOrder", "returnAuthorization"),
    ("purchaseOrder", "itemReceipt"), ("returnAuthorization", "itemReceipt"), ("returnAuthorization", "creditMemo"),
    ("invoice", "creditMemo"), ("transferOrder", "itemFulfillment"), ("transferOrder", "itemReceipt"),
)  # fmt: skip


def some_request(rng: random.Random, state: State) -> tuple[str, str, Any]:
    def one(*kinds: str) -> str:
        known = [f"{kind}/{number}" for kind in kinds for number in state.records[kind]]
        return rng.choice(known or ["salesOrder/999"]) if rng.random() < 0.95 else f"{kinds[0]}/{rng.randint(1, 60)}"

    source, target = rng.choice(WAYS)
    replace = rng.choice(("", "", "?replace=item"))
    status = {"shipStatus": rng.choice("ABC")}
    return rng.choice([
        ("POST", rng.choice((*ORDERS, *MADE)), some_body(rng)),
        ("POST", rng.choice(ORDERS), some_body(rng)),
        ("POST", f"{one(source)}/!transform/{target}{replace}", some_body(rng)),
        ("POST", f"{one(source)}/!transform/{target}", {}),
        ("POST", f"{one(source)}/!transform/{target}", status),
        ("POST", f"{one('salesOrder', 'transferOrder')}/!transform/itemFulfillment", status),
        ("PATCH", f"{one(*ORDERS, *MADE)}{replace}", some_body(rng)),
        ("PATCH", one("itemFulfillment"), status),
        ("PATCH", one(*ORDERS), {"item": {"items": [{"line": 1, "isClosed": rng.random() < 0.5}]}}),
        ("DELETE", one(*ORDERS, *MADE), None),
        ("GET", f"{one(*ORDERS, *MADE)}?expandSubResources=true", None),
    ])  # fmt: skip


def prepared() -> Account:
    account = Account(job_s=0)
    account.stocked("A")
    account.stocked("B", 5, units=True)
    account.act("create_item", item="GIFT", stocked=False)
    account.act("create_item", item="L", lots=True)
    account.act("receive_stock", item="L", quantity=5, lots=[{"lot": "L1", "quantity": 5}])
    account.act("create_customer", partner="C-1")
    for quantity in (1, 2, 3):
        account.order(("A", quantity), ("B", quantity))
        account.act("create_purchase_order", lines=[{"item": "A", "quantity": quantity}], vendor="C-1")
        account.act("create_transfer_order", lines=[{"item": "A", "quantity": quantity}])
    return account


def audit(state: State) -> None:
    """What must always be so."""
    for (item, location), shelf in state.shelves.items():
        held = sum(held for place, held in state.on_hand.items() if (place.item, place.location) == (item, location))
        moved = [one for posted in state.posted.values() for one in posted.moves]
        own = sum(one.quantity for one in moved if (one.place.item, one.place.location) == (item, location))
        assert shelf["onHand"] == held == own, f"{item} at {location}"
    for number, posted in state.posted.items():
        assert sum(entry.amount for entry in posted.entries) == 0, f"the books of {number} balance"
        assert state.get("transaction", number) is not None, f"{number} is posted and gone"
    for (space, name), (kind, number) in state.external.items():
        assert state.records[kind][number]["externalId"] == name, space
    for order in (row for kind in ORDERS for row in state.records[kind].values()):
        audit_order(state, order)


def audit_order(state: State, order: dict[str, Any]) -> None:
    """Its lines have what the transactions made from it say."""
    made = [state.must("transaction", number) for number in state.children.get(order["id"], {})]
    shift = 1 if order["_type"] == "transferOrder" else 0
    for line in order["item"]:
        mine = [(row, one) for row in made for one in row["item"] if one.get("orderLine") == line["line"] + shift]
        sums = {kind: sum((one["quantity"] for row, one in mine if row["_type"] == kind), Decimal(0)) for kind in MADE}
        out = (one["quantity"] for row, one in mine if row["_type"] == "itemFulfillment" and row["shipStatus"] == "C")
        wanted = {"quantityPicked": sums["itemFulfillment"], "quantityFulfilled": sum(out, Decimal(0))}
        wanted |= {"quantityReceived": sums["itemReceipt"], "quantityBilled": sums["invoice"] + sums["creditMemo"]}
        for name, quantity in wanted.items():
            if name in line and not (order["_type"] == "purchaseOrder" and name == "quantityBilled"):
                assert line[name] == quantity, f"{order['tranId']} line {line['line']} {name}"


@pytest.mark.parametrize("seed", range(6))
def test_the_twin_answers_balances_and_undoes(seed: int) -> None:
    rng, account = random.Random(seed), prepared()  # noqa: S311  a seed decides
    done = 0
    for _ in range(STEPS):
        before = account.state()
        method, path, body = some_request(rng, account.twin.state)
        reply = account.send(method, f"record/v1/{path}", body)
        assert reply.status in (200, 204, 400, 404), (method, path, body, reply)
        if reply.status >= 400:
            assert account.state() | {"time": ""} == before | {"time": ""}, (method, path, body)
        done += method != "GET" and reply.status == 204
        audit(account.twin.state)
    assert done > STEPS / 10, "most of it was not refused for one reason"
    rows = account.query(
        "SELECT item, location, quantityonhand AS n FROM inventoryitemlocations ORDER BY item, location"
    )
    shown = [(int(row["item"]), int(row["location"]), Decimal(row["n"])) for row in rows]
    shelves = account.twin.state.shelves
    assert shown == sorted((item, location, shelf["onHand"]) for (item, location), shelf in shelves.items())
    counted = account.query("SELECT COUNT(*) AS n FROM transaction")
    counts = account.state()["counts"]
    assert int(counted[0]["n"]) == sum(counts[kind] for kind in (*ORDERS, *MADE))
