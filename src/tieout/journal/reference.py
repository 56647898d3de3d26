"""What documents are judged against: both sides' items as last seen, and cross-references. Mappings change here too."""

from collections.abc import Collection, Iterable
from datetime import datetime
from decimal import Decimal

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Connection,
    Table,
    and_,
    bindparam,
    delete,
    insert,
    or_,
    select,
)

from tieout.domain.documents import Item, Side, dump_content, load_content
from tieout.journal.arrivals import wake_for_items
from tieout.journal.mappings import BY_WAREHOUSE
from tieout.journal.rows import Lot
from tieout.journal.store import upsert
from tieout.journal.tables import BARCODE_MAX, document, mapping, mirror, movement, xref

_NAMES: BindParameter[str] = bindparam("names", expanding=True)


def _named(table: Table, column: Column[str]) -> ColumnElement[bool]:
    """The rows of one side that have one of some names."""
    return and_(table.c.link == bindparam("link"), table.c.side == bindparam("side"), column.in_(_NAMES))


_BOTH = "warehouse", "ledger"
_ALL_ITEMS = select(mirror.c.side, mirror.c.code, mirror.c.content).where(
    mirror.c.link == bindparam("link"), mirror.c.side.in_(_BOTH), mirror.c.code.in_(_NAMES)
)
_ALL_THEIRS = select(xref.c.side, xref.c.ours, xref.c.theirs).where(
    xref.c.link == bindparam("link"), xref.c.side.in_(_BOTH), xref.c.ours.in_(_NAMES)
)
_ITEMS = select(mirror.c.code, mirror.c.content).where(_named(mirror, mirror.c.code))
_BEARING = select(mirror.c.content).where(_named(mirror, mirror.c.barcode))
_OURS = select(xref.c.theirs, xref.c.ours).where(_named(xref, xref.c.theirs))
_THEIRS = select(xref.c.ours, xref.c.theirs).where(_named(xref, xref.c.ours))
"""Built once: building a statement costs several times what running it does."""


def items(connection: Connection, link: str, side: Side, codes: Collection[str]) -> dict[str, Item]:
    """Items of one side by code, of those asked for."""
    if not codes:
        return {}
    found: dict[str, Item] = {}
    for row in connection.execute(_ITEMS, {"link": link, "side": side, "names": sorted(set(codes))}):
        content = load_content(row.content)
        if isinstance(content, Item):
            found[row.code] = content
    return found


def items_of_both(connection: Connection, link: str, codes: Collection[str]) -> list[tuple[Side, Item]]:
    """Items of both sides, each by the side's own codes, of those asked for."""
    if not codes:
        return []
    rows = connection.execute(_ALL_ITEMS, {"link": link, "names": sorted(set(codes))})
    contents = ((Side(row.side), load_content(row.content)) for row in rows)
    return [(side, item) for side, item in contents if isinstance(item, Item)]


def theirs_of_both(connection: Connection, link: str, wanted: Collection[str]) -> dict[tuple[Side, str], str]:
    """Both systems' own ids of what we call so, by side and our name."""
    if not wanted:
        return {}
    rows = connection.execute(_ALL_THEIRS, {"link": link, "names": sorted(set(wanted))})
    return {(Side(row.side), row.ours): row.theirs for row in rows}


def see_items(connection: Connection, link: str, side: Side, seen: Iterable[Item], now: datetime) -> None:
    """Remembers items as one side shows them now, and has exceptions about them looked at again."""
    remember(connection, link, ((side, item) for item in seen), now)


def remember(connection: Connection, link: str, seen: Iterable[tuple[Side, Item]], now: datetime) -> None:
    """The same for items of either side; of one told twice, the later word counts."""
    latest = {(side, item.code): item for side, item in seen}
    rows = [
        {"link": link, "side": side, "code": code, "barcode": _cut(item.barcode), "content": dump_content(item),
         "seen_at": now}
        for (side, code), item in latest.items()
    ]  # fmt: skip
    upsert(connection, mirror, rows, "barcode", "content", "seen_at")
    wake_for_items(connection, link, (code for _, code in latest), now)


def see_list(
    connection: Connection, link: str, side: Side, listed: Iterable[Item], began: datetime, now: datetime
) -> set[str]:
    """Remembers the whole list of one side's items, and forgets those that are not in it any more.

    `began` is when the list was asked for: what was learnt of an item since is newer and stays. Returns the codes of
    the list that count.
    """
    known = select(mirror.c.code, mirror.c.seen_at).where(mirror.c.link == link, mirror.c.side == side)
    seen_at = {row.code: row.seen_at for row in connection.execute(known)}
    newer = {code for code, at in seen_at.items() if at > began}
    latest = {item.code: item for item in listed if item.code not in newer}
    see_items(connection, link, side, latest.values(), now)
    gone = seen_at.keys() - latest.keys() - newer
    if gone:
        of_one = delete(mirror).where(mirror.c.link == link, mirror.c.side == side, mirror.c.code == bindparam("gone"))
        connection.execute(of_one, [{"gone": code} for code in sorted(gone)])
        wake_for_items(connection, link, gone, now)
    return set(latest)


def all_items(connection: Connection, link: str, side: Side) -> dict[str, Item]:
    """Every item of one side, by code."""
    found = connection.execute(select(mirror.c.content).where(mirror.c.link == link, mirror.c.side == side))
    contents = (load_content(row.content) for row in found)
    return {item.code: item for item in contents if isinstance(item, Item)}


def items_bearing(connection: Connection, link: str, side: Side, barcodes: Collection[str]) -> list[Item]:
    """Items of one side that bear one of these barcodes."""
    wanted = sorted({barcode[:BARCODE_MAX] for barcode in barcodes})
    if not wanted:
        return []
    found = connection.execute(_BEARING, {"link": link, "side": side, "names": wanted})
    contents = (load_content(row.content) for row in found)
    return [item for item in contents if isinstance(item, Item) and item.barcode in barcodes]


def _cut(barcode: str | None) -> str | None:
    return None if barcode is None else barcode[:BARCODE_MAX]


def ours(connection: Connection, link: str, side: Side, theirs: Iterable[str]) -> list[tuple[str, str]]:
    """Our names for a system's own ids, as (theirs, ours): an item and an order may have the same id."""
    wanted = sorted(set(theirs))
    if not wanted:
        return []
    found = connection.execute(_OURS, {"link": link, "side": side, "names": wanted})
    return [(row.theirs, row.ours) for row in found]


def theirs(connection: Connection, link: str, side: Side, ours: Iterable[str]) -> dict[str, str]:
    """A system's own ids by our identities, of those asked for and known."""
    found = connection.execute(_THEIRS, {"link": link, "side": side, "names": sorted(set(ours))})
    return {row.ours: row.theirs for row in found}


def set_mapping(connection: Connection, link: str, kind: str, ledger: str, warehouse: str) -> None:
    """Maps a ledger code and a warehouse code to each other. What has one counterpart loses the one it had."""
    drop_mapping(connection, link, kind, warehouse if kind in BY_WAREHOUSE else ledger)
    connection.execute(insert(mapping).values(link=link, kind=kind, ledger=ledger, warehouse=warehouse))


def drop_mapping(connection: Connection, link: str, kind: str, code: str) -> None:
    """Takes away what a code is mapped to: a ledger code, but of an account or a home a warehouse code."""
    connection.execute(delete(mapping).where(*of_code(link, kind, code)))


def of_code(link: str, kind: str, code: str) -> tuple[ColumnElement[bool], ...]:
    """The mappings of a code."""
    column = mapping.c.warehouse if kind in BY_WAREHOUSE else mapping.c.ledger
    return mapping.c.link == link, mapping.c.kind == kind, column == code


def on_hold(connection: Connection, link: str, lane: str, quarantine: str | None) -> dict[Lot, Decimal]:
    """What is known to be on hold in one warehouse, crossed or not: by its `lane` of holds, whatever quarantine that
    went to, and by what else was booked in the ledger's `quarantine` of it, other than by another lane of holds.

    What crossed to no quarantine and is finished counts only while there is none.
    """
    told_in_lane = document.c.lane == lane
    if quarantine is None:
        return _held(connection, link, told_in_lane)
    under_way = document.c.state.in_(("waiting", "planned", "held"))
    counts = and_(told_in_lane, or_(movement.c.warehouse.is_not(None), under_way))
    booked_besides = and_(movement.c.warehouse == quarantine, document.c.kind != "hold")
    return _held(connection, link, or_(counts, booked_besides))


def held_in(connection: Connection, link: str, quarantine: str) -> dict[Lot, Decimal]:
    """What is in one of the ledger's quarantines, or on its way there or out of it, of goods on hold."""
    booked = and_(movement.c.warehouse == quarantine, document.c.state.in_(("planned", "posted")))
    return {lot: qty for lot, qty in _held(connection, link, booked).items() if qty}


def _held(connection: Connection, link: str, where: ColumnElement[bool]) -> dict[Lot, Decimal]:
    wanted = (
        select(movement.c.item, movement.c.lot, movement.c.qty_base)
        .join_from(movement, document, movement.c.document_id == document.c.id)
        .where(movement.c.link == link, movement.c.held, where)
    )
    total: dict[Lot, Decimal] = {}
    for row in connection.execute(wanted):
        total[row.item, row.lot] = total.get((row.item, row.lot), Decimal(0)) + row.qty_base
    return total
