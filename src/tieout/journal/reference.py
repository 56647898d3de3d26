"""What documents are judged against: both sides' items as last seen, and cross-references. Mappings change here too."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Connection, and_, delete, insert, select

from tieout.domain.documents import Item, Side, dump_content, load_content
from tieout.journal.arrivals import wake_for_items
from tieout.journal.store import upsert
from tieout.journal.tables import mapping, mirror, xref


def items(connection: Connection, link: str, side: Side, codes: Collection[str]) -> dict[str, Item]:
    """Items of one side by code, of those asked for."""
    if not codes:
        return {}
    wanted = and_(mirror.c.link == link, mirror.c.side == side, mirror.c.code.in_(sorted(set(codes))))
    found: dict[str, Item] = {}
    for row in connection.execute(select(mirror.c.code, mirror.c.content).where(wanted)):
        content = load_content(row.content)
        if isinstance(content, Item):
            found[row.code] = content
    return found


def see_items(connection: Connection, link: str, side: Side, seen: Iterable[Item], now: datetime) -> None:
    """Remembers items as one side shows them now, and has exceptions about them looked at again."""
    latest = {item.code: item for item in seen}
    rows = [
        {"link": link, "side": side, "code": item.code, "content": dump_content(item), "seen_at": now}
        for item in latest.values()
    ]
    upsert(connection, mirror, rows, "content", "seen_at")
    wake_for_items(connection, link, latest, now)


def ours(connection: Connection, link: str, side: Side, theirs: Iterable[str]) -> list[tuple[str, str]]:
    """Our names for a system's own ids, as (theirs, ours): an item and an order may have the same id."""
    wanted = sorted(set(theirs))
    if not wanted:
        return []
    here = (xref.c.link == link, xref.c.side == side, xref.c.theirs.in_(wanted))
    return [(row.theirs, row.ours) for row in connection.execute(select(xref.c.theirs, xref.c.ours).where(*here))]


def theirs(connection: Connection, link: str, side: Side, ours: Iterable[str]) -> dict[str, str]:
    """A system's own ids by our identities, of those asked for and known."""
    wanted = and_(xref.c.link == link, xref.c.side == side, xref.c.ours.in_(sorted(set(ours))))
    return {row.ours: row.theirs for row in connection.execute(select(xref.c.ours, xref.c.theirs).where(wanted))}


def set_mapping(connection: Connection, link: str, kind: str, ledger: str, warehouse: str) -> None:
    """Maps one ledger code to one warehouse code, replacing what that ledger code was mapped to."""
    drop_mapping(connection, link, kind, ledger)
    connection.execute(insert(mapping).values(link=link, kind=kind, ledger=ledger, warehouse=warehouse))


def drop_mapping(connection: Connection, link: str, kind: str, ledger: str) -> None:
    """Takes away what a ledger code was mapped to."""
    connection.execute(
        delete(mapping).where(mapping.c.link == link, mapping.c.kind == kind, mapping.c.ledger == ledger)
    )
