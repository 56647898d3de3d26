"""Which order or lane something answers, as the journal knows it."""

from collections.abc import Collection

from sqlalchemy import BindParameter, Connection, and_, bindparam, select

from tieout.domain.documents import Side
from tieout.journal.tables import document, message, posting, xref

_NAMES: BindParameter[str] = bindparam("names", expanding=True)
_ORDERS = and_(document.c.link == bindparam("link"), document.c.side == Side.LEDGER, document.c.kind == "sales_order")
_KEYS = select(document.c.key).where(_ORDERS, document.c.key.in_(_NAMES)).distinct()
_NUMBERS = select(document.c.number, document.c.key).where(_ORDERS, document.c.number.in_(_NAMES)).distinct()
_RETURNS = select(document.c.key, document.c.lane).where(
    document.c.link == bindparam("link"),
    document.c.side == Side.WAREHOUSE,
    document.c.kind == "return",
    document.c.key.in_(_NAMES),
)
_DECIDED = select(document.c.key, document.c.kind).where(
    document.c.link == bindparam("link"),
    document.c.side == Side.WAREHOUSE,
    document.c.kind.in_(("receipt", "return")),
    document.c.key.in_(_NAMES),
    document.c.state != "waiting",
)
_RETURNS_WAITING = select(document.c.key).where(
    document.c.link == bindparam("link"),
    document.c.side == Side.WAREHOUSE,
    document.c.kind.in_(("return", "return_reversal")),
    document.c.state == "waiting",
)
_UNREAD = select(message.c.key).where(
    message.c.link == bindparam("link"),
    message.c.side == Side.WAREHOUSE,
    message.c.topic == "goods_in",
    message.c.key.in_(_NAMES),
    message.c.state == "waiting",
)
_POSTED = (
    select(posting.c.kind, xref.c.theirs, posting.c.lane)
    .join_from(xref, posting, and_(posting.c.link == xref.c.link, posting.c.reference == xref.c.ours))
    .where(xref.c.link == bindparam("link"), xref.c.side == Side.LEDGER, xref.c.theirs.in_(_NAMES))
)
"""Built once: building a statement costs several times what running it does."""


def order_keys(connection: Connection, link: str, keys: Collection[str]) -> set[str]:
    """Those of these ids that are a sales order's of the ledger."""
    return set(connection.execute(_KEYS, {"link": link, "names": sorted(keys)}).scalars()) if keys else set()


def orders_numbered(connection: Connection, link: str, numbers: Collection[str]) -> dict[str, set[str]]:
    """The ledger's ids of the sales orders that people know by each of these numbers: more than one may have it."""
    found: dict[str, set[str]] = {}
    for row in connection.execute(_NUMBERS, {"link": link, "names": sorted(numbers)}) if numbers else ():
        found.setdefault(row.number, set()).add(row.key)
    return found


def lanes_of_returns(connection: Connection, link: str, keys: Collection[str]) -> dict[str, str]:
    """The lane of each of these returns that is known."""
    rows = connection.execute(_RETURNS, {"link": link, "names": sorted(keys)}) if keys else ()
    return {row.key: row.lane for row in rows}


def arrivals_decided(connection: Connection, link: str, keys: Collection[str]) -> dict[str, str]:
    """Those of these receipts and returns that are known and decided, and which kind each is: what they moved is
    noted."""
    rows = connection.execute(_DECIDED, {"link": link, "names": sorted(keys)})
    return {row.key: row.kind for row in rows}


def returns_waiting(connection: Connection, link: str, goods_ins: Collection[str]) -> set[str]:
    """Those of these goods-ins of returned goods of which something was told that is not read or not decided."""
    if not goods_ins:
        return set()
    unread = set(connection.execute(_UNREAD, {"link": link, "names": sorted(goods_ins)}).scalars())
    waiting = list(connection.execute(_RETURNS_WAITING, {"link": link}).scalars())
    return unread | {one for one in goods_ins if any(key.startswith(f"{one}-") for key in waiting)}


def lanes_of_postings(connection: Connection, link: str, theirs: Collection[str]) -> dict[tuple[str, str], str]:
    """The lane of what we posted to the ledger, by kind of posting and the ledger's id."""
    rows = connection.execute(_POSTED, {"link": link, "names": sorted(theirs)}) if theirs else ()
    return {(row.kind, row.theirs): row.lane for row in rows}
