"""The goods-in side of the warehouse to test against: what is expected of suppliers, and what has come."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from tests.connectors.clarus.clarus_floor import Floor, line
from tests.connectors.reading import read_one

from tieout.connectors.contract import Message, Send
from tieout.domain.documents import Arrivals, Document
from tieout.domain.postings import AskedLine, Body, Ended, GoodsIn, GoodsInCancel, GoodsInChange, Outcome


def expected(*lines: AskedLine, number: str = "PO-7", **changes: Any) -> GoodsIn:
    """A purchase order of ten mugs, unless told otherwise."""
    plain = GoodsIn(
        number=number,
        supplier="V1",
        due_at=datetime(2026, 1, 25, 10, tzinfo=UTC),
        warehouse="WH1",
        lines=lines or (line(),),
    )
    return replace(plain, **changes)


def sending(at: Floor, body: Body, reference: str | None = None) -> Send:
    """A posting with all the ids it needs, under the reference of its purchase order."""
    number = getattr(body, "number", None) or getattr(getattr(body, "wanted", None), "number", "x")
    return at.send(body, reference or f"demo.PO.{number}")


def post(at: Floor, body: Body, reference: str | None = None) -> Outcome:
    (outcome,) = at.clarus.post([sending(at, body, reference)])
    return outcome


def announced(at: Floor, *lines: AskedLine, number: str = "PO-7", **changes: Any) -> str:
    """A receipt that Clarus expects; gives its id."""
    body = expected(*lines, number=number, **changes)
    known = {row.values["code"] for row in at.twin.state.products}
    at.stocked(*dict.fromkeys(one.item for one in body.lines if one.item not in known))
    outcome = post(at, body)
    assert outcome.ended is Ended.CREATED, outcome
    assert outcome.theirs is not None
    at.gone[f"demo.PO.{number}"] = outcome.theirs
    return outcome.theirs


def change(at: Floor, wanted: GoodsIn) -> Outcome:
    return post(at, GoodsInChange(of=f"demo.PO.{wanted.number}", wanted=wanted), f"demo.POC.{wanted.number}-2")


def take_back(at: Floor, number: str = "PO-7") -> Outcome:
    return post(at, GoodsInCancel(of=f"demo.PO.{number}", number=number), f"demo.POX.{number}")


def receive(at: Floor, goods_in: str, **arguments: Any) -> dict[str, Any]:
    return at.act("receive_line", goods_in_receipt_id=goods_in, **arguments)


def put_away(at: Floor, goods_in: str) -> None:
    at.act("put_away", goods_in_receipt_id=goods_in)


def brought_in(at: Floor, *lines: AskedLine, number: str = "PO-7") -> str:
    """A receipt of which all has come and stands on its rack; its id."""
    goods_in = announced(at, *lines, number=number)
    receive(at, goods_in)
    put_away(at, goods_in)
    return goods_in


def hint(goods_in: str) -> Message:
    return Message(topic="goods_in", key=goods_in, identity=f"x{goods_in}", raw="")


def told(at: Floor, goods_in: str) -> list[Document]:
    return read_one(at.clarus, hint(goods_in))


def arrivals(at: Floor, goods_in: str) -> Arrivals:
    (document,) = told(at, goods_in)
    assert isinstance(document.content, Arrivals)
    return document.content


def came(at: Floor, goods_in: str) -> list[tuple[str | None, str, int, str | None]]:
    """What has come: line, item, quantity (below zero when taken back), batch."""
    return [
        (m.goods.line, m.goods.item, int(-m.goods.qty_base if m.undone else m.goods.qty_base), m.goods.lot)
        for m in arrivals(at, goods_in).movements
    ]


def lines_there(at: Floor, goods_in: str) -> dict[str | None, tuple[str, Decimal]]:
    """What Clarus expects: our line number to item and quantity."""
    state = at.twin.state
    rows = state.lines_of_receipt(state.goods_in_receipts[int(goods_in)])
    return {
        row.values.get("alt_line_number"): (str(state.products[row.product_id].values["code"]), row.expected_quantity)
        for row in rows
    }
