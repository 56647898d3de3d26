"""Documents and bodies survive their JSON, and the same content is the same text."""

from dataclasses import replace
from decimal import Decimal

import pytest
from tests.build import LAMP, MUG, NOON, despatch, facts, goods_out, item, left, order

from tieout.domain.documents import Content, Fulfilment, FulfilmentStatus, Reversal, dump_content, load_content
from tieout.domain.postings import Body, DeliveryCancel, GoodsOutCancel, GoodsOutChange, PutItem, dump_body, load_body
from tieout.rules.bodies import delivery, invoice

REVERSAL = Reversal(goods_out="88", order="demo.SO.17", of="3301-88", reversed_at=NOON, lines=(left(),))
DELIVERY = delivery("17", despatch(), facts())
FULFILMENT = Fulfilment(goods_out="88", order="demo.SO.17", status=FulfilmentStatus.CANCELLED)
CONTENTS = [item(), order(), despatch(), REVERSAL, FULFILMENT]
BODIES = [PutItem(item=item()), goods_out(), GoodsOutChange(of="demo.SO.17", wanted=goods_out()),
          GoodsOutCancel(of="demo.SO.17", number="1017"), DELIVERY, invoice("demo.DN.3301-88", DELIVERY),
          DeliveryCancel(of="demo.DN.3301-88", posted_on=DELIVERY.posted_on)]  # fmt: skip


@pytest.mark.parametrize("content", CONTENTS, ids=lambda content: content.kind)
def test_a_document_comes_back_from_its_text(content: Content) -> None:
    assert load_content(dump_content(content)) == content


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.kind)
def test_a_body_comes_back_from_its_text(body: Body) -> None:
    assert load_body(dump_body(body)) == body


def test_an_order_stored_before_its_date_was_read_has_none() -> None:
    stored = dump_content(order()).replace(',"ordered_on":null', "")
    assert "ordered_on" not in stored
    assert load_content(stored) == order()


def test_a_fraction_is_kept_to_the_digit() -> None:
    odd = despatch(left(qty="0.1"), left("1", LAMP, "1234567890123.123456"))
    assert load_content(dump_content(odd)) == odd
    assert '"0.1"' in dump_content(odd)


def test_text_that_is_no_document_is_refused() -> None:
    with pytest.raises(ValueError, match="kind"):
        load_content('{"kind": "invoice"}')


def test_what_left_is_summed_by_order_line_in_their_order() -> None:
    parts = despatch(left("1", LAMP, "5"), left(qty="10", lot="A"), left(None, "X", "1"), left(qty="14", lot="B"))
    assert parts.by_line() == {"1": Decimal(5), "0": Decimal(24), None: Decimal(1)}
    assert list(parts.by_line()) == ["1", "0", None]


def test_a_body_names_what_must_be_known_before_it_is_sent() -> None:
    told = replace(goods_out(("0", MUG, "1"), ("1", MUG, "2"), ("2", LAMP, "1")))
    assert told.needs == (f"item/{MUG}", f"item/{LAMP}")
    assert GoodsOutChange(of="demo.SO.17", wanted=told).needs == ("demo.SO.17", *told.needs)
    assert (DELIVERY.needs, invoice("demo.DN.1", DELIVERY).needs) == ((), ("demo.DN.1",))
