"""What an order, its lines, a shipment and a package may hold (sections 2.6 and 2.7 of the facts)."""

from tieout.twins.clarus.fields import REFERENCES, SLOTS, choice, link, moment, number, text, things, whole
from tieout.twins.clarus.resources import CONFIGURATIONS, DISPATCH_STRATEGIES, PACK_STRATEGIES

SHIPMENT_FIELDS = (
    link("goods_out_id", "goods_outs"),
    link("carrier_id", "carriers"),
    link("carrier_service_id", "carrier_services"),
    text("reference"),
    text("tracking_number"),
    things("packages", "list"),
    things("packages_changes", "list"),
    *REFERENCES,
    *(text(f"string{n}") for n in range(1, 6)),
)
PARCEL_FIELDS = (text("reference"), *(number(name, above=0) for name in ("weight", "height", "length", "width")))
PACKAGE_FIELDS = (
    link("storage_unit_type_id", "storage_unit_types", required=True),
    link("shipment_id", "shipments"),
    whole("storage_unit_id"),
    text("tracking_number"),
    things("dimensions"),
)

ORDER_FIELDS = (
    choice("goods_out_type", "sales_order", "work_order", "crossdock", required=True),
    link("account_id", "accounts", required=True),
    text("reference", 50, required=True),
    moment("expected_date_of_dispatch", required=True),
    link("warehouse_id", "warehouses"),
    whole("goods_out_status_id", 1, 8),
    whole("priority", 1, 99),
    link("customer_id", "customers"),
    link("carrier_id", "carriers"),
    link("carrier_service_id", "carrier_services"),
    link("order_type_id", "order_types"),
    whole("integration_id"),
    link("location_id", "locations"),
    link("original_delivery_address_id", "delivery_addresses"),
    moment("actual_date_of_dispatch"),
    choice("dispatch_strategy", *DISPATCH_STRATEGIES),
    choice("pack_strategy", *PACK_STRATEGIES),
    choice("pick_type", "standard", "tote"),
    *(text(name) for name in ("delivery_notes", "order_notes", "pick_notes")),
    text("packing_notes", 255),
    text("pick_reference"),
    text("load_reference"),
    whole("drop_sequence", 0),
    text("short_order_lines_description"),
    link("short_order_lines_reason_code_id", "reason_codes"),
    things("lines_changes", "list"),
    *REFERENCES,
    *SLOTS,
)

LINE_FIELDS = (
    link("product_id", "products", required=True),
    number("order_quantity", above=0),
    number("ordered_configurations_quantity", above=0),
    choice("order_quantity_dimension", "length", "area", "volume", "weight", "none"),
    choice("stock_configuration", *CONFIGURATIONS),
    *(text(name) for name in ("alt_line_note", "alt_line_number", "alt_line_reference", "alt_product_code")),
    link("carrier_id", "carriers"),
    link("carrier_service_id", "carrier_services"),
    choice("dispatch_strategy", *DISPATCH_STRATEGIES),
    choice("pack_strategy", *PACK_STRATEGIES),
    whole("goods_in_receipt_line_id"),
    link("stock_to_pick_id", "stocks"),
    text("storage_unit_reference"),
    text("stock_description"),
    *SLOTS,
    *(moment(f"datetime{n}_{end}") for n in range(1, 6) for end in ("from", "to")),
    *REFERENCES,
)
