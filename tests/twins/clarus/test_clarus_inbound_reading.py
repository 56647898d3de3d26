"""Goods in as a client reads it: GraphQL roots, fields and filters, and the events that webhooks tell."""

from typing import Any

import pytest
from clarus_inbound import expected, inbound, receipt, receiving, scan
from clarus_tenant import LONG, Tenant

from tieout.twins.clarus import ClarusSettings


def ids(tenant: Tenant, root: str, filter_: str) -> list[str]:
    return [row["id"] for row in tenant.rows(root, "id", filter_)]


@pytest.fixture
def bay() -> Tenant:
    """Three receipts, one a day: completed, part, pending. The tenant listens to nothing."""
    tenant = Tenant(LONG)
    tea, milk = tenant.product("TEA"), tenant.product("MILK")
    tenant.post("suppliers", code="ACME", name="Acme")
    dates = {"expected_date_of_arrival": "2026-01-20T10:00:00Z", "supplier_id": 1}
    receipt(tenant, expected(tea, 5, string1="B1"), reference="PO-1", external_system_reference1="e1", **dates)
    tenant.act("receive_line", reference="PO-1", to="A-01")
    tenant.wait(days=1)
    line = expected(milk, 2, alt_line_number="20", external_system_reference1="l2", datetime1="2027-01-01T00:00:00Z")
    receipt(tenant, expected(tea, 3), line, reference="PO-2", notes="mind the step")
    tenant.act("receive_line", reference="PO-2", line_id=3)
    tenant.wait(days=1)
    tenant.act("create_receipt", reference="PO-3", receipt_type="return")
    return tenant


@pytest.mark.parametrize(
    ("filter_", "found"),
    [
        ('{reference: {eq: "PO-2"}}', ["2"]),
        ('{reference: {ilike: "po"}}', ["1", "2", "3"]),
        ('{status: {eq: "completed"}}', ["1"]),
        ('{status: {in: ["part", "pending"]}}', ["2", "3"]),
        ('{status: {eq: "receiving"}}', []),
        ("{account_id: {eq: 1}, warehouse_id: {eq: 1}}", ["1", "2", "3"]),
        ('{expected_date_of_receipt: {from: "2026-01-20"}}', ["1"]),
        ('{receipt_type: {eq: "return"}}', ["3"]),
        ('{external_system_reference1: {eq: "e1"}}', ["1"]),
        ("{supplier_id: {eq: 1}}", ["1"]),
        ('{updated_at: {from: "2026-01-06T00:00:00Z"}}', ["2", "3"]),
        ('{created_at: {to: "2026-01-05"}}', ["1"]),
        ('{actual_date_of_receipt: {from: "2026-01-06"}}', ["2"]),
        ("{id: {in: [1, 3]}}", ["1", "3"]),
    ],
)
def test_receipts_are_filtered(bay: Tenant, filter_: str, found: list[str]) -> None:
    """§3.2 goods_in_receipts; the last seven are extra (seam GraphqlExtraFields)."""
    assert ids(bay, "goods_in_receipts", filter_) == found


def test_a_receipt_is_read_whole(bay: Tenant) -> None:
    """§3.2 goods_in_receipts; §3.1 plain dates; receipt_type `standard`."""
    fields = (
        "id reference status receipt_type expected_date_of_receipt actual_date_of_receipt notes account { code } "
        "warehouse { code } external_system_reference1 supplier { code }"
    )
    assert bay.rows("goods_in_receipts", fields)[0] == {
        "id": "1",
        "reference": "PO-1",
        "status": "completed",
        "receipt_type": "standard",
        "expected_date_of_receipt": "2026-01-20",
        "actual_date_of_receipt": "2026-01-05",
        "notes": None,
        "account": {"code": "TIEOUT"},
        "warehouse": {"code": "WH1"},
        "external_system_reference1": "e1",
        "supplier": {"code": "ACME"},
    }


@pytest.mark.parametrize(
    ("filter_", "found"),
    [
        ("{goods_in_receipt_id: {eq: 2}}", ["2", "3"]),
        ("{goods_in_receipt_id: {in: [1, 2]}, product_id: {eq: 1}}", ["1", "2"]),
        ('{product_code: {eq: "MILK"}}', ["3"]),
        ('{alt_line_number: {eq: "20"}}', ["3"]),
        ('{external_system_reference1: {eq: "l2"}}', ["3"]),
        ('{string1: {eq: "B1"}}', ["1"]),
        ('{updated_at: {from: "2026-01-06T00:00:00Z"}}', ["2", "3"]),
        ("{id: {gt: 2}}", ["3"]),
    ],
)
def test_receipt_lines_are_filtered(bay: Tenant, filter_: str, found: list[str]) -> None:
    """§7.1 ReceiptLineReader."""
    assert ids(bay, "inbound_items", filter_) == found


def test_a_receipt_line_is_read_whole(bay: Tenant) -> None:
    """§7.1 ReceiptLineReader: the fields it names."""
    fields = (
        "id product { id code } expected_quantity quantity_received string1 datetime1 alt_line_number "
        "external_system_reference1 goods_in_receipt { id }"
    )
    assert bay.rows("inbound_items", fields, "{id: {eq: 3}}") == [
        {
            "id": "3",
            "product": {"id": "2", "code": "MILK"},
            "expected_quantity": 2,
            "quantity_received": 2,
            "string1": None,
            "datetime1": "2027-01-01T00:00:00Z",
            "alt_line_number": "20",
            "external_system_reference1": "l2",
            "goods_in_receipt": {"id": "2"},
        }
    ]


@pytest.mark.parametrize(
    ("filter_", "found"),
    [
        ("{goods_in_receipt_id: {eq: 1}}", ["RCV", "PWAY"]),
        ("{goods_in_receipt_id: {eq: 2}}", ["RCV"]),
        ("{goods_in_receipt_line_id: {eq: 3}, subtype: {eq: RCV}}", ["RCV"]),
        ("{goods_in_receipt_line_id: {filled: true}}", ["RCV", "PWAY", "RCV"]),
        ("{subtype: {eq: UNRCV}}", []),
        ('{stock_status: {eq: "held"}}', []),
    ],
)
def test_transactions_name_their_receipt(bay: Tenant, filter_: str, found: list[str]) -> None:
    """Extra filters of `transactions` (seam GraphqlExtraFields)."""
    assert [row["subtype"] for row in bay.rows("transactions", "subtype", filter_)] == found


@pytest.mark.parametrize(
    ("filter_", "found"),
    [
        ('{task_type_code: {eq: "RCV"}, goods_in_receipt_line_id: {eq: 3}}', [("RCV", "COMPLETED")]),
        ('{task_type_code: {eq: "RCV"}, status: {eq: "AVAILABLE"}}', [("RCV", "AVAILABLE")]),
        ("{goods_in_receipt_id: {eq: 1}}", [("RCV", "COMPLETED"), ("PWAY", "COMPLETED")]),
        ('{task_type_code: {eq: "PICK"}}', []),
    ],
)
def test_receive_and_putaway_tasks_are_read(bay: Tenant, filter_: str, found: list[Any]) -> None:
    """§3.2 tasks, filter goods_in_receipt_line_id; §2.8 types RCV and PWAY, status upper case."""
    rows = bay.rows("tasks", "task_type { code } status goods_in_receipt { id } goods_in_receipt_line { id }", filter_)
    assert [(row["task_type"]["code"], row["status"]) for row in rows] == found


def test_a_tenant_without_extras_shows_the_published_receipt_only() -> None:
    """§3.2 gaps: no list of receipt lines, no `updated_at`, no receipt on transactions."""
    tenant = Tenant(ClarusSettings(extra_fields=False))
    receiving(tenant)
    scan(tenant, 1)
    assert tenant.rows("goods_in_receipts", "reference status", '{status: {eq: "part"}}') == [
        {"reference": "PO-1", "status": "part"}
    ]
    for query in (
        "{ inbound_items { all { edges { cursor } } } }",
        "{ goods_in_receipts { all { edges { node { updated_at } } } } }",
        "{ transactions { all { edges { node { goods_in_receipt { id } } } } } }",
    ):
        assert tenant.graph_errors(query)


def heard(tenant: Tenant) -> list[Any]:
    return [body["data"] for body in tenant.heard()]


def test_a_completed_receipt_tells_what_the_documentation_names(tenant: Tenant) -> None:
    """§4.3 goods_in / completed."""
    tenant.listen("goods_in", "completed")
    line = {"alt_line_number": "1", "string1": "B1", "datetime1": "2027-01-01T00:00:00Z"}
    receipt(tenant, expected(tenant.product(), 100, **line), external_system_reference1="e1")
    tenant.act("receive_line", reference="PO-1", line_id=1, quantity=98, final=True)
    assert heard(tenant) == []
    tenant.act("put_away")
    assert heard(tenant) == [
        {
            "id": "1",
            "account_id": 1,
            "warehouse_id": 1,
            "reference": "PO-1",
            "external_system_reference1": "e1",
            "status": "completed",
            "receipt_type": "standard",
            "supplier": None,
            "actual_date_of_receipt": "2026-01-05T08:00:00Z",
            "lines": [
                {
                    "id": "1",
                    "product": {"id": "1", "code": "SKU-1"},
                    "expected_quantity": 100,
                    "quantity_received": 98,
                    "alt_line_number": "1",
                    "external_system_reference1": None,
                    "string1": "B1",
                    "datetime1": "2027-01-01T00:00:00Z",
                }
            ],
        }
    ]


def test_every_event_of_goods_in_is_told_once(tenant: Tenant) -> None:
    """§4.2 goods_in: created, moved_to_part, completed, cancelled."""
    for event in ("created", "moved_to_part", "completed", "cancelled"):
        tenant.listen("goods_in", event)
    receipt(tenant, expected(tenant.product(), 4), expected(1, 6))
    tenant.act("receive_line", reference="PO-1", line_id=1)
    tenant.act("receive_line", reference="PO-1", line_id=2)
    tenant.act("put_away")
    tenant.act("cancel_receipt", goods_in_receipt_id=receipt(tenant, reference="PO-2"))
    told = [(body["reference"], body["status"]) for body in heard(tenant)]
    assert told == [
        ("PO-1", "pending"),
        ("PO-1", "part"),
        ("PO-1", "completed"),
        ("PO-2", "pending"),
        ("PO-2", "cancelled"),
    ]


def test_stock_received_and_unreceived_name_the_receipt(tenant: Tenant) -> None:
    """§4.2 stock: received, unreceived; the body is that of other stock movements, with the receipt and its line."""
    tenant.listen("stock", "received")
    tenant.listen("stock", "unreceived")
    receiving(tenant)
    scan(tenant, 1)
    tenant.act("unreceive", reference="PO-1")
    told = heard(tenant)
    assert [(body["quantity"], body["new_quantity"], body["string1"], body["status"]) for body in told] == [
        (10, 10, "B1", "available"),
        (10, 0, "B1", "available"),
    ]
    for body in told:
        assert body["goods_in_receipt"] == {"id": "1", "reference": "PO-1"}
        assert body["goods_in_receipt_line"] == {"id": "1"}


def test_goods_received_as_held_are_told_as_held(tenant: Tenant) -> None:
    """§4.2 stock: received, then placed_on_hold (assumption)."""
    tenant.listen("stock", "received")
    tenant.listen("stock", "placed_on_hold")
    receiving(tenant)
    tenant.act("receive_line", reference="PO-1", held=True, reason_code="QC", description="wet")
    assert [(body["status"], body["description"], body.get("stock_id")) for body in heard(tenant)] == [
        ("held", "wet", "1"),
        ("held", "wet", None),
    ]


def test_a_putaway_is_told(tenant: Tenant) -> None:
    """§4.2 putaway_task: completed."""
    tenant.listen("putaway_task", "completed")
    receiving(tenant)
    scan(tenant, 1, confirmed_quantity=4)
    tenant.act("put_away", location="B-01")
    body = heard(tenant)[0]
    assert (body["id"], body["status"], body["confirmed_quantity"]) == ("2", "COMPLETED", 4)
    assert (body["location_from"]["code"], body["location_to"]["code"]) == ("GI-BAY", "B-01")
    assert (body["goods_in_receipt"], body["goods_in_receipt_line"]) == ({"id": "1", "reference": "PO-1"}, {"id": "1"})


def test_conditions_look_into_a_receipt(tenant: Tenant) -> None:
    """§4.1 conditions: `source_path` into the event."""
    condition = {"type": "ADD", "attributes": {"source_path": "data.receipt_type", "operator": "eq", "value": "return"}}
    tenant.listen("goods_in", "created", conditions_changes=[condition])
    tenant.post("goods_in_receipts", **inbound())
    tenant.act("create_receipt", reference="RMA-1", receipt_type="return")
    assert [body["reference"] for body in heard(tenant)] == ["RMA-1"]


def test_the_state_counts_receipts(tenant: Tenant) -> None:
    """Admin: `GET /_twin/state`."""
    receiving(tenant)
    state = tenant.ask("GET", "/_twin/state", headers={}).body
    assert state["goods_in_receipts"] == {"RCV": 1}
