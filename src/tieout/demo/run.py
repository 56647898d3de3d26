"""Runs the demo: opens the shop, takes its orders day by day, works the floor, strikes faults, and ties out."""

import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tieout.demo.floor import Floor
from tieout.demo.installation import Installation
from tieout.demo.office import Office
from tieout.demo.result import Held, Result, judge
from tieout.demo.stock import read_stock
from tieout.demo.tie_out import read_tie_out
from tieout.demo.trade import Trade, TradeLine, read_trade
from tieout.twins.clients import Clarus, ServiceLayer
from tieout.twins.process import ProcessError, TwinProcess

REST_WITHIN_S = 240.0
"""How long the demo may take to come to rest after the last order, before it says so and fails."""
LOOK_S = 0.5
"""Between two looks at how far it has come."""
QUIET_READINGS = 2
"""All is at rest once every feed was read so often with nothing to do in between."""
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

    def play(self) -> None:
        """From the empty shop to the last despatch settled."""
        office, floor = Office(self.sap, self.ledger), Floor(self.floor_system, self.seed)
        self._step(f"opening the shop: {len(self.trade.items()):,} items, {len(self.trade.customers())} customers")
        office.open_shop(self.trade)
        office.buy(self.trade)
        self.ledger.set_faults(self.seed, LEDGER_FAULTS)
        self.floor_system.set_faults(self.seed, WAREHOUSE_FAULTS)
        self.tieout.start()
        self._until_at_rest("items cross to the warehouse; what was bought arrives and is received", floor)
        for day in self.trade.days:
            orders = [order for order in self.trade.orders if order[0].at.date() == day]
            self._trade_a_day(f"{day:%A %d %B %Y}", orders, office, floor)
        self._until_at_rest("the last orders leave", floor)

    def faults_struck(self) -> int:
        """How often a fault has struck, in both systems."""
        return sum(sum(system.fault_counts().values()) for system in (self.ledger, self.floor_system))

    def end_faults(self) -> None:
        """From now on both systems answer as they should: the books are read back undisturbed."""
        for system in (self.ledger, self.floor_system):
            system.set_faults(self.seed, {})

    def _trade_a_day(self, day: str, orders: list[list[TradeLine]], office: Office, floor: Floor) -> None:
        """The office and the floor work at once; nobody waits for tieout, only for their own turn."""
        for start in range(0, len(orders), ORDERS_AT_ONCE):
            for order in orders[start : start + ORDERS_AT_ONCE]:
                office.take_order(order)
                self.orders_taken += 1
            floor.work()
            self._breathe(day)
            while self.tieout.pending() > WAITING_AT_MOST:
                self._breathe(day)

    def _until_at_rest(self, text: str, floor: Floor | None = None) -> None:
        """Until the floor and every lane have nothing to do, no webhook is owed, and every feed was read anew."""
        ends_s = time.monotonic() + REST_WITHIN_S
        beats, quiet = self.tieout.beats(), 0
        while quiet < QUIET_READINGS:
            self._breathe(text)
            if (floor and floor.work()) or self.tieout.pending() or self.floor_system.state()["webhooks"]["owed"]:
                quiet = 0
            now = self.tieout.beats()
            if all(now[feed] > beats.get(feed, LONG_AGO) for feed in now) and now:
                beats, quiet = now, quiet + 1
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
def demo(seed: int, most_orders: int | None, say: Progress) -> Generator[tuple[Demo, Result]]:
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
            faults = run.faults_struck()
            run.end_faults()
            tie = read_tie_out(sap, clarus)
            held = Held(tieout.held("order"), tieout.held("purchase"))
            stock = read_stock(sap, clarus, tieout.waiting())
            yield run, judge(trade, tie, stock, held, tieout.cases(), faults, time.monotonic() - began_s)
