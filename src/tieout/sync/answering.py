"""Which order a return or a credit memo answers: neither system says it by our reference alone, but the journal knows.

A return names its order as people wrote it: by our reference of it, or by its number. A credit memo names what it was
made from, by the ledger's ids. What is found here decides the lane.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from tieout.domain.credits import CreditedGoods, CreditMemo
from tieout.domain.documents import Arrivals, Document
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

    def credited(self, line: CreditedGoods) -> str | None:
        """The ledger's id of the order whose document a line of a credit memo was made from."""
        if line.base_kind is None or line.base is None:
            return None
        lane = self.posted.get((POSTED_AS[line.base_kind], line.base))
        return lane.removeprefix(order_lane("")) if lane and lane.startswith(order_lane("")) else None


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
    documents = [told for one in reading.documents for told in _with_orders(one, known)]
    arrived = (one.content for one in documents if isinstance(one.content, Arrivals) and one.content.returned)
    homes = (known.homes.get(first_key(one.goods_in)) for one in arrived)
    return replace(reading, documents=documents, home=next(homes, None))


def _with_orders(document: Document, known: _Known) -> list[Document]:
    content = document.content
    if isinstance(content, Arrivals) and content.returned:
        return [replace(document, content=replace(content, order=known.order(content.named)))]
    return _parts(document, content, known) if isinstance(content, CreditMemo) else [document]


def _parts(document: Document, memo: CreditMemo, known: _Known) -> list[Document]:
    """A credit memo may be over several orders: a part for each. One that is over none of ours stays whole."""
    by_order: dict[str, list[CreditedGoods]] = {}
    for line in memo.lines:
        key = known.credited(line)
        if key is not None:
            by_order.setdefault(key, []).append(line)
    return [
        replace(
            document,
            key=f"{document.key}-{key}",
            content=replace(memo, order=reference(known.link, "goods_out", key), lines=tuple(lines)),
        )
        for key, lines in by_order.items()
    ] or [document]
