"""Exact quantities. A quantity that does not divide is a problem for a person, never a rounding."""

from decimal import Decimal

PLACES = Decimal("0.000001")
"""Six decimals: what SAP Business One keeps (Num 19.6)."""


def in_unit(qty_base: Decimal, base_per_unit: Decimal) -> Decimal | None:
    """`qty_base` (base units) in a unit of `base_per_unit` base units each, or None where it does not divide exactly.

    >>> in_unit(Decimal(24), Decimal(12))
    Decimal('2')
    >>> in_unit(Decimal(13), Decimal(12)) is None
    True
    """
    if base_per_unit <= 0:
        return None
    qty = (qty_base / base_per_unit).quantize(PLACES)
    return plain(qty) if qty * base_per_unit == qty_base else None


def plain(qty: Decimal) -> Decimal:
    """The same number without trailing zeros or exponent: one number, one text."""
    whole = qty.to_integral_value()
    return whole.quantize(Decimal(1)) if qty == whole else qty.normalize()
