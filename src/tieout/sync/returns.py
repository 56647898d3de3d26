"""Returns made of what a goods-in of returned goods shows: what is new in it, once it is closed, and what was undone.

Read as it stands and summed up as receipts are: each movement counts once, however often the goods-in is read.
"""

from dataclasses import replace

from tieout.domain.documents import Arrivals, Document, FulfilmentStatus, Return, ReturnReversal, Side
from tieout.domain.identity import lane_of_order
from tieout.journal.rows import BY_HAND, DocumentRow, LaneWork
from tieout.sync.deciding import Decider
from tieout.sync.lane import UNDONE_BEFORE
from tieout.sync.netting import Net, netted, taken_back_of

Told = Return | ReturnReversal


def returns_of(work: LaneWork, arrivals: Arrivals) -> list[Document]:
    """The documents that are new in what a goods-in shows. While it is open, only what was taken back is one."""
    known = rows_of(work, arrivals.goods_in)
    summed_up = {movement for row, one in known if row.policy != UNDONE_BEFORE for movement in one.movements}
    came, back = netted(one for one in arrivals.movements if one.goods.movement not in summed_up)
    counting = [(row.key, one.lines) for row, one in known if isinstance(one, Return) and row.policy != UNDONE_BEFORE]
    made: list[Told] = [_reversal(arrivals, of, nets) for of, nets in taken_back_of(arrivals.goods_in, counting, back)]
    if came and arrivals.status is not FulfilmentStatus.OPEN:
        made.append(_return(arrivals, came))
    return [_document([one for _, one in known], one) for one in made]


def rows_of(work: LaneWork, goods_in: str) -> list[tuple[DocumentRow, Told]]:
    """The returns of one goods-in in a lane, and what undid them."""
    rows = ((row, row.content) for row in work.documents)
    return [(row, one) for row, one in rows if isinstance(one, Told) and one.goods_in == goods_in]


def _has_acted(work: LaneWork, row: DocumentRow) -> bool:
    """Whether something of it is in the ledger or on its way there, or a person has seen to it.

    What was posted and wholly taken back since is as if it had never been.
    """
    if row.policy == BY_HAND or row.state == "planned":
        return True
    under_way = any(p.document is row and p.counts for p in work.postings)
    return (row.state == "posted" or under_way) and not _is_cancelled(work, row)


def _is_cancelled(work: LaneWork, row: DocumentRow) -> bool:
    """Whether a return, or the one that this undid, was cancelled in the ledger."""
    of = row.content.of if isinstance(row.content, ReturnReversal) else row.key
    posted = (d.content for d in work.documents if d.state == "posted")
    return any(isinstance(one, ReturnReversal) and one.of == of for one in posted)


def lane_of_returned(work: LaneWork, arrivals: Arrivals, home: str | None, link: str) -> str | None:
    """The lane where returned goods belong, if it is another than this: where their returns are already, `home`; or the
    lane of the order they answer now, unless something of them is in the ledger for another."""
    here = rows_of(work, arrivals.goods_in)
    if not here and home is not None:
        return home
    if any(_has_acted(work, row) for row, _ in here):
        return None
    return lane_of_order(link, arrivals.order)


def take_along(decider: Decider, work: LaneWork, arrivals: Arrivals, lane: str) -> None:
    """Returns that waited for their order go with their message to its lane, and their exceptions end.

    Those that were posted and cancelled go along, as they were: what comes again is counted and summed up after them.
    """
    for row, told in rows_of(work, arrivals.goods_in):
        case = work.cases.get(row.case_id or 0)
        if case is not None:
            decider.free(work, case, "it names another order now")
        row.content, row.case_id = told if row.state == "posted" else _named_anew(told, arrivals), None
        row.state = row.state if row.finished else "waiting"
        work.documents.remove(row)
        decider.changes.relocated.append((row, lane))


def name_anew(decider: Decider, work: LaneWork, arrivals: Arrivals) -> None:
    """What nothing was done for yet says which order its goods-in names now."""
    for row, told in rows_of(work, arrivals.goods_in):
        told_now = _named_anew(told, arrivals)
        if told_now != told and not row.finished and not _has_acted(work, row):
            row.content = told_now
            decider.changes.refreshed.append(row)


def _named_anew(told: Told, arrivals: Arrivals) -> Told:
    """The same goods, answering the order that the goods-in names now."""
    if isinstance(told, Return):
        return replace(told, order=arrivals.order, named=arrivals.named)
    return replace(told, order=arrivals.order)


def first_key(goods_in: str) -> str:
    """The key of the first return of a goods-in."""
    return f"{goods_in}-1"


def _return(arrivals: Arrivals, came: list[Net]) -> Return:
    return Return(
        goods_in=arrivals.goods_in,
        order=arrivals.order,
        named=arrivals.named,
        number=arrivals.number,
        received_at=max(net.at for net in came),
        movements=tuple(movement for net in came for movement in net.movements),
        lines=tuple(net.goods for net in came),
    )


def _reversal(arrivals: Arrivals, of: str, back: list[Net]) -> ReturnReversal:
    return ReturnReversal(
        goods_in=arrivals.goods_in,
        order=arrivals.order,
        of=of,
        reversed_at=max(net.at for net in back),
        movements=tuple(movement for net in back for movement in net.movements),
        lines=tuple(net.goods for net in back),
    )


def _document(known: list[Told], content: Told) -> Document:
    """Returns of a goods-in are counted, and the reversals of each."""
    if isinstance(content, Return):
        number = 1 + sum(1 for one in known if isinstance(one, Return))
        key, at = f"{content.goods_in}-{number}", content.received_at
    else:
        number = 1 + sum(1 for one in known if isinstance(one, ReturnReversal) and one.of == content.of)
        key, at = f"{content.of}-u{number}", content.reversed_at
    return Document(side=Side.WAREHOUSE, key=key, revision="1", happened_at=at, content=content)
