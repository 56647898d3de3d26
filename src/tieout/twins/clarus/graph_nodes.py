"""What GraphQL shows, as data (section 3.2 of the facts).

A field or filter is written `name:Kind`. Kinds: S string, I integer, N number, D time, Y date, B boolean, # id, L list
of strings, `E:<enum>` for filters, or the name of another node, found through the value `<name>_id`. A filter may read
elsewhere than its name says: `product_code=product.code:S`. `extra_*` are those the published reference does not list
(seam `GraphqlExtraFields`).
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Node:
    """One type of record. `root` is None for one that can only be reached through others."""

    name: str
    table: str
    filter_type: str = ""
    fields: str
    filters: str = ""
    extra_fields: str = ""
    extra_filters: str = ""
    root: bool = True


NODES = (
    Node(
        name="Account",
        table="accounts",
        filter_type="AccountFilterType",
        fields="code:S name:S is_short_pickable:B external_system_reference1:S vat_number:S",
        filters="code:S name:S warehouse_id:# is_short_pickable:B",
    ),
    Node(
        name="AccountWarehouse",
        table="account_warehouses",
        filter_type="AccountWarehouseFilterType",
        fields="account_id:# warehouse_id:# account:Account warehouse:Warehouse",
        filters="account_id:# warehouse_id:#",
    ),
    Node(
        name="AccountProduct",
        table="account_products",
        filter_type="AccountProductFilterType",
        fields="account:Account product:Product",
        filters="account_id:# product_id:# created_at:D",
    ),
    Node(
        name="Address",
        table="",
        root=False,
        fields="address_1:S address_2:S address_3:S address_4:S postcode:S country_code:S",
    ),
    Node(
        name="Warehouse",
        table="warehouses",
        filter_type="WarehouseFilterType",
        fields=(
            "code:S name:S consolidate_pick_enabled:B loading_validation_setting:S opening_times_enabled:B "
            "address:Address"
        ),
        filters="code:S name:S site_id:#",
    ),
    Node(
        name="Location",
        table="locations",
        filter_type="LocationsFilterType",
        fields=(
            "code:S description:S active:B is_pickface:B zone:S aisle:S row:S column:S slot:S walk_sequence:I "
            "warehouse:Warehouse"
        ),
        filters="code:S aisle:S warehouse_code=warehouse.code:S zone:S storage_unit_type_id:# walk_sequence:I",
    ),
    Node(
        name="Product",
        table="products",
        filter_type="ProductsFilterType",
        fields=(
            "code:S barcode:S description:S long_description:S product_type:S units_per_case:N shelf_life_min:I "
            "shelf_life_max:I commodity_code:S country_of_manufacture:S"
        ),
        filters=(
            "code:S barcode:S case_barcode:S inner_barcode:S outer_barcode:S all_codes:S description:S "
            "account_id:# product_type:S"
        ),
        extra_fields=(
            "stock_unit_type:StockUnitType serial_number_tracking_setting:S stop:B obsolete:I "
            "external_system_reference1:S case_barcode:S inner_barcode:S outer_barcode:S created_at:D "
            "updated_at:D"
        ),
        extra_filters="id:# external_system_reference1:S updated_at:D",
    ),
    Node(
        name="ProductStorageUnit",
        table="product_storage_units",
        filter_type="ProductStorageUnitFilterType",
        fields=(
            "priority:I stock_configuration:S unit_of_measure:S per_layer:N number_of_layers:I total:N "
            "product:Product storage_unit_type:StorageUnitType"
        ),
        filters=(
            "product_id:# product_code=product.code:S storage_unit_type_id:# "
            "storage_unit_type_code=storage_unit_type.code:S priority:I total:N"
        ),
    ),
    Node(
        name="StockUnitType",
        table="stock_unit_types",
        filter_type="StockUnitTypeFilterType",
        fields="code:S name:S description:S",
        filters="code:S name:S description:S created_at:D",
    ),
    Node(
        name="Dimensions",
        table="",
        root=False,
        fields="length:N width:N height:N weight:N unit_of_measure:S",
    ),
    Node(
        name="StorageUnitType",
        table="storage_unit_types",
        filter_type="StorageUnitTypeFilterType",
        fields="code:S name:S unit_name:S is_pickable:B has_check_digit:B dimensions:Dimensions",
        filters="code:S name:S unit_name:S is_pickable:B has_check_digit:B leaves_warehouse:B",
    ),
    Node(name="StorageUnit", table="storage_units", root=False, fields="reference:S"),
    Node(
        name="Stock",
        table="stocks",
        filter_type="StockFilterType",
        fields=(
            "quantity:N status:S fifo_date:D product:Product location:Location account:Account storage_unit:StorageUnit"
        ),
        filters=(
            "product_id:# product_code=product.code:S account_id:# warehouse_id:# location_id:# "
            "location_code=location.code:S storage_unit_id:# status:S quantity:N fifo_date:D"
        ),
        extra_fields="string1:S datetime1:D warehouse:Warehouse serial_numbers:L updated_at:D",
        extra_filters="id:# string1:S updated_at:D",
    ),
    Node(
        name="StockBalance",
        table="stock_balances",
        filter_type="StockBalancesFilterType",
        fields=(
            "available:N allocated:N ordered:N received:N picked:N product:Product account:Account warehouse:Warehouse"
        ),
        filters=(
            "product_id:# product_code=product.code:S account_id:# warehouse_id:# available:N allocated:N picked:N"
        ),
    ),
    Node(name="User", table="users", root=False, fields="name:S email:S"),
    Node(
        name="Transaction",
        table="transactions",
        filter_type="TransactionFilterType",
        fields=(
            "subtype:S category:S quantity:N created_at:D product:Product account:Account "
            "location_from:Location location_to:Location completing_user:User"
        ),
        filters=(
            "subtype:E:SubtypeType category:S product_id:# account_id:# warehouse_id:# created_at:D "
            "goods_out_id:# location_from_id:# location_to_id:#"
        ),
        extra_fields=(
            "goods_out:GoodsOut goods_out_line:GoodsOutLine shipment:Shipment warehouse:Warehouse string1:S "
            "serial_numbers:L reason_code:ReasonCode description:S stock_id:#"
        ),
        extra_filters="id:# shipment_id:# goods_out_line_id:#",
    ),
    Node(name="GoodsOutStatus", table="goods_out_statuses", root=False, fields="code:S name:S"),
    Node(
        name="GoodsOut",
        table="goods_outs",
        filter_type="GoodsOutsFilterType",
        fields=(
            "reference:S priority:I expected_date_of_dispatch:Y goods_out_status:GoodsOutStatus account:Account "
            "warehouse:Warehouse carrier:Carrier"
        ),
        filters=(
            "reference:S goods_out_status_code=goods_out_status.code:S account_id:# warehouse_id:# carrier_id:# "
            "expected_date_of_dispatch:D"
        ),
        extra_fields=(
            "external_system_reference1:S external_system_reference2:S actual_date_of_dispatch:D created_at:D "
            "updated_at:D customer:Customer order_type:OrderType carrier_service:CarrierService"
        ),
        extra_filters="id:# external_system_reference1:S actual_date_of_dispatch:D created_at:D updated_at:D",
    ),
    Node(
        name="GoodsOutLine",
        table="goods_out_lines",
        filter_type="GoodsOutLineFilterType",
        fields=(
            "order_quantity:N allocated_quantity:N pick_quantity:N dispatch_quantity:N short_status:S "
            "product:Product goods_out:GoodsOut carrier:Carrier"
        ),
        filters=(
            "goods_out_id:# product_id:# account_id=goods_out.account_id:# "
            "warehouse_id=goods_out.warehouse_id:# "
            "goods_out_status_code=goods_out.goods_out_status.code:E:StatusCode carrier_id:# order_quantity:N "
            "pick_quantity:N created_at:D"
        ),
        extra_fields="alt_line_number:S external_system_reference1:S string1:S created_at:D updated_at:D",
        extra_filters="id:# external_system_reference1:S updated_at:D",
    ),
    Node(
        name="GoodsOutPickList",
        table="goods_out_pick_lists",
        filter_type="GoodsOutPickListsFilterType",
        fields=(
            "reference:S pick_reference:S pick_type:S load_reference:S goods_out_status:GoodsOutStatus "
            "account:Account warehouse:Warehouse"
        ),
        filters=(
            "pick_tasks_count:I completed_pick_tasks_count:I loading_tasks_count:I "
            "completed_loading_tasks_count:I dispatch_tasks_count:I completed_dispatch_tasks_count:I"
        ),
    ),
    Node(
        name="PickProcessingRequest",
        table="pick_processing_requests",
        filter_type="PickProcessingRequestFilterType",
        fields="status:S process_reference:S message:S goods_out:GoodsOut created_at:D",
        filters=(
            "goods_out_id:# goods_out_reference=goods_out.reference:S status:E:PickProcessingStatus "
            "process_reference:S created_at:D updated_at:D"
        ),
    ),
    Node(
        name="Shipment",
        table="shipments",
        filter_type="ShipmentFilterType",
        fields=(
            "reference:S name:S status:S delivery_notes:S collection_datetime:D label_filename:S "
            "packages_count:I carrier:Carrier carrier_service:CarrierService warehouse:Warehouse"
        ),
        filters="reference:S status:S carrier_id:# warehouse_id:# goods_out_id:#",
        extra_fields="tracking_number:S goods_out:GoodsOut created_at:D updated_at:D",
        extra_filters="id:# updated_at:D",
    ),
    Node(
        name="Package",
        table="packages",
        filter_type="PackageFilterType",
        fields="tracking_number:S shipment:Shipment storage_unit_type:StorageUnitType",
        filters=(
            "shipment_id:# shipment_reference=shipment.reference:S storage_unit_id:# "
            "storage_unit_type_code=storage_unit_type.code:S tracking_number:S"
        ),
    ),
    Node(
        name="Carrier",
        table="carriers",
        filter_type="CarrierFilterType",
        fields="code:S name:S description:S active:B carrier_type:S carrier_externally_registered:B",
        filters=(
            "code:S name:S active:B carrier_type:S carrier_externally_registered:B external_system_reference1:S "
            "created_at:D"
        ),
    ),
    Node(
        name="CarrierService",
        table="carrier_services",
        filter_type="CarrierServiceFilterType",
        fields="code:S name:S active:B is_default:B carrier:Carrier",
        filters="code:S name:S active:B carrier_id:# carrier_code=carrier.code:S external_preset_id:#",
    ),
    Node(
        name="Customer",
        table="customers",
        filter_type="CustomerFilterType",
        fields="code:S name:S shelf_life_min:I shelf_life_max:I external_system_reference1:S",
        filters="code:S name:S external_system_reference1:S shelf_life_min:I shelf_life_max:I pick_label_id:#",
    ),
    Node(
        name="OrderType",
        table="order_types",
        filter_type="OrderTypeFilterType",
        fields="code:S name:S duty_payable:B",
        filters="code:S name:S duty_payable:B created_at:D",
    ),
    Node(
        name="ReasonCode",
        table="reason_codes",
        filter_type="ReasonCodeFilterType",
        fields="code:S name:S description:S reason_type:S active:B generic:B",
        filters="code:S name:S reason_type:E:ReasonType active:B generic:B account_id:#",
    ),
    Node(name="TaskType", table="task_types", root=False, fields="code:S"),
    Node(
        name="Task",
        table="tasks",
        filter_type="TaskFilterType",
        fields=(
            "status:S subtype:S start_quantity:N confirmed_quantity:N created_at:D account:Account "
            "warehouse:Warehouse product:Product task_type:TaskType location_from:Location location_to:Location"
        ),
        filters=(
            "status:S subtype:S task_type_code=task_type.code:S account_id:# warehouse_id:# product_id:# "
            "location_from_id:# location_to_id:# user_id:# goods_out_id:# goods_in_receipt_line_id:# "
            "storage_unit_from_id:# load_id:# assigned_at:D completed_at:D created_at:D priority:I "
            "drop_sequence:I"
        ),
    ),
    Node(name="Site", table="sites", fields="code:S name:S"),
    Node(
        name="Automation",
        table="automations",
        filter_type="AutomationFilterType",
        fields="name:S resource_name:S event:S enabled:B integration_id:# created_at:D",
        filters=(
            "name:S resource_name:E:AutomationResource event:E:AutomationEvent enabled:B integration_id:# created_at:D"
        ),
    ),
)
