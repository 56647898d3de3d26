"""Signing in, both ways (facts, section 2)."""

import json
import re

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from ns_account import HOST, TOKEN_URL, Account, Clock, keys, pems, rsa_keys
from oauthlib import oauth1

from tieout.twins.netsuite import NetSuiteTwin, Settings
from tieout.twins.netsuite.tba import sign
from tieout.twins.wire import Reply, Request

URL = f"https://{HOST}/services/rest/record/v1/location/1"
REALM = "1234567_SB1"
SECRETS = ("tieout-consumer-secret", "tieout-token-secret")


def refused(reply: Reply) -> str:
    assert reply.status == 400, reply
    return json.loads(reply.body)["error"]


def test_an_assertion_is_exchanged_for_a_token_of_an_hour(account: Account) -> None:
    reply = account.ask_for_token()
    answer = json.loads(reply.body)
    assert (reply.status, answer["expires_in"], answer["token_type"]) == (200, 3600, "Bearer")
    claims = jwt.decode(answer["access_token"], options={"verify_signature": False})
    assert set(claims) == {"sub", "aud", "scope", "iss", "oit", "exp", "iat", "jti"}
    assert re.fullmatch(r"\d+;\d+", claims["sub"])
    account.clock.forward(seconds=3599)
    assert account.get("location/1")["name"] == "Main Warehouse"
    account.clock.forward(seconds=1)
    assert account.refused("GET", "record/v1/location/1")[:2] == (401, "INVALID_LOGIN")


@pytest.mark.parametrize("algorithm", ["PS256", "PS384", "PS512"])
def test_every_rsa_pss_algorithm_is_good(account: Account, algorithm: str) -> None:
    private, public = rsa_keys()
    kid = account.act("upload_certificate", pem=public)["certificate"]
    assert account.ask_for_token(private, algorithm, kid).status == 200


@pytest.mark.parametrize(("algorithm", "curve"), [("ES384", ec.SECP384R1()), ("ES512", ec.SECP521R1())])
def test_every_curve_is_good(account: Account, algorithm: str, curve: ec.EllipticCurve) -> None:
    private, public = pems(ec.generate_private_key(curve))
    kid = account.act("upload_certificate", pem=public)["certificate"]
    assert account.ask_for_token(private, algorithm, kid).status == 200


def test_rs256_is_refused(account: Account) -> None:
    private, public = rsa_keys()
    kid = account.act("upload_certificate", pem=public)["certificate"]
    assert refused(account.ask_for_token(private, "RS256", kid)) == "invalid_grant"


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "https://elsewhere.example/token"},
        {"iss": "somebody"},
        {"scope": ["everything"]},
        {"scope": None},
        {"exp": None},
        {"exp": 1},
        {"iat": 4_000_000_000, "exp": 4_000_000_060},
    ],
    ids=str,
)
def test_an_assertion_that_claims_what_it_must_not_is_refused(account: Account, changes: dict[str, object]) -> None:
    assert refused(account.ask_for_token(**changes)) == "invalid_grant"


def test_an_assertion_lives_for_an_hour_at_most(account: Account) -> None:
    now = int(account.clock().timestamp())
    assert refused(account.ask_for_token(exp=now + 3601)) == "invalid_grant"
    assert account.ask_for_token(exp=now + 3600).status == 200


def test_scopes_come_as_a_list_or_as_words_and_the_endpoint_has_two_hosts(account: Account) -> None:
    assert account.ask_for_token(scope="restlets,rest_webservices").status == 200
    assert account.ask_for_token(aud=TOKEN_URL.replace("suitetalk", "restlets")).status == 200


def test_a_certificate_nobody_uploaded_and_a_key_of_another_are_refused(account: Account) -> None:
    assert refused(account.ask_for_token(kid="unknown")) == "invalid_grant"
    other = pems(ec.generate_private_key(ec.SECP256R1()))[0]
    assert refused(account.ask_for_token(other)) == "invalid_grant"


def test_an_assertion_with_an_id_is_good_once(account: Account) -> None:
    assert account.ask_for_token(jti="one").status == 200
    assert refused(account.ask_for_token(jti="one")) == "invalid_grant"


def test_a_form_that_is_no_grant_is_refused(account: Account) -> None:
    assertion = jwt.encode(account.claims(), keys()[0], "ES256", {"kid": account.kid})
    assert refused(account.present(assertion, grant_type="authorization_code")) == "invalid_request"
    assert refused(account.present("nonsense")) == "invalid_grant"


def test_no_token_and_a_wrong_one_answer_as_published(account: Account) -> None:
    reply = account.send("GET", "record/v1/location/1", authorization="")
    content = json.loads(reply.body)
    assert (reply.status, content["title"], content["status"]) == (401, "Unauthorized", 401)
    assert content["o:errorDetails"][0]["o:errorCode"] == "INVALID_LOGIN"
    assert content["o:errorDetails"][0]["detail"].startswith("Invalid login attempt. For more details, see the Login")
    assert dict(reply.headers)["Content-Type"] == "application/vnd.oracle.resource+json; type=error; charset=UTF-8"
    account.token = "wrong"
    assert account.refused("GET", "record/v1/location/1")[1] == "INVALID_LOGIN"


def test_tokens_that_were_ended_are_gone(account: Account) -> None:
    assert account.act("expire_tokens") == {"tokens": 1}
    assert account.refused("GET", "record/v1/location/1")[0] == 401
    account.sign_in()
    assert account.get("location/1")["id"] == "1"


PUBLISHED = {
    "oauth_consumer_key": "ef40afdd8abaac111b13825dd5e5e2ddddb44f86d5a0dd6dcf38c20aae6b67e4",
    "oauth_token": "2b0ce516420110bcbd36b69e99196d1b7f6de3c6234c5afb799b73d87569f5cc",
    "oauth_nonce": "fjaLirsIcCGVZWzBX0pg",
    "oauth_timestamp": "1508242306",
    "oauth_signature_method": "HMAC-SHA256",
    "oauth_version": "1.0",
}
PUBLISHED_SECRETS = (
    "d26ad321a4b2f23b0741c8d38392ce01c3e23e109df6c96eac6d099e9ab9e8b5",
    "c29a677df7d5439a458c063654187e3d678d73aca8e3c9d8bea1478a3eb0d295",
)
PUBLISHED_URL = "https://123456.suitetalk.api.netsuite.com/services/rest/record/v1/employee/40"


def test_the_published_sample_has_the_published_signature() -> None:
    signature = sign("GET", PUBLISHED_URL, "", {"realm": "123456", **PUBLISHED}, PUBLISHED_SECRETS)
    assert signature == "B5OIWznZ2YP0OB7VrJrGkYsTh+8H+5T9Hag+o92q0zY="


def test_the_published_sample_is_let_in_at_its_time() -> None:
    clock = Clock()
    clock.at = clock.at.fromtimestamp(1508242306, tz=clock.at.tzinfo)
    own = {"consumer_key": PUBLISHED["oauth_consumer_key"], "token_id": PUBLISHED["oauth_token"]}
    secrets = {"consumer_secret": PUBLISHED_SECRETS[0], "token_secret": PUBLISHED_SECRETS[1]}
    twin = NetSuiteTwin(clock, settings=Settings(account="123456", **own, **secrets))
    given = {"realm": "123456", **PUBLISHED, "oauth_signature": "B5OIWznZ2YP0OB7VrJrGkYsTh%2B8H%2B5T9Hag%2Bo92q0zY%3D"}
    header = "OAuth " + ", ".join(f'{name}="{value}"' for name, value in given.items())
    sent = {"authorization": header, "host": "123456.suitetalk.api.netsuite.com"}
    reply = twin.handle(Request("GET", "/services/rest/record/v1/employee/40", "", sent))
    assert reply.status == 404, "it is let in, and there are no employees"


def by_oauthlib(account: Account, url: str, method: str = "GET", **changes: str) -> dict[str, str]:
    """The header another signer makes: requests-oauthlib's, oauthlib."""
    own = {"realm": REALM, "timestamp": str(int(account.clock().timestamp())), "signature_method": "HMAC-SHA256"}
    given = {"client_secret": SECRETS[0], "resource_owner_key": "tieout-token", "resource_owner_secret": SECRETS[1]}
    signer = oauth1.Client(**{"client_key": "tieout-consumer", **given, **own, **changes})
    return {"authorization": signer.sign(url, method)[1]["Authorization"]}


def test_oauthlib_signs_a_call_with_a_query(account: Account) -> None:
    headers = by_oauthlib(account, f"{URL}?fields=name&expandSubResources=true")
    reply = account.send("GET", "record/v1/location/1?fields=name&expandSubResources=true", **headers)
    assert reply.status == 200, reply.body


@pytest.mark.parametrize(
    "changes",
    [{"realm": "9"}, {"client_key": "x"}, {"client_secret": "x"}, {"resource_owner_key": "x"}, {"timestamp": "1"},
     {"signature_method": "HMAC-SHA1"}],
    ids=str,
)  # fmt: skip
def test_a_call_that_is_signed_otherwise_is_refused(account: Account, changes: dict[str, str]) -> None:
    reply = account.send("GET", "record/v1/location/1", **by_oauthlib(account, URL, **changes))
    assert (reply.status, json.loads(reply.body)["o:errorDetails"][0]["o:errorCode"]) == (401, "INVALID_LOGIN")


def test_a_signature_is_of_one_address_method_and_nonce(account: Account) -> None:
    headers = by_oauthlib(account, URL)
    assert account.send("GET", "record/v1/location/2", **headers).status == 401
    assert account.send("DELETE", "record/v1/location/1", **headers).status == 401
    assert account.send("GET", "record/v1/location/1", **headers).status == 200
    assert account.send("GET", "record/v1/location/1", **headers).status == 401, "the nonce was used"
