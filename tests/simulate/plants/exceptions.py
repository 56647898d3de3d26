"""What a person is asked: of one document once, with what it holds, and only of what was refused."""

from contextlib import AbstractContextManager
from typing import Any

from tests.simulate.plants.planting import replaced
from tieout.journal.changes import Changes
from tieout.sync.deciding import Decider
from tieout.sync.drain import Batch
from tieout.sync.sending import Due, Tried
from tieout.sync.settling import Settler


def case_in_another_transaction() -> AbstractContextManager[None]:
    """Documents are held in one transaction, and their cases opened in the next."""
    real_flush, real_step = Changes.flush, Batch._step
    waiting: list[Changes] = []

    def flush(self: Changes, connection: Any, link: str, now: Any) -> None:
        later = Changes(cases=self.cases, holds=self.holds)
        self.cases, self.holds = [], []
        real_flush(self, connection, link, now)
        if later.cases:
            waiting.append(later)

    def step(self: Any, *args: Any, **named: Any) -> list[Due]:
        waiting.clear()
        dues = real_step(self, *args, **named)
        for later in waiting:
            for row, _ in later.holds:
                later.touch(row)
            with self._journal.write("cases") as connection:
                real_flush(later, connection, self._link.name, self._drain.clock.now())
        return dues

    return replaced((Changes, "flush", flush), (Batch, "_step", step))


def second_case() -> AbstractContextManager[None]:
    """A document is held twice."""
    real = Decider.hold

    def hold(self: Any, work: Any, rows: Any, problems: Any) -> None:
        real(self, work, rows, problems)
        real(self, work, rows, problems)

    return replaced((Decider, "hold", hold))


def throttling_counted_as_failure() -> AbstractContextManager[None]:
    """After two refusals for lack of room a document is given up."""
    real = Settler.settle

    def settle(self: Any, tried: Tried) -> None:
        outcome, work = tried.outcome, tried.due.work
        if outcome is None or outcome.reason != "throttled" or work.claimed.rests < 2:
            real(self, tried)
            return
        self._end(tried.due.posting.last_attempt, outcome.ended, outcome.reason, outcome.text)
        self._refused(work, tried.due.posting, outcome)
        self.changes.touch(tried.due.posting)

    return replaced((Settler, "settle", settle))
