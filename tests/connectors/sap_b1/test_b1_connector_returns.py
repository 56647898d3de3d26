"""Returns and credit memos in a company: what comes to stand there, what is found again, what each refusal becomes."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from b1_ledger import DAY, Company, delivery, error_answer, invoice, json_answer, line, lot, stubbed
from b1_purchases import unfit

from tieout.connectors.contract import RetryLater, Send
from tieout.domain.postings import (
    Credit,
    CreditedLine,
    CreditWithdraw,
    Ended,
    GoodsReturn,
    GoodsReturnCancel,
    Outcome,
    ReturnedLine,
)

RETURN, CREDIT = "demo.RT.1-1", "demo.CM.1-1"


def back(qty: str = "4", **more: Any) -> ReturnedLine:
    """Units of A that came back of delivery `demo.DN.1`, to where they left from."""
    made: dict[str, Any] = {"of": "demo.DN.1", "line": "0", "item": "A", "warehouse": "01", "credited": True}
    return ReturnedLine(qty=Decimal(qty), **({"qty_base": Decimal(qty)} | made | more))


def goods_return(*lines: ReturnedLine, known: dict[str, str] | None = None, reference: str = RETURN) -> Send:
    body = GoodsReturn(order="1", customer="C-1", posted_on=DAY, lines=lines or (back(),))
    return Send(reference=reference, body=body, known=known or {"demo.DN.1": "1"})


def credit(*lines: CreditedLine, draft: bool = True, entry: str = "1") -> Send:
    made = lines or (CreditedLine(place=0, item="A", qty=Decimal(4), warehouse="01"),)
    body = Credit(of=RETURN, customer="C-1", posted_on=DAY, draft=draft, lines=made)
    return Send(reference=CREDIT, body=body, known={RETURN: entry})


def withdraw(theirs: str = "draft 1") -> Send:
    return Send(reference="demo.CMX.1", body=CreditWithdraw(of=CREDIT), known={CREDIT: theirs})


def cancel(entry: str = "1") -> Send:
    return Send(reference="demo.RTX.1", body=GoodsReturnCancel(of=RETURN, posted_on=DAY), known={RETURN: entry})


class Shop(Company):
    """A company that has delivered ten of A, at 7 each."""

    def __init__(self, *, invoiced: bool = False, twin: dict[str, Any] | None = None, **changes: Any) -> None:
        super().__init__(twin, **changes)
        self.stock("A", 100)
        self.twin.act("create_order", lines=[{"item": "A", "quantity": 10, "price": 7}])
        assert self.tried(delivery("1", line(qty="10"))).stands
        if invoiced:
            assert self.tried(invoice("demo.DN.1", "1", line(qty="10"))).stands

    def tried(self, send: Send) -> Outcome:
        return self.b1.post([send])[0]

    def rows(self, entity_set: str) -> list[dict[str, Any]]:
        return list(self.twin.state.tables[entity_set].rows.values())

    def sent(self, ending: str) -> list[dict[str, Any]]:
        return [json.loads(one.content) for one in self.wire.to(ending) if one.method == "POST"]


@pytest.fixture
def shop() -> Iterator[Shop]:
    """Whatever a test posts fits SAP's metadata."""
    made = Shop(invoiced=True)
    yield made
    posted = [body for name in ("/Returns", "/Drafts", "/CreditNotes") for body in made.sent(name)]
    assert [unfit(body) for body in posted if unfit(body)] == []


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_goods_of_an_open_delivery_are_drawn_on_it(version: str) -> None:
    shop = Shop(version=version)
    outcome = shop.tried(goods_return(back("3"), back("1", warehouse="02")))
    assert (outcome.ended, outcome.theirs) == (Ended.CREATED, "1")
    (made,) = shop.rows("Returns")
    lines = [
        (one["BaseType"], one["BaseEntry"], one["WarehouseCode"], one["Quantity"]) for one in made["DocumentLines"]
    ]
    assert lines == [(15, 1, "01", 3), (15, 1, "02", 1)]
    assert (made["U_TieoutRef"], made["DocDate"], made["DocTotal"]) == (RETURN, DAY.isoformat(), 28)
    assert made["Comments"] == "Returned goods of delivery 1, order 1"


def test_goods_of_an_invoiced_delivery_stand_alone_as_they_were_delivered(shop: Shop) -> None:
    assert shop.tried(goods_return(back("4"), back("1", warehouse="02"))).stands
    first, held = shop.rows("Returns")[0]["DocumentLines"]
    assert (first["BaseType"], first["UnitPrice"], first["StockInmPrice"], held["WarehouseCode"]) == (-1, 7, 1, "02")
    assert (first["EnableReturnCost"], first["ReturnCost"], first["FreeText"]) == ("tYES", 1, "Delivery 1, demo.DN.1")


def test_a_line_of_which_too_little_is_open_stands_alone_and_the_others_do_not() -> None:
    shop = Shop()
    shop.twin.act("post_return_by_hand", delivery=1, lines=[{"line": 0, "quantity": 8}])
    assert shop.tried(goods_return(back("2"), back("1", warehouse="02"))).stands
    assert [one["BaseType"] for one in shop.rows("Returns")[1]["DocumentLines"]] == [15, -1]


def test_lots_and_serial_numbers_come_back_on_their_lines() -> None:
    shop = Shop()
    shop.stock("L", 5, batches=[{"batch": "B1", "quantity": 5}])
    shop.stock("S", 2, serials=["S-1", "S-2"])
    order = shop.order(("L", 5), ("S", 2))
    left = (line("0", "L", "5", lots=(lot("B1", "5"),)), line("1", "S", "2", serials=("S-1", "S-2")))
    assert shop.tried(delivery(order, *left, reference="demo.DN.2")).stands
    came = (
        back("2", of="demo.DN.2", line="0", item="L", lots=(lot("B1", "2"),)),
        back("1", of="demo.DN.2", line="1", item="S", serials=("S-2",)),
    )
    assert shop.tried(goods_return(*came, known={"demo.DN.2": "2"})).stands
    assert (shop.twin.state.batches["L", "B1", "01"], shop.twin.state.serials) == (2, {("S", "S-2"): "01"})


@pytest.mark.parametrize("draft", [True, False])
def test_a_credit_memo_is_made_from_the_return(shop: Shop, draft: bool) -> None:
    assert shop.tried(goods_return()).stands
    outcome = shop.tried(credit(draft=draft))
    assert (outcome.ended, outcome.theirs) == (Ended.CREATED, "draft 1" if draft else "1")
    (made,) = shop.rows("Drafts" if draft else "CreditNotes")
    drawn = made["DocumentLines"][0]
    assert (drawn["BaseType"], drawn["BaseEntry"], drawn["BaseLine"], made["DocTotal"]) == (16, 1, 0, 28)
    assert shop.rows("CreditNotes" if draft else "Drafts") == []


@pytest.mark.parametrize("draft", [True, False])
def test_a_return_and_its_credit_memo_are_found_again(shop: Shop, draft: bool) -> None:
    sends = (goods_return(), credit(draft=draft))
    for send in sends:
        assert shop.b1.find(send) is None
        made, found = shop.tried(send), shop.b1.find(send)
        assert found is not None
        assert (found.ended, found.theirs) == (Ended.EXISTS, made.theirs)


def test_what_stands_with_other_goods_is_told(shop: Shop) -> None:
    assert shop.tried(goods_return()).stands
    assert shop.tried(credit()).stands
    other = CreditedLine(place=0, item="A", qty=Decimal(3), warehouse="01")
    for send in (goods_return(back("3")), goods_return(back("4", warehouse="02")), credit(other)):
        found = shop.b1.find(send)
        assert found is not None
        assert (found.ended, found.reason) == (Ended.EXISTS_DIFFERENTLY, "duplicate_in_ledger")


def test_a_draft_that_finance_has_finished_is_still_the_one_that_was_asked_for(shop: Shop) -> None:
    assert shop.tried(goods_return()).stands
    assert shop.tried(credit()).stands
    assert shop.tried(withdraw()).stands
    assert shop.rows("Drafts") == []
    assert shop.tried(withdraw()).ended is Ended.EXISTS
    assert shop.tried(credit()).stands
    shop.twin.state.change("Drafts", shop.rows("Drafts")[0], {"DocumentStatus": "bost_Close"})
    assert shop.tried(withdraw("draft 2")).text == "draft 2 was finished"
    assert len(shop.rows("Drafts")) == 1
    found = shop.b1.find(credit())
    assert found is not None
    assert (found.ended, found.theirs) == (Ended.EXISTS, "draft 2")


def test_a_return_is_cancelled_unless_it_was_credited(shop: Shop) -> None:
    assert shop.tried(goods_return()).stands
    assert shop.tried(cancel()).ended is Ended.CREATED
    assert shop.tried(cancel()).ended is Ended.EXISTS
    assert shop.tried(goods_return(reference="demo.RT.2-1")).stands
    assert shop.tried(credit(draft=False, entry="3")).stands
    outcome = shop.tried(cancel("3"))
    assert (outcome.ended, outcome.reason) == (Ended.REFUSED, "ledger_has_gone_on")


def test_a_delivery_that_cannot_be_read_or_is_not_there_makes_no_return(shop: Shop) -> None:
    outcome = shop.tried(goods_return(known={"demo.DN.1": "99"}))
    assert (outcome.ended, outcome.reason) == (Ended.REFUSED, "ledger_refused")
    outcome = shop.tried(goods_return(back(line="7")))
    assert (outcome.ended, outcome.reason) == (Ended.REFUSED, "ledger_refused")
    assert "no line of item A drawn on line 7" in outcome.text
    assert shop.rows("Returns") == []


ODD_LINES = [None, "x", [{"LineStatus": "bost_Open"}], [{"BaseType": 17, "BaseLine": 0, "ItemCode": 5}], ["x"]]


@pytest.mark.parametrize("lines", ODD_LINES)
def test_a_delivery_told_in_a_way_that_makes_no_sense_posts_nothing(lines: Any) -> None:
    def say(method: str, target: str, body: bytes) -> Any:
        assert method == "GET"
        return json_answer(200, {"DocEntry": 1, "DocNum": 1, "DocumentStatus": "bost_Open", "DocumentLines": lines})

    with stubbed(say) as (b1, _):
        (outcome,) = b1.post([goods_return()])
    assert outcome.ended in (Ended.RETRY_LATER, Ended.REFUSED)


def test_a_delivery_that_cannot_be_had_now_is_asked_for_later() -> None:
    with stubbed(lambda *_: error_answer(503, -1, "later")) as (b1, stub):
        (outcome,) = b1.post([goods_return()])
    assert (outcome.ended, [one.split()[0] for one in stub.asked]) == (Ended.RETRY_LATER, ["GET"])


def test_a_draft_without_a_number_of_its_own_is_looked_at_later() -> None:
    def say(method: str, target: str, body: bytes) -> Any:
        row = {"U_TieoutRef": CREDIT, "DocEntry": 1, "DocObjectCode": "oCreditNotes", "DocumentLines": "x"}
        return json_answer(200, {"value": [row] if target.startswith("Drafts") else []})

    with stubbed(say) as (b1, _), pytest.raises(RetryLater, match="cannot be understood"):
        b1.find(credit())


@pytest.mark.parametrize(("send", "text", "reason"), [
    (goods_return(), "One of the base documents has already been closed", "ledger_refused"),
    (goods_return(), "Quantity exceeds open quantity of base document", "return_above_delivered"),
    (credit(), "One of the base documents has already been closed", "ledger_refused"),
    (credit(), "Date deviates from permissible range", "period_closed"),
    (cancel(), "Quantity falls into negative inventory [line: 1]", "stock_short_in_ledger"),
    (cancel(), "10001153 - Insufficient quantity for item L with batch B1 in warehouse 01", "stock_short_in_ledger"),
    (withdraw(), "Something nobody has heard of", "ledger_refused"),
])  # fmt: skip
def test_a_refusal_has_the_reason_it_has_for_goods_that_come_back(send: Send, text: str, reason: str) -> None:
    drawn = {"LineNum": 0, "BaseType": 17, "BaseLine": 0, "ItemCode": "A", "Quantity": 9, "LineStatus": "bost_Open"}
    one = {"DocEntry": 1, "DocNum": 1, "CardCode": "C-1", "CancelStatus": "csNo", "DocumentStatus": "bost_Open"}

    def say(method: str, target: str, body: bytes) -> Any:
        if method != "GET":
            return error_answer(400, -10, text)
        return json_answer(200, {**one, "DocumentLines": [drawn]} if "(1)" in target else {"value": []})

    with stubbed(say) as (b1, _):
        (outcome,) = b1.post([send])
    assert (outcome.ended, outcome.reason) == (Ended.REFUSED, reason)
    assert text in outcome.text
