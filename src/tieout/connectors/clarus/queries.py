"""The GraphQL lists we read: their documented fields, and the further ones we use where a tenant has them.

Roots, filter types and documented fields: section 3.2 of the Clarus facts. Assumption (seam `GraphqlExtraFields`):
everything under `extra` is looked for by introspection and left out where it is not found.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Listing:
    """One list. `documented` is a selection as written; `extra` are dotted paths that a tenant may have or not.

    Of `x_id` and `x.id` one is enough.
    """

    root: str
    filter_type: str
    documented: str
    extra: tuple[str, ...] = ()


SITES = Listing("sites", "", "id code name")
ACCOUNTS = Listing("accounts", "AccountFilterType", "id code name")
WAREHOUSES = Listing("warehouses", "WarehouseFilterType", "id code name")
CARRIERS = Listing("carriers", "CarrierFilterType", "id code name active")
STOCK_UNIT_TYPES = Listing("stock_unit_types", "StockUnitTypeFilterType", "id code name")
STORAGE_UNIT_TYPES = Listing("storage_unit_types", "StorageUnitTypeFilterType", "id code name")
AUTOMATIONS = Listing("automations", "AutomationFilterType", "id name resource_name event enabled")
ACCOUNT_PRODUCTS = Listing("account_products", "AccountProductFilterType", "id")
PRODUCT_STORAGE_UNITS = Listing(
    "product_storage_units", "ProductStorageUnitFilterType", "id priority total storage_unit_type { id code }"
)
PRODUCTS = Listing(
    "products",
    "ProductsFilterType",
    "id code barcode description",
    ("stock_unit_type.code", "serial_number_tracking_setting", "stop"),
)
GOODS_OUTS = Listing(
    "goods_outs",
    "GoodsOutsFilterType",
    "id reference expected_date_of_dispatch goods_out_status { code } account { id } warehouse { id } carrier { code }",
    (
        "external_system_reference1",
        "external_system_reference2",
        *(f"address.{name}" for name in ("name", "address_1", "address_2", "address_3", "address_4", "address_5")),
        "address.postcode",
        "address.country_code",
    ),
)
GOODS_OUT_LINES = Listing(
    "goods_out_lines",
    "GoodsOutLineFilterType",
    "id order_quantity dispatch_quantity product { id code } goods_out { id reference }",
    ("alt_line_number",),
)
TRANSACTIONS = Listing(
    "transactions",
    "TransactionFilterType",
    "id subtype quantity created_at product { id code }",
    (
        "goods_out_id",
        "goods_out.id",
        "goods_out.external_system_reference1",
        "goods_out_line_id",
        "goods_out_line.id",
        "shipment_id",
        "shipment.id",
        *(f"string{n}" for n in range(1, 6)),
        "serial_numbers",
    ),
)
PICKS = Listing("transactions", "TransactionFilterType", "id created_at")
"""Of a pick, when it was done."""
ORDER_HEADERS = Listing(
    "goods_outs",
    "GoodsOutsFilterType",
    "id reference goods_out_status { code } account { id } carrier { code }",
    ("external_system_reference1", "warehouse.code"),
)
"""Of an order, what its despatches need."""
ENDED_ORDERS = Listing(
    ORDER_HEADERS.root, ORDER_HEADERS.filter_type, ORDER_HEADERS.documented, (*ORDER_HEADERS.extra, "updated_at")
)
SENT_LINES = Listing(
    "goods_out_lines",
    "GoodsOutLineFilterType",
    "id dispatch_quantity product { code } goods_out { id }",
    ("alt_line_number",),
)
MOVES = Listing(
    "transactions",
    "TransactionFilterType",
    "id subtype quantity created_at product { code }",
    (
        "goods_out_id",
        "goods_out.id",
        "goods_out_line_id",
        "goods_out_line.id",
        "shipment_id",
        "shipment.id",
        "serial_numbers",
    ),
)
"""Of a movement, what a despatch needs; the field that holds lots is the tenant's choice."""
SHIPMENTS = Listing(
    "shipments", "ShipmentFilterType", "id reference packages_count carrier { code }", ("tracking_number",)
)
PACKAGES = Listing("packages", "PackageFilterType", "id tracking_number shipment { id reference }")
SUPPLIERS = Listing("suppliers", "SupplierFilterType", "id code name")
_OF_A_RECEIPT = "id reference status receipt_type expected_date_of_receipt account { id } warehouse { id }"
GOODS_IN_RECEIPTS = Listing(
    "goods_in_receipts",
    "InboundGoodFilterType",
    _OF_A_RECEIPT,
    ("external_system_reference1", "external_system_reference2", "supplier.code"),
)
ORDER_NAMED_IN = ("external_system_reference1", "external_system_reference2", "external_system_reference3", "string1")
"""Fields of a receipt that people may write the order of a return into."""
RECEIPT_HEADERS = Listing("goods_in_receipts", "InboundGoodFilterType", _OF_A_RECEIPT, ORDER_NAMED_IN)
"""Of a receipt, what its arrivals need."""
ENDED_RECEIPTS = Listing(
    "goods_in_receipts", "InboundGoodFilterType", _OF_A_RECEIPT, ("external_system_reference1", "updated_at")
)
INBOUND_ITEMS = Listing(
    "inbound_items",
    "InboundItemFilterType",
    "id expected_quantity quantity_received product { id code }",
    ("alt_line_number", "quantity_received", "product.code", "goods_in_receipt.id"),
)
"""Lines of receipts. Assumption (seam `ReceiptLineReader`): the list, its filter by receipt and all of its fields."""
RECEIVED_LINES = Listing(
    "inbound_items",
    "InboundItemFilterType",
    "id quantity_received product { code }",
    ("alt_line_number", "goods_in_receipt_id", "goods_in_receipt.id", "goods_in_receipt.reference"),
)
_OF_A_MOVE_IN = (
    "goods_in_receipt_id",
    "goods_in_receipt.id",
    "goods_in_receipt_line_id",
    "goods_in_receipt_line.id",
    "serial_numbers",
)
GOODS_IN_MOVES = Listing("transactions", "TransactionFilterType", MOVES.documented, (*_OF_A_MOVE_IN, "stock_status"))
GOODS_IN_TRANSACTIONS = Listing(
    "transactions",
    "TransactionFilterType",
    MOVES.documented,
    (*_OF_A_MOVE_IN, "goods_in_receipt.external_system_reference1", *(f"string{n}" for n in range(1, 6))),
)
STOCK_CHANGES = Listing(
    "transactions",
    "TransactionFilterType",
    "id subtype quantity created_at product { id code } location_from { id code } location_to { id code }",
    (
        "warehouse.code",
        "location_from.warehouse.code",
        "location_to.warehouse.code",
        "stock_status",
        "reason_code.code",
        "serial_numbers",
    ),
)
"""Changes of stock that answer no order, each with all that is needed of it; the tenant's choice holds the lot."""
STOCKS = Listing(
    "stocks",
    "StockFilterType",
    "id quantity status product { id code } location { id code }",
    (
        "location.warehouse.code",
        "warehouse.code",
        "goods_in_receipt_line.goods_in_receipt.status",
        "goods_in_receipt_line.goods_in_receipt.id",
    ),
)
"""Stock records; the tenant's choice holds the lot."""
