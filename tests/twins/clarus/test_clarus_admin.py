"""The admin side: health, state, reset, faults, acts that are told wrongly; and how fast the twin answers."""

import time
from pathlib import Path
from typing import Any

import pytest
from clarus_tenant import Tenant, added, header

from tieout.twins.clarus import ClarusSettings
from tieout.twins.clarus.acts import ACTS
from tieout.twins.clarus.admin import FAULTS

BUDGET_S = 0.002
PAGE = Path(__file__).parents[3] / "docs/reference/twin-clarus.md"


def test_the_twin_says_that_it_is_well(tenant: Tenant) -> None:
    """Admin: `GET /_twin/health` needs no token."""
    assert tenant.ask("GET", "/_twin/health", headers={}).body == {"twin": "clarus", "ok": True}


def test_the_start_data_is_there(tenant: Tenant) -> None:
    """Start data: one site, warehouse and account linked, units, carriers, reasons, no products."""
    assert tenant.rows("sites", "id code name") == [{"id": "1", "code": "SITE1", "name": "Site one"}]
    assert tenant.rows("account_warehouses", "account { id code } warehouse { id code }") == [
        {"account": {"id": "1", "code": "TIEOUT"}, "warehouse": {"id": "1", "code": "WH1"}}
    ]
    assert [row["code"] for row in tenant.rows("stock_unit_types", "code")] == ["EACH", "CASE"]
    assert [row["code"] for row in tenant.rows("carriers", "code")] == ["ROYALMAIL", "DHL", "DPD"]
    assert len(tenant.rows("carrier_services", "code", '{carrier_code: {eq: "ROYALMAIL"}}')) == 2
    assert {row["reason_type"] for row in tenant.rows("reason_codes", "reason_type")} == {
        *("negative_adjustment", "positive_adjustment", "hold", "release"),
        *("short_order_lines", "stock_check", "transfer"),
    }
    assert tenant.rows("products", "id") == []


def test_the_state_is_summed_up(tenant: Tenant) -> None:
    """Admin: `GET /_twin/state`."""
    tenant.order((tenant.product(stock=3), 1))
    state = tenant.ask("GET", "/_twin/state", headers={}).body
    assert (state["products"], state["goods_outs"], state["on_hand"]) == (1, {"PENDING": 1}, 3)
    assert state["stock"][0]["product"] == "SKU-1"
    assert "client_secret" not in state["settings"]


def test_a_reset_begins_again_with_other_settings(tenant: Tenant) -> None:
    """Admin: `POST /_twin/reset`, optionally with settings; old tokens are dead."""
    tenant.product()
    assert tenant.ask("POST", "/_twin/reset", {"settings": {"page_max": 3, "webhook_first_gap_s": 1}}).status == 200
    assert tenant.ask("POST", "/api/products", {}).status == 401
    tenant.sign_in()
    assert tenant.rows("products", "id") == []
    assert len(tenant.rows("locations", "id")) == 3
    for wrong in ({"colour": 1}, {"page_max": "3"}, {"page_max": True}, {"pick_rule": "random"}):
        answer = tenant.ask("POST", "/_twin/reset", {"settings": wrong})
        assert (answer.status, answer.symbols) == (422, ["act_invalid"])


def test_faults_are_set_and_shown(tenant: Tenant) -> None:
    """Admin: `GET|POST /_twin/faults`."""
    shown = tenant.ask("POST", "/_twin/faults", {"seed": 4, "rates": {"token_gone": 0.5}, "late_s": 0.25}).body
    assert shown == {
        "names": list(FAULTS),
        "seed": 4,
        "rates": {"token_gone": 0.5},
        "late_s": 0.25,
        "counts": {},
    }
    assert tenant.ask("GET", "/_twin/faults").body == shown
    for wrong in ({"rates": {"gremlins": 1}}, {"rates": {"late": 2}}, {"rates": {"late": "x"}}, {"rates": []}):
        assert tenant.ask("POST", "/_twin/faults", wrong).status in (200, 422)
    assert tenant.ask("POST", "/_twin/faults", {"rates": {"gremlins": 1}}).symbols == ["act_invalid"]


@pytest.mark.parametrize("name", [*ACTS, "dance"])
def test_an_act_told_wrongly_is_refused_and_not_raised(tenant: Tenant, name: str) -> None:
    """Acts: 422 with the `errors` body."""
    tenant.order((tenant.product(stock=3), 1))
    nonsense: list[dict[str, Any]] = [
        {},
        {"goods_out_id": "x", "product": 7, "stock_id": [1]},
        {"goods_out_id": 99, "product": "NONE", "stock_id": 99, "work": 2},
        {"goods_out_id": 1, "lines": [1], "product": "SKU-1", "quantity": "1", "limit": "x", "carrier": "NONE"},
        {"goods_out_id": 1, "lines": {"7": 1}, "product": "SKU-1", "quantity": 0, "location": "NONE", "stock_id": 1},
        {"goods_out_id": 1, "product": "SKU-1", "quantity": 1, "values": {"stop": 3}, "reason_code": "NONE"},
        {"goods_out_id": 1, "product": "SKU-1", "quantity": 1, "location": 10**30, "warehouse": 4, "line_id": []},
    ]
    for arguments in nonsense:
        answer = tenant.ask("POST", "/_twin/act", {"act": name, **arguments})
        assert answer.status in (200, 422)
    assert tenant.ask("GET", "/_twin/dance").status == 422


def test_creating_and_reading_an_order_is_quick(tenant: Tenant) -> None:
    """A create of five lines, and a read of one order with its lines and movements, each well under 2 ms of CPU."""
    product_id = tenant.product(stock=1000)
    lines = [added(product_id=product_id, order_quantity=1) for _ in range(5)]
    for number in range(300):
        tenant.post("goods_outs", **header(reference=f"SO-{number}", lines_changes=lines))
    tenant.act("pick", reference="SO-7")
    query = """query($order: String, $id: ID) {
        goods_outs { all(filter: {reference: {eq: $order}}) { edges { node { id goods_out_status { code } } } } }
        goods_out_lines { all(filter: {goods_out_id: {eq: $id}}) { edges { node { id order_quantity pick_quantity
            product { code } } } } } }"""
    create = cheapest(lambda: tenant.post("goods_outs", **header(lines_changes=lines)))
    read = cheapest(lambda: tenant.graph(query, order="SO-7", id="8"))
    assert create < BUDGET_S
    assert read < BUDGET_S


def cheapest(work: Any) -> float:
    """The CPU of the quickest of many turns, so that a busy machine does not decide."""
    best = 1.0
    for _ in range(50):
        before = time.process_time()
        work()
        best = min(best, time.process_time() - before)
    return best


@pytest.mark.parametrize("name", [*ACTS, *FAULTS, *ClarusSettings.__dataclass_fields__])
def test_every_act_fault_and_setting_is_documented(name: str) -> None:
    """House rule: the reference page names all of them."""
    assert f"`{name}`" in PAGE.read_text(encoding="utf-8")
