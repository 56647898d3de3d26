"""Who may come in: tokens, headers, path prefixes, broken bodies."""

import pytest
from clarus_tenant import CREDENTIALS, Tenant, enveloped

from tieout.twins.clarus.admin import FAULTS
from tieout.twins.faults import FaultPlan

PING = {"query": "{ sites { all(first: 1) { edges { node { id code name } } } } }"}


def test_a_token_is_given_for_client_credentials(tenant: Tenant) -> None:
    """§1, seam ClarusAuth: form-encoded client credentials, `expires_in` 7200."""
    answer = tenant.ask("POST", "/oauth/token", CREDENTIALS)
    assert answer.status == 200
    assert set(answer.body) == {"access_token", "token_type", "expires_in", "created_at"}
    assert (answer.body["token_type"], answer.body["expires_in"]) == ("Bearer", 7200)
    assert answer.body["created_at"] == int(tenant.now.timestamp())


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        (CREDENTIALS.replace(b"secret=tieout", b"secret=wrong"), 401, "invalid_client"),
        (b"grant_type=password", 400, "unsupported_grant_type"),
        (b"", 400, "unsupported_grant_type"),
        (b"\xff\xfe", 400, "unsupported_grant_type"),
    ],
)
def test_a_wrong_token_request_is_refused(tenant: Tenant, body: bytes, status: int, error: str) -> None:
    """§1, seam ClarusAuth."""
    answer = tenant.ask("POST", "/oauth/token", body)
    assert (answer.status, answer.body) == (status, {"error": error})


def test_both_headers_are_needed_for_rest_and_graphql(tenant: Tenant) -> None:
    """§1 failed authentication: HTTP 401, body `{"error": "<string>"}`."""
    without_token = {name: value for name, value in tenant.headers.items() if name != "authorization"}
    without_tenant = {name: value for name, value in tenant.headers.items() if name != "x-clarus-subdomain"}
    wrong = [without_token, without_tenant, {**tenant.headers, "x-clarus-subdomain": "other"}, {}]
    for headers in wrong:
        for path, body in (("/graphql", PING), ("/api/products", enveloped("products"))):
            answer = tenant.ask("POST", path, body, headers)
            assert answer.status == 401
            assert list(answer.body) == ["error"]


def test_a_token_ends_on_the_twins_clock(tenant: Tenant) -> None:
    """§7.1 ClarusAuth: `expires_in` 7200."""
    tenant.wait(seconds=7199)
    assert tenant.ask("POST", "/graphql", PING).status == 200
    tenant.wait(seconds=1)
    assert tenant.ask("POST", "/graphql", PING).status == 401
    tenant.sign_in()
    assert tenant.ask("POST", "/graphql", PING).status == 200


def test_a_lost_token_is_refused_until_a_new_one_is_fetched() -> None:
    """§1: the integration's session can be ended by somebody else; fault `token_gone`."""
    tenant = Tenant(faults=FaultPlan(FAULTS, seed=1, rates={"token_gone": 1.0}))
    assert tenant.ask("POST", "/graphql", PING).status == 401
    tenant.twin.faults = FaultPlan(FAULTS)
    assert tenant.ask("POST", "/graphql", PING).status == 401
    tenant.sign_in()
    assert tenant.ask("POST", "/graphql", PING).status == 200


@pytest.mark.parametrize("prefix", ["/api", "/api/v1"])
def test_both_path_prefixes_lead_to_the_same_place(tenant: Tenant, prefix: str) -> None:
    """§7.1 PathPrefix: the simulator answers both."""
    body = enveloped("products", code="A", description="a", stock_unit_type_id=1)
    assert tenant.ask("POST", f"{prefix}/products", body).status == 200


NOWHERE = ["/", "/api", "/api/v1", "/nothing", "/nothing/products", "/api/products/1/2/3", "/graphqls"]


@pytest.mark.parametrize("path", NOWHERE)
def test_an_unknown_path_is_not_found(tenant: Tenant, path: str) -> None:
    """§2.1: 404 body is the `errors` list."""
    answer = tenant.ask("POST", path, {})
    assert (answer.status, answer.symbols) == (404, ["route_not_found"])


def test_there_is_no_rest_read(tenant: Tenant) -> None:
    """§2.1: REST is for writing only."""
    assert tenant.ask("GET", "/api/products").status == 404
    assert tenant.ask("GET", "/api/products/1").status == 404


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100_000, b'{"data": NaN}'])
def test_a_broken_body_is_answered_and_not_raised(tenant: Tenant, body: bytes) -> None:
    """Assumption: 400 with the `errors` body for REST; GraphQL answers 200 with errors (§3.1: only 200 and 401)."""
    assert tenant.ask("POST", "/api/products", body).status == 400
    answer = tenant.ask("POST", "/graphql", body)
    assert answer.status == 200
    assert answer.body["errors"]
    assert tenant.ask("POST", "/_twin/act", body).status == 422


@pytest.mark.parametrize("body", [[], 1, None, {}, {"data": []}, {"data": {"type": "products"}}])
def test_a_body_of_another_shape_is_refused(tenant: Tenant, body: object) -> None:
    """§2.1: `type` and `attributes` are required on create and update."""
    for path in ("products", "goods_outs", "shipments", "automations", "goods_outs/1/cancel", "stocks/hold"):
        assert tenant.ask("POST", f"/api/{path}", body).status in (400, 404, 422)
