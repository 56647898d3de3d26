"""Shipments and packages over REST (section 2.7 of the facts)."""

from typing import Any

from tieout.twins.clarus.calls import NO_CONTENT, Call, data
from tieout.twins.clarus.crud import found
from tieout.twins.clarus.despatching import add_package, new_shipment
from tieout.twins.clarus.errors import refused
from tieout.twins.clarus.fields import checked, opened
from tieout.twins.clarus.order_fields import PACKAGE_FIELDS, PARCEL_FIELDS, SHIPMENT_FIELDS
from tieout.twins.clarus.records import Record
from tieout.twins.clarus.state import State
from tieout.twins.clarus.wiring import as_object
from tieout.twins.wire import Reply

LISTS = ("packages", "packages_changes")


def create(call: Call) -> Reply:
    """POST /api/shipments: an open shipment, sent when its order is dispatched."""
    values = checked(call.state, SHIPMENT_FIELDS, opened(call.body(), "shipments").attributes)
    parcels = _parcels(call.state, values)
    shipment = new_shipment(call.state, {name: value for name, value in values.items() if name not in LISTS})
    for parcel in parcels:
        add_package(call.state, shipment, parcel)
    return data(shipment.id, "shipments", shipment.values)


def update(call: Call) -> Reply:
    """PATCH /api/shipments/{id}. Packages given replace those there were (assumption)."""
    shipment = found(call, "shipments", call.ids[0])
    values = checked(call.state, SHIPMENT_FIELDS, opened(call.body(), "shipments").attributes, partial=True)
    parcels = _parcels(call.state, values)
    if parcels:
        _drop_packages(call.state, shipment)
    for parcel in parcels:
        add_package(call.state, shipment, parcel)
    shipment.values.update({name: value for name, value in values.items() if name not in LISTS})
    call.state.touch(call.state.shipments, shipment)
    return data(shipment.id, "shipments", shipment.values)


def delete(call: Call) -> Reply:
    """DELETE /api/shipments/{id}: refused once it has gone."""
    shipment = found(call, "shipments", call.ids[0])
    if shipment.values["status"] != "open":
        raise refused("record_in_use", f"shipment {shipment.id} is {shipment.values['status']}")
    _drop_packages(call.state, shipment)
    call.state.shipments.remove(shipment)
    return NO_CONTENT


def create_package(call: Call) -> Reply:
    """POST /api/packages: string ids."""
    values = checked(call.state, PACKAGE_FIELDS, opened(call.body(), "packages").attributes)
    package = Record(values=values)
    call.state.add(call.state.packages, package)
    return data(str(package.id), "packages", values)


def update_package(call: Call) -> Reply:
    """PATCH /api/packages/{id}."""
    package = found(call, "packages", call.ids[0])
    values = checked(call.state, PACKAGE_FIELDS, opened(call.body(), "packages").attributes, partial=True)
    package.values.update(values)
    call.state.touch(call.state.packages, package)
    return data(str(package.id), "packages", package.values)


def delete_package(call: Call) -> Reply:
    """DELETE /api/packages/{id}."""
    call.state.packages.remove(found(call, "packages", call.ids[0]))
    return NO_CONTENT


def _drop_packages(state: State, shipment: Record) -> None:
    for package in state.packages.where("shipment_id", shipment.id):
        state.packages.remove(package)


def _parcels(state: State, values: dict[str, Any]) -> list[dict[str, Any]]:
    """The parcels given as `packages` or as `packages_changes` (seam `PackageChangeShape`), checked."""
    given: list[Any] = [*(values.get("packages") or [])]
    changes: list[Any] = values.get("packages_changes") or []
    given += [_inside(change) for change in changes]
    return [checked(state, PARCEL_FIELDS, _object(parcel), at="packages") for parcel in given]


def _inside(change: Any) -> Any:
    entry = as_object(change)
    return change if entry is None else entry.get("attributes", entry)


def _object(parcel: Any) -> dict[str, Any]:
    inner = as_object(parcel)
    if inner is None:
        raise refused("attribute_invalid", "a package must be an object")
    return inner
