"""Goods on hold that have only just arrived: a return tells itself what of it is on hold.

What is on hold is read as it stands, and may be read before the goods-in it came by. Counted then, goods would be put
on hold twice. So the reading waits for that goods-in, as a document waits for its parent, and no longer: goods that
arrived before the first day of the link came by nothing that is known here.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from tieout.domain.documents import OnHold
from tieout.journal import answers
from tieout.journal.store import Journal
from tieout.sync.deciding import PARENT_RETRY_S
from tieout.sync.link import Link
from tieout.sync.reading import Reading
from tieout.sync.returns import first_key


def after_arrivals(journal: Journal, link: Link, readings: Sequence[Reading], now: datetime) -> list[Reading]:
    """The same readings. Where one is of goods whose goods-in is not decided yet, all of its lane are to be read again
    later: levels count in the order they were told."""
    patience = timedelta(seconds=link.policy.parent_patience_s)
    named = {
        first_key(goods_in): (goods_in, id(reading.work))
        for reading in readings
        for goods_in in _goods_ins(reading, now - patience)
    }
    if not named:
        return list(readings)
    with journal.read() as connection:
        missing = named.keys() - answers.arrivals_decided(connection, link.name, named.keys())
    awaiting = {work: goods_in for goods_in, work in (named[key] for key in sorted(missing))}
    return [_later(one, awaiting[id(one.work)]) if id(one.work) in awaiting else one for one in readings]


def _goods_ins(reading: Reading, since: datetime) -> set[str]:
    """The goods-ins by which goods came that were seen on hold since then."""
    contents = (document.content for document in reading.documents)
    return {one for stands in contents if isinstance(stands, OnHold) and stands.seen_at > since
            for one in stands.goods_ins}  # fmt: skip


def _later(reading: Reading, goods_in: str) -> Reading:
    said = f"waits until goods-in {goods_in}, by which some of it came, is known"
    return replace(reading, documents=[], later=said, later_s=PARENT_RETRY_S)
