"""Foreign errors become ours, here and nowhere else.

| Status | Family | A read raises | A write raises | As an outcome |
| --- | --- | --- | --- | --- |
| 401 | session | `Misconfigured` (after one new token) | the same | retry_later, session |
| 403 | forbidden | `Misconfigured` | `Refused`, in Clarus' own words | refused |
| 408, 5xx | down | `RetryLater` down | `OutcomeUnknown` | unknown |
| 429 | throttled | `RetryLater` throttled | the same | retry_later, throttled |
| 503 | busy | `RetryLater` throttled | `OutcomeUnknown` | unknown |
| 3xx | address | `Misconfigured` | the same | retry_later, session |
| other 4xx | refused | `Misconfigured` | `Refused`, in Clarus' own words | refused |
| 403, other 4xx | | `Misconfigured` | `OutcomeUnknown`, in any others | unknown |
| no connection | | `RetryLater` down | the same | retry_later, down |
| no reply | | `RetryLater` down | `OutcomeUnknown` | unknown |

Sources: section 2.1 of the Clarus facts for 401, 403, 404 and 422 and their bodies. Assumption (seam `ThrottlePolicy`):
429 and 503 mean "later", and `Retry-After` is honoured when present. A write that met a 503 may still have been done.
So may one that met a 4xx without the list of errors that Clarus writes: a page of anything between us and Clarus tells
nothing of what Clarus did.
Assumption (seam `ErrorCatalogue`): an unknown code is a lasting refusal, with its symbol and details kept.
"""

from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from enum import Enum, auto

import httpx

from tieout.connectors.clarus.values import Node, NotJson, as_node, at, nodes_at, parse, text_at
from tieout.connectors.contract import ConnectorError, Misconfigured, RetryLater
from tieout.domain.postings import Ended, Outcome
from tieout.governor import PutOff

TEXT_MAX = 500
"""Characters of a foreign answer that are worth showing to a person."""


class Family(Enum):
    """What a status means for us."""

    OK = auto()
    SESSION = auto()
    FORBIDDEN = auto()
    DOWN = auto()
    THROTTLED = auto()
    BUSY = auto()
    ADDRESS = auto()
    REFUSED = auto()


_EXACT = {
    401: Family.SESSION,
    403: Family.FORBIDDEN,
    408: Family.DOWN,
    429: Family.THROTTLED,
    503: Family.BUSY,
}
_BY_HUNDRED = {2: Family.OK, 3: Family.ADDRESS, 4: Family.REFUSED, 5: Family.DOWN}
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class Refused(ConnectorError):
    """Clarus said no to a write, for a reason of its own. `symbols` are its names for the reasons."""

    def __init__(self, text: str, *, status: int = 422, symbols: Sequence[str] = ()) -> None:
        super().__init__(text)
        self.status = status
        self.symbols = tuple(symbols)


class OutcomeUnknown(ConnectorError):
    """A write was sent and its outcome was not told: it may have been carried out."""

    def __init__(self, text: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(text)
        self.retry_after_s = retry_after_s


def family(status: int) -> Family:
    """The family of a status."""
    return _EXACT.get(status) or _BY_HUNDRED.get(status // 100, Family.DOWN)


def of_reply(reply: httpx.Response, *, write: bool) -> ConnectorError | None:
    """The error that a reply means, or None when all is well."""
    text = f"Clarus answered {reply.status_code} to {_asked(reply.request)}{_said(reply)}"
    wait_s = retry_after_s(reply)
    match family(reply.status_code):
        case Family.OK:
            return None
        case Family.THROTTLED:
            return RetryLater(text, cause="throttled", retry_after_s=wait_s)
        case Family.DOWN | Family.BUSY if write:
            return OutcomeUnknown(text, retry_after_s=wait_s)
        case Family.BUSY:
            return RetryLater(text, cause="throttled", retry_after_s=wait_s)
        case Family.DOWN:
            return RetryLater(text, cause="down", retry_after_s=wait_s)
        case Family.FORBIDDEN | Family.REFUSED if write:
            return _refused_write(reply, text)
        case Family.SESSION:
            return Misconfigured(f"{text}: look at the client id, its secret and the tenant")
        case Family.ADDRESS:
            return Misconfigured(f"{text}: look at base_url and path_prefix")
        case Family.FORBIDDEN | Family.REFUSED:
            return Misconfigured(f"{text}: look at base_url and at the rights of the integration's user")


def of_wire(error: httpx.RequestError, request: httpx.Request, *, write: bool) -> ConnectorError:
    """The error that a missing reply means. Only a request that surely never left is safe to repeat."""
    if isinstance(error, PutOff):
        return RetryLater(f"Clarus is {error}", cause=error.cause, retry_after_s=error.retry_after_s)
    what = f"{type(error).__name__} on {_asked(request)}"
    if isinstance(error, _NEVER_SENT):
        return RetryLater(f"Clarus cannot be reached: {what}", cause="down")
    if write:
        return OutcomeUnknown(f"Clarus did not answer: {what}")
    return RetryLater(f"Clarus did not answer: {what}", cause="down")


def unusable(reply: httpx.Response, why: object) -> RetryLater:
    """The error of a reply to a read that says 200 and makes no sense, as a proxy's page does."""
    return RetryLater(
        f"Clarus answered {_asked(reply.request)} with something that cannot be read: {why}", cause="down"
    )


def as_outcome(error: ConnectorError, reason: str) -> Outcome:
    """How an attempt ended that raised `error`. `reason` is the reason code of a refusal."""
    match error:
        case Refused():
            return Outcome(ended=Ended.REFUSED, reason=reason, text=str(error))
        case OutcomeUnknown():
            return Outcome(ended=Ended.UNKNOWN, text=str(error), retry_after_s=error.retry_after_s)
        case RetryLater():
            return Outcome(
                ended=Ended.RETRY_LATER, reason=error.cause, text=str(error), retry_after_s=error.retry_after_s
            )
        case _:
            return Outcome(ended=Ended.RETRY_LATER, reason="session", text=str(error))


def retry_after_s(reply: httpx.Response) -> float | None:
    """Seconds from a `Retry-After` header, given in seconds or as a date beside the reply's own `Date`."""
    value = reply.headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        until = parsedate_to_datetime(value) - parsedate_to_datetime(reply.headers.get("Date", ""))
    except (TypeError, ValueError):
        return None
    return max(until.total_seconds(), 0.0)


def _asked(request: httpx.Request) -> str:
    return f"{request.method} {request.url.path}"


def _said(reply: httpx.Response) -> str:
    said = "; ".join(filter(None, map(_sentence, _problems(reply))))
    return f": {said[:TEXT_MAX]}" if said else ""


def _refused_write(reply: httpx.Response, text: str) -> ConnectorError:
    """A refusal is believed in Clarus' own form only: a list of errors, one of which at least says something (2.1)."""
    if not any(map(_sentence, nodes_at(_body(reply), "errors"))):
        return OutcomeUnknown(text, retry_after_s=retry_after_s(reply))
    return Refused(text, status=reply.status_code, symbols=[p for p in map(_symbol, _problems(reply)) if p])


def _problems(reply: httpx.Response) -> list[Node]:
    body = _body(reply)
    return nodes_at(body, "errors") or [{"details": at(body, "error")}]


def _body(reply: httpx.Response) -> Node | None:
    try:
        return as_node(parse(reply.content))
    except NotJson:
        return None


def _symbol(problem: Node) -> str | None:
    return text_at(problem, "symbol")


def _sentence(problem: Node) -> str:
    return " - ".join(filter(None, (_symbol(problem), text_at(problem, "details") or text_at(problem, "message"))))
