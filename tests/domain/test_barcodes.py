"""What looks like a trade item number is one, or wrong; any other barcode is the merchant's own."""

import pytest

from tieout.domain.barcodes import is_wrong


@pytest.mark.parametrize("barcode", ["4006381333931", "5012345678900", "73513537", "036000291452", "10614141000415"])
def test_a_number_with_its_own_check_digit_is_right_and_with_any_other_wrong(barcode: str) -> None:
    wrong = [digit for digit in "0123456789" if is_wrong(barcode[:-1] + digit)]
    assert wrong == [digit for digit in "0123456789" if digit != barcode[-1]]


@pytest.mark.parametrize("barcode", ["", "1", "SHELF-7", "4006381333931 ", "٤٠٠٦٣٨١٣٣٣٩٣١", "123456789"])
def test_what_does_not_look_like_one_is_never_wrong(barcode: str) -> None:
    assert not is_wrong(barcode)
