"""Goods that customers sent back, to the ledger: what is to be done about each return, and about what was undone."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from tieout.domain.documents import GoodsLine, Return, ReturnReversal
from tieout.domain.identity import order_lane, reference, sales_order_key_of
from tieout.domain.postings import (
    Body,
    Credit,
    CreditWithdraw,
    Delivery,
    GoodsReturn,
    GoodsReturnCancel,
    Lot,
    PostedLine,
    ReturnedLine,
)
from tieout.domain.quantities import plain
from tieout.domain.reasons import Problem
from tieout.journal.rows import BY_HAND, DocumentRow, LaneWork, PostingRow
from tieout.rules.policy import judge_return
from tieout.rules.return_bodies import credit, goods_return
from tieout.rules.returnable import Delivered, matched
from tieout.sync.deciding import Decider
from tieout.sync.lane import (
    UNDONE_BEFORE,
    by_place,
    newest_order,
    no_longer_standing,
    place_of,
    standing,
    still_posted,
    undone_by_hand,
)
from tieout.sync.returned_places import in_books, posted_as


def decide_return(decider: Decider, work: LaneWork, row: DocumentRow, returned: Return) -> None:
    """A return becomes the ledger's return and, by policy, a credit memo or the draft of one."""
    _judge_and_plan(decider, work, row, returned)
    if row.state in ("planned", "held"):
        place_return(decider, work, row)


def place_return(decider: Decider, work: LaneWork, row: DocumentRow) -> None:
    """Notes in which of the ledger's warehouses the goods of a return are, or will be; so too of what undid one. What
    is read of holds counts on it."""
    match row.content:
        case Return(lines=lines, movements=moved):
            body = posted_as(work, row) if row.state == "planned" else None
        case ReturnReversal(lines=lines, movements=moved, of=of):
            came = next((d for d in work.documents if isinstance(d.content, Return) and d.key == of), None)
            body = None if came is None else posted_as(work, came)
        case _:
            return
    decider.changes.place(row, moved, in_books(row, lines, body, decider.facts_for(work, row)))


def _judge_and_plan(decider: Decider, work: LaneWork, row: DocumentRow, returned: Return) -> None:
    order_key = sales_order_key_of(decider.link, returned.order)
    if order_key is None or newest_order(work) is None:
        decider.hold(work, [row], [Problem("return_without_order", _names_none(returned), about=returned.goods_in)])
        return
    if order_lane(order_key) != work.lane:
        decider.hold(work, [row], [Problem("return_without_order", _names_another(returned), about=returned.goods_in)])
        return
    facts = replace(decider.facts_for(work, row), returnable=returnable(work, row))
    problems = judge_return(returned, facts)
    if problems:
        decider.wait_or_hold(work, row, problems, facts)
        return
    body = goods_return(order_key, returned, facts)
    steps: list[tuple[str, str, Body]] = [("goods_return", row.key, body)]
    credited = credit(reference(decider.link, "goods_return", row.key), body, facts)
    if credited is not None:
        steps.append(("credit", row.key, credited))
    decider.plan(work, row, steps)


def _names_none(returned: Return) -> str:
    which = _told(returned)
    if returned.named is None:
        return f"{which} does not say which order it answers"
    return f"{which} names {returned.named!r}, which is not the reference or the number of one order known here"


def _names_another(returned: Return) -> str:
    """Its lane is that of an order for which something of the same goods-in was posted."""
    return (
        f"{_told(returned)} names {returned.named!r}, but something of it was posted for another order: once that is "
        "taken back, replay"
    )


def _told(returned: Return) -> str:
    came = ", ".join(f"{plain(line.qty_base)} of {line.item}" for line in returned.lines)
    return f"return {returned.goods_in} ({returned.number or 'no reference'}) of {came}"


def returnable(work: LaneWork, besides: DocumentRow) -> tuple[Delivered, ...]:
    """What our deliveries of the lane's order brought to the customer, less what other returns brought back."""
    off = no_longer_standing(work)
    out: dict[tuple[str, str], Delivered] = {}
    for posting in work.postings:
        if isinstance(posting.body, Delivery) and posting.state == "done" and posting.reference not in off:
            for one in _brought(work, posting):
                out[one.of, one.line] = one
    for posting in work.postings:
        counts = posting.counts and posting.document is not besides and posting.reference not in off
        if isinstance(posting.body, GoodsReturn) and counts:
            _take_off(out, still_posted(work, posting))
    for one in matched(_seen_to_by_hand(work), out.values(), {}).matches:
        place = (one.delivered.of, one.delivered.line)
        out[place] = replace(out[place], qty_base=out[place].qty_base - one.goods.qty_base)
    return tuple(out.values())


def _seen_to_by_hand(work: LaneWork) -> list[GoodsLine]:
    """Goods of returns whose exception a person has resolved, less what was undone and seen to as well: they are back,
    and come no second time."""
    resolved = ((row, row.content) for row in work.documents if row.policy == BY_HAND)
    returns = ((row, one) for row, one in resolved if isinstance(one, Return))
    return [line for row, one in returns for line in _less(one.lines, undone_by_hand(work, row))]


def _less(lines: Iterable[GoodsLine], undone: Iterable[GoodsLine]) -> Iterable[GoodsLine]:
    undone = list(undone)
    back, gone = by_place(undone), {serial for line in undone for serial in line.serials}
    for line in lines:
        taken = min(line.qty_base, back.get(place_of(line), Decimal(0)))
        if taken:
            back[place_of(line)] -= taken
        if line.qty_base > taken:
            serials = tuple(serial for serial in line.serials if serial not in gone)
            yield replace(line, qty_base=line.qty_base - taken, serials=serials)


def _brought(work: LaneWork, posting: PostingRow) -> Iterable[Delivered]:
    invoiced = standing(work, posting.document, "invoice") is not None
    for line in still_posted(work, posting):
        yield Delivered(
            of=posting.reference,
            line=line.line,
            item=line.item,
            warehouse=line.warehouse,
            base_per_unit=line.qty_base / line.qty,
            qty_base=line.qty_base,
            invoiced=invoiced,
            lots=_by_lot(line.lots),
            serials=frozenset(line.serials),
        )


def _take_off(out: dict[tuple[str, str], Delivered], lines: Iterable[PostedLine | ReturnedLine]) -> None:
    for line in lines:
        if isinstance(line, ReturnedLine) and (one := out.get((line.of, line.line))) is not None:
            back = _by_lot(line.lots)
            lots = {lot: qty - back.get(lot, Decimal(0)) for lot, qty in one.lots.items()}
            left = one.qty_base - line.qty_base
            out[line.of, line.line] = replace(one, qty_base=left, lots=lots, serials=one.serials - set(line.serials))


def _by_lot(lots: Iterable[Lot]) -> dict[str, Decimal]:
    return {lot.lot: lot.qty_base for lot in lots}


def decide_return_reversal(decider: Decider, work: LaneWork, row: DocumentRow, reversal: ReturnReversal) -> None:
    """Goods taken back after their return: it is cancelled in the ledger with the draft of its credit memo, or never
    made there. In that case what is left of it is summed up anew once the goods-in is closed again."""
    came = next((d for d in work.documents if isinstance(d.content, Return) and d.key == reversal.of), None)
    if came is None or not isinstance(came.content, Return):
        detail = f"return {reversal.of} was undone but never seen here"
        decider.hold(work, [row], [Problem("reversal_without_despatch", detail, about=reversal.of)])
        return
    _judge_reversal(decider, work, row, reversal, (came, came.content))
    place_return(decider, work, row)


def _judge_reversal(
    decider: Decider,
    work: LaneWork,
    row: DocumentRow,
    reversal: ReturnReversal,
    returned: tuple[DocumentRow, Return],
) -> None:
    came, goods = returned
    posted, credited = standing(work, came, "goods_return"), standing(work, came, "credit")
    if posted is None and came.policy == BY_HAND:
        decider.hold_undone_by_hand(work, row, came)
    elif posted is None:
        decider.let_go(work, came, UNDONE_BEFORE)
        decider.ignore(row, UNDONE_BEFORE)
        decider.changes.read_again.append((work, row))  # the goods-in may be closed, and nothing more be told of it
    elif by_place(reversal.lines) != by_place(goods.lines):
        undone = ", ".join(f"{plain(line.qty_base)} of {line.item}" for line in reversal.lines)
        detail = f"part of return {reversal.of} was undone: {undone}"
        decider.hold(work, [row], [Problem("reversal_in_part", detail, about=reversal.of)])
    elif credited is not None and not _is_draft(credited):
        detail = f"return {reversal.of} was undone; its credit memo {credited.reference} stands already"
        decider.hold(work, [row], [Problem("ledger_has_gone_on", detail, about=reversal.of)])
    else:
        _take_back(decider, work, row, reversal, (came, posted, credited))


def _is_draft(posting: PostingRow) -> bool:
    return isinstance(posting.body, Credit) and posting.body.draft


def _take_back(
    decider: Decider,
    work: LaneWork,
    row: DocumentRow,
    reversal: ReturnReversal,
    made: tuple[DocumentRow, PostingRow, PostingRow | None],
) -> None:
    """The draft goes first: nobody should finish it while the return is on its way out."""
    came, posted, draft = made
    if came.state == "held":
        decider.let_go(work, came, "undone before it was credited")
    steps: list[tuple[str, str, Body]] = []
    if draft is not None:
        steps.append(("credit_withdraw", row.key, CreditWithdraw(of=draft.reference)))
    day = decider.facts_for(work, row).posting_day(reversal.reversed_at)
    cancel = GoodsReturnCancel(of=posted.reference, posted_on=day)
    decider.plan(work, row, [*steps, ("goods_return_cancel", row.key, cancel)])
