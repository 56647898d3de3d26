"""The simulated processes of tieout: workers that poll and drain, and the receiver of webhooks. All can crash."""

import random
from collections.abc import Callable, Mapping

from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from tieout.connectors.contract import Inbound, Misconfigured, RetryLater
from tieout.domain.documents import Side
from tieout.journal.store import Journal
from tieout.simulate.mishaps import Mishaps
from tieout.simulate.parties import Parties
from tieout.simulate.wiring import LINK, link
from tieout.simulate.world import Crash, ProcessClock, World
from tieout.sync.drain import Drain
from tieout.sync.intake import Intake

FEEDS = ((Side.LEDGER, "items"), (Side.LEDGER, "sales_orders"), (Side.WAREHOUSE, "despatches"))
WORK = "SELECT (SELECT count(*) FROM lane WHERE arrived > handled) + (SELECT count(*) FROM lease)"
TELLING = ("step", "cases", "poll", "cursor")
"""The commits that say what is done, held or read: a death beside one of them tells the most."""
PATIENCE_S = 1800.0
"""After so long a calm a worker looks less often: what is still not at rest waits for one late thing, or for ever."""
LAST_CHECK = "after keep lease"
"""Where a worker stands between the last check of its lease and the socket: a freeze here only the ledger can undo."""


class Process:
    """One process of tieout. Everything it knows is lost in a crash, except what the journal holds."""

    def __init__(self, world: World, parties: Parties, engine: Engine, name: str) -> None:
        self.world, self.parties, self.engine, self.name = world, parties, engine, name
        self.life = 0
        self.broken: list[str] = []
        """What it died of that was no mishap of ours: a fault of the code."""

    def live(self) -> None:
        """Starts again after each crash, until the world is over."""
        while not self.world.over:
            self.life += 1
            try:
                self._begin()
                self._loop()
            except Crash as crash:
                self.world.note(f"{self.name} crashed {crash}")
            except Exception as error:  # noqa: BLE001  the world goes on; the auditor tells of it
                self.broken.append(f"{self.name} died of {type(error).__name__}: {error}")
                self.world.note(self.broken[-1])
            self.world.sleep(self.chance.uniform(1, 60))

    def _begin(self) -> None:
        self.chance = random.Random(f"{self.name}/{self.life}/{self.world.options.seed}")
        self.clock = ProcessClock(self.world)
        self.mishaps = Mishaps(self.world, self.clock, self.chance)
        self.mishaps.may_jump(1.0)
        self.journal = Journal("sqlite://", boundary=self._boundary)
        self.journal.engine = self.engine
        self.link = link(self.world, self.parties, self.clock, self.mishaps)
        self.intake = Intake(self.journal, self.clock)

    def _loop(self) -> None:
        raise NotImplementedError

    def _boundary(self, where: str) -> None:
        self.world.note(f"{self.name} {where}")
        kind = where.split()[1]
        self.mishaps.may_crash("crash_at_commit", where, 0.5 if kind in TELLING else 0.15)
        if where.startswith("before"):
            if self.world.strikes("busy", 0.3):
                raise OperationalError(where, None, Exception("database is locked"))
        elif where != LAST_CHECK:
            self.mishaps.may_freeze(0.4 if where == "after step" else 0.05)


class Worker(Process):
    """Polls every feed now and then, and drains. `swept_s`: when each feed was last begun and then read to its end."""

    def __init__(self, world: World, parties: Parties, engine: Engine, name: str) -> None:
        super().__init__(world, parties, engine, name)
        self.swept_s: dict[str, float] = {}

    def _loop(self) -> None:
        drain = Drain(
            self.link, self.journal, self.clock, self.name,
            chance=self.chance, new_token=self._token, lanes_at_once=self.world.options.lanes_at_once,
        )  # fmt: skip
        every_s = self.world.options.poll_every_s
        polled_s: dict[str, float] = {}
        while not self.world.over:
            self.mishaps.may_jump(0.2)
            for side, feed in FEEDS:
                if self.clock.monotonic_s() - polled_s.get(feed, -every_s) >= every_s:
                    polled_s[feed] = self.clock.monotonic_s()
                    self._guarded(lambda side=side, feed=feed: self._poll(side, feed))
            self._guarded(lambda: self._drain(drain))
            slower = 3 if self.world.now_s > self.world.options.faults_s + PATIENCE_S else 1
            self.world.sleep(slower * self.chance.uniform(15, 45))

    def _token(self) -> str:
        return f"{self.chance.getrandbits(64):016x}"

    def _guarded(self, act: Callable[[], None]) -> None:
        """Does something; what may fail there is tried again on the next round."""
        try:
            act()
        except (RetryLater, Misconfigured, SQLAlchemyError) as error:
            self.world.note(f"{self.name} {type(error).__name__}")

    def _poll(self, side: Side, feed: str) -> None:
        began_s, more = self.world.now_s, True
        while more:
            _, more = self.intake.poll(self.link, side, feed)
        self.swept_s[feed] = began_s

    def _drain(self, drain: Drain) -> None:
        for _ in range(20):
            if not self._anything_to_do() or not drain.turn():
                return

    def _anything_to_do(self) -> bool:
        """A look that costs little: where no lane has work and no lease is held, a turn would find nothing."""
        with self.engine.connect() as connection:
            return connection.exec_driver_sql(WORK).scalar_one() > 0


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
