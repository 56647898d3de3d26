"""The plain resources as data: what each may hold and how it answers (sections 2.2 to 2.4 of the facts)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tieout.twins.clarus.fields import (
    REFERENCES,
    SLOTS,
    Field,
    choice,
    flag,
    link,
    number,
    text,
    things,
    whole,
)

DISPATCH_STRATEGIES = ("manual", "auto", "load", "shipment", "auto_shipment")
PACK_STRATEGIES = ("disabled", "pack_by_line", "pack_by_unit")
CONFIGURATIONS = ("unit", "case", "inner", "outer")
LENGTHS = ("centimetre", "metre", "inch", "foot", "millimetre")
REASON_TYPES = (
    "negative_adjustment",
    "positive_adjustment",
    "hold",
    "release",
    "short_order_lines",
    "transfer",
    "stock_check",
)


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One plain resource. `unique` are attributes that must be unique together; `used_by` are (table, value) pairs
    that forbid deletion while they point here."""

    fields: tuple[Field, ...]
    string_id: bool = False
    bare: bool = False
    patch_status: int = 200
    unique: tuple[str, ...] = ("code",)
    taken: str = "record_not_unique"
    used_by: tuple[tuple[str, str], ...] = ()
    as_relationships: bool = False


CODE_20, CODE_30, CODE_50 = (text("code", longest, required=True) for longest in (20, 30, 50))
NAME, NAME_50, NAME_100 = (text("name", longest, required=True) for longest in (None, 50, 100))

PRODUCT_FIELDS = (
    text("description", 150, required=True),
    link("stock_unit_type_id", "stock_unit_types", required=True),
    text("code", 50),
    text("long_description"),
    *(text(name) for name in ("barcode", "inner_barcode", "case_barcode", "outer_barcode")),
    text("commodity_code", 14),
    text("country_of_manufacture", 6),
    text("customs_description", 255),
    whole("shelf_life_min", 1),
    whole("shelf_life_max", 1),
    flag("stop"),
    whole("obsolete"),
    number("specific_gravity"),
    number("output_quantity", above=0),
    *(flag(name) for name in ("assemble_on_pick", "require_dimensions_on_receipt", "non_hazardous_for_transport")),
    choice("pick_strategy", "pick_by_line", "batch_pick"),
    choice("product_type", "single", "bill_of_materials"),
    choice("serial_number_tracking_setting", "no_tracking", "track_during_pick", "full_tracking"),
    choice("unit_quantity_conversion_strategy", "none", "volume", "weight"),
    choice("default_order_configuration", *CONFIGURATIONS),
    choice("default_receipt_configuration", *CONFIGURATIONS),
    *SLOTS,
    *REFERENCES,
)

ACCOUNT_FIELDS = (
    CODE_20,
    NAME_100,
    flag("is_active"),
    choice("dispatch_strategy", *DISPATCH_STRATEGIES),
    choice("tote_dispatch_strategy", *DISPATCH_STRATEGIES),
    choice("pack_strategy", *PACK_STRATEGIES),
    *REFERENCES,
    *SLOTS,
)

LOCATION_FIELDS = (
    text("code", 60, required=True),
    link("warehouse_id", "warehouses", required=True),
    link("location_type_id", "location_types", required=True),
    *(text(name) for name in ("description", "barcode", "aisle", "bay", "level", "position")),
    whole("pick_sequence"),
    whole("putaway_sequence"),
    number("max_weight"),
    number("max_cube"),
    flag("is_pickface"),
    flag("is_active"),
)

DELIVERY_ADDRESS_FIELDS = (
    CODE_50,
    NAME,
    *(text(f"address_{n}", 80) for n in range(1, 6)),
    text("postcode", 10),
    text("country_code", 6),
    text("email_address", 254),
    text("phone_number", 50),
    text("default_notes"),
    flag("is_active"),
    text("external_delivery_id"),
    link("customer_id", "customers"),
    *REFERENCES,
)

STORAGE_UNIT_FIELDS = (
    link("product_id", "products", required=True),
    link("storage_unit_type_id", "storage_unit_types", required=True),
    choice("stock_configuration", *CONFIGURATIONS, required=True),
    choice("unit_of_measure", *LENGTHS, required=True),
    number("per_layer", least=0, required=True),
    whole("number_of_layers", 0, required=True),
    number("total", least=0),
    number("height"),
    whole("priority", 0),
)

RESOURCES: Mapping[str, Resource] = MappingProxyType(
    {
        "products": Resource(
            fields=PRODUCT_FIELDS,
            taken="product_code_exists",
            used_by=(("stocks", "product_id"), ("lines", "product_id"), ("receipt_lines", "product_id")),
        ),
        "product_storage_units": Resource(fields=STORAGE_UNIT_FIELDS, string_id=True, unique=()),
        "accounts": Resource(
            fields=ACCOUNT_FIELDS,
            used_by=(("stocks", "account_id"), ("goods_outs", "account_id"), ("goods_in_receipts", "account_id")),
        ),
        "account_warehouses": Resource(
            fields=(link("account_id", "accounts", required=True), link("warehouse_id", "warehouses", required=True)),
            string_id=True,
            unique=("account_id", "warehouse_id"),
            as_relationships=True,
        ),
        "warehouses": Resource(
            fields=(CODE_20, NAME_100, flag("is_active"), text("timezone"), *REFERENCES, *SLOTS),
            string_id=True,
            used_by=(("locations", "warehouse_id"), ("stocks", "warehouse_id"), ("goods_in_receipts", "warehouse_id")),
        ),
        "sites": Resource(
            fields=(CODE_50, NAME_50, flag("default"), choice("tier", "none", "lower", "upper"), *REFERENCES),
            string_id=True,
        ),
        "locations": Resource(
            fields=LOCATION_FIELDS,
            string_id=True,
            unique=("code", "warehouse_id"),
            used_by=(("stocks", "location_id"),),
        ),
        "location_types": Resource(
            fields=(CODE_50, text("name", 150, required=True), text("description")),
            string_id=True,
            used_by=(("locations", "location_type_id"),),
        ),
        "stock_unit_types": Resource(
            fields=(CODE_50, NAME, text("description")),
            string_id=True,
            used_by=(("products", "stock_unit_type_id"),),
        ),
        "storage_unit_types": Resource(
            fields=(
                CODE_30,
                NAME_50,
                whole("sequence_id", required=True),
                text("unit_name"),
                text("description"),
                whole("max_chars"),
                *(flag(name) for name in ("is_pickable", "has_check_digit", "inherits_dimensions_from_item")),
                flag("leaves_warehouse"),
                things("dimensions"),
            ),
            string_id=True,
            patch_status=204,
            used_by=(("product_storage_units", "storage_unit_type_id"), ("packages", "storage_unit_type_id")),
        ),
        "carriers": Resource(
            fields=(
                CODE_50,
                NAME_50,
                text("description"),
                flag("active"),
                text("carrier_type"),
                whole("custom_carrier_type_id"),
                text("shipment_reference_template"),
                things("carrier_authentication"),
                *REFERENCES,
            ),
            string_id=True,
            used_by=(("carrier_services", "carrier_id"), ("shipments", "carrier_id")),
        ),
        "carrier_services": Resource(
            fields=(
                CODE_30,
                NAME_50,
                link("carrier_id", "carriers", required=True),
                flag("is_default", required=True),
                flag("active", required=True),
                things("service_configuration"),
                text("external_preset_name"),
                text("external_preset_id"),
            ),
            bare=True,
            unique=("code", "carrier_id"),
        ),
        "customers": Resource(
            fields=(
                text("code", required=True),
                NAME,
                whole("shelf_life_min", 1),
                whole("shelf_life_max", 1),
                whole("pick_label_id"),
                things("address"),
                *REFERENCES,
            ),
            string_id=True,
        ),
        "suppliers": Resource(
            fields=(CODE_50, NAME_50, text("description"), flag("active"), things("address"), *REFERENCES),
            string_id=True,
            used_by=(("goods_in_receipts", "supplier_id"),),
        ),
        "delivery_addresses": Resource(fields=DELIVERY_ADDRESS_FIELDS, string_id=True),
        "order_types": Resource(
            fields=(CODE_30, NAME_50, flag("duty_payable", required=True)), bare=True, patch_status=204
        ),
        "reason_codes": Resource(
            fields=(
                CODE_30,
                NAME_50,
                text("description", 150, required=True),
                choice("reason_type", *REASON_TYPES, required=True),
                flag("active"),
                flag("generic"),
                *REFERENCES,
            ),
            string_id=True,
        ),
    }
)
