"""Short words for what the tests of goods in do often."""

from typing import Any

from clarus_tenant import Answer, Tenant, added, enveloped

MOVES = (
    "id subtype quantity stock_status created_at string1 serial_numbers reason_code { code } location_from { code } "
    "location_to { code } goods_in_receipt { id } goods_in_receipt_line { id }"
)


def inbound(**more: Any) -> dict[str, Any]:
    """The header of a receipt."""
    return {"account_id": 1, "warehouse_id": 1, "reference": "PO-1", **more}


def expected(product_id: int, quantity: float, **more: Any) -> Any:
    return added(product_id=product_id, expected_quantity=quantity, **more)


def receipt(tenant: Tenant, *lines: Any, **more: Any) -> int:
    """A receipt with lines made by `expected`."""
    answer = tenant.post("goods_in_receipts", **inbound(lines_changes=list(lines), **more))
    assert answer.status == 200, answer.body
    return answer.body["data"]["id"]


def receiving(tenant: Tenant, quantity: float = 10, **product: Any) -> int:
    """A receipt of one line of SKU-1 that is being received: receipt, line and receive task have id 1."""
    receipt_id = receipt(tenant, expected(tenant.product(**product), quantity, alt_line_number="10", string1="B1"))
    assert tenant.ask("POST", f"/api/goods_in_receipts/{receipt_id}/receive").status == 200
    return receipt_id


def scan(tenant: Tenant, task_id: int, call: str = "receive", **attributes: Any) -> Answer:
    """One of the two calls of a receive task."""
    return tenant.ask("POST", f"/api/receive_tasks/{task_id}/{call}", enveloped("tasks", attributes))


def status(tenant: Tenant, receipt_id: int = 1) -> str | None:
    rows = tenant.rows("goods_in_receipts", "status", f"{{id: {{eq: {receipt_id}}}}}")
    return rows[0]["status"] if rows else None


def lines(tenant: Tenant, receipt_id: int = 1) -> list[tuple[float, float]]:
    """Expected and received, line by line."""
    filter_ = f"{{goods_in_receipt_id: {{eq: {receipt_id}}}}}"
    rows = tenant.rows("inbound_items", "expected_quantity quantity_received", filter_)
    return [(row["expected_quantity"], row["quantity_received"]) for row in rows]


def moves(tenant: Tenant, *subtypes: str) -> list[Any]:
    return tenant.rows("transactions", MOVES, f"{{subtype: {{in: [{', '.join(subtypes)}]}}}}")


def stock(tenant: Tenant) -> list[tuple[float, str, str]]:
    """Quantity, status and place of every stock record."""
    rows = tenant.rows("stocks", "quantity status location { code }")
    return [(row["quantity"], row["status"], row["location"]["code"]) for row in rows]


def tasks(tenant: Tenant, code: str) -> list[tuple[str, float]]:
    """Status and start quantity of the tasks of one type."""
    rows = tenant.rows("tasks", "status start_quantity", f'{{task_type_code: {{eq: "{code}"}}}}')
    return [(row["status"], row["start_quantity"]) for row in rows]
