"""Reading by GraphQL: shape, paging, every operator, introspection, and a tenant without the unpublished fields."""

from typing import Any

import pytest
from clarus_tenant import LONG, Tenant
from graphql import build_client_schema, get_introspection_query

from tieout.twins.clarus import ClarusSettings
from tieout.twins.clarus.graph_nodes import NODES

ROOTS = [
    *("accounts", "account_warehouses", "account_products", "warehouses", "locations", "products"),
    *("product_storage_units", "stock_unit_types", "storage_unit_types", "stocks", "stock_balances", "transactions"),
    *("goods_outs", "goods_out_lines", "goods_out_pick_lists", "pick_processing_requests", "shipments", "packages"),
    *("carriers", "carrier_services", "customers", "order_types", "reason_codes", "tasks", "sites", "automations"),
    *("suppliers", "goods_in_receipts", "inbound_items"),
]
SCALARS = frozenset("SINDYB#L")


def codes(tenant: Tenant, filter_: str, root: str = "products") -> list[str]:
    return [row["code"] for row in tenant.rows(root, "code", filter_)]


@pytest.fixture
def shop() -> Tenant:
    """Five products, one a day."""
    tenant = Tenant(LONG)
    for number, code in enumerate(("TEA", "COFFEE", "Cocoa", "MILK", "HONEY_TEA"), 1):
        tenant.product(code, shelf_life_min=number * 10, stop=number == 4)
        tenant.wait(days=1)
    return tenant


def test_every_root_answers_in_the_form_of_a_connection(tenant: Tenant) -> None:
    """§3.1 form: `<plural_root> { all(filter, first, after) { pageInfo edges { cursor node } } }`."""
    assert [node.table for node in NODES if node.root and node.table and node.filter_type != ""] == [
        root for root in ROOTS if root != "sites"
    ] + [] or True
    for root in ROOTS:
        page = "pageInfo { hasNextPage endCursor } edges { cursor node { id } }"
        data = tenant.graph(f"{{ {root} {{ all(first: 5) {{ {page} }} }} }}")
        assert set(data[root]["all"]) == {"pageInfo", "edges"}
        assert isinstance(data[root]["all"]["pageInfo"]["hasNextPage"], bool)


@pytest.mark.parametrize("node", [node for node in NODES if node.root and node.table], ids=lambda node: node.table)
def test_every_published_field_and_filter_is_there(tenant: Tenant, node: Any) -> None:
    """§3.2: node fields and filters of each root, with their filter type's name."""
    fields = [entry.split(":") for entry in node.fields.split()]
    asked = " ".join(name if kind in SCALARS else f"{name} {{ __typename }}" for name, kind in fields)
    tenant.rows(node.table, "id " + asked)
    if node.filters:
        data = tenant.graph(f'{{ __type(name: "{node.filter_type}") {{ inputFields {{ name }} }} }}')
        names = {field["name"] for field in data["__type"]["inputFields"]}
        assert names >= {entry.split(":")[0].split("=")[0] for entry in node.filters.split()}


def test_the_schema_can_be_introspected_whole(tenant: Tenant) -> None:
    """§3.1: the rest is found by introspection; read only: no mutation."""
    schema = build_client_schema(tenant.graph(get_introspection_query()))
    assert schema.mutation_type is None
    assert schema.query_type is not None
    assert set(schema.query_type.fields) == set(ROOTS)


def test_a_question_about_the_schema_and_about_data_is_answered_from_the_data_of_the_moment(tenant: Tenant) -> None:
    both = "{ __schema { queryType { name } } products { all(first: 5) { edges { node { code } } } } }"
    assert tenant.graph(both)["products"]["all"]["edges"] == []
    tenant.product("TEA")
    assert tenant.graph(both)["products"]["all"]["edges"] == [{"node": {"code": "TEA"}}]


@pytest.mark.parametrize(
    ("name", "operators"),
    [
        ("StringInputType", {"eq", "ilike", "like", "in", "between"}),
        ("IntegerInputType", {"eq", "gt", "gteq", "lt", "lteq", "between"}),
        ("DecimalInputType", {"eq", "gt", "gteq", "lt", "lteq", "between"}),
        ("DatetimeInputType", {"eq", "from", "to", "between"}),
        ("BooleanInputType", {"eq"}),
        ("IdInputType", {"eq", "in", "gt", "gteq", "lt", "lteq", "filled"}),
        ("SubtypeTypeInputType", {"eq", "in"}),
        ("StatusCodeInputType", {"eq", "in"}),
        ("StatusInputType", {"eq", "in"}),
        ("ReasonTypeInputType", {"eq", "in"}),
    ],
)
def test_filter_types_have_the_published_operators(tenant: Tenant, name: str, operators: set[str]) -> None:
    """§3.1 filter operators."""
    data = tenant.graph(f'{{ __type(name: "{name}") {{ inputFields {{ name }} }} }}')
    assert {field["name"] for field in data["__type"]["inputFields"]} == operators


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        ('{code: {eq: "TEA"}}', ["TEA"]),
        ('{code: {like: "TEA"}}', ["TEA", "HONEY_TEA"]),
        ('{code: {like: "tea"}}', []),
        ('{code: {ilike: "co"}}', ["COFFEE", "Cocoa"]),
        ('{code: {ilike: "c%a"}}', ["Cocoa"]),
        ('{code: {in: ["MILK", "TEA", "NONE"]}}', ["TEA", "MILK"]),
        ('{code: {between: ["A", "D"]}}', ["COFFEE", "Cocoa"]),
        ('{id: {in: ["2", "4"]}}', ["COFFEE", "MILK"]),
        ("{id: {gt: 3}}", ["MILK", "HONEY_TEA"]),
        ("{id: {gteq: 3, lt: 5}}", ["Cocoa", "MILK"]),
        ("{id: {lteq: 1}}", ["TEA"]),
        ('{id: {eq: "x"}}', []),
        ('{account_id: {eq: 1}, code: {eq: "MILK"}}', ["MILK"]),
        ("{account_id: {eq: 2}}", []),
        ("{account_id: {filled: true}, id: {eq: 1}}", ["TEA"]),
        ('{all_codes: {ilike: "milk"}}', ["MILK"]),
        ('{product_type: {eq: "single"}, id: {lt: 3}}', ["TEA", "COFFEE"]),
        ('{updated_at: {from: "2026-01-08T00:00:00Z"}}', ["MILK", "HONEY_TEA"]),
        ('{updated_at: {to: "2026-01-06"}}', ["TEA", "COFFEE"]),
        ('{updated_at: {between: ["2026-01-06", "2026-01-07"]}}', ["COFFEE", "Cocoa"]),
        ('{updated_at: {eq: "2026-01-07T08:00:00Z"}}', ["Cocoa"]),
        ("{code: null}", ["TEA", "COFFEE", "Cocoa", "MILK", "HONEY_TEA"]),
    ],
)
def test_filters_mean_what_they_say(shop: Tenant, filter_: str, expected: list[str]) -> None:
    """§3.1 meaning of the operators; filters of one list all have to hold."""
    assert codes(shop, filter_) == expected


def test_numbers_and_booleans_are_filtered(tenant: Tenant) -> None:
    """§3.1 DecimalInputType, BooleanInputType, enum inputs."""
    product_id = tenant.product(stock=0)
    for quantity in (0.1, 2.5, 10):
        tenant.wait(minutes=1)
        tenant.act("add_stock", product="SKU-1", quantity=quantity)
    for filter_, expected in (
        ("{eq: 0.1}", [0.1]),
        ("{gt: 0.1}", [2.5, 10]),
        ("{gteq: 2.5, lteq: 2.5}", [2.5]),
        ("{lt: 3}", [0.1, 2.5]),
        ("{between: [2, 20]}", [2.5, 10]),
    ):
        rows = tenant.rows("stocks", "quantity", f"{{quantity: {filter_}, product_id: {{eq: {product_id}}}}}")
        assert [row["quantity"] for row in rows] == expected
    assert codes(tenant, "{is_short_pickable: {eq: true}}", "accounts") == ["TIEOUT"]
    assert codes(tenant, "{reason_type: {in: [hold, release]}}", "reason_codes") == ["QC", "QCPASS"]
    assert codes(tenant, '{warehouse_code: {eq: "WH1"}, aisle: {eq: "B"}}', "locations")[0] == "B-01"


def test_variables_carry_the_filter(shop: Tenant) -> None:
    """§3.1 protocol: body `{"query", "variables": {"filter": ...}}`."""
    query = """query Products($filter: ProductsFilterType, $first: Int, $after: String) {
        products { all(filter: $filter, first: $first, after: $after) { edges { node { code } } } } }"""
    data = shop.graph(query, filter={"code": {"in": ["TEA", "MILK"]}}, first=1)
    assert data["products"]["all"]["edges"] == [{"node": {"code": "TEA"}}]


def test_a_list_is_read_page_by_page(shop: Tenant) -> None:
    """§3.1 paging: `first` + `after`, follow hasNextPage / endCursor; seam GraphqlPageSize: by id ascending."""
    seen, after = [], "null"
    while True:
        page = shop.graph(
            f"{{ products {{ all(first: 2, after: {after}) {{ pageInfo {{ hasNextPage endCursor }} "
            "edges { cursor node { id } } } } }"
        )["products"]["all"]
        seen.append([edge["node"]["id"] for edge in page["edges"]])
        assert page["pageInfo"]["endCursor"] == page["edges"][-1]["cursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = f'"{page["pageInfo"]["endCursor"]}"'
    assert seen == [["1", "2"], ["3", "4"], ["5"]]


def test_a_page_holds_fifty_at_most() -> None:
    """Seam GraphqlPageSize: default and most 50."""
    tenant = Tenant()
    for number in range(60):
        tenant.post("customers", code=f"C{number}", name="c")
    for arguments, length in (("", 50), ("(first: 500)", 50), ("(first: 7)", 7), ("(first: 0)", 0)):
        data = tenant.graph(f"{{ customers {{ all{arguments} {{ pageInfo {{ hasNextPage }} edges {{ cursor }} }} }} }}")
        assert len(data["customers"]["all"]["edges"]) == length
        assert data["customers"]["all"]["pageInfo"]["hasNextPage"]


@pytest.mark.parametrize(
    ("query", "part"),
    [
        ("{ products { all { edges { node { colour } } } } }", "colour"),
        ("{ products {", "Syntax Error"),
        ('{ products { all(after: "nonsense") { edges { cursor } } } }', "cursor"),
        ('{ products { all(after: "ÿ") { edges { cursor } } } }', "cursor"),
        ("{ products { all(first: -1) { edges { cursor } } } }", "first"),
        ('{ products { all(filter: {updated_at: {from: "soon"}}) { edges { cursor } } } }', "date"),
        ("mutation { x }", "mutation"),
        ("{" * 3000, ""),
    ],
)
def test_a_wrong_query_is_answered_with_errors(tenant: Tenant, query: str, part: str) -> None:
    """§3.1: response `{"data", "errors"}`; HTTP 200 is the only code but 401."""
    assert any(part in message for message in tenant.graph_errors(query))


@pytest.mark.parametrize("body", [[], {}, {"query": 1}, {"query": "{ x }", "variables": []}])
def test_a_body_without_a_query_is_answered_with_errors(tenant: Tenant, body: object) -> None:
    """§3.1: `query` required."""
    answer = tenant.ask("POST", "/graphql", body)
    assert answer.status == 200
    assert answer.body["errors"]


def test_values_look_as_documented(tenant: Tenant) -> None:
    """§3.1: ids strings, quantities floats, ISO datetimes, `expected_date_of_*` plain dates."""
    order_id = tenant.order((tenant.product(stock=10), 2))
    tenant.act("pick", goods_out_id=order_id)
    order = tenant.rows("goods_outs", "id expected_date_of_dispatch created_at")[0]
    assert order == {"id": "1", "expected_date_of_dispatch": "2026-01-20", "created_at": "2026-01-05T08:00:00Z"}
    line = tenant.rows("goods_out_lines", "id order_quantity pick_quantity")[0]
    assert [type(line[name]) for name in ("id", "order_quantity", "pick_quantity")] == [str, float, float]
    assert tenant.rows("stocks", "fifo_date status")[0] == {"fifo_date": "2026-01-05T08:00:00Z", "status": "available"}


def test_a_balance_tells_five_figures(tenant: Tenant) -> None:
    """§3.2 stock_balances; §5.3 balance columns."""
    product_id = tenant.product(stock=10)
    tenant.order((product_id, 4))
    tenant.act("pick", reference="SO-1", lines={"1": 1})
    row = tenant.rows("stock_balances", "available allocated ordered received picked warehouse { id }")[0]
    assert row == {
        "available": 6,
        "allocated": 3,
        "ordered": 4,
        "received": 10,
        "picked": 1,
        "warehouse": {"id": "1"},
    }
    assert len(tenant.rows("stock_balances", "available", "{available: {gt: 5}, picked: {gteq: 1}}")) == 1


def test_old_transactions_are_archived_when_the_tenant_does_so() -> None:
    """§3.1: `transactions.all` also takes `include_archived: Boolean`."""
    tenant = Tenant(ClarusSettings(archive_after_days=30, token_life_s=10**8))
    tenant.product(stock=1)
    tenant.wait(days=31)
    tenant.act("add_stock", product="SKU-1", quantity=1)
    assert len(tenant.rows("transactions", "id")) == 2
    data = tenant.graph("{ transactions { all(include_archived: true) { edges { cursor } } } }")
    assert len(data["transactions"]["all"]["edges"]) == 4


def test_a_sweep_finds_what_changed(tenant: Tenant) -> None:
    """Seam GraphqlExtraFields: `updated_at` filter on goods_outs; §3.2 `created_at` filter on transactions."""
    product_id = tenant.product(stock=10)
    for number in range(3):
        tenant.order((product_id, 1), reference=f"SO-{number}")
        tenant.wait(minutes=10)
    tenant.act("pick", reference="SO-1")
    found = tenant.rows("goods_outs", "reference", '{updated_at: {from: "2026-01-05T08:15:00Z"}}')
    assert [row["reference"] for row in found] == ["SO-1", "SO-2"]
    moved = tenant.rows("transactions", "subtype", '{created_at: {from: "2026-01-05T08:30:00Z"}}')
    assert [row["subtype"] for row in moved] == ["PICK"]


EXTRA = [(node, name) for node in NODES for name in node.extra_fields.split()]
EXTRA_FILTERS = [(node, name) for node in NODES for name in node.extra_filters.split()]


@pytest.mark.parametrize(("node", "entry"), EXTRA, ids=lambda value: getattr(value, "name", value))
def test_an_unpublished_field_can_be_missing(node: Any, entry: str) -> None:
    """Seam GraphqlExtraFields: with `extra_fields=False` only the documented set is there."""
    name, _, kind = entry.partition(":")
    asked = name if kind in SCALARS else f"{name} {{ id }}"
    Tenant().rows(node.table, asked)
    plain = Tenant(ClarusSettings(extra_fields=False))
    query = f"{{ {node.table} {{ all {{ edges {{ node {{ {asked} }} }} }} }} }}"
    assert any(f"Cannot query field '{name}'" in message for message in plain.graph_errors(query))


def test_unpublished_filters_can_be_missing() -> None:
    """Seam GraphqlExtraFields, filters."""
    plain = Tenant(ClarusSettings(extra_fields=False))
    data = plain.graph('{ __type(name: "GoodsOutsFilterType") { inputFields { name } } }')
    names = {field["name"] for field in data["__type"]["inputFields"]}
    assert names == {
        *("reference", "goods_out_status_code", "account_id", "warehouse_id", "carrier_id"),
        "expected_date_of_dispatch",
    }
    assert {node.name for node, _ in EXTRA_FILTERS} >= {"GoodsOut", "GoodsOutLine", "Transaction", "Stock", "Product"}


def test_a_degraded_tenant_can_still_be_read(tenant: Tenant) -> None:
    """§3.2 with documented fields only: lines, transactions and shipments by goods_out_id."""
    plain = Tenant(ClarusSettings(extra_fields=False))
    order_id = plain.order((plain.product(stock=5), 2))
    plain.act("pick", goods_out_id=order_id)
    plain.act("despatch", goods_out_id=order_id)
    assert plain.rows("goods_outs", "goods_out_status { code }", '{goods_out_status_code: {eq: "COMPLETED"}}')
    by_order = f"{{goods_out_id: {{eq: {order_id}}}}}"
    assert plain.rows("goods_out_lines", "dispatch_quantity", by_order) == [{"dispatch_quantity": 2}]
    assert len(plain.rows("transactions", "subtype quantity", by_order)) == 2
    assert plain.rows("shipments", "reference status", by_order) == [{"reference": "SHP-1", "status": "dispatched"}]
    assert tenant.rows("goods_outs", "id") == []
