"""Goods on hold that have only just arrived: a return tells itself what of it is on hold.

What is on hold is read as it stands, and may be read before the goods-in it came by. Counted then, goods would be put
on hold twice. So the reading waits for that goods-in, as a document waits for its parent, and no longer: goods that
arrived before the first day of the link came by nothing that is known here. Returned goods may be taken back and
received again by the same goods-in, so of those what was told of receipts after they were seen on hold counts too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from tieout.domain.documents import OnHold, Side
from tieout.journal import answers, inbox
from tieout.journal.store import Journal
from tieout.sync.deciding import PARENT_RETRY_S
from tieout.sync.link import Link
from tieout.sync.reading import Reading
from tieout.sync.returns import first_key

RECEIPTS = "receipts"
"""The feed that tells of what arrived."""


def after_arrivals(journal: Journal, link: Link, readings: Sequence[Reading], now: datetime) -> list[Reading]:
    """The same readings. Where one is of goods whose goods-in is not decided yet, all of its lane are to be read again
    later: levels count in the order they were told."""
    since = now - timedelta(seconds=link.policy.parent_patience_s)
    named = [(goods_in, seen_at, id(reading.work)) for reading in readings for goods_in, seen_at in _seen(reading)]
    recent = [one for one in named if one[1] > since]
    if not recent:
        return list(readings)
    with journal.read() as connection:
        missing = _not_known(connection, link.name, {goods_in: seen_at for goods_in, seen_at, _ in sorted(recent)})
    awaiting = {work: goods_in for goods_in, _, work in sorted(recent) if goods_in in missing}
    return [_later(one, awaiting[id(one.work)]) if id(one.work) in awaiting else one for one in readings]


def _seen(reading: Reading) -> set[tuple[str, datetime]]:
    """The goods-ins by which goods came that were seen on hold, and when."""
    contents = (document.content for document in reading.documents)
    return {(one, stands.seen_at) for stands in contents if isinstance(stands, OnHold) for one in stands.goods_ins}


def _not_known(connection: Connection, link: str, seen: Mapping[str, datetime]) -> set[str]:
    """Those of these goods-ins that may have brought what is not known yet; each with when it was last seen."""
    kinds = answers.arrivals_decided(connection, link, {first_key(goods_in) for goods_in in seen})
    returned = {goods_in for goods_in in seen if kinds.get(first_key(goods_in)) == "return"}
    read_at = inbox.read_at(connection, link, Side.WAREHOUSE, RECEIPTS)
    unread = {goods_in for goods_in in returned if read_at is None or read_at < seen[goods_in]}
    unknown = {goods_in for goods_in in seen if first_key(goods_in) not in kinds}
    return unknown | unread | answers.returns_waiting(connection, link, returned)


def _later(reading: Reading, goods_in: str) -> Reading:
    said = f"waits until goods-in {goods_in}, by which some of it came, is known"
    return replace(reading, documents=[], later=said, later_s=PARENT_RETRY_S)
