"""Facts of one receipt, and the document made of them: all that has arrived for it.

The same facts, the same document.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from tieout.connectors.clarus import moves
from tieout.connectors.clarus.flows import CANCELLED, COMPLETED, inward
from tieout.connectors.clarus.graph import Graph
from tieout.connectors.clarus.lookup import Lookup
from tieout.connectors.clarus.moves import Line, Move, Parts
from tieout.connectors.clarus.settings import Settings
from tieout.connectors.clarus.values import Node, as_id, code_at, text_at
from tieout.connectors.contract import Unreadable
from tieout.domain.documents import Arrivals, Arrived, Document, FulfilmentStatus, Side

PARTS = ("receipt", "lines", "moves")
RETURN = "RETURN"
NAMED_MAX = 100
"""Characters of an order's number or reference."""


@dataclass(frozen=True, kw_only=True)
class ReceiptFacts:
    """All of one receipt. `moves` are by id ascending; `named` is the order it answers, should it be a return."""

    id: str
    number: str
    reference: str | None
    named: str | None
    status: str
    type: str
    lines: tuple[Line, ...]
    moves: tuple[Move, ...]


Told = moves.Told[ReceiptFacts]
"""What Clarus says of one receipt: None when it is gone or another account's; an error when it cannot say."""


def tell(graph: Graph, settings: Settings, lookup: Lookup, goods_in_ids: Sequence[str]) -> dict[str, Told]:
    """What Clarus says of each receipt. A question it cannot answer for all of them is put for each by itself."""
    return moves.tell(partial(_gather, graph, settings, lookup), goods_in_ids)


def _gather(graph: Graph, settings: Settings, lookup: Lookup, keys: Sequence[str]) -> dict[str, Told]:
    flow, account = inward(settings), lookup.account()
    lacking = flow.lacking(graph)
    if lacking:
        said = f"this tenant does not show {' and '.join(lacking)}, so what has come for a receipt cannot be read"
        return dict.fromkeys(keys, Unreadable(said))
    told = moves.by_record(graph.together(moves.asks(graph, flow, settings, keys)), flow, keys, PARTS)
    return {key: moves.understood(flow, parts, account, partial(_facts, settings)) for key, parts in told.items()}


def _facts(settings: Settings, receipt: Node, told: Parts) -> ReceiptFacts:
    flow = inward(settings)
    return ReceiptFacts(
        id=str(as_id(receipt.get("id"))),
        number=text_at(receipt, "reference") or "",
        reference=text_at(receipt, "external_system_reference1"),
        named=_named(receipt, settings),
        status=(code_at(receipt, flow.status) or "").upper(),
        type=(code_at(receipt, "receipt_type") or "").upper(),
        lines=tuple(moves.line_of(node, flow) for node in told["lines"]),
        moves=moves.moves_of(told["moves"], flow, settings),
    )


def _named(receipt: Node, settings: Settings) -> str | None:
    """The order as people wrote it; a text too long for the journal names nothing we know."""
    texts = (text_at(receipt, field) for field in settings.return_order_fields)
    named = next((text.strip() for text in texts if text and text.strip()), None)
    return None if named is None else named[:NAMED_MAX]


def documents(facts: ReceiptFacts, now: datetime) -> list[Document]:
    """What has arrived for one receipt. `now` is when it was read, for one that nothing came for.

    What a customer sent back answers no order by its reference: the journal must be asked for the one that it names.
    Raises `RetryLater` when movements and lines do not add up yet.
    """
    moves.must_add_up(facts.number, facts.lines, facts.moves, "received")
    in_time = sorted(facts.moves, key=lambda move: (move.at, move.place))
    returned = facts.type == RETURN
    content = Arrivals(
        goods_in=facts.id,
        order=None if returned else facts.reference,
        number=facts.number,
        status=_status(facts.status),
        movements=tuple(
            Arrived(at=move.at, goods=moves.goods_line(facts.lines, move), undone=move.back) for move in in_time
        ),
        returned=returned,
        named=facts.named if returned else None,
    )
    return [_document(content, in_time[-1].at if in_time else now)]


def gone(goods_in_id: str, now: datetime) -> list[Document]:
    """The document of a receipt that Clarus does not have: one taken back before goods came is deleted there."""
    status = FulfilmentStatus.CANCELLED
    return [_document(Arrivals(goods_in=goods_in_id, order=None, number="", status=status, movements=()), now)]


def _document(content: Arrivals, happened_at: datetime) -> Document:
    return Document(side=Side.WAREHOUSE, key=content.goods_in, revision="", happened_at=happened_at, content=content)


def _status(status: str) -> FulfilmentStatus:
    """Assumption (seam `StatusVocabulary`): a status we do not know goes on."""
    known = {COMPLETED: FulfilmentStatus.COMPLETED, CANCELLED: FulfilmentStatus.CANCELLED}
    return known.get(status, FulfilmentStatus.OPEN)
