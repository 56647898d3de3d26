"""Which order a return or a credit memo answers: neither system says it by our reference alone, but the journal knows.

A return names its order as people wrote it: by our reference of it, or by its number. A credit memo names what it was
made from, by the ledger's ids. What is found here decides the lane.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from tieout.domain.documents import Arrivals, Content, CreditMemo, Document
from tieout.domain.identity import order_lane, reference, sales_order_key_of
from tieout.journal import answers
from tieout.journal.store import Journal
from tieout.sync.reading import Reading
from tieout.sync.returns import first_key

POSTED_AS = {"return": "goods_return", "invoice": "invoice", "delivery": "delivery"}
"""What a credit memo may be made from, and the kind of posting by which we made it."""


@dataclass(frozen=True)
class _Known:
    """What the journal knows of what some readings name."""

    link: str
    keys: set[str]
    numbers: dict[str, set[str]]
    homes: dict[str, str]
    posted: dict[tuple[str, str], str]

    def order(self, named: str | None) -> str | None:
        """Our reference of the one order that people call so."""
        key = sales_order_key_of(self.link, named)
        keys = {key} & self.keys if key is not None else self.numbers.get(named or "", set())
        return reference(self.link, "goods_out", next(iter(keys))) if len(keys) == 1 else None

    def credited(self, memo: CreditMemo) -> str | None:
        """Our reference of the order whose documents a credit memo was made from."""
        bases = ((POSTED_AS[line.base_kind], line.base) for line in memo.lines if line.base_kind and line.base)
        lanes = (self.posted.get(base) for base in bases)
        lane = next((lane for lane in lanes if lane and lane.startswith(order_lane(""))), None)
        return None if lane is None else reference(self.link, "goods_out", lane.removeprefix(order_lane("")))


def answered(journal: Journal, link: str, readings: Sequence[Reading]) -> list[Reading]:
    """The same readings, with the orders that their returns and credit memos answer."""
    contents = [document.content for reading in readings for document in reading.documents]
    returns = [one for one in contents if isinstance(one, Arrivals) and one.returned]
    memos = [one for one in contents if isinstance(one, CreditMemo)]
    if not returns and not memos:
        return list(readings)
    with journal.read() as connection:
        known = _known(connection, link, returns, memos)
    return [_told(reading, known) for reading in readings]


def _known(connection: Connection, link: str, returns: Iterable[Arrivals], memos: Iterable[CreditMemo]) -> _Known:
    returns = list(returns)
    named = {one.named for one in returns if one.named}
    keys = {key for key in (sales_order_key_of(link, name) for name in named) if key is not None}
    bases = {line.base for memo in memos for line in memo.lines if line.base}
    return _Known(
        link=link,
        keys=answers.order_keys(connection, link, keys),
        numbers=answers.orders_numbered(connection, link, named),
        homes=answers.lanes_of_returns(connection, link, {first_key(one.goods_in) for one in returns}),
        posted=answers.lanes_of_postings(connection, link, bases),
    )


def _told(reading: Reading, known: _Known) -> Reading:
    documents = [replace(one, content=_with_order(one, known)) for one in reading.documents]
    arrived = (one.content for one in documents if isinstance(one.content, Arrivals) and one.content.returned)
    homes = (known.homes.get(first_key(one.goods_in)) for one in arrived)
    return replace(reading, documents=documents, home=next(homes, None))


def _with_order(document: Document, known: _Known) -> Content:
    content = document.content
    if isinstance(content, Arrivals) and content.returned:
        return replace(content, order=known.order(content.named))
    return replace(content, order=known.credited(content)) if isinstance(content, CreditMemo) else content
