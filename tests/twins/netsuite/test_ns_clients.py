"""PyJWT and plain httpx sign in and ask over real HTTP: no public client speaks OAuth 2.0 client credentials."""

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import jwt
import pytest
from ns_account import keys, serving

from tieout.twins.netsuite import NetSuiteTwin


@pytest.fixture(scope="module")
def twin() -> NetSuiteTwin:
    return NetSuiteTwin(lambda: datetime.now(UTC))


@pytest.fixture(scope="module")
def address(twin: NetSuiteTwin) -> Iterator[str]:
    with serving(twin) as url:
        yield url


def test_pyjwt_and_plain_httpx_sign_in_and_ask(twin: NetSuiteTwin, address: str) -> None:
    now = int(datetime.now(UTC).timestamp())
    url = f"{address}/services/rest/auth/oauth2/v1/token"
    claims = {"iss": "tieout-client", "scope": "rest_webservices", "aud": url, "iat": now, "exp": now + 60}
    kid = twin.act("upload_certificate", pem=keys()[1])["certificate"]
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    form = {"grant_type": "client_credentials", "client_assertion_type": kind}
    assertion = jwt.encode(claims, keys()[0], "ES256", {"kid": kid})
    with httpx.Client() as caller:
        token = caller.post(url, data={**form, "client_assertion": assertion}).json()["access_token"]
        reply = caller.get(f"{address}/services/rest/record/v1/shipItem", headers={"Authorization": f"Bearer {token}"})
    assert reply.json()["count"] == 3
