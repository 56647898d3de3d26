"""What a receipt, its lines and a receive task may be sent with (section 2.5 of the facts)."""

from tieout.twins.clarus.fields import REFERENCES, SLOTS, choice, link, moment, number, text, things, whole
from tieout.twins.clarus.resources import CONFIGURATIONS

RECEIPT_FIELDS = (
    link("account_id", "accounts", required=True),
    link("warehouse_id", "warehouses", required=True),
    text("reference"),
    link("supplier_id", "suppliers"),
    moment("expected_date_of_arrival"),
    moment("actual_date_of_arrival"),
    text("notes"),
    things("lines_changes", "list"),
    *REFERENCES,
    *SLOTS,
)

RECEIPT_LINE_FIELDS = (
    link("product_id", "products", required=True),
    number("expected_quantity", above=0),
    number("expected_configurations_quantity", above=0),
    choice("stock_configuration", *CONFIGURATIONS),
    choice("expected_quantity_dimension", "length", "area", "volume", "weight", "none"),
    *(text(name) for name in ("alt_line_number", "alt_line_reference", "alt_line_note", "alt_product_code")),
    *REFERENCES,
    *SLOTS,
)

RECEIVE_FIELDS = (
    link("location_to_id", "locations"),
    whole("storage_unit_to_id"),
    number("confirmed_quantity", least=0),
    things("serial_numbers", "list"),
    link("base_storage_unit_type_id", "storage_unit_types"),
)
STRAIGHT_FIELDS = (link("location_to_id", "locations", required=True), *RECEIVE_FIELDS[1:])
