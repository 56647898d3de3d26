"""Which REST call goes to which handler. Paths are under `/api` or `/api/v1`; `#` stands for an id."""

from collections.abc import Mapping
from types import MappingProxyType

from tieout.twins.clarus import (
    automations,
    crud,
    goods_in_receipts,
    goods_outs,
    processes,
    receive_tasks,
    shipments,
    stock_calls,
)
from tieout.twins.clarus.calls import MOST_ID, Call, Handler
from tieout.twins.clarus.errors import Problem, RefusedError
from tieout.twins.clarus.resources import RESOURCES
from tieout.twins.clarus.state import State
from tieout.twins.wire import Reply, Request

Routes = Mapping[tuple[str, str], Handler]

OWN: Routes = MappingProxyType(
    {
        ("DELETE", "products"): crud.delete_many,
        ("DELETE", "delivery_addresses"): crud.delete_many,
        ("POST", "products/#/account_products"): crud.create_account_product,
        ("DELETE", "products/#/account_products/#"): crud.delete_account_product,
        ("PATCH", "product_storage_units/#/priority"): crud.set_priority,
        ("POST", "goods_in_receipts"): goods_in_receipts.create,
        ("PATCH", "goods_in_receipts/#"): goods_in_receipts.update,
        ("DELETE", "goods_in_receipts/#"): goods_in_receipts.delete,
        ("POST", "goods_in_receipts/#/receive"): goods_in_receipts.begin,
        ("POST", "goods_in_receipts/#/revert"): goods_in_receipts.take_back,
        ("POST", "receive_tasks/#/receive"): receive_tasks.receive,
        ("POST", "receive_tasks/#/receive_to_putaway_location"): receive_tasks.receive_to_putaway_location,
        ("POST", "goods_outs"): goods_outs.create,
        ("PATCH", "goods_outs/#"): goods_outs.update,
        ("DELETE", "goods_outs/#"): goods_outs.delete,
        ("POST", "goods_outs/#/cancel"): goods_outs.cancel,
        ("POST", "goods_out_processes/process_picks_async"): processes.process_picks,
        ("POST", "goods_out_processes/short_order_lines"): processes.short_order_lines,
        ("POST", "shipments"): shipments.create,
        ("PATCH", "shipments/#"): shipments.update,
        ("DELETE", "shipments/#"): shipments.delete,
        ("POST", "packages"): shipments.create_package,
        ("PATCH", "packages/#"): shipments.update_package,
        ("DELETE", "packages/#"): shipments.delete_package,
        ("POST", "automations"): automations.create,
        ("PATCH", "automations/#"): automations.update,
        ("DELETE", "automations/#"): automations.delete,
        ("POST", "automations/#/run"): automations.run_now,
        ("POST", "stocks/hold"): stock_calls.hold,
        ("POST", "stocks/offhold"): stock_calls.offhold,
        ("POST", "stocks/#/negative_adjustment"): stock_calls.negative_adjustment,
        ("POST", "stocks/#/move"): stock_calls.move,
        ("PATCH", "stocks/#"): stock_calls.change,
    }
)
PLAIN: Routes = MappingProxyType({("POST", ""): crud.create, ("PATCH", "#"): crud.update, ("DELETE", "#"): crud.delete})


def rest(state: State, request: Request) -> Reply:
    """Answers one REST call, or refuses it."""
    api, *steps = request.path.strip("/").split("/")
    steps = steps[1:] if steps[:1] == ["v1"] else steps
    ids = tuple(int(step) for step in steps if _is_id(step))
    pattern = "/".join("#" if _is_id(step) else step for step in steps)
    resource = steps[0] if steps else ""
    handler = OWN.get((request.method, pattern))
    if handler is None and resource in RESOURCES:
        handler = PLAIN.get((request.method, pattern.removeprefix(resource).strip("/")))
    if handler is None or api != "api":
        problem = Problem("route_not_found", f"there is no {request.method} /api/{'/'.join(steps)}")
        raise RefusedError(problem, status=404)
    return handler(Call(state, resource, ids, request.body, request.query))


def _is_id(step: str) -> bool:
    return step.isascii() and step.isdecimal() and len(step) < 20 and int(step) <= MOST_ID
