"""The feed of credit memos: what each gives credit for, and what it was made from."""

from decimal import Decimal
from typing import Any

import pytest
from b1_ledger import Company
from tests.connectors.reading import read_one

from tieout.connectors.contract import Message, Unreadable
from tieout.domain.credits import CreditedGoods, CreditMemo
from tieout.domain.documents import Document


def told(company: Company, place: int = -1) -> CreditMemo:
    """The credit memo in a message of the feed."""
    document = _document(company, company.b1.poll("credit_memos", None).messages[place])
    assert isinstance(document.content, CreditMemo)
    return document.content


def _document(company: Company, message: Message) -> Document:
    return read_one(company.b1, message)[0]


def _invoiced(company: Company) -> None:
    company.stock("A", 100)
    company.order(("A", 10))
    company.twin.act("post_delivery_by_hand", order=1)
    company.twin.act("post_invoice_by_hand", delivery=1)


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_a_credit_memo_says_what_it_credits_and_what_it_was_made_from(version: str) -> None:
    company = Company(version=version)
    _invoiced(company)
    lines = [{"line": 0, "quantity": 3}]
    company.twin.act("post_credit_by_hand", invoice=1, lines=lines, body={"U_TieoutRef": "theirs"})
    goods = CreditedGoods(base_kind="invoice", base="1", item="A", qty_base=Decimal(3))
    memo = told(company)
    assert memo == CreditMemo(
        number="1", customer="C-1", cancelled=False, reference="theirs", order=None, lines=(goods,)
    )


def test_it_may_be_made_from_a_return_or_from_nothing_and_counts_base_units() -> None:
    company = Company()
    company.twin.act("create_item", item="C", uom_group=1, body={"InventoryUoMEntry": 1})
    line = {"item": "C", "quantity": 2, "uom": 2}
    company.twin.act("post_return_by_hand", lines=[line])
    company.twin.act("post_credit_by_hand", goods_return=1)
    assert told(company).lines == (CreditedGoods(base_kind="return", base="1", item="C", qty_base=Decimal(24)),)
    company.twin.act("post_credit_by_hand", lines=[{"item": "C", "quantity": 1}])
    assert told(company).lines == (CreditedGoods(base_kind=None, base=None, item="C", qty_base=Decimal(1)),)


def test_a_cancelled_one_and_what_cancels_it_give_credit_for_nothing() -> None:
    company = Company()
    _invoiced(company)
    company.twin.act("post_credit_by_hand", invoice=1)
    before = _document(company, company.b1.poll("credit_memos", None).messages[0])
    company.clock.move(minutes=5)
    company.twin.act("cancel_document", document="CreditNotes(1)")
    messages = company.b1.poll("credit_memos", None).messages
    after = {one.key: _document(company, one) for one in messages}
    assert [one.content.cancelled for one in after.values() if isinstance(one.content, CreditMemo)] == [True, True]
    assert after["1"].revision > before.revision


MEMO = '"CardCode": "C", "UpdateDate": "2026-03-10", "DocumentLines"'


@pytest.mark.parametrize(("raw", "wrong"), [
    ("[]", "not a JSON object"),
    ('{"DocEntry": 1, "UpdateDate": "2026-03-10"}', "no DocNum"),
    (f'{{"DocNum": 1, {MEMO}: {{}}}}', "not a list"),
    (f'{{"DocNum": 1, {MEMO}: [{{"ItemCode": "A"}}]}}', "no Quantity"),
    (f'{{"DocNum": 1, {MEMO}: [{{"ItemCode": "A", "Quantity": 1, "BaseEntry": 1.5}}]}}', "not a whole number"),
])  # fmt: skip
def test_one_that_makes_no_sense_is_unreadable(raw: str, wrong: str) -> None:
    message = Message(topic="credit_memos", key="1", identity="1:x", raw=raw)
    (answer,) = Company().b1.read([message])
    assert isinstance(answer, Unreadable)
    assert wrong in str(answer)


def test_lines_without_an_item_credit_no_goods() -> None:
    made: dict[str, Any] = {"topic": "credit_memos", "key": "1", "identity": "1:x"}
    raw = '{"DocNum": 1, "CardCode": "C", "UpdateDate": "2026-03-10", "DocumentLines": [{"LineTotal": 5}]}'
    (answer,) = Company().b1.read([Message(raw=raw, **made)])
    assert isinstance(answer, list)
    assert isinstance(answer[0].content, CreditMemo)
    assert answer[0].content.lines == ()
