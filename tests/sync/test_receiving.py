"""Receipts made of what a goods-in shows: every movement counts once, however often it is read."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

from tieout.domain.documents import (
    Arrivals,
    Arrived,
    Document,
    FulfilmentStatus,
    GoodsLine,
    Receipt,
    ReceiptReversal,
)
from tieout.journal.lanes import Claimed
from tieout.journal.rows import DocumentRow, LaneWork
from tieout.sync.lane import UNDONE_BEFORE
from tieout.sync.receiving import receipts_of

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OPEN, COMPLETED = FulfilmentStatus.OPEN, FulfilmentStatus.COMPLETED


@dataclass
class GoodsInBay:
    """A goods-in that is worked on, and the lane that reads it now and then."""

    work: LaneWork = field(default_factory=lambda: LaneWork(Claimed("purchase/9", 1, 0)))
    movements: list[Arrived] = field(default_factory=list[Arrived])

    def arrives(self, qty: int, *, line: str = "0", lot: str | None = None, serials: tuple[str, ...] = ()) -> None:
        self._moves(qty, line, lot, serials, undone=False)

    def taken_back(self, qty: int, *, line: str = "0", lot: str | None = None, serials: tuple[str, ...] = ()) -> None:
        self._moves(qty, line, lot, serials, undone=True)

    def _moves(self, qty: int, line: str, lot: str | None, serials: tuple[str, ...], *, undone: bool) -> None:
        number = len(self.movements) + 1
        goods = GoodsLine(movement=str(number), line=line, item=f"I{line}", qty_base=Decimal(qty), lot=lot,
                          serials=serials)  # fmt: skip
        self.movements.append(Arrived(at=NOW + timedelta(minutes=number), goods=goods, undone=undone))

    def read(self, status: FulfilmentStatus = COMPLETED) -> list[Document]:
        arrivals = Arrivals(goods_in="5", order="demo.PO.9", number="900", status=status,
                            movements=tuple(self.movements))  # fmt: skip
        made = receipts_of(self.work, arrivals, NOW)
        self.work.documents += [DocumentRow.fresh(one, 1, NOW) for one in made]
        return made

    def never_posted(self) -> None:
        """What was taken back so far met receipts that were still waiting."""
        undone = {row.content.of for row in self.work.documents if isinstance(row.content, ReceiptReversal)}
        for row in self.work.documents:
            if row.key in undone or isinstance(row.content, ReceiptReversal):
                row.state, row.policy = "ignored", UNDONE_BEFORE

    def summed_up(self) -> dict[str, Decimal]:
        """Units by order line, of all receipts less all reversals."""
        total: dict[str, Decimal] = {}
        for row in self.work.documents:
            if isinstance(row.content, Receipt | ReceiptReversal) and row.policy != UNDONE_BEFORE:
                sign = 1 if isinstance(row.content, Receipt) else -1
                for line in row.content.lines:
                    total[line.line or ""] = total.get(line.line or "", Decimal(0)) + sign * line.qty_base
        return total


def test_nothing_is_made_of_a_goods_in_that_is_still_being_received() -> None:
    bay = GoodsInBay()
    bay.arrives(10)
    assert bay.read(OPEN) == []


def test_a_closed_goods_in_is_one_receipt_of_all_that_arrived() -> None:
    bay = GoodsInBay()
    bay.arrives(10)
    bay.arrives(5)
    bay.arrives(7, line="1", lot="L1")
    bay.arrives(3, line="1", lot="L2")
    (made,) = bay.read()
    assert isinstance(made.content, Receipt)
    assert (made.key, made.happened_at, made.content.completes) == ("5-1", NOW + timedelta(minutes=4), True)
    assert [(one.line, one.qty_base, one.lot) for one in made.content.lines] == [
        ("0", 15, None),
        ("1", 7, "L1"),
        ("1", 3, "L2"),
    ]
    assert sorted(made.content.movements) == ["1", "2", "3", "4"]
    assert bay.read() == []


def test_what_is_taken_back_before_the_goods_in_is_closed_never_arrived() -> None:
    bay = GoodsInBay()
    bay.arrives(10, serials=("A", "B"))
    bay.taken_back(4, serials=("B",))
    bay.arrives(2, line="1")
    bay.taken_back(2, line="1")
    (made,) = bay.read()
    assert isinstance(made.content, Receipt)
    assert [(one.line, one.qty_base, one.serials) for one in made.content.lines] == [("0", 6, ("A",))]
    assert bay.read() == []


def test_a_goods_in_closed_without_goods_is_told_once() -> None:
    bay = GoodsInBay()
    (made,) = bay.read()
    assert isinstance(made.content, Receipt)
    assert (made.content.lines, made.content.completes) == ((), True)
    assert bay.read() == []


def test_what_arrives_after_all_is_a_receipt_of_its_own() -> None:
    bay = GoodsInBay()
    bay.arrives(10)
    bay.read()
    bay.arrives(5)
    (made,) = bay.read()
    assert isinstance(made.content, Receipt)
    assert (made.key, [one.qty_base for one in made.content.lines]) == ("5-2", [5])


def test_what_is_taken_back_later_undoes_its_receipt() -> None:
    bay = GoodsInBay()
    bay.arrives(10)
    bay.arrives(5, line="1")
    bay.read()
    bay.taken_back(10)
    bay.taken_back(5, line="1")
    (made,) = bay.read(OPEN)
    assert isinstance(made.content, ReceiptReversal)
    assert (made.key, made.content.of, [one.qty_base for one in made.content.lines]) == ("5-1-u1", "5-1", [10, 5])
    assert bay.read(OPEN) == []


def test_what_never_arrived_and_is_taken_back_is_told_too() -> None:
    bay = GoodsInBay()
    bay.read()
    bay.taken_back(3, line="7")
    (made,) = bay.read()
    assert isinstance(made.content, ReceiptReversal)
    assert made.content.of == "5-0"


def test_however_it_is_read_the_units_are_the_same() -> None:
    for seed in range(300):
        chance, bay, stock = Random(seed), GoodsInBay(), {"0": 0, "1": 0}  # noqa: S311  seeded
        for _ in range(chance.randint(1, 12)):
            line = chance.choice("01")
            if stock[line] and chance.random() < 0.4:
                back = chance.randint(1, stock[line])
                bay.taken_back(back, line=line)
                stock[line] -= back
            else:
                came = chance.randint(1, 9)
                bay.arrives(came, line=line)
                stock[line] += came
            if chance.random() < 0.4:
                bay.read(chance.choice((OPEN, COMPLETED)))
                if chance.random() < 0.3:
                    bay.never_posted()
        bay.read()
        left = {line: qty for line, qty in stock.items() if qty}
        assert {line: qty for line, qty in bay.summed_up().items() if qty} == left, seed
        assert bay.read() == []
