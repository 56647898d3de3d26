"""What a fresh tenant holds: one site, one warehouse, one account, places, units, carriers, reasons. No products."""

from typing import Any

from tieout.twins.clarus.records import Record, Status
from tieout.twins.clarus.state import State

Row = dict[str, Any]
LOCATION_TYPES = ("RACK", "GIBAY", "GOBAY", "BAY", "PICKANDDROP", "WORK", "PERSONALLOCATION")
TASK_TYPES = ("PICK", "DISP", "RCV", "PWAY", "TRAN", "REPLEN", "LOAD", "CONV")
RACK, GIBAY, GOBAY = 1, 2, 3
SERVICES = (("RM24", 1), ("RM48", 1), ("DHLNEXT", 2), ("DPDNEXT", 3))
REASONS = (
    ("DAMAGED", "negative_adjustment"),
    ("FOUND", "positive_adjustment"),
    ("QC", "hold"),
    ("QCPASS", "release"),
    ("NOSTOCK", "short_order_lines"),
    ("COUNT", "stock_check"),
    ("RESLOT", "transfer"),
)


def furnish(state: State) -> None:
    """Fills a new state. Every first row of its kind has id 1."""
    for table, rows in _rows().items():
        for row in rows:
            state.add(state.table(table), Record(values=row))


def _rows() -> dict[str, list[Row]]:
    return {
        "sites": [{"code": "SITE1", "name": "Site one", "default": True}],
        "users": [{"code": "tieout", "name": "tieout", "email": "tieout@example.com"}],
        "warehouses": [{"code": "WH1", "name": "Warehouse one", "is_active": True, "site_id": 1, "timezone": "UTC"}],
        "accounts": [_account()],
        "account_warehouses": [{"account_id": 1, "warehouse_id": 1}],
        "location_types": [_named(code) for code in LOCATION_TYPES],
        "locations": [_location("GI-BAY", GIBAY), _location("GO-BAY", GOBAY), *_racks()],
        "stock_unit_types": [_named("EACH"), _named("CASE")],
        "storage_unit_types": [{**_named("PALLET"), "sequence_id": 1, "unit_name": "pallet", "is_pickable": True}],
        "carriers": [{**_named(code), "active": True} for code in ("ROYALMAIL", "DHL", "DPD")],
        "carrier_services": [_service(code, carrier_id) for code, carrier_id in SERVICES],
        "order_types": [{**_named("STANDARD"), "duty_payable": False}],
        "reason_codes": [_reason(code, reason_type) for code, reason_type in REASONS],
        "task_types": [_named(code) for code in TASK_TYPES],
        "goods_out_statuses": [_named(status.name) for status in Status],
    }


def _named(code: str) -> Row:
    return {"code": code, "name": code.replace("_", " ").capitalize()}


def _account() -> Row:
    return {
        "code": "TIEOUT",
        "name": "tieout",
        "is_active": True,
        "is_short_pickable": True,
        "dispatch_strategy": "shipment",
        "pack_strategy": "pack_by_line",
    }


def _location(code: str, type_id: int, **more: Any) -> Row:
    return {"code": code, "warehouse_id": 1, "location_type_id": type_id, "is_active": True, **more}


def _racks() -> list[Row]:
    return [
        _location(f"{aisle}-{bay:02d}", RACK, aisle=aisle, bay=f"{bay:02d}", pick_sequence=position)
        for position, (aisle, bay) in enumerate(((aisle, bay) for aisle in "AB" for bay in range(1, 6)), 1)
    ]


def _service(code: str, carrier_id: int) -> Row:
    return {**_named(code), "carrier_id": carrier_id, "is_default": code != "RM48", "active": True}


def _reason(code: str, reason_type: str) -> Row:
    return {**_named(code), "description": code, "reason_type": reason_type, "active": True, "generic": True}
