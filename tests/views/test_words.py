"""How things are said to people."""

from decimal import Decimal

import pytest

from tests.build import despatch, item, order
from tieout.domain.documents import Reversal
from tieout.views.words import described, length, short, units


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-5, "0 s"), (59, "59 s"), (60, "1 min"), (3599, "59 min"), (8040, "2 h 14 min"), (90_000, "1 d 1 h")],
)
def test_a_length_of_time_is_said_in_its_largest_useful_unit(seconds: int, said: str) -> None:
    assert length(seconds) == said


def test_a_document_is_named_as_people_name_it() -> None:
    undone = Reversal(goods_out="88", order=None, of="88-1", reversed_at=order().due_at, lines=())
    assert [described(content, "88-1") for content in (item("MUG"), order(), despatch(), undone)] == [
        "item MUG",
        "order 1017",
        "despatch 88-1 of order 1017",
        "despatch 88-1, undone",
    ]


def test_quantities_and_revisions_are_said_without_padding() -> None:
    assert [units(Decimal(text)) for text in ("4.000000", "12500", "0.5")] == ["4", "12,500", "0.5"]
    assert [short(text) for text in ("000000000012", "0", "r2")] == ["12", "0", "r2"]
