"""tieout, as an integrator would set it up between the two systems, and what its journal says of how far it is."""

from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import func, select

from tieout.demo.result import HeldUnits
from tieout.demo.stock import Place, Waiting
from tieout.journal import lanes
from tieout.journal.tables import case_, cursor, document, movement, posting
from tieout.local import LINK, Between, TieoutProcess, install, listen, prepare_journal
from tieout.twins.clients import Clarus
from tieout.twins.process import TwinProcess

HOME = "01"
"""The ledger's warehouse of what may be sold."""
QUARANTINE = "02"
"""The ledger's warehouse of what may not."""
MAPPINGS = {"quarantine": {HOME: QUARANTINE},
            "account": {"510000": "DAMAGED", "520000": "COUNT", "530000": "FOUND"}}  # fmt: skip
POLICY = {"batch_window_s": 10, "batch_wait_s": 3, "parent_patience_s": 60}
"""A quarter of an hour for changes of stock to gather, or for what is missing to come, is longer than the demo."""
AUTOMATIONS = {"1": "goods_out/completed", "2": "goods_out/updated", "3": "stock/undispatched",
               "4": "goods_out/cancelled"}  # fmt: skip
LEDGER = {"post_timeout_s": 5, "read_timeout_s": 10, "settle_s": 6, "overlap_s": 4}
FLOOR = {"timeout_s": 3, "settle_s": 4, "overlap_s": 4, "holds_every_s": 0}
FEEDS_S = 3.0
SALES, PURCHASES = ("despatch", "reversal"), ("receipt", "receipt_reversal")
RETURNS = ("return", "return_reversal")
"""Kinds of documents that move goods of sales orders, of purchase orders, and back from customers."""

MOVED = (
    select(document.c.lane, document.c.kind, document.c.key, document.c.case_id, case_.c.reason, movement.c.item,
           movement.c.warehouse, movement.c.held, movement.c.qty_base, movement.c.booked_at)
    .join_from(movement, document, document.c.id == movement.c.document_id)
    .outerjoin(case_, case_.c.id == document.c.case_id)
)  # fmt: skip
"""Every change of stock, with the document it is of and the exception that holds that."""


class Installation:
    """`tieout run` in a process of its own, on a journal in `folder`. Use as a context: the process ends with it."""

    def __init__(self, folder: Path, ledger: TwinProcess, floor: TwinProcess, clarus: Clarus) -> None:
        between = Between(
            ledger.url, floor.url, AUTOMATIONS, feeds_s=FEEDS_S, drain_s=1.0, ledger_more=LEDGER, floor_more=FLOOR,
            policy=POLICY,
        )  # fmt: skip
        url = f"sqlite:///{folder / 'journal.sqlite'}"
        self.installed = install(folder, url, between)
        listen(clarus, AUTOMATIONS, self.installed.hook)
        self.journal = prepare_journal(url, MAPPINGS)
        self._process: TieoutProcess | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.journal.close()
        if self._process is not None:
            self._process.stop()

    def start(self) -> None:
        """Starts it, and waits until it says that it is ready. Raises `ProcessError` when it does not."""
        self._process = TieoutProcess(self.installed)
        self._process.until_ready()

    def must_run(self) -> None:
        """Raises `ProcessError` when the process has ended."""
        if self._process is not None:
            self._process.must_run()

    def pending(self) -> int:
        """Lanes that have something to do."""
        with self.journal.read() as connection:
            return lanes.pending(connection, LINK)

    def beats(self) -> dict[str, datetime]:
        """When each feed was last read with success."""
        with self.journal.read() as connection:
            return {row.feed: row.beat_at for row in connection.execute(select(cursor.c.feed, cursor.c.beat_at))}

    def done(self) -> dict[str, int]:
        """How many postings of each kind stand."""
        counted = select(posting.c.kind, func.count()).where(posting.c.state == "done").group_by(posting.c.kind)
        with self.journal.read() as connection:
            return {str(kind): int(count) for kind, count in connection.execute(counted)}

    def cases(self) -> dict[str, int]:
        """How many exceptions are open, by reason."""
        counted = select(case_.c.reason, func.count()).where(case_.c.state == "open").group_by(case_.c.reason)
        with self.journal.read() as connection:
            return {str(reason): int(count) for reason, count in connection.execute(counted)}

    def held(self, kinds: Collection[str]) -> list[HeldUnits]:
        """Units that open exceptions hold of documents of these kinds; what was undone counts against what moved."""
        wanted = MOVED.where(document.c.state == "held", case_.c.state == "open", document.c.kind.in_(kinds))
        sign = -1 if kinds is SALES else 1
        with self.journal.read() as connection:
            rows = connection.execute(wanted).mappings().all()
        return [
            HeldUnits(
                row["lane"].partition("/")[2], _place(row), sign * int(row["qty_base"]), row["booked_at"] is not None
            )
            for row in rows
        ]

    def waiting(self) -> list[Waiting]:
        """Units that have moved on the floor and are not in the books, each with what holds them."""
        with self.journal.read() as connection:
            rows = (
                connection.execute(MOVED.where(movement.c.booked_at.is_(None), document.c.state != "ignored"))
                .mappings()
                .all()
            )
        return [
            Waiting(_place(row), int(row["qty_base"]), f"{row['kind']} {row['key']}", row["case_id"], row["reason"])
            for row in rows
        ]

    def why(self) -> str:
        """What the lanes that are not at rest wait for."""
        with self.journal.read() as connection:
            rows = connection.exec_driver_sql("SELECT lane, why FROM lane WHERE arrived > handled LIMIT 3").all()
        return "; ".join(f"{lane}: {why}" for lane, why in rows) or "a feed does not answer"


def _place(moved: Mapping[Any, Any]) -> Place:
    """Where a movement is in the ledger, or will be: of what no posting was planned for, the only place there is."""
    return moved["warehouse"] or (QUARANTINE if moved["held"] else HOME), moved["item"]
