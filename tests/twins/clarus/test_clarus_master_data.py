"""Products, units, accounts and the reference lists over REST."""

from typing import Any

import pytest
from clarus_tenant import Tenant, enveloped

from tieout.twins.clarus import ClarusSettings

PRODUCT = {"description": "Tea", "stock_unit_type_id": 1, "code": "TEA"}


def test_a_product_is_created_with_an_integer_id_and_its_attributes(tenant: Tenant) -> None:
    """§2.2 response: `data.id` (integer), `data.type` = products, attributes echoed; §2.1 create answers 200."""
    answer = tenant.post("products", **PRODUCT)
    assert answer.status == 200
    assert answer.body["data"] == {"id": 1, "type": "products", "attributes": PRODUCT}


@pytest.mark.parametrize("missing", ["description", "stock_unit_type_id"])
def test_a_product_needs_its_required_fields(tenant: Tenant, missing: str) -> None:
    """§2.2 products: description required, stock_unit_type_id required."""
    answer = tenant.post("products", **{name: value for name, value in PRODUCT.items() if name != missing})
    assert (answer.status, answer.symbols) == (422, ["attribute_missing"])
    error = answer.body["errors"][0]
    assert set(error) == {"code", "symbol", "details", "source", "context"}
    assert isinstance(error["code"], int)
    assert error["context"]["attribute"] == missing


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("description", "x" * 151),
        ("code", "x" * 51),
        ("commodity_code", "x" * 15),
        ("country_of_manufacture", "x" * 7),
        ("customs_description", "x" * 256),
        ("shelf_life_min", 0),
        ("shelf_life_max", 1.5),
        ("output_quantity", 0),
        ("stop", "yes"),
        ("obsolete", True),
        ("pick_strategy", "by_hand"),
        ("product_type", "kit"),
        ("serial_number_tracking_setting", "always"),
        ("unit_quantity_conversion_strategy", "length"),
        ("default_order_configuration", "pallet"),
        ("default_receipt_configuration", "pallet"),
        ("stock_unit_type_id", 99),
        ("stock_unit_type_id", "1"),
        ("integer1", "1"),
        ("datetime1", "2026-01-20"),
        ("specific_gravity", 10**400),
    ],
)
def test_a_product_field_out_of_bounds_is_refused(tenant: Tenant, name: str, value: Any) -> None:
    """§2.2 products: types, lengths, ranges and enum values of the table."""
    answer = tenant.post("products", **{**PRODUCT, name: value})
    assert (answer.status, answer.symbols) == (422, ["attribute_invalid"])
    assert answer.body["errors"][0]["context"]["attribute"] == name


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("pick_strategy", ["pick_by_line", "batch_pick"]),
        ("product_type", ["single", "bill_of_materials"]),
        ("serial_number_tracking_setting", ["no_tracking", "track_during_pick", "full_tracking"]),
        ("unit_quantity_conversion_strategy", ["none", "volume", "weight"]),
        ("default_order_configuration", ["unit", "case", "inner", "outer"]),
    ],
)
def test_every_published_choice_of_a_product_is_taken(tenant: Tenant, name: str, values: list[str]) -> None:
    """§2.2 products: enum values."""
    for value in values:
        assert tenant.post("products", description="x", stock_unit_type_id=1, **{name: value}).status == 200


def test_all_faults_of_a_request_are_told_together(tenant: Tenant) -> None:
    """§2.1 error body: `errors` is a list."""
    answer = tenant.post("products", stop="yes", code=1)
    assert len(answer.body["errors"]) == 4


def test_a_product_code_is_unique(tenant: Tenant) -> None:
    """§2.2 code: duplicate is a 422, symbol `product_code_exists`."""
    tenant.post("products", **PRODUCT)
    other = tenant.post("products", **{**PRODUCT, "code": "COFFEE"}).body["data"]["id"]
    assert tenant.post("products", **PRODUCT).symbols == ["product_code_exists"]
    assert tenant.patch("products", other, code="TEA").symbols == ["product_code_exists"]
    assert tenant.patch("products", 1, code="TEA").status == 200


def test_a_patch_changes_only_what_it_names(tenant: Tenant) -> None:
    """§2.1: PATCH is used as a partial update."""
    tenant.post("products", **PRODUCT)
    answer = tenant.patch("products", 1, stop=True)
    assert answer.attributes == {**PRODUCT, "stop": True}
    assert tenant.patch("products", 9, stop=True).status == 404


def test_a_product_with_stock_cannot_be_deleted(tenant: Tenant) -> None:
    """§2.2: a product with stock cannot be deleted; seam DeleteRefusal: 422."""
    product_id = tenant.product(stock=1)
    assert tenant.ask("DELETE", f"/api/products/{product_id}").symbols == ["record_in_use"]
    other = tenant.product("OTHER")
    assert tenant.ask("DELETE", f"/api/products/{other}").status == 204
    assert tenant.ask("DELETE", f"/api/products/{other}").status == 404


def test_products_are_deleted_all_or_none(tenant: Tenant) -> None:
    """§2.2: bulk `DELETE /api/products?ids=1,2,3`; error codes 36 and 37 of §2.1."""
    ids = [tenant.product(code) for code in "ABC"]
    nothing, unknown = tenant.ask("DELETE", "/api/products"), tenant.ask("DELETE", "/api/products?ids=1,99")
    assert [nothing.body["errors"][0]["code"], unknown.body["errors"][0]["code"]] == [36, 37]
    assert tenant.ask("DELETE", f"/api/products?ids={ids[0]},{ids[2]}").status == 204
    assert [row["code"] for row in tenant.rows("products", "code")] == ["B"]


def test_a_product_joins_an_account_with_a_bare_answer(tenant: Tenant) -> None:
    """§2.2 account_products: bare response `{"id","account_id","product_id"}`."""
    tenant.post("products", **PRODUCT)
    path, body = "/api/products/1/account_products", enveloped("account_products", account_id=1)
    assert tenant.ask("POST", path, body).body == {"id": 1, "account_id": 1, "product_id": 1}
    assert tenant.ask("POST", path, body).symbols == ["record_not_unique"]
    assert tenant.rows("account_products", "account { code } product { code }") == [
        {"account": {"code": "TIEOUT"}, "product": {"code": "TEA"}}
    ]
    assert tenant.ask("DELETE", f"{path}/1").status == 204
    assert tenant.ask("POST", "/api/products/9/account_products", body).status == 404


def test_storage_units_of_a_product_keep_different_priorities(tenant: Tenant) -> None:
    """§2.3 product_storage_units: string id; `/priority` un-enveloped, 204, others re-sequenced."""
    unit = {
        "product_id": tenant.product(),
        "storage_unit_type_id": 1,
        "stock_configuration": "case",
        "unit_of_measure": "centimetre",
        "per_layer": 4,
        "number_of_layers": 5,
    }
    made = [tenant.post("product_storage_units", **unit).body["data"] for _ in range(3)]
    assert [one["id"] for one in made] == ["1", "2", "3"]
    assert made[0]["attributes"]["total"] == 20
    assert tenant.ask("PATCH", "/api/product_storage_units/3/priority", {"priority": 0}).status == 204
    rows = tenant.rows("product_storage_units", "id priority total", '{product_code: {eq: "SKU-1"}}')
    assert {row["id"]: row["priority"] for row in rows} == {"1": 1, "2": 2, "3": 0}
    assert tenant.post("product_storage_units", product_id=1).symbols == ["attribute_missing"] * 5


CREATES: list[tuple[str, dict[str, Any], Any]] = [
    ("accounts", {"code": "X", "name": "x", "dispatch_strategy": "auto"}, 2),
    ("warehouses", {"code": "X", "name": "x"}, "2"),
    ("sites", {"code": "X", "name": "x", "tier": "lower"}, "2"),
    ("locations", {"code": "X", "warehouse_id": 1, "location_type_id": 1}, "13"),
    ("stock_unit_types", {"code": "X", "name": "x"}, "3"),
    ("storage_unit_types", {"code": "X", "name": "x", "sequence_id": 1}, "2"),
    ("customers", {"code": "X", "name": "x"}, "1"),
    ("delivery_addresses", {"code": "X", "name": "x", "country_code": "CA-ON"}, "1"),
    ("carriers", {"code": "X", "name": "x"}, "4"),
    ("reason_codes", {"code": "X", "name": "x", "description": "x", "reason_type": "hold"}, "8"),
]


@pytest.mark.parametrize(("resource", "attributes", "record_id"), CREATES)
def test_a_reference_record_lives_and_dies(
    tenant: Tenant, resource: str, attributes: dict[str, Any], record_id: Any
) -> None:
    """§2.4: POST, PATCH, DELETE of each resource; §2.1: the mixture of integer and string ids; 204 for some updates."""
    made = tenant.post(resource, **attributes)
    assert made.body["data"] == {"id": record_id, "type": resource, "attributes": attributes}
    assert tenant.post(resource, **attributes).symbols == ["record_not_unique"]
    changed = tenant.patch(resource, int(record_id), name="other") if resource != "locations" else None
    if changed is not None:
        assert changed.status == (204 if resource == "storage_unit_types" else 200)
    assert tenant.ask("DELETE", f"/api/{resource}/{record_id}").status == 204
    assert tenant.ask("DELETE", f"/api/{resource}/{record_id}").status == 404


@pytest.mark.parametrize(("resource", "attributes", "_"), CREATES)
def test_a_reference_record_needs_its_code(tenant: Tenant, resource: str, attributes: dict[str, Any], _: Any) -> None:
    """§2.4: `code` is required everywhere; empty strings are no value (§6)."""
    for code in (None, ""):
        assert tenant.post(resource, **{**attributes, "code": code}).symbols == ["attribute_missing"]


def test_order_types_and_carrier_services_answer_bare(tenant: Tenant) -> None:
    """§2.1: a few resources answer a bare object; §2.4 order_types: PATCH 204."""
    made = tenant.post("order_types", code="X", name="x", duty_payable=False)
    assert made.body == {"id": 2, "code": "X", "name": "x", "duty_payable": False}
    assert tenant.patch("order_types", 2, name="y").status == 204
    service = {"code": "X", "name": "x", "carrier_id": 1, "is_default": False, "active": True}
    assert tenant.post("carrier_services", **service).body == {"id": 5, **service}


def test_an_account_is_linked_to_a_warehouse_once(tenant: Tenant) -> None:
    """§2.4 account_warehouses: pair unique, else 422; response uses relationships."""
    tenant.post("warehouses", code="WH2", name="two")
    made = tenant.post("account_warehouses", account_id=1, warehouse_id=2)
    assert made.body["data"]["id"] == "2"
    assert made.body["data"]["relationships"]["warehouse"] == {"data": {"id": "2", "type": "warehouses"}}
    assert tenant.post("account_warehouses", account_id=1, warehouse_id=2).symbols == ["record_not_unique"]


def test_what_is_in_use_is_not_deleted(tenant: Tenant) -> None:
    """§2.3, §2.4: delete refused while referenced."""
    tenant.order((tenant.product(stock=1), 1))
    for path in ("accounts/1", "stock_unit_types/1", "warehouses/1", "locations/3", "carriers/1"):
        assert tenant.ask("DELETE", f"/api/{path}").symbols == ["record_in_use"]


def test_an_unknown_attribute_is_ignored_unless_the_tenant_is_strict(tenant: Tenant) -> None:
    """Assumption: ignored; setting `refuse_unknown_attributes` makes it a 422."""
    assert tenant.post("products", **PRODUCT, colour="red").attributes == PRODUCT
    strict = Tenant(ClarusSettings(refuse_unknown_attributes=True))
    assert strict.post("products", **PRODUCT, colour="red").symbols == ["attribute_unknown"]
    assert strict.post("products", **PRODUCT).status == 200


def test_the_envelope_names_its_type(tenant: Tenant) -> None:
    """§2.1: `data.type` is the plural resource name."""
    assert tenant.ask("POST", "/api/products", enveloped("product", PRODUCT)).symbols == ["wrong_type"]
