"""Changes of stock: in batches and one by one, beside records that a user keeps locked, beside one the ledger refuses.

Each round is the same storm under other conditions: all of it happens on the floor while tieout is down; then a worker
reads it, decides it together and posts it, and is stopped. The limit of each round is a plain one of the same run.
"""

import json
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from sqlalchemy import func, select

from tieout.bench.intake import loaded
from tieout.bench.load import Order
from tieout.bench.rows import Row, Sizes
from tieout.bench.shop import NEVER_S, STOCK, Shop
from tieout.domain.postings import StockBatch, load_body
from tieout.journal import reference
from tieout.journal.tables import case_, document, posting
from tieout.local import LINK, Between, TieoutProcess, install, prepare_journal
from tieout.twins.process import TwinProcess

ITEMS = 500
CONTENDED_ITEMS = 300
ONE_IN = 20
"""So many items for each that is locked."""
ACCOUNTS = {"510000": "DAMAGED", "520000": "FOUND"}
AT_ONCE = 8
"""People on the floor."""
LONGEST_WINDOW_S, ENDS_NOT_WITHIN_S = 86_400, 600
BOOKED = ("posted", "ignored")


@dataclass(frozen=True)
class Round:
    """How a storm went: its size, the seconds until each item's last change was booked, documents and calls it took."""

    changes: int
    booked_s: dict[str, float]
    documents: int
    calls: int

    def rate(self, but: Sequence[str] = ()) -> float:
        """Changes a second, by the last that was booked; of these items it does not matter when."""
        others = [seconds for item, seconds in self.booked_s.items() if item not in but]
        return self.changes * len(others) / len(self.booked_s) / max(others)


class Storms:
    """A shop where nothing but stock changes: `items` with stock on both sides, and one the ledger has none of."""

    def __init__(self, folder: Path, ledger: TwinProcess, floor: TwinProcess, items: int) -> None:
        self._folder, self._url = folder, f"sqlite:///{folder / 'stock.sqlite'}"
        self._windows: set[int] = set()
        self.poison = f"ITEM-{items}"
        journal = prepare_journal(self._url)
        with journal.write("accounts") as connection:
            for account, reason in ACCOUNTS.items():
                reference.set_mapping(connection, LINK, "account", account, reason)
        self.shop = Shop(ledger, floor, journal, install(folder, self._url, Between(ledger.url, floor.url)))
        for item in range(items + 1):
            ledger.act("create_item", item=f"ITEM-{item}", body={"InventoryUOM": "EACH"})
            if item < items:
                ledger.act("receive_stock", item=f"ITEM-{item}", quantity=STOCK)
        worker = TieoutProcess(self.shop.installed).until_ready()
        self.shop.wait(lambda: self.shop.done("put_item") == items + 1, "the items to cross")
        worker.stop()
        for item in range(items + 1):
            floor.act("add_stock", product=f"ITEM-{item}", quantity=STOCK)

    def blow(self, changes: int, items: int, *, lines: int = 200, refused: int = 0, locked_s: float = 0.0) -> Round:
        """A round of so many changes over so many items, and some that are `refused`; some items may be locked."""
        bodies = [_change(f"ITEM-{n % items}", n // items) for n in range(changes)]
        bodies[changes // 2 : changes // 2] = [_change(self.poison, 0)] * refused
        loaded(Order(f"{self.shop.floor.url}/_twin/act", bodies, {"Content-Type": "application/json"}, AT_ONCE))
        before, calls, last = self._booked(), self._calls(), self._last_posting()
        policy = {"batch_window_s": self._window_s(), "batch_size": changes + refused, "batch_lines": lines,
                  "parent_patience_s": 0}  # fmt: skip
        between = Between(self.shop.ledger.url, self.shop.floor.url, feeds_s=NEVER_S, policy=policy)
        for item in locked_items(items) if locked_s else ():
            self.shop.ledger.act("lock_record", record=f"Items('{item}')", seconds=locked_s)
        began = time.time()
        worker = TieoutProcess(install(self._folder, self._url, between))
        try:
            self.shop.wait(lambda: self._booked() == before + changes, "all changes of stock to be booked")
            self.shop.wait(lambda: self.cases() >= refused, "the exception of what the ledger refuses")
        finally:
            worker.stop()
        booked_s, documents = self._since(last, began)
        return Round(changes, booked_s, documents, self._calls() - calls)

    def _window_s(self) -> int:
        """A length of windows of which one is under way that no storm was in before, and that lasts a while."""
        now = int(time.time())
        for length in range(LONGEST_WINDOW_S, ENDS_NOT_WITHIN_S, -60):
            begins = now - now % length
            if begins not in self._windows and length - now % length > ENDS_NOT_WITHIN_S:
                self._windows.add(begins)
                return length
        raise RuntimeError("more storms than windows")

    def _booked(self) -> int:
        """Changes of stock that are in the ledger's books."""
        wanted = select(func.count()).where(document.c.kind == "adjustment", document.c.state.in_(BOOKED))
        with self.shop.journal.read() as connection:
            return connection.execute(wanted).scalar_one()

    def cases(self) -> int:
        """Open exceptions."""
        with self.shop.journal.read() as connection:
            return connection.execute(select(func.count()).where(case_.c.state == "open")).scalar_one()

    def _calls(self) -> int:
        """Requests the ledger was sent, as it counts them itself."""
        return int(self.shop.ledger.http.get("/_twin/health").json()["requests"])

    def _last_posting(self) -> int:
        with self.shop.journal.read() as connection:
            return connection.execute(select(func.max(posting.c.id))).scalar_one()

    def _since(self, last: int, began: float) -> tuple[dict[str, float], int]:
        """When the last line of each item was booked, in seconds from the beginning; and how many documents stand."""
        wanted = select(posting.c.body, posting.c.done_at).where(posting.c.id > last, posting.c.state == "done")
        with self.shop.journal.read() as connection:
            rows = connection.execute(wanted).all()
        booked_s: dict[str, float] = {}
        for row in rows:
            body, at_s = load_body(row.body), row.done_at.replace(tzinfo=UTC).timestamp() - began
            for line in body.lines if isinstance(body, StockBatch) else ():
                booked_s[line.item] = max(at_s, booked_s.get(line.item, 0.0))
        return booked_s, len(rows)


def stock_rows(folder: Path, sizes: Sizes) -> list[Row]:
    """All rows about changes of stock."""
    items, contended = min(ITEMS, sizes.adjustments // 2), min(CONTENDED_ITEMS, sizes.contended // 2)
    with TwinProcess("sap-b1") as ledger, TwinProcess("clarus") as floor:
        storms = Storms(folder, ledger, floor, max(items, contended))
        single = storms.blow(items, items, lines=1)
        plain = [storms.blow(sizes.adjustments, items)]
        free = storms.blow(sizes.contended, contended)
        locked = storms.blow(sizes.contended, contended, locked_s=sizes.locked_s)
        beside = storms.blow(sizes.adjustments, items, refused=1)
        plain.append(storms.blow(sizes.adjustments, items))
        cases = storms.cases()
        storms.shop.journal.close()
    return [
        *_batching(plain[0], single, items),
        *_contention(free, locked, locked_items(contended), sizes.locked_s),
        Row(f"{sizes.adjustments:,} adjustments beside one that is refused", beside.rate(), "a second",
            statistics.harmonic_mean([one.rate() for one in plain]), at_least=0.9),
        Row("exceptions of the one that is refused", cases, "", at_most=2),
    ]  # fmt: skip


def _batching(batched: Round, single: Round, items: int) -> list[Row]:
    """One by one is measured with one change of each item, each in a document of its own."""
    said = f"{batched.changes:,} adjustments over {items:,} items"
    each, alone = (one.changes / one.calls for one in (batched, single))
    return [
        Row(f"{said}: documents", batched.documents, "documents"),
        Row(f"{said}: adjustments for each call", each, "a call", alone, at_least=50),
        Row(f"{said}: read and booked", batched.rate(), "a second", single.rate()),
    ]


def _contention(free: Round, locked: Round, items: Sequence[str], locked_s: float) -> list[Row]:
    said = f"{locked.changes:,} adjustments, one item in {ONE_IN} locked"
    waited = max(locked.booked_s[item] for item in items) - locked_s
    return [
        Row(f"{said}: those of other items", locked.rate(but=items), "a second", free.rate(), at_least=0.6),
        Row(f"{said}: the last locked one, after it is free", max(0.001, waited), "s"),
        Row(f"{said}: calls", locked.calls, "calls", free.calls),
    ]


def locked_items(items: int) -> list[str]:
    """Those a user keeps open."""
    return [f"ITEM-{item}" for item in range(max(1, items // ONE_IN))]


def _change(item: str, time_of_it: int) -> str:
    """Two are lost, and then one is found, by turns."""
    found = time_of_it % 2 == 1
    return json.dumps({"act": "adjust_stock", "product": item, "quantity": 1 if found else -2,
                       "reason_code": "FOUND" if found else "DAMAGED"})  # fmt: skip
