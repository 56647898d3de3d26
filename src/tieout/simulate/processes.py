"""The simulated processes of tieout: workers that poll and drain, and the receiver of webhooks. All can crash."""

import random
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from tieout.connectors.contract import Inbound, Misconfigured, RetryLater
from tieout.domain.documents import Side
from tieout.journal.store import Journal
from tieout.simulate.journals import plainly
from tieout.simulate.mishaps import Mishaps
from tieout.simulate.options import Options
from tieout.simulate.parties import Parties
from tieout.simulate.wiring import HOLDS_EVERY_S, LINK, link
from tieout.simulate.world import Crash, ProcessClock, World
from tieout.sync.drain import Drain
from tieout.sync.intake import Intake

SELLING = ((Side.LEDGER, "sales_orders"), (Side.WAREHOUSE, "despatches"))
BUYING = ((Side.LEDGER, "purchase_orders"), (Side.WAREHOUSE, "receipts"))
STOCKING = ((Side.WAREHOUSE, "stock_changes"), (Side.WAREHOUSE, "holds"))
RETURNING = ((Side.LEDGER, "credit_memos"), (Side.WAREHOUSE, "receipts"))
TWICE = "holds"
"""What two readings in a row must agree about before it is told, and that is passed over when read too soon again."""
NEVER = (-1e6, -1e6)
WORK = """
SELECT EXISTS (
  SELECT 1 FROM lane
  WHERE token IS NULL
    AND (arrived > handled AND (due_at IS NULL OR due_at <= :now OR rested_at > :now) OR alarm_at <= :now)
)
"""
LEASED = "SELECT EXISTS (SELECT 1 FROM lease)"
JUDGED_EVERY = 3
"""Looks of a worker, of which one has a turn for leases alone."""
TELLING = {"step": 0.3, "poll": 0.05, "cases": 3.0, "cursor": 3.0}
"""How much likelier a death is after the commits that say what is done and read. The last two are commits of planted
bugs only, which take in two what belongs in one."""
ELSEWHERE = 0.02
INTENDED = "SELECT EXISTS (SELECT 1 FROM attempt WHERE token = :token AND ended_at IS NULL)"
STORED = "SELECT EXISTS (SELECT 1 FROM message WHERE identity = :identity)"
PATIENCE_S = 1800.0
"""After so long a calm a worker looks less often: what is still not at rest waits for one late thing, or for ever."""
LAST_CHECK = "after keep lease"
"""Where a worker stands between the last check of its lease and the socket: a freeze here only the ledger can undo."""


def feeds_of(options: Options) -> tuple[tuple[Side, str], ...]:
    """The feeds that a world has use for."""
    does = (
        (options.sells, SELLING),
        (options.buys, BUYING),
        (options.stocks, STOCKING),
        (options.returns, RETURNING),
    )
    return ((Side.LEDGER, "items"), *(feed for done, feeds in does if done for feed in feeds))


class Process(ABC):
    """One process of tieout. Everything it knows is lost in a crash, except what the journal holds."""

    def __init__(self, world: World, parties: Parties, engine: Engine, name: str) -> None:
        self.world, self.parties, self.engine, self.name = world, parties, engine, name
        self._plain = plainly(engine)
        self.life = 0
        self.token = ""
        """Of the lease it took last."""
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

    @abstractmethod
    def _loop(self) -> None:
        """What it does until the world is over."""

    def _boundary(self, where: str) -> None:
        self.world.note(f"{self.name} {where}")
        kind = where.split()[1]
        telling = TELLING.get(kind, ELSEWHERE) if where.startswith("after") else ELSEWHERE
        self.mishaps.may_crash("crash_at_commit", where, telling)
        if where.startswith("before"):
            if self.world.strikes("busy", 0.3):
                raise OperationalError(where, None, Exception("database is locked"))
        elif where == "after step":
            open_intents = self._has_open_intents()
            self.mishaps.may_jump(0.5 if open_intents else 0.03)
            self.mishaps.may_freeze(1.0 if open_intents else 0.03)
        elif where != LAST_CHECK:
            self.mishaps.may_freeze(0.02)

    def _has_open_intents(self) -> bool:
        """True where it is about to send, or has just been told nothing: a freeze or a jump tells the most here."""
        return self.holds(INTENDED, token=self.token)

    def holds(self, question: str, **named: str) -> bool:
        """What the journal answers to a question of yes or no."""
        return bool(self._plain.execute(question, named).fetchone()[0])


class Sweeps:
    """When the last whole reading of each feed began. Workers share a cursor: one may end what another has begun."""

    def __init__(self) -> None:
        self._swept_s: dict[str, tuple[float, float]] = {}
        """Of each feed, when the reading before the last began, and the last."""
        self._began_s: dict[str, float] = {}

    def asked(self, feed: str, now_s: float) -> None:
        """A page is asked for: the first of a reading, unless one is under way."""
        self._began_s.setdefault(feed, now_s)

    def ended(self, feed: str) -> None:
        """The last page has been stored."""
        began_s = self._began_s.pop(feed, None)
        before_s = self._swept_s.get(feed, NEVER)[1]
        if began_s is not None and (feed != TWICE or began_s > before_s + HOLDS_EVERY_S + 1):
            self._swept_s[feed] = before_s, began_s

    def since_s(self, feed: str) -> float:
        """Since when all that a feed would tell has been told."""
        before_s, last_s = self._swept_s.get(feed, NEVER)
        return before_s if feed == TWICE else last_s


class Worker(Process):
    """Polls every feed now and then, and drains."""

    def __init__(self, world: World, parties: Parties, engine: Engine, name: str, sweeps: Sweeps) -> None:
        super().__init__(world, parties, engine, name)
        self._sweeps, self._feeds, self._looks = sweeps, feeds_of(world.options), 0

    def _loop(self) -> None:
        drain = Drain(
            self.link, self.journal, self.clock, self.name,
            chance=self.chance, new_token=self._token, lanes_at_once=self.world.options.lanes_at_once,
        )  # fmt: skip
        every_s = self.world.options.poll_every_s * self.world.options.workers
        first = 1.0 if self.life == 1 else self.chance.random()
        polled_s = dict.fromkeys((feed for _, feed in self._feeds), -first * every_s)
        while not self.world.over:
            self.mishaps.may_jump(0.03)
            for side, feed in self._feeds:
                if self.clock.monotonic_s() - polled_s[feed] >= every_s:
                    polled_s[feed] = self.clock.monotonic_s()
                    self._guarded(lambda side=side, feed=feed: self._poll(side, feed))
            self._guarded(lambda: self._drain(drain))
            slower = 3 if self.world.now_s > self.world.options.faults_s + PATIENCE_S else 1
            self.world.sleep(slower * self.chance.uniform(20, 60))

    def _token(self) -> str:
        self.token = f"{self.chance.getrandbits(64):016x}"
        return self.token

    def _guarded(self, act: Callable[[], None]) -> None:
        """Does something; what may fail there is tried again on the next round."""
        try:
            act()
        except (RetryLater, Misconfigured, SQLAlchemyError) as error:
            self.world.note(f"{self.name} {type(error).__name__}")

    def _poll(self, side: Side, feed: str) -> None:
        more = True
        while more:
            self._sweeps.asked(feed, self.world.now_s)
            _, more = self.intake.poll(self.link, side, feed)
        self._sweeps.ended(feed)

    def _drain(self, drain: Drain) -> None:
        for _ in range(20):
            if not self._anything_to_do() or not drain.turn():
                return

    def _anything_to_do(self) -> bool:
        """A look that costs little: where no lane is due, a turn would find nothing but leases to judge. For those, a
        turn now and then will do."""
        self._looks += 1
        leases = self._looks % JUDGED_EVERY == 0 and self.holds(LEASED)
        return leases or self.holds(WORK, now=self.clock.now().strftime("%Y-%m-%d %H:%M:%S.%f"))


class Receiver(Process):
    """Takes webhooks. `unsound` collects what was acknowledged before it was durable."""

    def __init__(self, world: World, parties: Parties, engine: Engine, name: str) -> None:
        super().__init__(world, parties, engine, name)
        self.unsound: list[str] = []

    def _loop(self) -> None:
        twin = self.parties.warehouse
        while not self.world.over:
            self.world.sleep(self.chance.uniform(5, 25))
            due = [hook for hook in twin.webhooks() if hook.due_at <= self.world.wall()]
            for hook in due:
                twin.webhook_answered(hook.id, ok=self._taken(Inbound(headers=_lower(hook.headers), body=hook.body)))

    def _taken(self, request: Inbound) -> bool:
        messages = self.link.warehouse.webhook(request)
        try:
            self.intake.store(LINK, Side.WAREHOUSE, messages)
        except SQLAlchemyError:
            return False
        self.unsound += [one.identity for one in messages if not self.holds(STORED, identity=one.identity)]
        return True


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
