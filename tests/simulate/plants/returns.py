"""What customers send back, and the credit for it."""

from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from tests.simulate.plants.planting import replaced
from tieout.connectors.sap_b1.lookup import Lookup
from tieout.domain.postings import CreditWithdraw, GoodsReturn
from tieout.sync import crediting, planning, returning, returns
from tieout.sync.deciding import Decider


def movements_of_returns_forgotten() -> AbstractContextManager[None]:
    """A return does not keep which movements it sums up, so that a goods-in read twice counts twice."""
    real = returns._return

    def return_(*args: Any) -> Any:
        return replace(real(*args), movements=())

    return replaced((returns, "_return", return_))


def return_not_looked_for() -> AbstractContextManager[None]:
    """A return whose outcome is unknown is not looked up but sent again."""
    real = Lookup.find

    def find(self: Any, send: Any) -> Any:
        return None if isinstance(send.body, GoodsReturn) else real(self, send)

    return replaced((Lookup, "find", find))


def reversal_of_a_return_ignored() -> AbstractContextManager[None]:
    """Goods that were taken back out of a return stay returned in the ledger."""

    def ignore(decider: Any, work: Any, row: Any, reversal: Any) -> None:
        decider.ignore(row, "nothing to do")

    return replaced((planning, "decide_return_reversal", ignore))


def held_goods_returned_as_sellable() -> AbstractContextManager[None]:
    """What may not be sold goes where the sellable goods are."""
    real = returning.goods_return

    def goods_return(order_key: str, returned: Any, facts: Any) -> Any:
        body = real(order_key, returned, facts)
        homes = {other: home for home, other in facts.codes.quarantines.items()}
        lines = (replace(line, warehouse=homes.get(line.warehouse, line.warehouse)) for line in body.lines)
        return replace(body, lines=tuple(lines))

    return replaced((returning, "goods_return", goods_return))


def draft_left_after_its_return() -> AbstractContextManager[None]:
    """A return that is undone is cancelled, and the draft of its credit memo stays: credit without its return."""
    real = Decider.plan

    def plan(self: Any, work: Any, row: Any, steps: Any, *also: Any) -> None:
        real(self, work, row, [step for step in steps if not isinstance(step[2], CreditWithdraw)], *also)

    return replaced((Decider, "plan", plan))


def missing_credit_not_told() -> AbstractContextManager[None]:
    """Credit that is overdue is taken as given."""
    return replaced((crediting, "_judged", lambda *_: "credited"))
