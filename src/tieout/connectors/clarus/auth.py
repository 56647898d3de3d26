"""Who we are to Clarus: an OAuth token, fetched when first needed, and renewed once however many requests see 401.

Assumption (seam `ClarusAuth`): the token request is form-encoded client credentials at `/oauth/token`, and the answer
names `access_token` and perhaps `expires_in` (seconds). There is no refresh token. Section 1 of the Clarus facts.
"""

from threading import Lock

import httpx

from tieout.connectors.clarus import errors
from tieout.connectors.clarus.settings import Settings
from tieout.connectors.clarus.values import NotJson, number_at, parse, text_at, unwrap
from tieout.connectors.contract import Misconfigured
from tieout.domain.clock import Clock
from tieout.governor import Wire

SIGN_IN_PATH = "/oauth/token"
EARLY_S = 60.0
"""A token is renewed this long before its end, or at half its life if that is shorter."""


class Tokens:
    """The access token of one connection, shared by its threads."""

    def __init__(self, http: httpx.Client, settings: Settings, clock: Clock, wire: Wire = httpx.Client.send) -> None:
        self._http, self._wire = http, wire
        self._settings = settings
        self._clock = clock
        self._lock = Lock()
        self._token: str | None = None
        self._ends_s: float | None = None

    def current(self) -> str:
        """A token that should be good. Raises `RetryLater`, `Misconfigured`."""
        with self._lock:
            if self._token is None or self._is_over():
                self._fetch()
            return self._token or ""

    def renewed(self, stale: str) -> str:
        """A token other than `stale`: another thread's newer one when there is, else a new one."""
        with self._lock:
            if self._token in (None, stale):
                self._fetch()
            return self._token or ""

    def headers(self, token: str) -> dict[str, str]:
        """The two headers every call carries: the token, and the tenant it is for."""
        return {"Authorization": f"Bearer {token}", "X-Clarus-Subdomain": self._settings.tenant}

    def _is_over(self) -> bool:
        return self._ends_s is not None and self._clock.monotonic_s() >= self._ends_s

    def _fetch(self) -> None:
        self._token = None
        reply = self._request()
        try:
            answer = unwrap(parse(reply.content))
            life_s = float(number_at(answer, "expires_in"))
        except NotJson as error:
            raise Misconfigured(f"Clarus answered the token request with something else ({error})") from None
        self._token = text_at(answer, "access_token")
        if self._token is None:
            raise Misconfigured("Clarus answered the token request without an access_token")
        self._ends_s = self._clock.monotonic_s() + life_s - min(EARLY_S, life_s / 2) if life_s > 0 else None

    def _request(self) -> httpx.Response:
        settings = self._settings
        form = {
            "grant_type": "client_credentials",
            "client_id": settings.client_id,
            "client_secret": settings.client_secret.get_secret_value(),
        }
        headers = {"X-Clarus-Subdomain": settings.tenant, "Accept": "application/json"}
        request = self._http.build_request("POST", SIGN_IN_PATH, data=form, headers=headers)
        try:
            reply = self._wire(self._http, request)
        except httpx.RequestError as error:
            raise errors.of_wire(error, request, write=False) from None
        failure = errors.of_reply(reply, write=False)
        if failure is not None:
            raise failure
        return reply
