"""OAuth 2.0 client credentials: a signed assertion for an access token of an hour (2.1)."""

import random
from typing import Any
from urllib.parse import parse_qsl

import jwt

from tieout.twins.netsuite.call import Answer, Call
from tieout.twins.netsuite.errors import no_login
from tieout.twins.netsuite.schema import is_list
from tieout.twins.netsuite.settings import Settings
from tieout.twins.wire import Clock

ALGORITHMS = ("PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SCOPES = ("restlets", "rest_webservices", "suite_analytics")
LONGEST_S = 3600


class BadGrant(Exception):
    """The token endpoint refuses. The text is the error of RFC 6749; the bodies are an assumption (2.1)."""


class OAuth2:
    """Certificates that were uploaded, and the tokens that are out."""

    def __init__(self, settings: Settings, clock: Clock, seed: int) -> None:
        self._settings = settings
        self._clock = clock
        self._random = random.Random(f"oauth2 {seed}")
        self._certificates = dict(settings.certificates)
        self._tokens: dict[str, float] = {}
        self._seen: dict[str, float] = {}

    def __len__(self) -> int:
        return sum(1 for end in self._tokens.values() if end > self._now())

    def _now(self) -> float:
        return self._clock().timestamp()

    def add_certificate(self, pem: str, certificate_id: str | None = None) -> str:
        """Maps a public key to the integration and its role; returns the id that goes into `kid`."""
        made = certificate_id or "".join(self._random.choices("abcdefghijklmnopqrstuvwxyz0123456789_-", k=43))
        self._certificates[made] = pem
        return made

    def revoke_all(self) -> int:
        """Ends every access token."""
        count = len(self)
        self._tokens.clear()
        return count

    def revoke(self, token: str) -> None:
        """Ends one."""
        self._tokens.pop(token, None)

    def check(self, token: str) -> None:
        """Refuses a token that is not good, or no longer."""
        if self._tokens.get(token, 0.0) <= self._now():
            raise no_login()

    def answer(self, call: Call) -> Answer:
        """The token call."""
        try:
            scopes = self._grant(call)
        except BadGrant as error:
            return Answer(400, {"error": str(error)}, media="application/json")
        token = self._issue(scopes)
        life = self._settings.token_s
        content = {"access_token": token, "expires_in": life, "token_type": "Bearer"}
        return Answer(200, content, (("Cache-Control", "no-store"),), media="application/json")

    def _grant(self, call: Call) -> list[str]:
        form = dict(parse_qsl(call.body.decode("utf-8", "replace")))
        media = call.headers.get("content-type", "").partition(";")[0].strip()
        if call.method != "POST" or media != "application/x-www-form-urlencoded":
            raise BadGrant("invalid_request")
        if form.get("grant_type") != "client_credentials" or form.get("client_assertion_type") != ASSERTION:
            raise BadGrant("invalid_request")
        try:
            return self._verify(form.get("client_assertion", ""))
        except jwt.PyJWTError as error:
            raise BadGrant("invalid_grant") from error

    def _verify(self, assertion: str) -> list[str]:
        head = jwt.get_unverified_header(assertion)
        key = self._certificates.get(str(head.get("kid")))
        if key is None or head.get("alg") not in ALGORITHMS:
            raise BadGrant("invalid_grant")
        # The clock is ours, so the times are judged here and not by the library.
        own = {"verify_exp": False, "verify_iat": False, "verify_nbf": False, "verify_aud": False}
        claims = jwt.decode(assertion, key, algorithms=list(ALGORITHMS), options=own)  # type: ignore[arg-type]
        self._judge(claims)
        scope: Any = claims.get("scope") or []
        listed: list[str] = scope.replace(",", " ").split() if isinstance(scope, str) else scope
        if not listed or set(listed) - set(SCOPES):
            raise BadGrant("invalid_grant")
        return listed

    def _judge(self, claims: dict[str, Any]) -> None:
        issued, ends = claims.get("iat"), claims.get("exp")
        if not isinstance(issued, int | float) or not isinstance(ends, int | float):
            raise BadGrant("invalid_grant")
        now, skew = self._now(), self._settings.clock_skew_s
        good = ends > now and issued <= now + skew and 0 < ends - issued <= LONGEST_S
        if not good or claims.get("iss") != self._settings.client_id or not self._is_ours(claims.get("aud")):
            raise BadGrant("invalid_grant")
        self._refuse_replay(claims.get("jti"), ends)

    def _is_ours(self, audience: Any) -> bool:
        """The token endpoint, on any host of the account: Oracle's own sample names the other one (2.1)."""
        given = audience if is_list(audience) else [audience]
        return any(str(one).partition("?")[0].endswith("/services/rest/auth/oauth2/v1/token") for one in given)

    def _refuse_replay(self, name: Any, ends: float) -> None:
        """An assertion with a `jti` is good once (assumption)."""
        if name is None:
            return
        self._seen = {one: end for one, end in self._seen.items() if end > self._now()}
        if name in self._seen:
            raise BadGrant("invalid_grant")
        self._seen[str(name)] = ends

    def _issue(self, scopes: list[str]) -> str:
        """A token with the claims of the help's sample; nobody but the twin reads it."""
        now = int(self._now())
        claims: dict[str, Any] = {"sub": "3;3", "aud": [self._settings.client_id], "scope": scopes}
        claims |= {"iss": f"https://{self._settings.account}.suitetalk", "oit": now, "iat": now}
        claims |= {"exp": now + self._settings.token_s, "jti": f"{self._random.getrandbits(64):x}"}
        token = jwt.encode(claims, "the twin's own key, which nobody has to check", algorithm="HS256")
        self._tokens = {one: end for one, end in self._tokens.items() if end > self._now()}
        self._tokens[token] = self._now() + self._settings.token_s
        return token
