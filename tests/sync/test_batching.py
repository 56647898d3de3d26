"""What is posted of many changes of stock always comes to what has moved, whatever the changes were."""

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

import pytest

from tests.build import NOON, facts
from tieout.domain.documents import Adjustment, GoodsLine, Hold, StockChange, Transfer
from tieout.domain.postings import StockBatch, StockGain, StockLoss, StockTransfer
from tieout.rules.facts import Codes, Facts
from tieout.sync.batching import Batches, batches, halves, members

Total = Counter[tuple[str, ...]]


def _facts(lines: int = 200) -> Facts:
    codes = Codes(
        warehouses={"01": "LEEDS", "02": "YORK", "03": "YORK"},
        quarantines={"01": "Q1", "02": "Q2"},
        accounts={"DAMAGED": "5100", "COUNT": "5100", "FOUND": "5200"},
        homes={"YORK": "02"},
    )
    return facts(codes=codes, policy={"batch_lines": lines})


def _goods(key: str, qty: int, item: str = "A", lot: str | None = None, **more: object) -> GoodsLine:
    held, serials = bool(more.get("held")), tuple(str(one) for one in more.get("serials", ()))  # type: ignore[attr-defined]
    return GoodsLine(movement=key, line=None, item=item, qty_base=Decimal(qty), lot=lot, held=held, serials=serials)


def _change(key: str, chance: Random) -> StockChange:
    """Any change of stock of a few items in two warehouses, on two days."""
    at: datetime = NOON + timedelta(hours=chance.choice((0, 1, 13)))
    here, there = chance.sample(("LEEDS", "YORK"), 2)
    goods = _goods(
        key,
        chance.randint(1, 9),
        chance.choice("ABC"),
        chance.choice((None, "L1", "L2")),
        held=chance.random() < 0.2,
    )
    match chance.randrange(6):
        case 0:
            return Transfer(warehouse=here, to_warehouse=there, transferred_at=at, goods=goods)
        case 1:
            return Hold(warehouse=here, seen_at=at, released=chance.random() < 0.5, goods=goods)
        case _:
            why = chance.choice(("DAMAGED", "COUNT", "FOUND"))
            gained = chance.random() < 0.5
            return Adjustment(warehouse=here, reason=why, adjusted_at=at, gained=gained, goods=goods)


def _moved(changes: list[tuple[str, StockChange]], known: Facts) -> Total:
    """Units by day, ledger warehouse, item and lot; and, of gains and losses, by their account."""
    total: Total = Counter()
    for _, change in changes:
        day, qty = str(known.posting_day(change.moved_at)), int(change.goods.qty_base)
        what = (day, change.goods.item, change.goods.lot or "")
        here = {held: known.codes.booked_in(change.warehouse, held=held) or "" for held in (False, True)}
        match change:
            case Adjustment(gained=gained, goods=goods):
                signed = qty if gained else -qty
                total[(*what, here[goods.held])] += signed
                total[(*what, f"account {known.codes.account(change.reason)}")] -= signed
            case Transfer(to_warehouse=there, goods=goods):
                total[(*what, here[goods.held])] -= qty
                total[(*what, known.codes.booked_in(there, held=goods.held) or "")] += qty
            case Hold(released=released):
                total[(*what, here[released])] -= qty
                total[(*what, here[not released])] += qty
    return Counter({place: qty for place, qty in total.items() if qty})


def _posted(made: Batches) -> Total:
    total: Total = Counter()
    for body in made.bodies:
        for line in body.lines:
            what, qty = (str(body.posted_on), line.item, line.lot or ""), int(line.qty_base)
            assert qty > 0
            match body:
                case StockGain():
                    way = {line.warehouse: qty, f"account {line.account}": -qty}
                case StockLoss():
                    way = {line.warehouse: -qty, f"account {line.account}": qty}
                case StockTransfer():
                    way = {line.warehouse: -qty, str(line.to): qty}
            for place, moved in way.items():
                total[(*what, place)] += moved
    return Counter({place: qty for place, qty in total.items() if qty})


def _split_to_the_end(body: StockBatch) -> list[StockBatch]:
    if len(body.lines) == 1:
        return [body]
    return [part for half in halves(body) for part in _split_to_the_end(half)]


@pytest.mark.parametrize("seed", range(40))
def test_what_is_posted_is_what_moved_and_every_change_is_in_one_line(seed: int) -> None:
    chance = Random(seed)  # noqa: S311  a seed makes it the same every time
    known = _facts(lines=chance.choice((1, 3, 200)))
    changes = [(str(n), _change(str(n), chance)) for n in range(chance.randint(1, 120))]
    made = batches(changes, known)
    assert _posted(made) == _moved(changes, known)
    named = [key for body in made.bodies for key in members(body)]
    assert sorted([*named, *made.nothing]) == sorted(key for key, _ in changes)
    assert all(0 < len(body.lines) <= known.policy.batch_lines for body in made.bodies)
    apart = Batches(tuple(part for body in made.bodies for part in _split_to_the_end(body)), ())
    assert _posted(apart) == _posted(made)
    assert all(len(body.lines) == 1 for body in apart.bodies)
    assert batches(reversed(changes), known).nothing.__len__() == len(made.nothing)


def _found(key: str, qty: int, *serials: str, gained: bool = True) -> tuple[str, Adjustment]:
    goods = _goods(key, qty, serials=serials)
    return key, Adjustment(warehouse="LEEDS", reason="FOUND", adjusted_at=NOON, gained=gained, goods=goods)


def test_a_serial_number_lost_and_found_again_is_nothing_and_another_one_is_not_the_same() -> None:
    again = batches([_found("1", 2, "A", "B"), _found("2", 1, "A", gained=False)], _facts())
    ((line,),) = [body.lines for body in again.bodies]
    assert (line.qty_base, line.serials, line.movements) == (1, ("B",), ("1", "2"))
    other = batches([_found("1", 1, "A"), _found("2", 1, "B", gained=False)], _facts())
    assert [(body.kind, body.lines[0].serials) for body in other.bodies] == [
        ("stock_gain", ("A",)),
        ("stock_loss", ("B",)),
    ]
    assert batches([_found("1", 1, "A"), _found("2", 1, "A", gained=False)], _facts()).nothing == ("1", "2")


def test_goods_that_go_between_warehouses_that_are_one_to_the_ledger_change_nothing() -> None:
    codes = Codes(warehouses={"01": "LEEDS"}, homes={"YORK": "01"})
    change = Transfer(warehouse="LEEDS", to_warehouse="YORK", transferred_at=NOON, goods=_goods("7", 3))
    assert batches([("7", change)], facts(codes=codes)) == Batches((), ("7",))
