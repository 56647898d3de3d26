"""Barcodes: whether one that looks like a trade item number (GTIN) can be one. Pure."""

GTIN_LENGTHS = (8, 12, 13, 14)
"""Digits of EAN-8, UPC-A, EAN-13 and ITF-14. Source: GS1 General Specifications."""


def is_wrong(barcode: str) -> bool:
    """True for what is as long as a trade item number, of digits alone, and has another check digit than it should.

    Anything else is a code of the merchant's own, and right by itself.

    >>> is_wrong("5012345678900"), is_wrong("5012345678901"), is_wrong("SHELF-7")
    (False, True, False)
    """
    looks_like_one = len(barcode) in GTIN_LENGTHS and barcode.isascii() and barcode.isdigit()
    return looks_like_one and check_digit(barcode[:-1]) != int(barcode[-1])


def check_digit(digits: str) -> int:
    """The digit that ends a trade item number: from the right, every other digit counts three times."""
    total = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits)))
    return -total % 10
