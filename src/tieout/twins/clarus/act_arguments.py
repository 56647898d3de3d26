"""Reading the arguments of an act: orders, lines, products and quantities by whatever name the teller knows."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tieout.twins.clarus.errors import RefusedError, refused
from tieout.twins.clarus.inbound_records import Receipt, ReceiptLine
from tieout.twins.clarus.records import GoodsOut, Line, Record
from tieout.twins.clarus.state import State
from tieout.twins.clarus.wiring import as_list, as_object

Act = Mapping[str, Any]
Answer = dict[str, Any]
ORDER_NAMES = ("reference", "external_system_reference1")


def order_of(state: State, act: Act) -> GoodsOut:
    """The order by `goods_out_id`, `reference` or `external_system_reference1`; the newest when several share it."""
    order = state.goods_outs.get(whole(act, "goods_out_id"))
    for name in ORDER_NAMES:
        if act.get(name) is not None:
            order = next(reversed(state.goods_outs.where(name, str(act[name]))), None)
    if order is None:
        raise wrong("no such order: name it by goods_out_id, reference or external_system_reference1")
    return order


def receipt_of(state: State, act: Act) -> Receipt:
    """The receipt by `goods_in_receipt_id`, `reference` or `external_system_reference1`; the newest of several."""
    receipt = state.goods_in_receipts.get(whole(act, "goods_in_receipt_id"))
    for name in ORDER_NAMES:
        if act.get(name) is not None:
            receipt = next(reversed(state.goods_in_receipts.where(name, str(act[name]))), None)
    if receipt is None:
        raise wrong("no such receipt: name it by goods_in_receipt_id, reference or external_system_reference1")
    return receipt


def receipt_line_of(state: State, receipt: Receipt, act: Act) -> ReceiptLine | None:
    """A line of a receipt by `line_id`, `alt_line_number` or product, the first of several; None when left out."""
    lines = state.lines_of_receipt(receipt)
    if act.get("line_id") is not None:
        found = [line for line in lines if str(line.id) == str(act["line_id"])]
    elif act.get("alt_line_number") is not None:
        found = [line for line in lines if line.values.get("alt_line_number") == str(act["alt_line_number"])]
    elif act.get("product") is not None or act.get("product_id") is not None:
        product = product_of(state, act)
        found = [line for line in lines if line.product_id == product.id]
    else:
        return None
    if not found:
        raise wrong(f"receipt {receipt.id} has no such line")
    return found[0]


def product_of(state: State, act: Act) -> Record:
    """The product by `product` (its code) or `product_id`."""
    code = act.get("product")
    product = state.products.first("code", code) if isinstance(code, str) else None
    product = product or state.products.get(whole(act, "product_id"))
    if product is None:
        raise wrong(f"no such product: {code or act.get('product_id')!r}")
    return product


def line_of(state: State, order: GoodsOut, named: object) -> Line:
    """A line of an order by id."""
    line = next((line for line in state.lines_of(order) if str(line.id) == str(named)), None)
    if line is None:
        raise wrong(f"order {order.id} has no line {named!r}")
    return line


def by_line(state: State, order: GoodsOut, act: Act, name: str = "lines") -> dict[int, Decimal]:
    """`{"<line id>": quantity}`; empty when the argument is left out."""
    given = as_object(act.get(name) or {})
    if given is None:
        raise wrong(f"{name} must map line ids to quantities")
    return {line_of(state, order, key).id: as_quantity(value, name) for key, value in given.items()}


def quantity(act: Act, name: str = "quantity") -> Decimal:
    """A quantity that must be given."""
    return as_quantity(act.get(name), name)


def positive(act: Act) -> Decimal:
    """A quantity that must be given and be above 0."""
    amount = quantity(act)
    if amount <= 0:
        raise wrong("quantity must be above 0")
    return amount


def as_quantity(value: object, name: str) -> Decimal:
    """A number, exact."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise wrong(f"{name} must be a number, not {value!r}")
    return Decimal(value)


def whole(act: Act, name: str) -> int | None:
    """An id, as number or as text; None when left out."""
    value = act.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not str(value).isdecimal() or len(str(value)) > 18:
        raise wrong(f"{name} must be an id, not {value!r}")
    return int(value)


def words(act: Act, name: str) -> list[str]:
    """A list of texts; empty when left out."""
    given = as_list(act.get(name) or [])
    if given is None:
        raise wrong(f"{name} must be a list of texts")
    return [str(item) for item in given]


def row_of(state: State, table: str, act: Act, name: str) -> Record | None:
    """A row of a plain table, by id or by code; None when left out."""
    value = act.get(name)
    if value is None:
        return None
    rows = state.table(table)
    row = rows.first("code", value) if isinstance(value, str) else None
    row = row or rows.get(whole(act, name) if str(value).isdecimal() else None)
    if row is None:
        raise wrong(f"no such {name}: {value!r}")
    return row


def wrong(details: str) -> RefusedError:
    """An act told in a way nobody can follow."""
    return refused("act_invalid", details)
