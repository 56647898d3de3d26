"""A small trade that goes on while workers are killed: orders are taken, the floor works, faults strike the wire."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tieout.journal.store import Journal
from tieout.local import AUTOMATIONS, Installed, listen
from tieout.twins.clients import Clarus
from tieout.twins.process import TwinProcess

ITEMS = ("LANTERN", "CLOCK", "MUG", "APRON")
STOCK = 100_000
ORDERS_AT_MOST = 50
FLOOR = {"work": 0.7, "part_pick": 0.2, "part_despatch": 0.3}
LEDGER_FAULTS = {"lost_before": 0.02, "lost_after": 0.02, "error_before": 0.01, "error_after": 0.01,
                 "throttled": 0.01, "session_gone": 0.01, "locked": 0.01}  # fmt: skip
FLOOR_FAULTS = {"lost_before": 0.01, "lost_after": 0.01, "error_after": 0.01, "throttled": 0.01, "token_gone": 0.005,
                "webhook_lost": 0.1, "webhook_doubled": 0.1, "webhook_reordered": 0.1}  # fmt: skip
FEEDS = 8
REST_WITHIN_S = 60.0


def until(true: Callable[[], bool], what: Callable[[], str], within_s: float) -> None:
    """Looks until it is so; after `within_s` the test has failed, and `what` says how things stand."""
    ends_s = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < ends_s, f"not within {within_s:g} s: {what()}"
        time.sleep(0.01)


@dataclass
class Trade:
    """Two systems and those who work in them."""

    ledger: TwinProcess
    floor: TwinProcess
    journal: Journal
    seed: int
    orders: int = 0
    failures: list[BaseException] = field(default_factory=list[BaseException])

    def open(self, installed: Installed) -> None:
        """Items and stock in the ledger, and webhooks from the floor. Clarus can be asked from here on."""
        for item in ITEMS:
            self.ledger.act("create_item", item=item, body={"InventoryUOM": "EACH"})
            self.ledger.act("receive_stock", item=item, quantity=STOCK)
        patience = {"webhook_first_gap_s": 1, "webhook_gap_growth": 2, "webhook_reordered_s": 2}
        self.floor.post("/_twin/reset", {"settings": patience})
        self.clarus = Clarus(self.floor.url)
        listen(self.clarus, AUTOMATIONS, installed.hook)

    def stock_the_floor(self) -> None:
        """Waits until the items have crossed, and puts goods of each on a rack."""
        until(
            lambda: {node["code"] for node in self.clarus.all("products", "code")} == set(ITEMS),
            lambda: f"the items to cross: {self.standing()}",
            REST_WITHIN_S,
        )
        for item in ITEMS:
            self.floor.act("add_stock", product=item, quantity=STOCK)

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Trade, under faults, in a thread of its own, until the block ends. What failed in it is raised."""
        ended = threading.Event()
        self._faults(LEDGER_FAULTS, FLOOR_FAULTS)
        thread = threading.Thread(target=self._trade, args=(ended,))
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
            self._faults({}, {})
        assert self.failures == []

    def _trade(self, ended: threading.Event) -> None:
        chance = random.Random(self.seed)  # noqa: S311  seeded trade
        try:
            while not ended.wait(chance.uniform(0.05, 0.4)):
                if self.orders < ORDERS_AT_MOST:
                    self._take_order(chance)
                self.floor.act("work_floor", **FLOOR)
        except Exception as failure:  # noqa: BLE001  handed to the test's own thread
            self.failures.append(failure)

    def _take_order(self, chance: random.Random) -> None:
        items = chance.sample(ITEMS, chance.randint(1, 3))
        lines = [{"item": item, "quantity": chance.randint(1, 9), "warehouse": "01", "price": 2} for item in items]
        self.ledger.act("create_order", lines=lines)
        self.orders += 1

    def _faults(self, ledger: dict[str, float], floor: dict[str, float]) -> None:
        self.ledger.post("/_twin/faults", {"seed": self.seed, "rates": ledger, "late_s": 0.5})
        self.floor.post("/_twin/faults", {"seed": self.seed, "rates": floor, "late_s": 0.5})

    def come_to_rest(self) -> None:
        """Waits, while the floor goes on as before, until every order has left and all of it has crossed."""
        until(self._all_has_left, lambda: f"every order to leave the floor: {self.standing()}", REST_WITHIN_S)
        for _ in range(2):  # our own last documents are changes in the ledger, to be read as any other
            self._read_every_feed_twice()
            until(self._at_rest, lambda: f"rest: {self.standing()}", REST_WITHIN_S)

    def _read_every_feed_twice(self) -> None:
        """The second poll of a feed began after the first had ended, and so after whatever happened before."""
        for _ in range(2):
            before = self._polled()
            until(
                lambda seen=before: len(self._polled() - seen) == FEEDS,
                lambda: f"every feed to be polled: {self.standing()}",
                REST_WITHIN_S,
            )

    def _all_has_left(self) -> bool:
        self.floor.act("work_floor", **FLOOR)
        orders = self.clarus.all("goods_outs", "id goods_out_status { code }")
        left = [order for order in orders if order["goods_out_status"]["code"] == "COMPLETED"]
        return len(orders) == self.orders == len(left)

    def _polled(self) -> set[tuple[object, ...]]:
        return {tuple(row) for row in self.rows("SELECT side, feed, beat_at FROM cursor")}

    def _at_rest(self) -> bool:
        return not any(self.standing().values())

    def standing(self) -> dict[str, list[str]]:
        """What is not done yet; all empty at rest."""
        unfinished = "SELECT lane || ': ' || coalesce(why, token, 'due') FROM lane WHERE arrived > handled"
        held = "SELECT lane || ': ' || reason || ': ' || problems FROM case_ WHERE state = 'open'"
        return {
            "lanes": [row[0] for row in self.rows(unfinished)],
            "leases": [row[0] for row in self.rows("SELECT holder FROM lease")],
            "messages": [row[0] for row in self.rows("SELECT key FROM message WHERE state = 'waiting'")],
            "documents": [row[0] for row in self.rows(
                "SELECT kind || ' ' || key || ' ' || state FROM document WHERE state NOT IN ('posted', 'ignored')")],
            "postings": [row[0] for row in self.rows(
                "SELECT reference || ' ' || state FROM posting WHERE state NOT IN ('done', 'void')")],
            "cases": [row[0] for row in self.rows(held)],
        }  # fmt: skip

    def rows(self, query: str) -> list[tuple[str, ...]]:
        """Rows of the journal, by plain SQL."""
        with self.journal.read() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query).all()]


@dataclass(frozen=True)
class UnderWay:
    """What a process has claimed and not given back, and how many of its requests have no stored answer."""

    leases: int
    requests: int


def under_way(journal: Journal, pid: int) -> UnderWay:
    """What a living process is at, or a killed one was."""
    with journal.read() as connection:
        leases = connection.exec_driver_sql("SELECT token, holder FROM lease").all()
        open_attempts = connection.exec_driver_sql("SELECT token FROM attempt WHERE ended IS NULL").scalars().all()
    tokens = {token for token, holder in leases if holder.endswith(f"-{pid}")}
    return UnderWay(len(tokens), sum(token in tokens for token in open_attempts))
