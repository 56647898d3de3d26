"""`/_twin/`: how tests, the demo and the simulator look into the twin and tell it what happens on the floor."""

from collections import Counter
from typing import Any

from tieout.twins.clarus.acts import ACTS
from tieout.twins.clarus.errors import refused
from tieout.twins.clarus.records import Status
from tieout.twins.clarus.state import State
from tieout.twins.clarus.wiring import as_object, decode
from tieout.twins.faults import WIRE_FAULTS, FaultPlan, UnknownFault

OWN_FAULTS = ("webhook_lost", "webhook_doubled", "webhook_late", "webhook_reordered", "token_gone")
FAULTS = (*WIRE_FAULTS, *OWN_FAULTS)


def told(body: bytes) -> dict[str, Any]:
    """The body of an admin call: an object, or nothing at all."""
    try:
        content = as_object(decode(body) if body.strip() else {})
    except ValueError as broken:
        raise refused("malformed_body", f"the body is not JSON: {broken}") from broken
    if content is None:
        raise refused("malformed_body", "the body must be an object")
    return content


def act(state: State, body: bytes) -> dict[str, Any]:
    """POST /_twin/act."""
    content = told(body)
    perform = ACTS.get(str(content.get("act")))
    if perform is None:
        raise refused("act_invalid", f"no act is called {content.get('act')!r}; the acts are {', '.join(ACTS)}")
    return perform(state, content)


def summary(state: State) -> dict[str, Any]:
    """GET /_twin/state: how much of everything there is."""
    return {
        "now": state.now(),
        "products": len(state.products),
        "goods_outs": dict(Counter(Status(order.goods_out_status_id).name for order in state.goods_outs)),
        "goods_in_receipts": dict(Counter(receipt.status.name for receipt in state.goods_in_receipts)),
        "transactions": dict(Counter(row.subtype for row in state.transactions)),
        "shipments": dict(Counter(row.values["status"] for row in state.shipments)),
        "stock": [_stock(state, stock_id) for stock_id in state.stocks.ids()],
        "on_hand": state.on_hand(),
        "webhooks": {
            "owed": len(state.outbox.owed),
            "queued": state.outbox.queued,
            "given_up": state.outbox.given_up,
        },
        "settings": {name: value for name, value in vars(state.settings).items() if name != "client_secret"},
    }


def _stock(state: State, stock_id: int) -> dict[str, Any]:
    stock = state.stocks[stock_id]
    return {
        "id": stock.id,
        "product": state.products[stock.lot.product_id].values.get("code"),
        "location": state.plain["locations"][stock.lot.location_id].values["code"],
        "status": stock.lot.status,
        "batch": stock.lot.string1,
        "quantity": stock.quantity,
        "allocated": stock.allocated,
    }


def plan(body: bytes) -> FaultPlan:
    """The fault plan that POST /_twin/faults asks for: `{"seed", "rates", "late_s"}`, each optional."""
    content = told(body)
    rates = as_object(content.get("rates") or {})
    if rates is None:
        raise refused("act_invalid", "rates must map names of faults to chances")
    try:
        chances = {name: float(rate) for name, rate in rates.items()}
        return FaultPlan(FAULTS, int(content.get("seed", 0)), chances, float(content.get("late_s", 2.0)))
    except (TypeError, ValueError, UnknownFault) as fault:
        raise refused("act_invalid", str(fault)) from fault
