"""Create, update and delete for every plain resource, driven by the table in `resources.py`."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from tieout.twins.clarus.calls import NO_CONTENT, Call, data
from tieout.twins.clarus.errors import not_found, refused
from tieout.twins.clarus.fields import checked, opened
from tieout.twins.clarus.records import Record
from tieout.twins.clarus.resources import RESOURCES, Resource
from tieout.twins.clarus.state import State
from tieout.twins.clarus.tables import Table
from tieout.twins.clarus.wiring import as_object, reply
from tieout.twins.wire import Reply


def create(call: Call) -> Reply:
    """POST /api/<resource>."""
    kind = RESOURCES[call.resource]
    values = checked(call.state, kind.fields, opened(call.body(), call.resource).attributes)
    _require_unique(call, kind, values, 0)
    row = Record(values=values)
    call.state.add(call.state.table(call.resource), row)
    _resequence(call.state, call.resource, row)
    return _answer(call.resource, kind, row)


def update(call: Call) -> Reply:
    """PATCH /api/<resource>/{id}: only what is sent changes."""
    kind, row = RESOURCES[call.resource], found(call, call.resource, call.ids[0])
    given = opened(call.body(), call.resource).attributes
    values = checked(call.state, kind.fields, given, partial=True)
    _require_unique(call, kind, {**row.values, **values}, row.id)
    row.values.update(values)
    call.state.touch(call.state.table(call.resource), row)
    _resequence(call.state, call.resource, row)
    return _answer(call.resource, kind, row) if kind.patch_status == 200 else NO_CONTENT


def delete(call: Call) -> Reply:
    """DELETE /api/<resource>/{id}: refused with 422 while something points to it (seam `DeleteRefusal`)."""
    _remove(call, call.ids[0])
    return NO_CONTENT


def delete_many(call: Call) -> Reply:
    """DELETE /api/<resource>?ids=1,2,3: all of them or none."""
    texts = [part for given in parse_qs(call.query).get("ids", []) for part in given.split(",")]
    ids = [int(part) for part in texts if part.isdecimal()]
    if not texts:
        raise refused("empty_ids_provided", "ids must be given")
    if len(ids) != len(texts) or any(call.state.table(call.resource).get(i) is None for i in ids):
        raise refused("invalid_ids_provided", "some ids do not exist", ids=texts)
    for record_id in ids:
        _require_unused(call, record_id)
    for record_id in dict.fromkeys(ids):
        _remove(call, record_id)
    return NO_CONTENT


def found(call: Call, table: str, record_id: int) -> Record:
    """The record named in the path, or a 404."""
    row = call.state.table(table).get(record_id)
    if row is None:
        raise not_found(table, record_id)
    return row


def set_priority(call: Call) -> Reply:
    """PATCH /api/product_storage_units/{id}/priority, without an envelope: the others move aside."""
    row = found(call, "product_storage_units", call.ids[0])
    priority = (as_object(call.body()) or {}).get("priority")
    if not isinstance(priority, int) or isinstance(priority, bool) or priority < 0:
        raise refused("attribute_invalid", "priority must be a whole number from 0")
    row.values["priority"] = priority
    _resequence(call.state, "product_storage_units", row)
    return NO_CONTENT


def create_account_product(call: Call) -> Reply:
    """POST /api/products/{product_id}/account_products: a bare answer."""
    product = found(call, "products", call.ids[0])
    fields = RESOURCES["account_warehouses"].fields[:1]
    values = checked(call.state, fields, opened(call.body(), "account_products").attributes)
    links = call.state.account_products
    if any(row.values["account_id"] == values["account_id"] for row in links.where("product_id", product.id)):
        raise refused("record_not_unique", "the product is in that account already", **values)
    row = Record(values={**values, "product_id": product.id})
    call.state.add(links, row)
    return reply(200, {"id": row.id, "account_id": values["account_id"], "product_id": product.id})


def delete_account_product(call: Call) -> Reply:
    """DELETE /api/products/{product_id}/account_products/{id}."""
    row = call.state.account_products.get(call.ids[1])
    if row is None or row.values["product_id"] != call.ids[0]:
        raise not_found("account_products", call.ids[1])
    call.state.account_products.remove(row)
    return NO_CONTENT


def _compared(key: list[Any], *, loose: bool) -> list[Any]:
    return [part.casefold() if loose and isinstance(part, str) else part for part in key]


def _require_unique(call: Call, kind: Resource, values: Mapping[str, Any], own_id: int) -> None:
    names = kind.unique
    key = [values.get(name) for name in names]
    if not names or key[0] is None:
        return
    table, loose = call.state.table(call.resource), call.state.settings.codes_ignore_case
    alike = table.where(names[0], key[0]) if table.indexed(names[0]) and not loose else table
    wanted = _compared(key, loose=loose)
    if any(row.id != own_id and _compared([row.read(name) for name in names], loose=loose) == wanted for row in alike):
        named = dict(zip(names, key, strict=True))
        raise refused(kind.taken, f"{' and '.join(names)} must be unique in {call.resource}", **named)


def _remove(call: Call, record_id: int) -> None:
    row = found(call, call.resource, record_id)
    _require_unused(call, record_id)
    if call.resource == "products":
        for own in (call.state.account_products, call.state.product_storage_units):
            _clear(own, record_id)
    call.state.table(call.resource).remove(row)


def _clear(table: Table[Record], product_id: int) -> None:
    for row in table.where("product_id", product_id):
        table.remove(row)


def _require_unused(call: Call, record_id: int) -> None:
    for table_name, value in RESOURCES[call.resource].used_by:
        table = call.state.table(table_name)
        rows = table.where(value, record_id) if table.indexed(value) else table
        if any(row.read(value) == record_id for row in rows):
            raise refused("record_in_use", f"{call.resource} {record_id} is in use by {table_name}")


def _resequence(state: State, resource: str, row: Record) -> None:
    """Keeps the priorities of one product's storage units different, the changed one keeping its own."""
    if resource != "product_storage_units":
        return
    others = [
        unit for unit in state.product_storage_units.where("product_id", row.values["product_id"]) if unit is not row
    ]
    wanted = row.values.setdefault("priority", len(others))
    others.sort(key=lambda unit: (unit.values["priority"], unit.id))
    free = (n for n in range(len(others) + wanted + 1) if n != wanted)
    for unit, priority in zip(others, free, strict=False):
        unit.values["priority"] = priority
    if "total" not in row.values:
        row.values["total"] = row.values["per_layer"] * row.values["number_of_layers"]


def _answer(name: str, kind: Resource, row: Record) -> Reply:
    if kind.bare:
        return reply(200, {"id": row.id, **row.values})
    record_id = str(row.id) if kind.string_id else row.id
    if not kind.as_relationships:
        return data(record_id, name, row.values)
    linked = {
        field.name.removesuffix("_id"): {"data": {"id": str(row.values[field.name]), "type": field.link}}
        for field in kind.fields
    }
    return data(record_id, name, {}, relationships=linked)
