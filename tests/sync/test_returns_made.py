"""Returns made of what a goods-in of returned goods shows: sellable and held apart, each movement once."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

from tieout.domain.documents import Arrivals, Arrived, Document, FulfilmentStatus, GoodsLine, Return, ReturnReversal
from tieout.journal.lanes import Claimed
from tieout.journal.rows import DocumentRow, LaneWork
from tieout.sync.lane import UNDONE_BEFORE
from tieout.sync.returns import returns_of

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OPEN, COMPLETED = FulfilmentStatus.OPEN, FulfilmentStatus.COMPLETED


@dataclass
class Bay:
    """A return that is worked on, and the lane that reads it now and then."""

    work: LaneWork = field(default_factory=lambda: LaneWork(Claimed("order/17", 1, 0)))
    movements: list[Arrived] = field(default_factory=list[Arrived])

    def moves(self, qty: int, *, item: str = "A", held: bool = False, undone: bool = False) -> None:
        number = len(self.movements) + 1
        goods = GoodsLine(movement=str(number), line=None, item=item, qty_base=Decimal(qty), held=held)
        self.movements.append(Arrived(at=NOW + timedelta(minutes=number), goods=goods, undone=undone))

    def read(self, status: FulfilmentStatus = COMPLETED) -> list[Document]:
        arrivals = Arrivals(goods_in="5", order="demo.SO.17", number="RMA", status=status, returned=True, named="17",
                            movements=tuple(self.movements))  # fmt: skip
        made = returns_of(self.work, arrivals)
        self.work.documents += [DocumentRow.fresh(one, 1, NOW) for one in made]
        return made

    def total(self) -> Decimal:
        """Units of all returns that count, less all that undid them."""
        counting = [row.content for row in self.work.documents if row.policy != UNDONE_BEFORE]
        total = Decimal(0)
        for one in counting:
            if isinstance(one, Return | ReturnReversal):
                sign = 1 if isinstance(one, Return) else -1
                total += sign * sum((line.qty_base for line in one.lines), Decimal(0))
        return total


def test_what_may_be_sold_and_what_may_not_are_lines_of_their_own() -> None:
    bay = Bay()
    bay.moves(3)
    bay.moves(2, held=True)
    bay.moves(1)
    assert bay.read(OPEN) == []
    (made,) = bay.read()
    assert isinstance(made.content, Return)
    assert [(line.qty_base, line.held) for line in made.content.lines] == [(4, False), (2, True)]
    assert (made.key, made.content.named, made.content.movements) == ("5-1", "17", ("1", "3", "2"))
    assert bay.read() == []


def test_what_was_held_when_it_came_and_free_when_it_was_taken_back_never_came() -> None:
    bay = Bay()
    bay.moves(2, held=True)
    bay.moves(2, undone=True)
    assert bay.read() == []


def test_what_is_taken_back_after_its_return_is_a_reversal_at_once_and_comes_again() -> None:
    bay = Bay()
    bay.moves(4)
    bay.read()
    bay.moves(4, undone=True)
    (undone,) = bay.read(OPEN)
    assert isinstance(undone.content, ReturnReversal)
    assert (undone.key, undone.content.of) == ("5-1-u1", "5-1")
    bay.moves(3)
    assert [one.key for one in bay.read()] == ["5-2"]


def test_in_whatever_order_it_is_read_each_movement_counts_once() -> None:
    chance = Random(7)  # noqa: S311  a seeded run
    for _ in range(60):
        bay, there = Bay(), {"A": 0, "B": 0}
        for _ in range(12):
            item = chance.choice("AB")
            if there[item] and chance.random() < 0.3:
                bay.moves(there[item], item=item, undone=True, held=chance.random() < 0.5)
                there[item] = 0
            else:
                qty = chance.randint(1, 5)
                bay.moves(qty, item=item)
                there[item] += qty
            if chance.random() < 0.4:
                bay.read(chance.choice((OPEN, COMPLETED)))
        bay.read()
        assert bay.total() == sum(there.values())
