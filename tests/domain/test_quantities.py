"""Quantities are exact or they are a question."""

from decimal import Decimal

import pytest

from tieout.domain.quantities import in_unit, plain


@pytest.mark.parametrize(
    ("base", "per_unit", "qty"),
    [
        ("24", "12", "2"),
        ("6", "12", "0.5"),
        ("5", "1", "5"),
        ("0", "12", "0"),
        ("1.5", "0.5", "3"),
        ("1", "8", "0.125"),
    ],
)
def test_a_quantity_that_divides_is_given_exactly(base: str, per_unit: str, qty: str) -> None:
    assert str(in_unit(Decimal(base), Decimal(per_unit))) == qty


@pytest.mark.parametrize(("base", "per_unit"), [("13", "12"), ("1", "3"), ("0.0000001", "1"), ("5", "0"), ("5", "-1")])
def test_a_quantity_that_does_not_divide_is_never_rounded(base: str, per_unit: str) -> None:
    assert in_unit(Decimal(base), Decimal(per_unit)) is None


@pytest.mark.parametrize(("given", "text"), [("2.500000", "2.5"), ("1E+3", "1000"), ("-0.10", "-0.1"), ("0.000", "0")])
def test_one_number_has_one_text(given: str, text: str) -> None:
    assert str(plain(Decimal(given))) == text
