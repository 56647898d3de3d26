"""All that GraphQL shows (section 3.2 of the facts): stock, orders, tasks and automations here, the rest beside it."""

from tieout.twins.clarus.graph_inbound import INBOUND
from tieout.twins.clarus.graph_master_data import MASTER_DATA
from tieout.twins.clarus.graph_node import Node

NODES = (
    *MASTER_DATA,
    *INBOUND,
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
        extra_fields=(
            "string1:S datetime1:D warehouse:Warehouse serial_numbers:L updated_at:D description:S "
            "reason_code:ReasonCode goods_in_receipt_line:InboundItem"
        ),
        extra_filters="id:# string1:S updated_at:D goods_in_receipt_line_id:#",
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
            "serial_numbers:L reason_code:ReasonCode description:S stock_id:# goods_in_receipt:InboundGood "
            "goods_in_receipt_line:InboundItem stock_status:S datetime1:D"
        ),
        extra_filters=(
            "id:# shipment_id:# goods_out_line_id:# goods_in_receipt_id:# goods_in_receipt_line_id:# stock_status:S"
        ),
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
        extra_fields=(
            "goods_in_receipt:InboundGood goods_in_receipt_line:InboundItem string1:S serial_numbers:L completed_at:D"
        ),
        extra_filters="id:# goods_in_receipt_id:#",
    ),
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
