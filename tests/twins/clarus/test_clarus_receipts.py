"""Goods-in receipts over REST: what may be created, changed, deleted, received and reverted, and when."""

from typing import Any

import pytest
from clarus_inbound import expected, inbound, lines, receipt, receiving, scan, status, stock, tasks
from clarus_tenant import Tenant, added

from tieout.twins.clarus import ClarusSettings

LINES = "id expected_quantity quantity_received alt_line_number string1 external_system_reference1 product { code }"


def change(tenant: Tenant, receipt_id: int, *changes: Any, **more: Any) -> Any:
    return tenant.patch(
        "goods_in_receipts", receipt_id, **({"lines_changes": list(changes)} if changes else {}), **more
    )


def test_a_receipt_is_created_with_its_lines(tenant: Tenant) -> None:
    """§2.5 create; integer id (§2.1); no line ids in the answer (§7.1 CreatedLineLookup), PENDING."""
    line = expected(tenant.product(), 2.5, alt_line_number="10", string1="B1", external_system_reference1="e2")
    answer = tenant.post("goods_in_receipts", **inbound(external_system_reference1="e1", lines_changes=[line]))
    assert answer.status == 200
    assert (answer.body["data"]["id"], answer.body["data"]["type"]) == (1, "goods_in_receipts")
    assert answer.attributes["status"] == "pending"
    assert answer.attributes["external_system_reference1"] == "e1"
    assert "lines_changes" not in answer.attributes
    assert tenant.rows("inbound_items", LINES, "{goods_in_receipt_id: {eq: 1}}") == [
        {
            "id": "1",
            "expected_quantity": 2.5,
            "quantity_received": 0,
            "alt_line_number": "10",
            "string1": "B1",
            "external_system_reference1": "e2",
            "product": {"code": "SKU-1"},
        }
    ]


@pytest.mark.parametrize("missing", ["account_id", "warehouse_id"])
def test_a_receipt_needs_its_required_fields(tenant: Tenant, missing: str) -> None:
    """§2.5 header: two required attributes."""
    body = {name: value for name, value in inbound().items() if name != missing}
    answer = tenant.post("goods_in_receipts", **body)
    assert (answer.status, answer.symbols) == (422, ["attribute_missing"])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("account_id", 9),
        ("warehouse_id", 9),
        ("supplier_id", 9),
        ("reference", 1),
        ("expected_date_of_arrival", "tomorrow"),
        ("actual_date_of_arrival", "2026-01-20T10:00:00"),
        ("notes", 1),
        ("external_system_reference3", 1),
        ("string1", 1),
        ("datetime1", "2026-01-20"),
        ("lines_changes", {}),
    ],
)
def test_a_receipt_field_out_of_bounds_is_refused(tenant: Tenant, name: str, value: Any) -> None:
    """§2.5 header: types, and ids that exist."""
    assert tenant.post("goods_in_receipts", **inbound(**{name: value})).symbols == ["attribute_invalid"]
    assert tenant.rows("goods_in_receipts", "id") == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("product_id", 9),
        ("expected_quantity", 0),
        ("expected_quantity", "1"),
        ("expected_configurations_quantity", 0),
        ("stock_configuration", "pallet"),
        ("expected_quantity_dimension", "time"),
        ("alt_line_number", 10),
        ("alt_line_reference", 10),
        ("alt_line_note", 10),
        ("alt_product_code", 10),
        ("string1", 1),
        ("datetime1", "2027-01-01"),
    ],
)
def test_a_receipt_line_field_out_of_bounds_is_refused(tenant: Tenant, name: str, value: Any) -> None:
    """§2.5 line: types, ranges, enum values."""
    line = {"product_id": tenant.product(), "expected_quantity": 1, name: value}
    answer = tenant.post("goods_in_receipts", **inbound(lines_changes=[added(**line)]))
    assert (answer.status, answer.symbols) == (422, ["attribute_invalid"])


def test_all_faults_of_all_lines_are_told_together(tenant: Tenant) -> None:
    """§2.1: `errors` is a list."""
    wrong = [expected(9, 1), {"type": "CHANGE"}, {"type": "ADD"}, {"type": "UPDATE", "id": 1, "attributes": {}}]
    symbols = tenant.post("goods_in_receipts", **inbound(lines_changes=wrong)).symbols
    assert symbols == ["attribute_invalid", "attribute_invalid", "attribute_missing", "line_not_found"]


def test_a_quantity_of_packages_stands_for_pieces_of_the_level_unit(tenant: Tenant) -> None:
    """§5.2: when both are sent the plain quantity wins; §2.5 `expected_configurations_quantity`."""
    product_id = tenant.product()
    receipt(
        tenant,
        *(
            {"type": "ADD", "attributes": {"product_id": product_id, **more}}
            for more in (
                {"expected_configurations_quantity": 3},
                {"expected_configurations_quantity": 3, "expected_quantity": 4, "stock_configuration": "case"},
            )
        ),
    )
    assert lines(tenant) == [(3, 0), (4, 0)]
    case = {"product_id": product_id, "expected_configurations_quantity": 3, "stock_configuration": "case"}
    answer = tenant.post("goods_in_receipts", **inbound(lines_changes=[{"type": "ADD", "attributes": case}]))
    assert answer.symbols == ["attribute_missing"]


def test_products_and_warehouse_must_belong_to_the_account(tenant: Tenant) -> None:
    """§2.2 `stop`, account_products; §5.1 account_warehouses."""
    stopped = tenant.product("STOPPED", stop=True)
    foreign = tenant.post("products", code="F", description="F", stock_unit_type_id=1).body["data"]["id"]
    answer = tenant.post("goods_in_receipts", **inbound(lines_changes=[expected(stopped, 1), expected(foreign, 1)]))
    assert answer.symbols == ["product_stopped", "product_not_in_account"]
    tenant.post("warehouses", code="WH2", name="Two")
    assert tenant.post("goods_in_receipts", **inbound(warehouse_id=2)).symbols == ["account_not_in_warehouse"]


@pytest.mark.parametrize("verb", ["DESTROY", "REMOVE"])
def test_a_pending_receipt_is_changed(tenant: Tenant, verb: str) -> None:
    """§2.5 PATCH, lines ADD/UPDATE/DESTROY; §7.1 LineChangeVerb: both verbs."""
    product_id = tenant.product()
    receipt_id = receipt(tenant, expected(product_id, 1), expected(product_id, 2))
    update = {"type": "UPDATE", "id": 1, "attributes": {"expected_quantity": 5, "string1": "B9"}}
    answer = change(tenant, receipt_id, update, {"type": verb, "id": 2}, expected(product_id, 7), notes="late")
    assert (answer.status, answer.attributes["notes"], answer.attributes["reference"]) == (200, "late", "PO-1")
    assert lines(tenant) == [(5, 0), (7, 0)]
    assert tenant.rows("inbound_items", "string1")[0] == {"string1": "B9"}
    twice = [{"type": "DESTROY", "id": 1}, update]
    assert change(tenant, receipt_id, *twice).symbols == ["attribute_invalid"]
    assert change(tenant, receipt_id, {"type": "DESTROY", "id": 2}).symbols == ["line_not_found"]
    assert change(tenant, 99, update).status == 404


def test_the_same_reference_may_come_twice(tenant: Tenant) -> None:
    """§7.1 DuplicateReferencePolicy: not enforced."""
    assert [receipt(tenant), receipt(tenant)] == [1, 2]
    assert len(tenant.rows("goods_in_receipts", "id", '{reference: {eq: "PO-1"}}')) == 2


def test_unknown_attributes_are_ignored_or_refused_by_setting(tenant: Tenant) -> None:
    """§2.5 notes: `batch_number` and `expiry_date` of one example are not in the schema."""
    line = expected(tenant.product(), 1, batch_number="B1")
    assert tenant.post("goods_in_receipts", **inbound(lines_changes=[line])).status == 200
    strict = Tenant(ClarusSettings(refuse_unknown_attributes=True))
    line = expected(strict.product(), 1, batch_number="B1")
    assert strict.post("goods_in_receipts", **inbound(lines_changes=[line])).symbols == ["attribute_unknown"]


def test_only_a_draft_or_pending_receipt_is_deleted(tenant: Tenant) -> None:
    """§2.5 DELETE: 204; only draft or pending; §7.1 DeleteRefusal: 422."""
    draft = tenant.act("create_receipt", draft=True)["goods_in_receipt_id"]
    pending = receipt(tenant, expected(tenant.product(), 1))
    for receipt_id in (draft, pending):
        assert tenant.ask("DELETE", f"/api/goods_in_receipts/{receipt_id}").status == 204
    assert tenant.rows("goods_in_receipts", "id") == tenant.rows("inbound_items", "id") == []
    begun = receipt(tenant, expected(1, 1))
    tenant.act("start_receiving", goods_in_receipt_id=begun)
    answer = tenant.ask("DELETE", f"/api/goods_in_receipts/{begun}")
    assert (answer.status, answer.symbols) == (422, ["goods_in_receipt_in_progress"])
    assert tenant.ask("DELETE", "/api/goods_in_receipts/99").status == 404


def test_receiving_begins_with_a_task_for_each_line_and_no_stock(tenant: Tenant) -> None:
    """§2.5 receive: PENDING and a line; RCV; one receive task per line; no stock yet; the example says `received`."""
    receipt_id = receipt(tenant, expected(tenant.product(), 4), expected(1, 6))
    answer = tenant.ask("POST", f"/api/goods_in_receipts/{receipt_id}/receive")
    assert (answer.status, answer.attributes["status"]) == (200, "received")
    assert (status(tenant), tasks(tenant, "RCV"), stock(tenant)) == (
        "receiving",
        [("AVAILABLE", 4), ("AVAILABLE", 6)],
        [],
    )
    again = tenant.ask("POST", f"/api/goods_in_receipts/{receipt_id}/receive")
    assert (again.status, again.symbols) == (422, ["goods_in_receipt_in_progress"])
    assert change(tenant, receipt_id, notes="x").symbols == ["goods_in_receipt_in_progress"]


def test_a_receipt_without_lines_or_in_draft_cannot_be_received(tenant: Tenant) -> None:
    """§2.5 receive: needs status PENDING and at least one line."""
    empty, draft = receipt(tenant), tenant.act("create_receipt", draft=True)["goods_in_receipt_id"]
    refusals = [tenant.ask("POST", f"/api/goods_in_receipts/{i}/receive").symbols for i in (empty, draft)]
    assert refusals == [["goods_in_receipt_without_lines"], ["goods_in_receipt_in_progress"]]
    assert tenant.ask("POST", "/api/goods_in_receipts/99/receive").status == 404


def test_a_receipt_is_reverted_until_a_task_is_completed(tenant: Tenant) -> None:
    """§2.5 revert: back to pending; refused once any task is completed."""
    receipt_id = receiving(tenant)
    answer = tenant.ask("POST", f"/api/goods_in_receipts/{receipt_id}/revert")
    assert (answer.status, answer.attributes["status"], tasks(tenant, "RCV")) == (200, "pending", [("CANCELLED", 10)])
    pending = tenant.ask("POST", f"/api/goods_in_receipts/{receipt_id}/revert")
    assert pending.symbols == ["goods_in_receipt_not_receiving"]
    assert change(tenant, receipt_id, expected(1, 2)).status == 200
    tenant.ask("POST", f"/api/goods_in_receipts/{receipt_id}/receive")
    assert tasks(tenant, "RCV") == [("CANCELLED", 10), ("AVAILABLE", 10), ("AVAILABLE", 2)]
    assert scan(tenant, 3, confirmed_quantity=0).status == 204
    refusal = tenant.ask("POST", f"/api/goods_in_receipts/{receipt_id}/revert")
    assert (refusal.status, refusal.symbols) == (422, ["goods_in_receipt_in_progress"])


def test_suppliers_are_kept_over_rest(tenant: Tenant) -> None:
    """§2.4 suppliers: code and name of 50; string id; in use by a receipt; §3.2 root and filters."""
    address = {"address_1": "Quay 1", "postcode": "E1"}
    made = tenant.post("suppliers", code="ACME", name="Acme", address=address, external_system_reference1="V1")
    assert made.body["data"]["id"] == "1"
    assert tenant.post("suppliers", code="ACME", name="Again").symbols == ["record_not_unique"]
    assert tenant.post("suppliers", code="x" * 51, name="Long").symbols == ["attribute_invalid"]
    assert tenant.patch("suppliers", 1, name="Acme Ltd").status == 200
    fields = "id code name description active external_system_reference1 address { id address_1 postcode }"
    for filter_ in ('{address_postcode: {eq: "E1"}}', '{external_system_reference1: {eq: "V1"}}', "{id: {eq: 1}}"):
        assert tenant.rows("suppliers", fields, filter_) == [
            {
                "id": "1",
                "code": "ACME",
                "name": "Acme Ltd",
                "description": None,
                "active": True,
                "external_system_reference1": "V1",
                "address": {"id": "1", **address},
            }
        ]
    receipt(tenant, supplier_id=1)
    assert tenant.rows("goods_in_receipts", "supplier { code }", "{supplier_id: {eq: 1}}")
    assert tenant.ask("DELETE", "/api/suppliers/1").symbols == ["record_in_use"]


def test_products_and_accounts_of_receipts_are_not_deleted(tenant: Tenant) -> None:
    """§2.2, §2.4: refused while something points to them (seam DeleteRefusal)."""
    receipt(tenant, expected(tenant.product(), 1))
    for path in ("products/1", "accounts/1", "warehouses/1"):
        assert tenant.ask("DELETE", f"/api/{path}").symbols == ["record_in_use"]
