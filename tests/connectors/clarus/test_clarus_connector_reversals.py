"""Which despatch came back: the one that still holds it, by lot and quantity, the latest first."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tieout.connectors.clarus.despatches import documents
from tieout.connectors.clarus.facts import Facts, Line, Move
from tieout.connectors.contract import RetryLater
from tieout.domain.documents import Despatch, Reversal

DAY = datetime(2026, 1, 20, tzinfo=UTC)


def move(number: int, quantity: int, *, minute: float | None = None, back: bool = False, **changes: object) -> Move:
    given: dict[str, Any] = {"item": "SKU-1", "line_id": "L1", "shipment": None, "lot": None, "serials": ()}
    at = DAY + timedelta(minutes=number if minute is None else minute)
    return Move(id=str(number), at=at, back=back, qty_base=Decimal(quantity), **{**given, **changes})


def facts(*moves: Move, status: str = "PICK") -> Facts:
    sent = sum((-one.qty_base if one.back else one.qty_base for one in moves), Decimal(0))
    line = Line(id="L1", item="SKU-1", number="1", sent=sent)
    return Facts(id="7", number="SO-1", reference=None, status=status, carrier=None, lines=(line,), moves=tuple(moves))


def told(*moves: Move, together_s: float = 1.0) -> list[tuple[str, str | None, list[int]]]:
    """Key, what it undoes, and quantities of each document."""
    found: list[tuple[str, str | None, list[int]]] = []
    for one in documents(facts(*moves), together_s, DAY)[:-1]:
        content = one.content
        assert isinstance(content, Despatch | Reversal)
        of = content.of if isinstance(content, Reversal) else None
        found.append((one.key, of, [int(line.qty_base) for line in content.lines]))
    return found


def test_the_latest_despatch_of_the_same_quantity_comes_back_first() -> None:
    assert told(move(1, 4), move(2, 4), move(3, 5), move(4, 4, back=True), move(5, 4, back=True)) == [
        ("7-t1", None, [4]),
        ("7-t2", None, [4]),
        ("7-t3", None, [5]),
        ("7-u4", "7-t2", [4]),
        ("7-u5", "7-t1", [4]),
    ]


def test_a_part_comes_back_from_the_latest_that_still_holds_as_much() -> None:
    assert told(move(1, 10), move(2, 3), move(3, 4, back=True), move(4, 6, back=True))[2:] == [
        ("7-u3", "7-t1", [4]),
        ("7-u4", "7-t1", [6]),
    ]


def test_the_lot_tells_despatches_apart_and_may_be_missing() -> None:
    moves = (move(1, 4, lot="A"), move(2, 4, lot="B"))
    assert told(*moves, move(3, 4, back=True, lot="A"))[2][1] == "7-t1"
    assert told(*moves, move(3, 4, back=True))[2][1] == "7-t2"


def test_a_shipment_is_undone_as_it_is_named() -> None:
    moves = (move(1, 4, shipment="11"), move(2, 4, shipment="12"))
    assert told(*moves, move(3, 4, back=True, shipment="11"))[2] == ("7-u3", "7-11", [4])


def test_several_lots_that_left_together_come_back_together() -> None:
    moves = (move(1, 6, minute=1, lot="A"), move(2, 4, minute=1, lot="B"))
    back = (move(3, 6, minute=5, back=True, lot="A"), move(4, 4, minute=5, back=True, lot="B"))
    assert told(*moves, *back) == [("7-t1", None, [6, 4]), ("7-u3", "7-t1", [6, 4])]


def test_one_movement_back_may_take_back_several_out() -> None:
    moves = (move(1, 6, minute=1, lot="A"), move(2, 4, minute=1, lot="B"))
    assert told(*moves, move(3, 10, back=True))[1] == ("7-u3", "7-t1", [10])


def test_what_never_left_cannot_be_pinned_to_a_despatch() -> None:
    moved = told(move(1, 4), move(2, 4, back=True), move(3, 4, back=True), move(4, 4))
    assert ("7-u3", "unknown-before-3", [4]) in moved


def test_movements_of_one_act_are_together_though_their_clocks_differ_a_little() -> None:
    moves = (move(1, 1, minute=0), move(2, 2, minute=0.01), move(3, 3, minute=0.1))
    assert [one[2] for one in told(*moves)] == [[1, 2], [3]]
    assert [one[2] for one in told(*moves, together_s=0)] == [[1], [2], [3]]


def test_ids_sort_as_numbers() -> None:
    assert [one[0] for one in told(move(9, 1), move(10, 1), move(100, 1))] == ["7-t9", "7-t10", "7-t100"]


def test_only_the_last_despatch_of_a_completed_order_completes_it() -> None:
    done = documents(facts(move(1, 4), move(2, 4), status="COMPLETED"), 1.0, DAY)
    assert [one.content.completes for one in done if isinstance(one.content, Despatch)] == [False, True]


def test_figures_that_do_not_add_up_are_read_again_also_without_lines_on_movements() -> None:
    line = Line(id="L1", item="SKU-1", number="1", sent=Decimal(5))
    bare = (move(1, 4, line_id=None),)
    told_wrong = Facts(id="7", number="SO-1", reference=None, status="PICK", carrier=None, lines=(line,), moves=bare)
    with pytest.raises(RetryLater, match="item SKU-1 of 'SO-1'"):
        documents(told_wrong, 1.0, DAY)
