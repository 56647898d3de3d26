"""Runs the demo: opens the shop, takes its orders day by day, works the floor, strikes faults, and ties out."""

import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from pathlib import Path

from tieout.demo.floor import Floor
from tieout.demo.hidden import hide
from tieout.demo.installation import HOME, PURCHASES, QUARANTINE, RETURNS, SALES, Installation
from tieout.demo.office import Office
from tieout.demo.result import Held, Result, Told, judge
from tieout.demo.returns import Returns
from tieout.demo.stock import Place, read_stock
from tieout.demo.tie_out import read_tie_out
from tieout.demo.trade import Trade, read_trade
from tieout.twins.clients import Clarus, ServiceLayer
from tieout.twins.process import ProcessError, TwinProcess

REST_WITHIN_S = 240.0
"""How long the demo may take to come to rest after the last order, before it says so and fails."""
LOOK_S = 0.5
"""Between two looks at how far it has come."""
QUIET_READINGS = 3
"""At the end all is at rest once every feed was read so often with nothing to do in between: holds are believed when
two readings in a row show them."""
LONG_AGO = datetime.min.replace(tzinfo=UTC)
ORDERS_AT_ONCE = 12
"""Orders the office keys in between two turns of the floor."""
WAITING_AT_MOST = 60
"""Lanes with work beyond which the office takes a breath."""
TWIN_SETTINGS = {"webhook_late_max_s": 10, "webhook_reordered_s": 3, "webhook_first_gap_s": 1}
LEDGER_FAULTS = {"lost_before": 0.01, "lost_after": 0.01, "error_before": 0.005, "error_after": 0.005,
                 "throttled": 0.01, "late": 0.005, "session_gone": 0.005, "locked": 0.01}  # fmt: skip
WAREHOUSE_FAULTS = {"lost_before": 0.005, "lost_after": 0.005, "error_before": 0.005, "error_after": 0.005,
                    "throttled": 0.01, "late": 0.005, "token_gone": 0.002, "webhook_lost": 0.05,
                    "webhook_doubled": 0.05, "webhook_late": 0.05, "webhook_reordered": 0.05}  # fmt: skip


@dataclass(frozen=True)
class Step:
    """How far the demo is: what it is doing, and what stands, as the journal counts it."""

    text: str
    orders: int
    standing: dict[str, int]
    cases: int
    busy_lanes: int


Progress = Callable[[Step], None]


@dataclass
class Demo:
    """One run of the demo, over systems that are there already."""

    trade: Trade
    seed: int
    ledger: TwinProcess
    floor_system: TwinProcess
    sap: ServiceLayer
    clarus: Clarus
    tieout: Installation
    say: Progress
    orders_taken: int = 0

    def __post_init__(self) -> None:
        self._office = Office(self.sap, self.ledger)
        self._floor = Floor(self.floor_system, self.clarus, self.trade, self.seed)
        self._returns = Returns(self.floor_system, self.sap, self.clarus, self.trade, self.seed)

    def play(self) -> None:
        """From the empty shop to the last return settled."""
        self._step(f"opening the shop: {len(self.trade.items()):,} items, {len(self.trade.customers())} customers")
        self._office.open_shop(self.trade)
        self._office.buy(self.trade)
        self.ledger.set_faults(self.seed, LEDGER_FAULTS)
        self.floor_system.set_faults(self.seed, WAREHOUSE_FAULTS)
        self.tieout.start()
        self._until_at_rest("items cross to the warehouse; what was bought arrives and is received")
        for day in self.trade.days:
            self._trade_a_day(day)
        self._until_at_rest("the last orders leave")
        self._returns.come_in(None)

    def hide(self, count: int) -> dict[Place, int]:
        """Changes stock so many times so that nobody is told of it. Returns where, and by how much."""
        if not count:
            return {}
        stock = read_stock(self.sap, self.clarus, QUARANTINE, HOME, ())
        return hide(count, stock, HOME, self.ledger, self.floor_system, self.seed)

    def come_to_rest(self) -> None:
        """Until all that has happened is in the books, or held by an exception."""
        self._until_at_rest("the last goods to come back are in the books", QUIET_READINGS)

    def faults_struck(self) -> int:
        """How often a fault has struck, in both systems."""
        return sum(sum(system.fault_counts().values()) for system in (self.ledger, self.floor_system))

    def end_faults(self) -> None:
        """From now on both systems answer as they should: the books are read back undisturbed."""
        for system in (self.ledger, self.floor_system):
            system.set_faults(self.seed, {})

    def _trade_a_day(self, day: date) -> None:
        """The office and the floor work at once; nobody waits for tieout, only for their own turn. Goods that come back
        are booked in at the end of the day."""
        doing, evening = f"{day:%A %d %B %Y}", datetime.combine(day, time_of_day.max)
        orders = [order for order in self.trade.orders if order[0].at.date() == day]
        for start in range(0, len(orders), ORDERS_AT_ONCE):
            some = orders[start : start + ORDERS_AT_ONCE]
            for order in some:
                self._office.take_order(order)
            self.orders_taken += len(some)
            self._floor.adjust(some[-1][0].at)
            self._floor.work()
            self._breathe(doing)
            while self.tieout.pending() > WAITING_AT_MOST:
                self._breathe(doing)
        for allowance in self.trade.allowances:
            if allowance[0].at.date() == day:
                self._office.give_allowance(allowance)
        self._floor.adjust(evening)
        self._floor.look_after_holds()
        self._returns.come_in(evening)

    def _until_at_rest(self, text: str, quiet_readings: int = 1) -> None:
        """Until the floor and every lane have nothing to do, no webhook is owed, and all feeds were read so often."""
        ends_s = time.monotonic() + REST_WITHIN_S
        beats, quiet = self.tieout.beats(), 0
        while quiet < quiet_readings:
            self._breathe(text)
            now = self.tieout.beats()
            if self._floor.work() or self.tieout.pending() or self.floor_system.state()["webhooks"]["owed"]:
                quiet, beats = 0, now
            elif all(now[feed] > beats.get(feed, LONG_AGO) for feed in now) and now:
                quiet, beats = quiet + 1, now
            if time.monotonic() > ends_s:
                raise ProcessError(f"not at rest after {REST_WITHIN_S:.0f} s: {self.tieout.why()}")

    def _breathe(self, text: str) -> None:
        time.sleep(LOOK_S)
        self.tieout.must_run()
        self._step(text)

    def _step(self, text: str) -> None:
        cases = sum(self.tieout.cases().values())
        self.say(Step(text, self.orders_taken, self.tieout.done(), cases, self.tieout.pending()))


@contextmanager
def demo(seed: int, most_orders: int | None, hidden: int, say: Progress) -> Generator[tuple[Demo, Result]]:
    """The whole demo on two twins of its own, and what came of it; everything still runs until the context ends."""
    began_s = time.monotonic()
    trade = read_trade(most_orders)
    with (
        tempfile.TemporaryDirectory(prefix="tieout-demo-") as folder,
        TwinProcess("sap-b1") as ledger,
        TwinProcess("clarus") as floor,
    ):
        floor.set_up(TWIN_SETTINGS)
        sap, clarus = ServiceLayer(ledger.url), Clarus(floor.url)
        with Installation(Path(folder), ledger, floor, clarus) as tieout:
            run = Demo(trade, seed, ledger, floor, sap, clarus, tieout, say)
            run.play()
            changed = run.hide(hidden)
            run.come_to_rest()
            faults = run.faults_struck()
            run.end_faults()
            yield run, _judged(run, changed, faults, began_s)


def _judged(run: Demo, hidden: dict[Place, int], faults: int, began_s: float) -> Result:
    tieout = run.tieout
    tie = read_tie_out(run.sap, run.clarus, QUARANTINE, HOME)
    stock = read_stock(run.sap, run.clarus, QUARANTINE, HOME, tieout.waiting())
    held = Held(*(tieout.held(kinds) for kinds in (SALES, PURCHASES, RETURNS)))
    told = Told(tieout.cases(), faults, run.trade.without_goods(), time.monotonic() - began_s)
    return judge(tie, stock, held, told, hidden)
