"""Reading: every request that changes nothing, its errors as ours, its pages as one stream."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tieout.connectors.contract import RetryLater
from tieout.connectors.sap_b1 import errors
from tieout.connectors.sap_b1.listing import listing
from tieout.connectors.sap_b1.session import Sessions
from tieout.connectors.sap_b1.settings import Settings
from tieout.connectors.sap_b1.wire import (
    Call,
    Json,
    Lost,
    NotSent,
    Reply,
    address,
    dumps,
    next_options,
    rows,
)

PAGES_MAX = 100_000
"""Pages of one stream: a server whose links go round in circles is noticed."""


@dataclass(frozen=True)
class Page:
    """One page of a collection: its rows, and each as it is written. `onward` are the options of the next, or None."""

    rows: list[dict[str, Json]]
    texts: list[str]
    onward: dict[str, str] | None


class Reader:
    """Reads within the sessions. Every method raises `RetryLater` and `Misconfigured`."""

    def __init__(self, sessions: Sessions, settings: Settings) -> None:
        self._sessions = sessions
        self._settings = settings

    def page(self, target: str, options: Mapping[str, str]) -> Page:
        """One page of an entity set. Options are `$filter` and the like, not yet percent-coded."""
        reply = self._get(target, options)
        if not reply.ok:
            raise errors.for_reader(reply, target)
        try:
            found, texts = listing(reply.content.decode())
        except ValueError:
            raise RetryLater(f"{target}: the reply is not a JSON object", cause="down") from None
        return Page(rows(found, target), texts, next_options(found, options))

    def rows(self, target: str, options: Mapping[str, str]) -> Iterator[dict[str, Json]]:
        """All rows, page after page."""
        for page in self.pages(target, options):
            yield from page.rows

    def pages(self, target: str, options: Mapping[str, str]) -> Iterator[Page]:
        """All pages, one after the other."""
        onward: dict[str, str] | None = dict(options)
        for _ in range(PAGES_MAX):
            page = self.page(target, onward)
            yield page
            onward = page.onward
            if onward is None:
                return
        raise RetryLater(f"{target}: there is no end to its pages", cause="down")

    def one(self, target: str, options: Mapping[str, str]) -> dict[str, Json] | None:
        """The entity with a key; None where Service Layer itself says that there is none (404)."""
        reply = self._get(target, options)
        gone = reply.status == 404 and errors.fault_of(reply).own
        return None if gone else self._object(reply, target)

    def act(self, action: str, body: Mapping[str, Json]) -> dict[str, Json] | None:
        """What a service's action tells; None on a server that has no such action or does not allow it."""
        reply = self._send(Call("POST", action, dumps(body).encode()))
        return None if errors.is_a_no(reply) else self._object(reply, action)

    def _get(self, target: str, options: Mapping[str, str]) -> Reply:
        prefer = {"Prefer": f"odata.maxpagesize={self._settings.page_size}"}
        return self._send(Call("GET", address(target, options), headers=prefer))

    def _send(self, call: Call) -> Reply:
        try:
            return self._sessions.send(call, self._settings.read_timeout_s)
        except NotSent as error:
            raise RetryLater(str(error), cause=error.cause, retry_after_s=error.retry_after_s) from error
        except Lost as error:
            raise RetryLater(str(error), cause="down") from error

    @staticmethod
    def _object(reply: Reply, what: str) -> dict[str, Json]:
        found = reply.object() if reply.ok else None
        if found is not None:
            return found
        if reply.ok:
            raise RetryLater(f"{what}: the reply is not a JSON object", cause="down")
        raise errors.for_reader(reply, what)
