"""The simulated processes of tieout: workers that poll and drain, and the receiver of webhooks. All can crash."""

import random
from collections.abc import Callable, Mapping

from pydantic import SecretStr
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from tieout.connectors import clarus, sap_b1
from tieout.connectors.contract import Connector, Inbound, Misconfigured, RetryLater
from tieout.domain.documents import Side
from tieout.journal.store import Journal
from tieout.rules.facts import Policy
from tieout.simulate.parties import EVENTS, Parties
from tieout.simulate.transport import Wire
from tieout.simulate.world import Crash, ProcessClock, World
from tieout.sync.drain import Drain
from tieout.sync.intake import Intake
from tieout.sync.link import Link

LINK = "demo"
FEEDS = ((Side.LEDGER, "items"), (Side.LEDGER, "sales_orders"), (Side.WAREHOUSE, "despatches"))
POLL_EVERY_S = 180.0


class Process:
    """One process of tieout. Everything it knows is lost in a crash, except what the journal holds."""

    def __init__(self, world: World, parties: Parties, engine: Engine, name: str) -> None:
        self.world, self.parties, self.engine, self.name = world, parties, engine, name
        self.life = 0
        self.sweeps: dict[str, int] = {}
        """How often each feed was read to its end since all is calm."""

    def live(self) -> None:
        """Starts again after each crash, until the world is over."""
        while not self.world.over:
            self.life += 1
            try:
                self._begin()
                self._loop()
            except Crash as crash:
                self.world.note(f"{self.name} crashed {crash}")
                self.world.sleep(self.chance.uniform(1, 60))

    def _begin(self) -> None:
        self.chance = random.Random(f"{self.name}/{self.life}/{self.world.options.seed}")
        self.clock = ProcessClock(self.world)
        if self.world.strikes("clock_jump"):
            self.clock.offset_s = self.chance.uniform(-3600, 3600)
        self.journal = Journal("sqlite://", boundary=self._boundary)
        self.journal.engine = self.engine
        self.link = _link(self.world, self.parties, self.clock)
        self.intake = Intake(self.journal, self.clock)

    def _loop(self) -> None:
        raise NotImplementedError

    def _boundary(self, where: str) -> None:
        self.world.note(f"{self.name} {where}")
        if self.world.strikes("crash_at_commit", 0.1):
            raise Crash(where)
        if where.startswith("before") and self.world.strikes("busy", 0.3):
            raise OperationalError(where, None, Exception("database is locked"))

    def _jump(self) -> None:
        if self.world.calm:
            return
        if self.world.strikes("clock_jump", 0.2):
            self.clock.offset_s = self.chance.uniform(-7200, 7200)


class Worker(Process):
    """Polls every feed now and then, and drains."""

    def _loop(self) -> None:
        drain = Drain(
            self.link, self.journal, self.clock, self.name,
            chance=self.chance, new_token=self._token, lanes_at_once=self.world.options.lanes_at_once,
        )  # fmt: skip
        polled_s: dict[str, float] = {}
        while not self.world.over:
            self._jump()
            for side, feed in FEEDS:
                if self.clock.monotonic_s() - polled_s.get(feed, -POLL_EVERY_S) >= POLL_EVERY_S:
                    polled_s[feed] = self.clock.monotonic_s()
                    self._guarded(lambda side=side, feed=feed: self._poll(side, feed))
            self._guarded(lambda: self._drain(drain))
            self.world.sleep(self.chance.uniform(10, 30))

    def _token(self) -> str:
        return f"{self.chance.getrandbits(64):016x}"

    def _guarded(self, act: Callable[[], None]) -> None:
        try:
            act()
        except (RetryLater, Misconfigured, SQLAlchemyError) as error:
            self.world.note(f"{self.name} {type(error).__name__}")

    def _poll(self, side: Side, feed: str) -> None:
        calm, more = self.world.calm, True
        while more:
            _, more = self.intake.poll(self.link, side, feed)
        if calm:
            self.sweeps[feed] = self.sweeps.get(feed, 0) + 1

    def _drain(self, drain: Drain) -> None:
        for _ in range(20):
            if not drain.turn():
                return


class Receiver(Process):
    """Takes webhooks. `unsound` collects what was acknowledged before it was durable."""

    def __init__(self, world: World, parties: Parties, engine: Engine, name: str) -> None:
        super().__init__(world, parties, engine, name)
        self.unsound: list[str] = []

    def _loop(self) -> None:
        twin = self.parties.warehouse
        while not self.world.over:
            self.world.sleep(self.chance.uniform(2, 10))
            due = [hook for hook in twin.webhooks() if hook.due_at <= self.world.wall()]
            for hook in due:
                twin.webhook_answered(hook.id, ok=self._taken(Inbound(headers=_lower(hook.headers), body=hook.body)))

    def _taken(self, request: Inbound) -> bool:
        messages = self.link.warehouse.webhook(request)
        try:
            self.intake.store(LINK, Side.WAREHOUSE, messages)
        except SQLAlchemyError:
            return False
        with self.engine.connect() as connection:
            for message in messages:
                found = connection.execute(text("SELECT 1 FROM message WHERE identity = :i"), {"i": message.identity})
                if found.first() is None:
                    self.unsound.append(message.identity)
        return True


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _link(world: World, parties: Parties, clock: ProcessClock) -> Link:
    known = "tieout"
    warehouse_settings = clarus.Settings(
        base_url="http://127.0.0.1:1",
        tenant=known,
        client_id=known,
        client_secret=SecretStr(known),
        account="TIEOUT",
        webhook_automations=EVENTS,
    )
    ledger_settings = sap_b1.Settings(
        base_url="http://127.0.0.1:2",
        company="TIEOUT",
        user="manager",
        password=SecretStr("manager"),
        batch_size=world.options.batch_size,
    )
    warehouse: Connector = clarus.connect(
        warehouse_settings, clock=clock, transport=Wire(world, parties.warehouse, warehouse_settings.settle_s)
    )
    ledger: Connector = sap_b1.connect(
        ledger_settings, clock=clock, transport=Wire(world, parties.ledger, ledger_settings.settle_s)
    )
    return Link(LINK, warehouse, ledger, Policy(invoice=world.options.invoice))
