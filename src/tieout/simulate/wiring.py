"""The link as one simulated process has it: the real connectors, each call marked for what may befall it."""

from collections.abc import Sequence

from pydantic import SecretStr

from tieout.connectors import clarus, sap_b1
from tieout.connectors.contract import Answer, Capabilities, Connector, Inbound, Message, Poll, Send, Shown
from tieout.domain.clock import Clock
from tieout.domain.documents import Item
from tieout.domain.periods import Period
from tieout.domain.postings import Outcome
from tieout.rules.facts import Policy
from tieout.simulate.mishaps import Mishaps
from tieout.simulate.parties import EVENTS, Parties
from tieout.simulate.transport import Wire
from tieout.simulate.world import World
from tieout.sync.link import Link

LINK = "demo"
_KNOWN = "tieout"
HOLDS_EVERY_S = 60.0
LOOKED_UP_S = 7200.0
"""Codes of accounts and warehouses do not change in a world: to ask again for each reading tells nothing new."""


def link(world: World, parties: Parties, clock: Clock, mishaps: Mishaps) -> Link:
    """A link of its own connectors, sessions and caches, as every process has."""
    options = world.options
    warehouse = clarus.Settings(
        base_url="http://127.0.0.1:1",
        tenant=_KNOWN,
        client_id=_KNOWN,
        client_secret=SecretStr(_KNOWN),
        account="TIEOUT",
        webhook_automations=EVENTS,
        page_size=max(options.page_size, 2),
        overlap_s=options.overlap_s,
        holds_every_s=HOLDS_EVERY_S,
        reference_life_s=LOOKED_UP_S,
    )
    ledger = sap_b1.Settings(
        base_url="http://127.0.0.1:2",
        company="TIEOUT",
        user="manager",
        password=SecretStr("manager"),
        batch_size=options.batch_size,
        page_size=options.page_size,
        overlap_s=options.overlap_s,
    )
    to_floor = Wire(world, parties, parties.warehouse, mishaps, warehouse.settle_s)
    to_ledger = Wire(world, parties, parties.ledger, mishaps, ledger.settle_s)
    return Link(
        LINK,
        Watched(clarus.connect(warehouse, clock=clock, transport=to_floor, send=to_floor.send), mishaps),
        Watched(sap_b1.connect(ledger, clock=clock, transport=to_ledger, send=to_ledger.send), mishaps),
        Policy(
            invoice=options.invoice,
            batch_window_s=options.window_s,
            batch_lines=options.batch_lines,
            credit=options.credit,
            credit_within_days=options.credit_days,
        ),
    )


class Watched:
    """A connector whose posts and look-ups are told apart from its other calls. All else is the connector's own."""

    def __init__(self, inner: Connector, mishaps: Mishaps) -> None:
        self._inner, self._mishaps = inner, mishaps
        self.name = inner.name
        self.capabilities: Capabilities = inner.capabilities

    def check(self) -> str:
        """As the connector does."""
        return self._inner.check()

    def poll(self, feed: str, cursor: str | None) -> Poll:
        """As the connector does."""
        return self._inner.poll(feed, cursor)

    def newest(self, feed: str) -> list[Shown]:
        """As the connector does."""
        return self._inner.newest(feed)

    def webhook(self, request: Inbound) -> list[Message]:
        """As the connector does."""
        return self._inner.webhook(request)

    def read(self, messages: Sequence[Message]) -> list[Answer]:
        """As the connector does."""
        return self._inner.read(messages)

    def post(self, sends: Sequence[Send]) -> list[Outcome]:
        """As the connector does. A process may not freeze between the last check of its lease and the socket."""
        with self._mishaps.during("post"):
            return self._inner.post(sends)

    def find(self, send: Send) -> Outcome | None:
        """As the connector does. A look-up may lag behind."""
        with self._mishaps.during("find"):
            return self._inner.find(send)

    def items(self) -> list[Item]:
        """As the connector does."""
        return self._inner.items()

    def periods(self) -> list[Period]:
        """As the connector does."""
        return self._inner.periods()

    def close(self) -> None:
        """As the connector does."""
        self._inner.close()
