"""References and lanes are made the same way for ever."""

import pytest

from tieout.domain.identity import (
    REFERENCE_MAX,
    is_sent_again,
    item_identity,
    item_lane,
    order_key_of,
    order_lane,
    reference,
    sending_key,
)
from tieout.domain.postings import TARGET


def test_a_reference_names_the_link_the_kind_and_the_key() -> None:
    assert reference("demo", "delivery", "3301-88") == "demo.DN.3301-88"


def test_every_kind_of_posting_has_a_reference_of_its_own() -> None:
    made = {reference("demo", kind, "1") for kind in TARGET}
    assert len(made) == len(TARGET)


def test_a_reference_that_would_not_fit_its_field_is_refused() -> None:
    longest = "k" * (REFERENCE_MAX - len("demo.DN."))
    assert len(reference("demo", "delivery", longest)) == REFERENCE_MAX
    with pytest.raises(ValueError, match="shorten the link's name"):
        reference("demo", "delivery", longest + "k")


def test_a_goods_out_reference_leads_back_to_its_order() -> None:
    assert order_key_of("demo", reference("demo", "goods_out", "17")) == "17"
    assert order_key_of("demo", reference("demo", "goods_out", "17.b")) == "17.b"


def test_an_order_sent_again_has_a_reference_of_its_own_that_leads_back_to_it() -> None:
    first, again = (reference("demo", "goods_out", sending_key("17", number)) for number in (1, 2))
    assert (first, again) == ("demo.SO.17", "demo.SO.17~2")
    assert order_key_of("demo", again) == "17"
    assert (is_sent_again(first), is_sent_again(again)) == (False, True)


@pytest.mark.parametrize("foreign", [None, "", "17", "other.SO.17", "demo.DN.17", "demo.SOC.17", "demo.SO.", "PO 17"])
def test_a_reference_that_is_not_an_order_of_this_link_leads_nowhere(foreign: str | None) -> None:
    assert order_key_of("demo", foreign) is None


def test_orders_and_items_have_lanes_that_cannot_meet() -> None:
    assert (order_lane("17"), item_lane("17"), item_identity("17")) == ("order/17", "item/17", "item/17")
