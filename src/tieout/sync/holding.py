"""Goods on hold are read as they stand; what is new of them becomes a hold or a release."""

from decimal import Decimal

from tieout.domain.documents import Document, GoodsLine, Hold, OnHold, Side
from tieout.journal.rows import LaneWork


def holds_of(work: LaneWork, stands: OnHold, message: int) -> list[Document]:
    """The hold or release that makes what is known what it should be; none where it is. `message` is what told of it:
    read again, it makes the same document, and what is known by then does not matter."""
    key = f"hold-{message}"
    place = (stands.item, stands.lot)
    more = stands.qty_base - work.on_hold.get(place, Decimal(0))
    if not more or work.document(Side.WAREHOUSE, "hold", key, "1") is not None:
        return []
    work.on_hold[place] = stands.qty_base
    goods = GoodsLine(movement=key, line=None, item=stands.item, qty_base=abs(more), lot=stands.lot)
    content = Hold(warehouse=stands.warehouse, seen_at=stands.seen_at, released=more < 0, goods=goods)
    return [Document(side=Side.WAREHOUSE, key=key, revision="1", happened_at=stands.seen_at, content=content)]
