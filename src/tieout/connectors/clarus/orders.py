"""A sales order as Clarus takes it: bodies to create and change it, and how it compares with one that is there. Pure.

Fields and lengths: section 2.6 of the Clarus facts; addresses: section 2.1. Nothing is cut: goods sent to half an
address go astray, so what does not fit is refused. Optional fields without a value are left out, never sent empty.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tieout.connectors.clarus import lines
from tieout.connectors.clarus.asked import ORDERS
from tieout.connectors.clarus.errors import Refused
from tieout.connectors.clarus.values import Node, as_id, as_node, at, text_at, wire_id, wire_time
from tieout.domain.documents import Address
from tieout.domain.postings import GoodsOut

REFERENCE_MAX = 50
_ADDRESS_MAX = {"postcode": 10, "country_code": 6} | {f"address_{n}": 80 for n in range(1, 6)}
_STREET = ("address_1", "address_2", "address_5")


@dataclass(frozen=True, kw_only=True)
class Ids:
    """What an order names, by Clarus's own ids. `products` is by item code."""

    account: str
    warehouse: str
    carrier: str | None
    products: Mapping[str, str]


def attributes(order: GoodsOut, reference: str, ids: Ids) -> dict[str, Any]:
    """What a new order is made of, with every line to be added. Raises `Refused` for a number too long."""
    if len(order.number) > REFERENCE_MAX:
        raise Refused(f"the order number {order.number!r} is longer than the {REFERENCE_MAX} characters Clarus keeps")
    made: dict[str, Any] = {
        "goods_out_type": "sales_order",
        "account_id": wire_id(ids.account),
        "warehouse_id": wire_id(ids.warehouse),
        "reference": order.number,
        "external_system_reference1": reference,
        "expected_date_of_dispatch": wire_time(order.due_at),
        "lines_changes": lines.all_added(order, reference, ids.products, ORDERS.quantity),
    }
    return made if ids.carrier is None else made | {"carrier_id": wire_id(ids.carrier)}


def relationships(address: Address) -> dict[str, Any]:
    """Where an address travels. Raises `Refused` for a part too long."""
    return {"address": {"data": {"type": "addresses", "attributes": address_attributes(address)}}}


def address_attributes(address: Address) -> dict[str, str]:
    """An address in Clarus's slots: `address_3` is the town, `address_4` the county."""
    given = {
        "name": address.name,
        **dict(zip(_STREET, address.lines, strict=False)),
        "address_3": address.town,
        "address_4": address.county,
        "postcode": address.postcode,
        "country_code": address.country,
    }
    made = {name: value for name, value in given.items() if value}
    for name, longest in _ADDRESS_MAX.items():
        if len(made.get(name, "")) > longest:
            raise Refused(f"{name} of the delivery address is longer than the {longest} characters Clarus keeps")
    return made


def header_changes(order: GoodsOut, ids: Ids, there: Node) -> dict[str, Any]:
    """What must change in the header, of what can be read back. A carrier no longer named is left as it is."""
    changes: dict[str, Any] = {}
    due = wire_time(order.due_at)
    if (text_at(there, "expected_date_of_dispatch") or "")[:10] != due[:10]:
        changes["expected_date_of_dispatch"] = due
    if order.carrier is not None and text_at(there, "carrier.code") != order.carrier:
        changes["carrier_id"] = wire_id(str(ids.carrier))
    if as_id(at(there, "warehouse.id")) != ids.warehouse:
        changes["warehouse_id"] = wire_id(ids.warehouse)
    return changes


def same_address(order: GoodsOut, there: Node) -> bool | None:
    """Whether the delivery address is as wanted; None where this tenant does not show it."""
    seen = as_node(there.get("address"))
    if seen is None:
        return None
    return all(seen.get(name) == value for name, value in address_attributes(order.address).items() if name in seen)
