"""How one value of a record is read for GraphQL: plain, through another record, or worked out when asked."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from tieout.twins.clarus.records import Balance, Line, Record, Status, Task
from tieout.twins.clarus.state import State

Read = Callable[[State, Any], Any]

RELATED: Mapping[str, str] = MappingProxyType(
    {
        "account": "accounts",
        "carrier": "carriers",
        "carrier_service": "carrier_services",
        "completing_user": "users",
        "customer": "customers",
        "goods_in_receipt": "goods_in_receipts",
        "goods_in_receipt_line": "inbound_items",
        "goods_out": "goods_outs",
        "goods_out_line": "goods_out_lines",
        "goods_out_status": "goods_out_statuses",
        "location": "locations",
        "location_from": "locations",
        "location_to": "locations",
        "order_type": "order_types",
        "product": "products",
        "reason_code": "reason_codes",
        "shipment": "shipments",
        "stock_unit_type": "stock_unit_types",
        "storage_unit_type": "storage_unit_types",
        "supplier": "suppliers",
        "task_type": "task_types",
        "warehouse": "warehouses",
    }
)


def reader(node: str, path: str) -> Read:
    """What reads a dotted path from a record of a node. A list it gives means: any of these (for filters)."""
    first, _, rest = path.partition(".")
    step = WORKED_OUT.get((node, first)) or (related(first) if first in RELATED else _plain(first))
    if not rest:
        return step
    onward = reader("", rest)

    def through(state: State, row: Any) -> Any:
        other = step(state, row)
        return None if other is None else onward(state, other)

    return through


def related(name: str) -> Read:
    """Reads the record that `<name>_id` points to."""
    id_name, table_name = f"{name}_id", RELATED[name]

    def read(state: State, row: Any) -> Record | None:
        return state.table(table_name).get(row.read(id_name))

    return read


def _plain(name: str) -> Read:
    return lambda _, row: row.read(name)


def moment_of(value: Any) -> datetime | None:
    """A time kept as time or as ISO text."""
    return value if value is None or isinstance(value, datetime) else datetime.fromisoformat(value)


def short_status(_: State, line: Line) -> str | None:
    """FULL, PART or SHORT; none before anything has left."""
    if line.shorted_quantity:
        return "SHORT"
    if line.dispatch_quantity:
        return "FULL" if line.dispatch_quantity == line.order_quantity else "PART"
    return None


def _sum_stocks(figure: Callable[[Any], Decimal]) -> Read:
    def read(state: State, balance: Balance) -> Decimal:
        key = (balance.account_id, balance.warehouse_id)
        rows = state.stocks.where("product_id", balance.product_id)
        return sum((figure(row) for row in rows if (row.lot.account_id, row.lot.warehouse_id) == key), Decimal(0))

    return read


def _ordered(state: State, balance: Balance) -> Decimal:
    """What open orders want of it and has not left."""
    total = Decimal(0)
    for line in state.lines.where("product_id", balance.product_id):
        order = state.goods_outs[line.goods_out_id]
        mine = (order.account_id, order.warehouse_id) == (balance.account_id, balance.warehouse_id)
        if mine and order.status not in (Status.COMPLETED, Status.CANCELLED):
            total += line.order_quantity - line.shorted_quantity - line.dispatch_quantity
    return total


def _accounts_of_product(state: State, product: Record) -> list[int]:
    return [row.values["account_id"] for row in state.account_products.where("product_id", product.id)]


def _warehouses_of_account(state: State, account: Record) -> list[int]:
    links = state.plain["account_warehouses"]
    return [row.values["warehouse_id"] for row in links if row.values["account_id"] == account.id]


def _codes_of_product(_: State, product: Record) -> list[str]:
    names = ("code", "barcode", "inner_barcode", "case_barcode", "outer_barcode")
    return [product.values[name] for name in names if product.values.get(name)]


def _order_status(state: State, pick_list: Record) -> Record | None:
    order = state.goods_outs.get(pick_list.values["goods_out_id"])
    return order and state.plain["goods_out_statuses"][order.goods_out_status_id]


def _task_count(test: Callable[[Task], bool]) -> Read:
    def read(state: State, pick_list: Record) -> int:
        return sum(map(test, state.tasks.where("goods_out_id", pick_list.values["goods_out_id"])))

    return read


def _packages_count(state: State, shipment: Record) -> int:
    return len(state.packages.where("shipment_id", shipment.id))


def _nested(name: str) -> Read:
    """A record made of an object that another one holds."""
    return lambda _, row: Record(values=row.values[name]) if row.values.get(name) else None


def _own_address(_: State, supplier: Record) -> Record | None:
    """A supplier's address. It has no id of its own, so it shows its supplier's (assumption)."""
    values = supplier.values.get("address")
    return Record(id=supplier.id, values=values) if values else None


WORKED_OUT: Mapping[tuple[str, str], Read] = MappingProxyType(
    {
        ("Account", "warehouse_id"): _warehouses_of_account,
        ("Location", "active"): lambda _, row: row.values.get("is_active") is not False,
        ("Location", "walk_sequence"): lambda _, row: row.values.get("pick_sequence"),
        ("Product", "account_id"): _accounts_of_product,
        ("Product", "all_codes"): _codes_of_product,
        ("Product", "product_type"): lambda _, row: row.values.get("product_type", "single"),
        ("Product", "stop"): lambda _, row: row.values.get("stop", False),
        ("Product", "serial_number_tracking_setting"): lambda _, row: row.values.get(
            "serial_number_tracking_setting", "no_tracking"
        ),
        ("InboundGood", "expected_date_of_receipt"): lambda _, row: row.values.get("expected_date_of_arrival"),
        ("InboundGood", "actual_date_of_receipt"): lambda _, row: row.arrived_at,
        ("Stock", "storage_unit"): lambda _s, _row: None,
        ("StorageUnitType", "dimensions"): _nested("dimensions"),
        ("Supplier", "address"): _own_address,
        ("Supplier", "active"): lambda _, row: row.values.get("active") is not False,
        ("Warehouse", "address"): _nested("address"),
        ("GoodsOutLine", "short_status"): short_status,
        ("GoodsOutPickList", "goods_out_status"): _order_status,
        ("GoodsOutPickList", "pick_tasks_count"): _task_count(lambda task: task.status != "CANCELLED"),
        ("GoodsOutPickList", "completed_pick_tasks_count"): _task_count(lambda task: task.status == "COMPLETED"),
        ("Shipment", "packages_count"): _packages_count,
        ("StockBalance", "available"): _sum_stocks(
            lambda stock: stock.free if stock.lot.status == "available" else Decimal(0)
        ),
        ("StockBalance", "allocated"): _sum_stocks(lambda stock: stock.allocated),
        ("StockBalance", "received"): _sum_stocks(lambda stock: stock.quantity),
        ("StockBalance", "picked"): _sum_stocks(
            lambda stock: stock.quantity if stock.lot.status == "picked" else Decimal(0)
        ),
        ("StockBalance", "ordered"): _ordered,
    }
)
