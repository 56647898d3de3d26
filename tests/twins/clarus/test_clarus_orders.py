"""Sales orders over REST: what may be created, changed, deleted and cancelled, and when."""

from typing import Any

import pytest
from clarus_tenant import Tenant, added, header

from tieout.twins.clarus import ClarusSettings

LINES = "id order_quantity alt_line_number string1 external_system_reference1 product { code }"


def change(tenant: Tenant, order_id: int, *changes: Any, **more: Any) -> Any:
    return tenant.patch("goods_outs", order_id, **({"lines_changes": list(changes)} if changes else {}), **more)


def test_an_order_is_created_with_its_lines(tenant: Tenant) -> None:
    """§2.6 create; §7.1 CreatedLineLookup: no line ids in the answer; DefaultOrderState: PENDING."""
    product_id = tenant.product()
    line = added(product_id=product_id, order_quantity=2.5, alt_line_number="10", string1="B1")
    answer = tenant.post("goods_outs", **header(external_system_reference1="e1", lines_changes=[line]))
    assert answer.status == 200
    assert (answer.body["data"]["id"], answer.body["data"]["type"]) == (1, "goods_outs")
    assert answer.attributes["goods_out_status_id"] == 2
    assert "lines_changes" not in answer.attributes
    assert tenant.rows("goods_out_lines", LINES, "{goods_out_id: {eq: 1}}") == [
        {
            "id": "1",
            "order_quantity": 2.5,
            "alt_line_number": "10",
            "string1": "B1",
            "external_system_reference1": None,
            "product": {"code": "SKU-1"},
        }
    ]


@pytest.mark.parametrize("missing", ["goods_out_type", "account_id", "reference", "expected_date_of_dispatch"])
def test_an_order_needs_its_required_fields(tenant: Tenant, missing: str) -> None:
    """§2.6 header: four required attributes."""
    answer = tenant.post("goods_outs", **{name: value for name, value in header().items() if name != missing})
    assert (answer.status, answer.symbols) == (422, ["attribute_missing"])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("goods_out_type", "transfer"),
        ("reference", "x" * 51),
        ("expected_date_of_dispatch", "tomorrow"),
        ("expected_date_of_dispatch", "2026-01-20T10:00:00"),
        ("priority", 0),
        ("priority", 100),
        ("goods_out_status_id", 9),
        ("goods_out_status_id", 6),
        ("dispatch_strategy", "drone"),
        ("pack_strategy", "pack"),
        ("pick_type", "wave"),
        ("packing_notes", "x" * 256),
        ("drop_sequence", -1),
        ("account_id", 9),
        ("warehouse_id", 9),
        ("carrier_id", 9),
        ("carrier_service_id", 9),
        ("customer_id", 9),
        ("order_type_id", 9),
        ("lines_changes", {}),
    ],
)
def test_an_order_field_out_of_bounds_is_refused(tenant: Tenant, name: str, value: Any) -> None:
    """§2.6 header: types, lengths, ranges, enum values, ids that exist."""
    assert tenant.post("goods_outs", **header(**{name: value})).symbols == ["attribute_invalid"]
    assert tenant.rows("goods_outs", "id") == []


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("goods_out_type", ["sales_order", "work_order", "crossdock"]),
        ("dispatch_strategy", ["manual", "auto", "load", "shipment", "auto_shipment"]),
        ("pack_strategy", ["disabled", "pack_by_line", "pack_by_unit"]),
        ("pick_type", ["standard", "tote"]),
        ("goods_out_status_id", [1, 2]),
        ("priority", [1, 99]),
    ],
)
def test_every_published_choice_of_an_order_is_taken(tenant: Tenant, name: str, values: list[Any]) -> None:
    """§2.6 header: enum values."""
    for value in values:
        assert tenant.post("goods_outs", **header(**{name: value})).status == 200


@pytest.mark.parametrize(
    ("line", "symbol"),
    [
        ({"order_quantity": 1}, "attribute_missing"),
        ({"product_id": 1}, "attribute_missing"),
        ({"product_id": 1, "order_quantity": 0}, "attribute_invalid"),
        ({"product_id": 9, "order_quantity": 1}, "attribute_invalid"),
        ({"product_id": 1, "order_quantity": 1, "stock_configuration": "pallet"}, "attribute_invalid"),
        ({"product_id": 1, "order_quantity": 1, "datetime1": "soon"}, "attribute_invalid"),
    ],
)
def test_a_line_out_of_bounds_refuses_the_order(tenant: Tenant, line: dict[str, Any], symbol: str) -> None:
    """§2.6 line attributes."""
    tenant.product()
    answer = tenant.post("goods_outs", **header(lines_changes=[added(**line)]))
    assert (answer.status, answer.symbols) == (422, [symbol])


def test_a_line_may_count_packages_of_one(tenant: Tenant) -> None:
    """§5.2: the plain quantity wins; assumption: packages alone count only for the level `unit`."""
    product_id = tenant.product()
    alone = added(product_id=product_id, ordered_configurations_quantity=3)
    cases = added(product_id=product_id, ordered_configurations_quantity=3, stock_configuration="case")
    both = added(**cases["attributes"], order_quantity=36)
    tenant.post("goods_outs", **header(lines_changes=[alone, both]))
    assert [row["order_quantity"] for row in tenant.rows("goods_out_lines", "order_quantity")] == [3, 36]
    assert tenant.post("goods_outs", **header(lines_changes=[cases])).symbols == ["attribute_missing"]


def test_a_product_must_be_usable_in_the_account(tenant: Tenant) -> None:
    """§2.2: `account_products` makes the product usable for an account; `stop` blocks it in all operations."""
    tenant.post("products", description="x", stock_unit_type_id=1, code="LOOSE")
    stopped = tenant.product("STOPPED", stop=True)
    for product_id, symbol in ((1, "product_not_in_account"), (stopped, "product_stopped")):
        line = added(product_id=product_id, order_quantity=1)
        assert tenant.post("goods_outs", **header(lines_changes=[line])).symbols == [symbol]


def test_an_account_must_be_linked_to_the_warehouse(tenant: Tenant) -> None:
    """§2.4 account_warehouses; §2.6 without a warehouse stock may come from any."""
    tenant.post("warehouses", code="WH2", name="two")
    assert tenant.post("goods_outs", **header(warehouse_id=2)).symbols == ["account_not_in_warehouse"]
    assert tenant.post("goods_outs", **header(warehouse_id=None)).status == 200


def test_a_reference_may_be_used_twice(tenant: Tenant) -> None:
    """§7.1 DuplicateReferencePolicy: order references are not enforced."""
    product_id = tenant.product()
    assert tenant.order((product_id, 1)) != tenant.order((product_id, 1))
    assert len(tenant.rows("goods_outs", "id", '{reference: {eq: "SO-1"}}')) == 2


def test_an_address_is_read_only_from_relationships(tenant: Tenant) -> None:
    """§2.1: addresses are read only from `data.relationships.address.data`; lengths of the address attributes."""

    def post(address: Any) -> Any:
        relationships = {"address": {"data": {"type": "addresses", "attributes": address}}}
        body = {"data": {"type": "goods_outs", "attributes": header(), "relationships": relationships}}
        return tenant.ask("POST", "/api/goods_outs", body)

    assert post({"name": "A", "address_1": "1 High St", "postcode": "AB1 2CD", "country_code": "GB"}).status == 200
    assert tenant.twin.state.goods_outs[1].address == {
        "name": "A",
        "address_1": "1 High St",
        "postcode": "AB1 2CD",
        "country_code": "GB",
    }
    assert post({"postcode": "x" * 11, "address_2": "x" * 81}).symbols == ["attribute_invalid"] * 2
    assert tenant.post("goods_outs", **header(address={"name": "A"})).status == 200
    assert tenant.twin.state.goods_outs[2].address is None


@pytest.mark.parametrize("verb", ["DESTROY", "REMOVE"])
def test_lines_are_added_changed_and_removed(tenant: Tenant, verb: str) -> None:
    """§2.1 lines_changes; §7.1 LineChangeVerb: the simulator accepts DESTROY and REMOVE."""
    product_id = tenant.product()
    order_id = tenant.order((product_id, 1), (product_id, 2))
    update = {"type": "UPDATE", "id": 1, "attributes": {"order_quantity": 5}}
    add = added(product_id=product_id, order_quantity=7)
    assert change(tenant, order_id, update, {"type": verb, "id": 2}, add, priority=3).status == 200
    rows = tenant.rows("goods_out_lines", "id order_quantity", f"{{goods_out_id: {{eq: {order_id}}}}}")
    assert rows == [{"id": "1", "order_quantity": 5}, {"id": "3", "order_quantity": 7}]
    assert tenant.rows("goods_outs", "priority reference") == [{"priority": 3, "reference": "SO-1"}]


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "UPDATE", "id": 9, "attributes": {}},
        {"type": "DESTROY", "id": None},
        {"type": "DESTROY", "id": [1]},
        {"type": "DROP", "id": 1},
        {"type": "UPDATE", "id": 1},
        "x",
    ],
)
def test_a_line_change_that_makes_no_sense_changes_nothing(tenant: Tenant, wrong: Any) -> None:
    """§2.1 lines_changes: type, id, attributes."""
    order_id = tenant.order((tenant.product(), 1))
    good = {"type": "UPDATE", "id": 1, "attributes": {"order_quantity": 5}}
    assert change(tenant, order_id, good, wrong).status == 422
    assert tenant.rows("goods_out_lines", "order_quantity") == [{"order_quantity": 1}]
    assert change(tenant, order_id, good, {"type": "DESTROY", "id": 1}).status == 422


def test_an_allocated_order_gives_its_stock_back_when_edited(tenant: Tenant) -> None:
    """Assumption: a change of lines de-allocates an ALLOCATED order, which is PENDING again."""
    order_id = tenant.order((tenant.product(stock=10), 4))
    tenant.act("allocate", goods_out_id=order_id)
    assert tenant.status(order_id) == "ALLOCATED"
    assert change(tenant, order_id, {"type": "UPDATE", "id": 1, "attributes": {"order_quantity": 6}}).status == 200
    assert tenant.status(order_id) == "PENDING"
    assert tenant.rows("stock_balances", "available allocated") == [{"available": 10, "allocated": 0}]
    assert tenant.rows("tasks", "status") == [{"status": "CANCELLED"}]


def test_an_order_being_picked_cannot_be_edited(tenant: Tenant) -> None:
    """§2.6 update, assumption: refused with 422 once any pick is completed, and when completed or cancelled."""
    order_id = tenant.order((tenant.product(stock=10), 4))
    update = {"type": "UPDATE", "id": 1, "attributes": {"order_quantity": 6}}
    tenant.act("pick", goods_out_id=order_id, lines={"1": 1})
    assert change(tenant, order_id, update).symbols == ["goods_out_in_progress"]
    tenant.act("pick", goods_out_id=order_id)
    tenant.act("despatch", goods_out_id=order_id)
    assert change(tenant, order_id, update).symbols == ["goods_out_in_progress"]
    assert change(tenant, 99, update).status == 404


def test_a_part_picked_order_that_waits_for_stock_cannot_be_edited(tenant: Tenant) -> None:
    """§2.6 update, assumption: any completed pick closes the order to edits, whatever its status."""
    order_id = tenant.order((tenant.product(stock=3), 4))
    tenant.act("pick", goods_out_id=order_id)
    assert tenant.status(order_id) == "PART_ALLOCATED"
    assert change(tenant, order_id, priority=1).symbols == ["goods_out_in_progress"]


def test_the_status_may_go_between_draft_and_pending_only(tenant: Tenant) -> None:
    """§2.6 goods_out_status_id; §5.6 table; assumption: a client moves an order only between these two."""
    order_id = tenant.order((tenant.product(), 1), goods_out_status_id=1)
    assert tenant.status(order_id) == "DRAFT"
    assert change(tenant, order_id, goods_out_status_id=2).attributes["goods_out_status_id"] == 2
    assert change(tenant, order_id, goods_out_status_id=3).symbols == ["attribute_invalid"]


def test_an_order_is_deleted_until_it_is_processed(tenant: Tenant) -> None:
    """§2.6 delete: 204, refused once processing has begun."""
    product_id = tenant.product(stock=5)
    first, second = tenant.order((product_id, 1)), tenant.order((product_id, 1))
    assert tenant.ask("DELETE", f"/api/goods_outs/{first}").status == 204
    assert tenant.ask("DELETE", f"/api/goods_outs/{first}").status == 404
    tenant.act("allocate", goods_out_id=second)
    assert tenant.ask("DELETE", f"/api/goods_outs/{second}").symbols == ["goods_out_in_progress"]


@pytest.mark.parametrize("status_id", [1, 2])
def test_cancelling_a_draft_or_pending_order_deletes_it(tenant: Tenant, status_id: int) -> None:
    """§2.6 cancel: Draft/Pending deleted; §7.1 CancelOutcome: last state, then absent from `goods_outs`."""
    order_id = tenant.order((tenant.product(), 1), goods_out_status_id=status_id)
    answer = tenant.ask("POST", f"/api/goods_outs/{order_id}/cancel")
    assert (answer.status, answer.body["data"]["id"]) == (200, order_id)
    assert answer.attributes["goods_out_status_id"] == 8
    assert tenant.rows("goods_outs", "id") == []
    assert tenant.rows("goods_out_lines", "id") == []
    assert tenant.ask("POST", f"/api/goods_outs/{order_id}/cancel").status == 404


@pytest.mark.parametrize("wanted", [4, 40])
def test_cancelling_an_allocated_order_releases_its_stock(tenant: Tenant, wanted: int) -> None:
    """§2.6 cancel: Allocated → stock released, cancelled. PART_ALLOCATED alike (assumption)."""
    order_id = tenant.order((tenant.product(stock=10), wanted))
    tenant.act("allocate", goods_out_id=order_id)
    assert tenant.ask("POST", f"/api/goods_outs/{order_id}/cancel").status == 200
    assert tenant.status(order_id) == "CANCELLED"
    balance = tenant.rows("stock_balances", "available allocated picked")
    assert balance == [{"available": 10, "allocated": 0, "picked": 0}]


def test_cancelling_an_order_being_picked_frees_what_is_picked_too(tenant: Tenant) -> None:
    """§2.6 cancel: Picking → open picks cancelled, stock released (where it stands: assumption)."""
    order_id = tenant.order((tenant.product(stock=10), 4))
    tenant.act("pick", goods_out_id=order_id, lines={"1": 1})
    assert tenant.status(order_id) == "PICK"
    assert tenant.ask("POST", f"/api/goods_outs/{order_id}/cancel").status == 200
    balance = tenant.rows("stock_balances", "available picked received")
    assert balance == [{"available": 10, "picked": 0, "received": 10}]
    places = tenant.rows("stocks", "quantity location { code }")
    assert {row["location"]["code"]: row["quantity"] for row in places} == {"A-01": 9, "GO-BAY": 1}
    assert tenant.ask("POST", f"/api/goods_outs/{order_id}/cancel").symbols == ["goods_out_cancelled"]


def test_a_completed_order_cannot_be_cancelled(tenant: Tenant) -> None:
    """§2.6 cancel: Completed → refused."""
    order_id = tenant.order((tenant.product(stock=10), 4))
    tenant.act("pick", goods_out_id=order_id)
    tenant.act("despatch", goods_out_id=order_id)
    answer = tenant.ask("POST", f"/api/goods_outs/{order_id}/cancel")
    assert (answer.status, answer.symbols) == (422, ["goods_out_completed"])


def process(tenant: Tenant, body: object) -> Any:
    return tenant.ask("POST", "/api/goods_out_processes/process_picks_async", body)


def test_processing_allocates_and_leaves_a_trace(tenant: Tenant) -> None:
    """§2.6 process_picks_async: 200 `{"process_references": [...]}`; §3.2 pick_processing_requests."""
    product_id = tenant.product(stock=10)
    ids = [tenant.order((product_id, quantity)) for quantity in (4, 4, 4, 4)]
    references = process(tenant, {"ids": ids}).body["process_references"]
    assert len(references) == 1
    assert [tenant.status(order_id) for order_id in ids] == ["ALLOCATED", "ALLOCATED", "PART_ALLOCATED", "PENDING"]
    rows = tenant.rows(
        "pick_processing_requests",
        "status message goods_out { id }",
        f'{{process_reference: {{eq: "{references[0]}"}}}}',
    )
    assert [row["status"] for row in rows] == ["completed"] * 3 + ["failed"]
    assert rows[3]["message"] == "not_enough_stocks_for_picking"
    assert len(tenant.rows("pick_processing_requests", "status", "{status: {eq: failed}}")) == 1
    lists = tenant.rows("goods_out_pick_lists", "reference pick_type goods_out_status { code }")
    assert [row["goods_out_status"]["code"] for row in lists] == ["ALLOCATED", "ALLOCATED", "PART_ALLOCATED"]


@pytest.mark.parametrize(
    ("body", "code"),
    [({"ids": []}, 36), ({}, 36), ([], 36), ({"ids": ["1"]}, 37), ({"ids": [99]}, 37), ({"ids": [True]}, 37)],
)
def test_processing_needs_orders_that_exist(tenant: Tenant, body: object, code: int) -> None:
    """§2.1 published error codes 36 and 37."""
    answer = process(tenant, body)
    assert (answer.status, answer.body["errors"][0]["code"]) == (422, code)


def test_an_allocated_order_is_not_processed_again(tenant: Tenant) -> None:
    """§2.1 published error code 59 `goods_out_already_allocated`."""
    order_id = tenant.order((tenant.product(stock=10), 4))
    process(tenant, {"ids": [order_id]})
    answer = process(tenant, {"ids": [order_id]})
    assert (answer.status, answer.symbols) == (422, ["goods_out_already_allocated"])
    assert answer.body["errors"][0]["code"] == 59


def short(tenant: Tenant, *ids: int, **body: Any) -> Any:
    return tenant.ask("POST", "/api/goods_out_processes/short_order_lines", {"ids": ids, **body})


def test_shorting_completes_a_part_allocated_order(tenant: Tenant) -> None:
    """§2.6 short_order_lines → 204; §5.6 after shorting the order is completed with SHORT and not processed again."""
    order_id = tenant.order((tenant.product(stock=3), 4))
    tenant.act("pick", goods_out_id=order_id)
    tenant.act("despatch", goods_out_id=order_id)
    assert tenant.status(order_id) == "PART_ALLOCATED"
    assert short(tenant, order_id).symbols == ["attribute_missing"]
    assert short(tenant, order_id, description="gone", reason_code_id=5).status == 204
    assert tenant.status(order_id) == "COMPLETED"
    assert tenant.rows("goods_out_lines", "short_status dispatch_quantity") == [
        {"short_status": "SHORT", "dispatch_quantity": 3}
    ]
    assert process(tenant, {"ids": [order_id]}).symbols == ["invalid_ids_provided"]


def test_only_part_allocated_orders_of_willing_accounts_are_shorted(tenant: Tenant) -> None:
    """§2.6 short_order_lines: order must be part allocated; account needs is_short_pickable."""
    order_id = tenant.order((tenant.product(stock=3), 4))
    assert short(tenant, order_id, description="gone").symbols == ["goods_out_not_part_allocated"]
    tenant.act("allocate", goods_out_id=order_id)
    tenant.twin.state.accounts[1].values["is_short_pickable"] = False
    assert short(tenant, order_id, description="gone").symbols == ["account_not_short_pickable"]


def test_the_same_questions_get_the_same_answers() -> None:
    """Determinism: clock and seed decide everything, tokens and tracking numbers included."""

    def story(seed: int) -> Any:
        tenant = Tenant(ClarusSettings(), seed=seed)
        order_id = tenant.order((tenant.product(stock=9), 4))
        tenant.act("pick", goods_out_id=order_id)
        return tenant.headers, tenant.act("despatch", goods_out_id=order_id)

    assert story(1) == story(1)
    assert story(1) != story(2)
