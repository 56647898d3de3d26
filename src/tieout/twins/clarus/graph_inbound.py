"""What GraphQL shows of goods in. A list of receipt lines is not published (seam `ReceiptLineReader`)."""

from tieout.twins.clarus.graph_node import Node

INBOUND = (
    Node(
        name="InboundGood",
        table="goods_in_receipts",
        filter_type="InboundGoodFilterType",
        fields=(
            "reference:S status:S receipt_type:S expected_date_of_receipt:Y actual_date_of_receipt:Y notes:S "
            "account:Account warehouse:Warehouse"
        ),
        filters=(
            "reference:S status:S account_id:# warehouse_id:# expected_date_of_receipt=expected_date_of_arrival:D"
        ),
        extra_fields=(
            "external_system_reference1:S external_system_reference2:S external_system_reference3:S string1:S "
            "supplier:Supplier created_at:D updated_at:D"
        ),
        extra_filters=(
            "id:# receipt_type:S supplier_id:# external_system_reference1:S actual_date_of_receipt:D created_at:D "
            "updated_at:D"
        ),
    ),
    Node(
        name="InboundItem",
        table="inbound_items",
        filter_type="InboundItemFilterType",
        extra_root=True,
        fields=(
            "expected_quantity:N quantity_received:N string1:S datetime1:D alt_line_number:S alt_line_reference:S "
            "external_system_reference1:S external_system_reference2:S external_system_reference3:S product:Product "
            "goods_in_receipt:InboundGood created_at:D updated_at:D"
        ),
        filters=(
            "id:# goods_in_receipt_id:# product_id:# product_code=product.code:S alt_line_number:S string1:S "
            "external_system_reference1:S created_at:D updated_at:D"
        ),
    ),
)
