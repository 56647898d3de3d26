"""Runs the demo: opens the shop, takes its orders day by day, works the floor, strikes faults, and ties out."""

import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from tieout.connectors import clarus, sap_b1
from tieout.connectors.contract import Misconfigured, RetryLater
from tieout.demo.shop import open_shop, take_order
from tieout.demo.systems import DemoError, Graph, ServiceLayer, System
from tieout.demo.tie_out import TieOut, read_tie_out
from tieout.demo.trade import NOT_STOCK, Trade, read_trade
from tieout.domain.clock import SystemClock
from tieout.domain.documents import Side
from tieout.engine import DurableEngine, Job
from tieout.journal import lanes, reference
from tieout.journal.migrate import migrate
from tieout.journal.store import Journal
from tieout.journal.tables import case_
from tieout.rules.facts import Policy
from tieout.sync.drain import Drain
from tieout.sync.intake import Intake
from tieout.sync.link import Link

LINK = "demo"
AT_ONCE = 4
REST_WITHIN_S = 240.0
"""How long the demo may take to come to rest after the last order, before it says so and fails."""
POLL_S = 0.5
FLOOR = {"work": 0.9, "part_pick": 0.05, "short_pick": 0.03, "part_despatch": 0.1, "close_short": 0.5}
LEDGER_FAULTS = {"lost_before": 0.01, "lost_after": 0.01, "error_before": 0.005, "error_after": 0.005,
                 "throttled": 0.01, "late": 0.005, "session_gone": 0.005, "locked": 0.01}  # fmt: skip
WAREHOUSE_FAULTS = {"lost_before": 0.005, "lost_after": 0.005, "error_before": 0.005, "error_after": 0.005,
                    "throttled": 0.01, "late": 0.005, "token_gone": 0.002}  # fmt: skip

Progress = Callable[[str], None]


@dataclass
class Result:
    """What the demo found. Units are base units."""

    tie: TieOut
    units_held_by_cases: int
    lost: int
    cases: dict[str, int]
    faults_injected: int
    not_yet_handled: dict[str, int]
    wall_s: float

    def as_json(self) -> dict[str, Any]:
        """The result as `tieout demo --json` prints it."""
        return {
            "orders": self.tie.orders,
            "goods_outs": self.tie.goods_outs,
            "despatches": self.tie.despatches,
            "deliveries": self.tie.deliveries,
            "invoices": self.tie.invoices,
            "units_despatched": sum(self.tie.despatched.values()),
            "units_delivered": sum(self.tie.delivered.values()),
            "units_invoiced": sum(self.tie.invoiced.values()),
            "units_held_by_cases": self.units_held_by_cases,
            "duplicates": self.tie.duplicates,
            "lost": self.lost,
            "cases": self.cases,
            "faults_injected": self.faults_injected,
            "not_yet_handled": self.not_yet_handled,
            "wall_s": round(self.wall_s, 1),
        }

    @property
    def ties(self) -> bool:
        """True when every unit that left is delivered once, or held by an open exception."""
        return self.tie.duplicates == 0 and self.lost == 0 and self.tie.over == 0


def run_demo(seed: int, most_orders: int | None, say: Progress) -> Result:
    """The whole demo, on two twins of its own and a journal that is thrown away."""
    began_s = time.monotonic()
    trade = read_trade(most_orders)
    with tempfile.TemporaryDirectory() as folder, System("sap-b1") as ledger, System("clarus") as floor:
        demo = Demo(ledger, floor, Path(folder), trade, seed, say)
        try:
            demo.play()
        finally:
            demo.stop()
        return demo.result(time.monotonic() - began_s)


@dataclass
class Demo:
    """One run of the demo."""

    ledger: System
    floor: System
    folder: Path
    trade: Trade
    seed: int
    say: Progress
    faults_struck: int = 0
    feed_errors: dict[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        clock = SystemClock()
        self.journal = Journal(f"sqlite:///{self.folder}/journal.sqlite")
        migrate(self.journal)
        self.link = Link(LINK, _warehouse(self.floor, clock), _ledger(self.ledger, clock), Policy())
        self._pool = ThreadPoolExecutor(AT_ONCE * 2)
        self._drain = Drain(self.link, self.journal, clock, "demo", spread=self._spread)
        self._intake = Intake(self.journal, clock)
        feeds = ((Side.LEDGER, "items"), (Side.LEDGER, "sales_orders"), (Side.WAREHOUSE, "despatches"))
        polls = [Job(f"poll:{feed}", self._poll(side, feed), POLL_S) for side, feed in feeds]
        jobs = [Job("drain", self._drain.turn, POLL_S), *polls]
        self._engine = DurableEngine(jobs, f"sqlite:///{self.folder}/engine.sqlite", "demo")
        self._running = threading.Thread(target=self._engine.run, name="engine")
        self.sap = ServiceLayer(self.ledger.url)
        self.graph = Graph(self.floor.url)

    def _spread(self, work: Callable[[Any], Any], things: Any, at_once: int) -> list[Any]:
        del at_once
        return list(self._pool.map(work, things))

    def _poll(self, side: Side, feed: str) -> Callable[[], bool]:
        def turn() -> bool:
            try:
                new, more = self._intake.poll(self.link, side, feed)
            except (RetryLater, Misconfigured) as error:
                self.feed_errors[feed] = str(error)
                return False
            if new:
                self._engine.wake("drain")
            return more

        return turn

    def play(self) -> None:
        """From the empty shop to the last despatch settled."""
        with self.journal.write("mappings") as connection:
            reference.set_mapping(connection, LINK, "warehouse", "01", "WH1")
            for ours, theirs in (("1", "ROYALMAIL"), ("2", "DHL"), ("3", "DPD")):
                reference.set_mapping(connection, LINK, "carrier", ours, theirs)
        self.say(f"opening the shop: {len(self.trade.items())} items, {len(self.trade.customers())} customers")
        open_shop(self.sap, self.trade)
        self._running.start()
        self.say("items cross to the warehouse")
        self._until_at_rest()
        for code, units in self.trade.demand().items():
            self.floor.act("add_stock", product=code, quantity=units)
        for day in self.trade.days:
            orders = [order for order in self.trade.orders if order[0].at.date() == day]
            self.say(f"{day}: {len(orders)} orders")
            self._trade_a_day(orders)
        self.say("faults off; coming to rest")
        self._finish_floor()
        self._until_at_rest()

    def _trade_a_day(self, orders: list[list[Any]]) -> None:
        """The staff's own clicks are not struck: only what tieout does meets faults."""
        for order in orders:
            take_order(self.sap, order)
        self.seed += 1
        self.ledger.set_faults(self.seed, LEDGER_FAULTS)
        self.floor.set_faults(self.seed, WAREHOUSE_FAULTS)
        self._until_at_rest()
        for _ in range(4):
            self.floor.act("work_floor", **FLOOR)
            self._until_at_rest()
        for system in (self.ledger, self.floor):
            self.faults_struck += sum(system.fault_counts().values())
            system.set_faults(self.seed, {})

    def _finish_floor(self) -> None:
        for _ in range(40):
            if not self.floor.act("work_floor", **FLOOR)["did"]:
                break

    def _until_at_rest(self) -> None:
        """Until no lane has anything to do and two polls of each feed have brought nothing new."""
        ends_s = time.monotonic() + REST_WITHIN_S
        quiet = 0
        while quiet < 4:
            time.sleep(POLL_S / 2)
            with self.journal.read() as connection:
                quiet = 0 if lanes.pending(connection, LINK) else quiet + 1
            if time.monotonic() > ends_s:
                raise DemoError(f"not at rest after {REST_WITHIN_S:.0f} s: {self._why()}")

    def _why(self) -> str:
        with self.journal.read() as connection:
            rows = connection.exec_driver_sql("SELECT lane, why FROM lane WHERE arrived > handled LIMIT 3").all()
        return "; ".join(f"{lane}: {why}" for lane, why in rows) or str(self.feed_errors)

    def stop(self) -> None:
        """Ends the engine and the connections. Running turns end first."""
        self._engine.stop()
        if self._running.is_alive():
            self._running.join()
        self._pool.shutdown()
        self.link.warehouse.close()
        self.link.ledger.close()

    def result(self, wall_s: float) -> Result:
        """Reads both systems back and compares."""
        tie = read_tie_out(self.sap, self.graph)
        with self.journal.read() as connection:
            cases = connection.execute(
                select(case_.c.reason, func.count()).where(case_.c.state == "open").group_by(case_.c.reason)
            ).all()
            held = connection.exec_driver_sql(
                "SELECT -m.qty_base FROM movement m JOIN document d ON d.id = m.document_id WHERE d.state = 'held'"
            ).scalars()
            units_held = sum(int(units) for units in held)
        self.journal.close()
        waiting = {"returns": len(self.trade.returns), "adjustments": len(self.trade.adjustments),
                   "non-stock lines": sum(line.item in NOT_STOCK for o in self.trade.orders for line in o)}  # fmt: skip
        by_reason = {str(reason): int(count) for reason, count in cases}
        lost = max(0, tie.short - units_held)
        return Result(tie, units_held, lost, by_reason, self.faults_struck, waiting, wall_s)


def _warehouse(floor: System, clock: SystemClock) -> Any:
    settings = clarus.Settings.model_validate(
        {"base_url": floor.url, "tenant": "tieout", "client_id": "tieout", "client_secret": "tieout",
         "account": "TIEOUT", "timeout_s": 3, "settle_s": 4, "overlap_s": 5}
    )  # fmt: skip
    return clarus.connect(settings, clock=clock)


def _ledger(ledger: System, clock: SystemClock) -> Any:
    settings = sap_b1.Settings.model_validate(
        {"base_url": ledger.url, "company": "TIEOUT", "user": "manager", "password": "manager",
         "post_timeout_s": 5, "read_timeout_s": 10, "settle_s": 6, "overlap_s": 5}
    )  # fmt: skip
    return sap_b1.connect(settings, clock=clock)
