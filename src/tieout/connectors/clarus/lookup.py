"""Codes to ids: accounts, warehouses, carriers, units. Believed for some minutes, and asked again on a miss."""

from threading import Lock

from tieout.connectors.clarus.errors import Refused
from tieout.connectors.clarus.graph import Graph
from tieout.connectors.clarus.queries import ACCOUNTS, Listing
from tieout.connectors.clarus.values import as_id, text_at
from tieout.connectors.contract import Misconfigured
from tieout.domain.clock import Clock


class Lookup:
    """Ids by code, shared by the threads of one connection."""

    def __init__(self, graph: Graph, clock: Clock, account: str, life_s: float) -> None:
        self._graph = graph
        self._clock = clock
        self._account = account
        self._life_s = life_s
        self._lock = Lock()
        self._known: dict[tuple[str, str], tuple[str, float]] = {}

    def id(self, of: Listing, code: str) -> str | None:
        """The id of a code, or None when Clarus does not know it. Raises `RetryLater`, `Misconfigured`."""
        now_s = self._clock.monotonic_s()
        with self._lock:
            known = self._known.get((of.root, code))
        if known is not None and now_s - known[1] < self._life_s:
            return known[0]
        found = self._ask(of, code)
        if found is not None:
            with self._lock:
                self._known[of.root, code] = (found, now_s)
        return found

    def account(self) -> str:
        """The id of the account in the settings. Raises `Misconfigured` when there is none."""
        found = self.id(ACCOUNTS, self._account)
        if found is None:
            raise Misconfigured(f"Clarus has no account {self._account!r}: look at the setting account")
        return found

    def required(self, of: Listing, code: str, what: str) -> str:
        """The id of a code that must be there. Raises `Refused` naming it."""
        found = self.id(of, code)
        if found is None:
            raise Refused(f"Clarus has no {what} {code!r}")
        return found

    def _ask(self, of: Listing, code: str) -> str | None:
        nodes = self._graph.all(of, code={"eq": code})
        return next((as_id(node.get("id")) for node in nodes if text_at(node, "code") == code), None)
