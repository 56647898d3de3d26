"""tieout, as an integrator would set it up between the two systems, and what its journal says of how far it is."""

from collections import Counter
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import func, select

from tieout.journal import lanes
from tieout.journal.tables import case_, cursor, document, movement, posting
from tieout.local import LINK, Between, TieoutProcess, install, listen, prepare_journal
from tieout.twins.clients import Clarus
from tieout.twins.process import TwinProcess

AUTOMATIONS = {"1": "goods_out/completed", "2": "goods_out/updated", "3": "stock/undispatched",
               "4": "goods_out/cancelled"}  # fmt: skip
LEDGER = {"post_timeout_s": 5, "read_timeout_s": 10, "settle_s": 6, "overlap_s": 10}
FLOOR = {"timeout_s": 3, "settle_s": 4, "overlap_s": 10}


class Installation:
    """`tieout run` in a process of its own, on a journal in `folder`. Use as a context: the process ends with it."""

    def __init__(self, folder: Path, ledger: TwinProcess, floor: TwinProcess, clarus: Clarus) -> None:
        between = Between(ledger.url, floor.url, AUTOMATIONS, ledger_more=LEDGER, floor_more=FLOOR)
        url = f"sqlite:///{folder / 'journal.sqlite'}"
        self.installed = install(folder, url, between)
        listen(clarus, AUTOMATIONS, self.installed.hook)
        self.journal = prepare_journal(url)
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

    def held(self, what: str) -> list[tuple[str, str, int, bool]]:
        """Units that open exceptions of orders hold (`order` or `purchase`).

        As (order key, item, units, whether the ledger has booked them); what was undone counts against what moved.
        """
        sign = -1 if what == "order" else 1
        wanted = (
            select(document.c.lane, movement.c.item, movement.c.qty_base, movement.c.booked_at)
            .join_from(movement, document, document.c.id == movement.c.document_id)
            .join(case_, case_.c.id == document.c.case_id)
            .where(document.c.state == "held", case_.c.state == "open", document.c.lane.startswith(f"{what}/"))
        )
        with self.journal.read() as connection:
            rows = connection.execute(wanted).all()
        return [(row.lane.removeprefix(f"{what}/"), row.item, sign * int(row.qty_base), row.booked_at is not None)
                for row in rows]  # fmt: skip

    def waiting(self) -> dict[str, int]:
        """Units by item that have moved on the floor and are not in the books: what left counts below nothing."""
        moved = select(movement.c.item, movement.c.qty_base).where(movement.c.booked_at.is_(None))
        total: Counter[str] = Counter()
        with self.journal.read() as connection:
            for row in connection.execute(moved):
                total[row.item] += int(row.qty_base)
        return dict(total)

    def why(self) -> str:
        """What the lanes that are not at rest wait for."""
        with self.journal.read() as connection:
            rows = connection.exec_driver_sql("SELECT lane, why FROM lane WHERE arrived > handled LIMIT 3").all()
        return "; ".join(f"{lane}: {why}" for lane, why in rows) or "a feed does not answer"
