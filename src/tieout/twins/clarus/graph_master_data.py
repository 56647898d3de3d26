"""What GraphQL shows of products, places, parties and units."""

from tieout.twins.clarus.graph_node import Node

MASTER_DATA = (
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
    Node(name="Site", table="sites", fields="code:S name:S"),
    Node(name="User", table="users", root=False, fields="name:S email:S"),
    Node(
        name="SupplierAddress",
        table="",
        root=False,
        fields="id:# address_1:S address_2:S address_3:S address_4:S postcode:S country_code:S",
    ),
    Node(
        name="Supplier",
        table="suppliers",
        filter_type="SupplierFilterType",
        fields="code:S name:S description:S active:B external_system_reference1:S address:SupplierAddress",
        filters=(
            "id:# code:S name:S description:S active:B external_system_reference1:S "
            "address_postcode=address.postcode:S created_at:D"
        ),
    ),
)
