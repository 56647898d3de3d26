"""What is known of items that the warehouse shows otherwise than the ledger has them: which are worked on, or left."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, or_, select

from tieout.domain.documents import ItemSeen, load_content
from tieout.journal.rows import BY_HAND
from tieout.journal.tables import document

AT_ONCE = 500
"""Lanes asked about in one statement."""
KIND = "item_seen"


@dataclass(frozen=True)
class ItemsTold:
    """`busy` are lanes in which something is not finished; `left` is what a person resolved by hand last, by lane."""

    busy: set[str] = field(default_factory=set[str])
    left: dict[str, ItemSeen] = field(default_factory=dict[str, ItemSeen])


def items_told(connection: Connection, link: str, lanes: Sequence[str]) -> ItemsTold:
    """What is known of these lanes."""
    told = ItemsTold()
    for start in range(0, len(lanes), AT_ONCE):
        _add(connection, link, lanes[start : start + AT_ONCE], told)
    return told


def _add(connection: Connection, link: str, lanes: Sequence[str], told: ItemsTold) -> None:
    unfinished = document.c.state.in_(("waiting", "planned", "held"))
    wanted = select(document.c.lane, document.c.kind, document.c.state, document.c.policy, document.c.content).where(
        document.c.link == link, document.c.lane.in_(lanes), or_(document.c.kind == KIND, unfinished)
    )
    for row in connection.execute(wanted.order_by(document.c.revision)):
        if row.state in ("waiting", "planned", "held"):
            told.busy.add(row.lane)
        elif row.kind == KIND:
            told.left.pop(row.lane, None)
            content = load_content(row.content) if row.policy == BY_HAND else None
            if isinstance(content, ItemSeen):
                told.left[row.lane] = content
