"""What follows what: despatches of an order, an invoice after its delivery, a revision after the one before."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from tests.simulate.plants.planting import replaced
from tieout.connectors.sap_b1 import bodies as sap_bodies
from tieout.domain.documents import Side
from tieout.journal.changes import Changes
from tieout.sync import drain, planning
from tieout.sync.deciding import Decider
from tieout.sync.drain import Batch
from tieout.sync.facts import FactBook
from tieout.sync.sending import Due


def _all_that_is_due(gate: Callable[[Any, Any], bool]) -> Callable[..., list[Due]]:
    """The next calls of a lane: not its first, but all it has."""
    real = Batch._next

    def next_calls(self: Any, work: Any, settler: Any, changes: Changes) -> list[Due]:
        first = real(self, work, settler, changes)
        if not first or first[0].look:
            return first
        others = [p for p in work.postings if p.state == "due" and p.document.state == "planned" and gate(work, p)]
        others = [p for p in others if self._parents_known(work, p)]
        for posting in others:
            self._intend(posting, changes)
        return [*first, *(Due(work, posting, self._send(posting), look=False) for posting in others)]

    return next_calls


def no_order_gate() -> AbstractContextManager[None]:
    """All despatches of an order are planned and sent as they come, whatever became of those before."""

    def homeward(decider: Any, work: Any) -> None:
        for row in planning._flow(work, planning.HOMEWARD):
            if row.state == "waiting":
                planning._decide_or_hold(decider, work, row)

    return replaced((planning, "_homeward", homeward), (Batch, "_next", _all_that_is_due(drain.is_first)))


def no_parent_gate() -> AbstractContextManager[None]:
    """An invoice does not wait for its delivery, and stands on nothing."""
    real_known, real_line = FactBook.known, sap_bodies._line

    def known(self: Any, side: Side, ours: str) -> str | None:
        found = real_known(self, side, ours)
        return "0" if found is None and ".DN." in ours else found

    def line(want: Any, *rest: Any, **named: Any) -> dict[str, Any]:
        made = dict(real_line(want, *rest, **named))
        return {name: one for name, one in made.items() if want.base_entry or not name.startswith("Base")}

    next_calls = _all_that_is_due(lambda *_: True)
    return replaced((FactBook, "known", known), (sap_bodies, "_line", line), (Batch, "_next", next_calls))


def posting_left_with_the_old_revision() -> AbstractContextManager[None]:
    """What a simulated seed found once: a refused order, revised, waits for a posting that stays with the old one."""
    real = Decider.plan

    def plan(self: Any, work: Any, row: Any, steps: Any) -> None:
        owners = [(posting, posting.document) for posting in work.postings]
        real(self, work, row, steps)
        for posting, owner in owners:
            posting.document = owner

    return replaced((Decider, "plan", plan))
