"""Movements of returned goods bear the ledger warehouse they are booked in, held apart from sellable."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from tieout.domain.documents import GoodsLine, Return, Side
from tieout.domain.postings import GoodsReturn, Lot, ReturnedLine
from tieout.journal.rows import DocumentRow
from tieout.rules.facts import Codes, Facts, Policy
from tieout.sync.returned_places import in_books

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FACTS = Facts(policy=Policy(), codes=Codes(warehouses={"01": "MAIN"}, quarantines={"01": "01Q"}))


def goods(movement: str, qty: int, *, held: bool = False, lot: str | None = None) -> GoodsLine:
    return GoodsLine(movement=movement, line=None, item="LANTERN", qty_base=Decimal(qty), held=held, lot=lot)


def returned(*lines: GoodsLine) -> DocumentRow:
    content = Return(goods_in="7", order=None, named=None, number="RMA-7", received_at=AT,
                     movements=tuple(line.movement for line in lines), lines=lines)  # fmt: skip
    return DocumentRow(1, Side.WAREHOUSE, "7-1", "1", AT, AT, 1, content, "planned")


def posted(warehouse: str, qty: int, *, held: bool = False, lots: tuple[Lot, ...] = ()) -> ReturnedLine:
    return ReturnedLine(of="demo.DN.1", line="0", item="LANTERN", qty=Decimal(qty), qty_base=Decimal(qty),
                        warehouse=warehouse, credited=True, held=held, lots=lots)  # fmt: skip


def placed(lines: tuple[GoodsLine, ...], *body: ReturnedLine) -> list[tuple[str, str | None, Decimal]]:
    made = GoodsReturn(order="1", customer="C1", posted_on=date(2026, 3, 2), lines=body) if body else None
    return [(one.source, one.warehouse, one.qty_base) for one in in_books(returned(*lines), lines, made, FACTS)]


def test_each_is_where_it_was_posted_and_one_that_is_in_two_warehouses_is_two() -> None:
    came = (goods("m1", 5), goods("m2", 2, held=True))
    body = (posted("01", 3), posted("01Q", 2, held=True), posted("02", 2))
    assert placed(came, *body) == [("m1", "01", 3), ("m1/2", "02", 2), ("m2", "01Q", 2)]


def test_a_lot_is_where_that_lot_was_posted() -> None:
    came = (goods("m1", 2, lot="B"), goods("m2", 1, lot="A"))
    body = (
        posted("01", 1, lots=(Lot(lot="A", qty_base=Decimal(1)),)),
        posted("02", 2, lots=(Lot(lot="B", qty_base=Decimal(2)),)),
    )
    assert placed(came, *body) == [("m1", "02", 2), ("m2", "01", 1)]


def test_goods_freed_since_leave_the_warehouse_they_were_booked_in() -> None:
    assert placed((goods("m3", 2),), posted("01Q", 2, held=True)) == [("m3", "01Q", 2)]


def test_before_anything_is_posted_the_only_warehouse_there_is_counts_or_none() -> None:
    came = (goods("m1", 3), goods("m2", 2, held=True))
    assert placed(came) == [("m1", "01", 3), ("m2", "01Q", 2)]
    two = replace(FACTS, codes=replace(FACTS.codes, warehouses={"01": "MAIN", "02": "OTHER"}))
    assert [one.warehouse for one in in_books(returned(*came), came, None, two)] == [None, None]
