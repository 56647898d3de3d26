"""Sessions: a few logins shared by many threads (1). A session found gone is logged in again once, by whoever is first.

Service Layer ends a session after some idle minutes, and a login is heavy, so sessions are kept and shared. Public
sources do not say how many requests one session serves at once; we assume one, hence several sessions.
"""

import ssl
import threading
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from tieout.connectors.contract import Misconfigured, RetryLater
from tieout.connectors.sap_b1 import errors
from tieout.connectors.sap_b1.settings import Settings
from tieout.connectors.sap_b1.wire import Call, Lost, NotSent, Reply, dumps
from tieout.domain.clock import Clock
from tieout.governor import PutOff, Wire

REFUSED_LOGIN_RESTS_S = 60.0
"""After a refused login none is tried for so long: repeated wrong passwords lock the user in SAP Business One."""

_BEFORE_ANY_BYTE = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


@dataclass
class _Session:
    """One login. `generation` counts logins, so that many who find it gone renew it once. `busy` counts its users."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    cookie: str | None = None
    generation: int = 0
    busy: int = 0


class Sessions:
    """The pool. Thread-safe. Logs in when first used, logs out at `close`."""

    def __init__(
        self, settings: Settings, clock: Clock, transport: httpx.BaseTransport | None, send: Wire = httpx.Client.send
    ) -> None:
        self._settings, self._send = settings, send
        self._clock = clock
        self._client = _client(settings, transport)
        self._sessions = [_Session() for _ in range(settings.sessions)]
        self._choice = threading.Lock()
        self._one_login = threading.Lock()
        self._refusal: tuple[float, Misconfigured] | None = None

    def send(self, call: Call, timeout_s: float) -> Reply:
        """Sends a request within some session and returns the whole reply, whatever its status.

        A request answered with "no session" was not carried out, so it is sent once more after a new login. Raises
        `NotSent`, `Lost`, and what a login raises: `RetryLater`, `Misconfigured`.
        """
        session = self._take()
        try:
            generation, cookie = self._login(session, gone=None)
            reply = self._exchange(call, cookie, timeout_s)
            if errors.session_is_gone(reply):
                _, cookie = self._login(session, gone=generation)
                reply = self._exchange(call, cookie, timeout_s)
            return reply
        finally:
            self._give_back(session)

    def close(self) -> None:
        """Logs out of every session, as far as the server can be reached, and ends the connections."""
        for session in self._sessions:
            if session.cookie is not None:
                self._logout(session.cookie)
                session.cookie = None
        self._client.close()

    def _take(self) -> _Session:
        with self._choice:
            session = min(self._sessions, key=lambda one: one.busy)
            session.busy += 1
            return session

    def _give_back(self, session: _Session) -> None:
        with self._choice:
            session.busy -= 1

    def _login(self, session: _Session, *, gone: int | None) -> tuple[int, str]:
        """The session's login: the present one, or a new one if there is none or generation `gone` is the present."""
        with session.lock:
            if session.cookie is None or session.generation == gone:
                session.cookie = None
                session.cookie = self._new_cookie()
                session.generation += 1
            return session.generation, session.cookie

    def _new_cookie(self) -> str:
        """Logs in; one login at a time, so that a wrong password is tried once and not once a session."""
        with self._one_login:
            return self._try_login()

    def _try_login(self) -> str:
        if self._refusal is not None and self._clock.monotonic_s() < self._refusal[0]:
            raise Misconfigured(str(self._refusal[1]))
        try:
            reply = self._exchange(_login_call(self._settings), None, self._settings.read_timeout_s)
            if reply.ok:
                return _cookie(reply)
            raise errors.for_reader(reply, "Login")
        except NotSent as error:
            raise RetryLater(f"Login: {error}", cause=error.cause, retry_after_s=error.retry_after_s) from error
        except Lost as error:
            raise RetryLater(f"Login: {error}", cause="down") from error
        except Misconfigured as refusal:
            self._refusal = (self._clock.monotonic_s() + REFUSED_LOGIN_RESTS_S, refusal)
            raise

    def _logout(self, cookie: str) -> None:
        try:
            self._exchange(Call("POST", "Logout"), cookie, self._settings.connect_timeout_s)
        except (NotSent, Lost):
            return  # the session ends by itself when it has been idle

    def _exchange(self, call: Call, cookie: str | None, timeout_s: float) -> Reply:
        headers = {"Content-Type": "application/json", **call.headers, **({"Cookie": cookie} if cookie else {})}
        timeout = httpx.Timeout(timeout_s, connect=min(self._settings.connect_timeout_s, timeout_s))
        url = f"{self._settings.base_url}{self._settings.root}/{call.target}"
        try:
            request = self._client.build_request(
                call.method, url, content=call.content, headers=headers, timeout=timeout
            )
            got = self._send(self._client, request)
        except PutOff as error:
            raise NotSent(f"Service Layer is {error}", cause=error.cause, retry_after_s=error.retry_after_s) from error
        except _BEFORE_ANY_BYTE as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                raise Misconfigured(
                    f"the server's certificate is not trusted; see the setting ca_file: {error}"
                ) from error
            raise NotSent(f"Service Layer cannot be reached: {type(error).__name__}: {error}") from error
        except httpx.HTTPError as error:
            raise Lost(f"no whole reply to {call.method} {_name(call)}: {type(error).__name__}: {error}") from error
        return Reply(got.status_code, got.content, _headers(got))


def _client(settings: Settings, transport: httpx.BaseTransport | None) -> httpx.Client:
    # Cookies belong to a session, not to the client that all sessions share: its jar takes none.
    no_cookies = CookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))
    limits = httpx.Limits(max_connections=settings.sessions * 2, max_keepalive_connections=settings.sessions)
    verify = ssl.create_default_context(cafile=settings.ca_file) if transport is None else True
    return httpx.Client(transport=transport, verify=verify, cookies=no_cookies, limits=limits, follow_redirects=False)


def _login_call(settings: Settings) -> Call:
    language = {} if settings.language is None else {"Language": settings.language}
    secret = settings.password.get_secret_value()
    body = {"CompanyDB": settings.company, "UserName": settings.user, "Password": secret, **language}
    return Call("POST", "Login", dumps(body).encode())


def _cookie(reply: Reply) -> str:
    """What later requests carry: `B1SESSION`, and `ROUTEID` where the balancer set one (1)."""
    body = reply.object() or {}
    routes = [part for part in reply.headers.get("set-cookie", "").split("\n") if part.startswith("ROUTEID=")]
    given = body.get("SessionId")
    if not isinstance(given, str):
        raise RetryLater("Login: the reply names no session", cause="down")
    return "; ".join([f"B1SESSION={given}", *(route.split(";")[0] for route in routes)])


def _headers(got: httpx.Response) -> dict[str, str]:
    names = dict.fromkeys(name.lower() for name in got.headers)
    return {name: "\n".join(got.headers.get_list(name)) for name in names}


def _name(call: Call) -> str:
    return call.target.split("?")[0]
