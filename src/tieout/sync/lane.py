"""What a loaded lane says about itself: the order of its documents, what was sent, what stands, what it moves."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from math import inf

from tieout.domain.credits import CreditDue, CreditedGoods, CreditMemo
from tieout.domain.documents import (
    Adjustment,
    Content,
    Despatch,
    GoodsLine,
    Hold,
    Order,
    OrderLine,
    PurchaseOrder,
    Receipt,
    ReceiptReversal,
    Return,
    ReturnReversal,
    Reversal,
    SalesOrder,
    StockChange,
    Transfer,
    Undone,
)
from tieout.domain.postings import (
    Asked,
    Body,
    Delivery,
    DeliveryCancel,
    GoodsIn,
    GoodsInChange,
    GoodsOut,
    GoodsOutChange,
    GoodsReceipt,
    GoodsReceiptCancel,
    GoodsReturn,
    GoodsReturnCancel,
    PostedLine,
    ReturnedLine,
)
from tieout.journal.rows import BY_HAND, Blocked, DocumentRow, LaneWork, MovementRow, PostingRow
from tieout.rules.facts import Codes

REVISED = ("item", "sales_order", "purchase_order")
"""Documents of the ledger that are told anew whenever they change."""
HOMEWARD = ("despatch", "reversal", "receipt", "receipt_reversal", "return", "return_reversal")
"""Documents of the warehouse that answer an order: in a lane they act in the order they happened."""
STOCK = ("adjustment", "transfer", "hold")
"""Changes of stock that answer no order: each stands alone."""
MOVING = (*HOMEWARD, *STOCK)
"""Documents that move stock, whether they cross or not."""
CENT = Decimal("0.01")
Place = tuple[str | None, str, str | None]
"""What units of one receipt are told apart by: order line, item, lot."""
UNDONE_BEFORE = "undone before it was posted"
"""The policy by which a receipt, and what took all or part of it back, never count: its goods are summed up anew.

It is stored and looked for: other words would make it count."""
Posted = Delivery | GoodsReceipt
UNDOES = {"reversal": "despatch", "receipt_reversal": "receipt", "return_reversal": "return"}
"""What each kind of undoing undoes: documents of several kinds may have one key."""
Cancels = DeliveryCancel | GoodsReceiptCancel | GoodsReturnCancel


def in_order(rows: Iterable[DocumentRow]) -> list[DocumentRow]:
    """Documents of one flow in the order they happened: revisions of one thing by revision, events by their time.

    What happened at one instant keeps the order in which it was read; what is not stored yet was read last.
    """

    def place(row: DocumentRow) -> tuple[str, datetime, float]:
        revision = row.revision if row.content.kind in REVISED else ""
        return revision, row.happened_at, inf if row.id is None else row.id

    return sorted(rows, key=place)


def newest_order(work: LaneWork) -> tuple[DocumentRow, Order] | None:
    """The newest revision of this lane's order; None while it is not known."""
    rows = [(row, row.content) for row in work.documents if isinstance(row.content, SalesOrder | PurchaseOrder)]
    return max(rows, key=lambda one: one[0].revision, default=None)


def asked_posting(work: LaneWork) -> PostingRow | None:
    """The posting by which the warehouse was told of this lane's order: the latest, where it was sent again."""
    return next((p for p in reversed(work.postings) if isinstance(p.body, GoodsOut | GoodsIn) and p.counts), None)


def first_heard(work: LaneWork) -> Order | None:
    """The revision by which the warehouse first heard of this lane's order: of a sales order, as it was sent last.

    A sales order is sent again only while nothing has left; a purchase order whenever some of it is still to come.
    """
    asked = asked_posting(work)
    expected = next((p for p in work.postings if isinstance(p.body, GoodsIn) and p.counts), asked)
    content = expected.document.content if expected else None
    return content if isinstance(content, SalesOrder | PurchaseOrder) else None


def last_sent(work: LaneWork) -> Asked | None:
    """What the warehouse was last told to send or expect."""
    sent: Asked | None = None
    for posting in work.postings:
        match posting.body:
            case GoodsOut() | GoodsIn() as body if posting.counts:
                sent = body
            case GoodsOutChange(wanted=body) | GoodsInChange(wanted=body) if posting.counts:
                sent = body
            case _:
                pass
    return sent


def take_backs(work: LaneWork) -> list[PostingRow]:
    """The postings that told the warehouse, or are about to, that the order is off: one for each time it was sent."""
    return [p for p in work.postings if p.kind in ("goods_out_cancel", "goods_in_cancel") and p.counts]


def times_sent(work: LaneWork) -> int:
    """How often the warehouse was told of this lane's order."""
    return sum(1 for p in work.postings if isinstance(p.body, GoodsOut | GoodsIn) and p.counts)


def taken_back(work: LaneWork) -> PostingRow | None:
    """The posting by which the order, as it was sent last, was or is to be taken back."""
    sent = asked_posting(work)
    return next((p for p in take_backs(work) if sent is not None and sent.reference in p.body.needs), None)


def despatches_that_stand(work: LaneWork) -> list[Despatch]:
    """Despatches of which nothing was undone, whatever has become of them in the ledger."""
    undone = {d.content.of for d in work.documents if isinstance(d.content, Reversal)}
    return [d.content for d in work.documents if isinstance(d.content, Despatch) and d.key not in undone]


def receipts_that_stand(work: LaneWork, undone: Iterable[ReceiptReversal] = ()) -> list[Receipt]:
    """Receipts that count and were not undone as a whole, in the lane or by what is `undone` besides."""
    reversals = [*undone, *(d.content for d in work.documents if isinstance(d.content, ReceiptReversal))]
    whole = {(one.of, frozenset(by_place(one.lines).items())) for one in reversals}
    counting = (d for d in work.documents if d.policy != UNDONE_BEFORE)
    receipts = ((d.key, d.content) for d in counting if isinstance(d.content, Receipt))
    return [one for key, one in receipts if (key, frozenset(by_place(one.lines).items())) not in whole]


def by_place(lines: Iterable[GoodsLine]) -> dict[Place, Decimal]:
    """Base units by order line, item and lot."""
    total: dict[Place, Decimal] = {}
    for line in lines:
        total[place_of(line)] = total.get(place_of(line), Decimal(0)) + line.qty_base
    return total


def place_of(goods: GoodsLine) -> Place:
    """Order line, item and lot."""
    return goods.line, goods.item, goods.lot


def delivered_base(work: LaneWork, besides: DocumentRow) -> dict[str, Decimal]:
    """Base units by order line that were posted for other documents, and not taken back."""
    return _by_line(work, (posting for posting in _not_taken_back(work) if posting.document is not besides))


def brought_before_base(work: LaneWork) -> dict[str, Decimal]:
    """Base units by order line that have come by other goods-ins than the last one: it is not to bring them again."""
    asked = asked_posting(work)
    last = asked.theirs if asked else None
    receipts = ((p, p.document.content) for p in _not_taken_back(work))
    return _by_line(work, (p for p, one in receipts if isinstance(one, Receipt) and one.goods_in != last))


def delivered_ever_base(work: LaneWork) -> dict[str, Decimal]:
    """Base units by order line of all we posted, cancelled or not: at most what the ledger counts as ours."""
    total: dict[str, Decimal] = {}
    for posting in work.postings:
        if isinstance(posting.body, Posted) and posting.counts:
            for line in posting.body.lines:
                total[line.line] = total.get(line.line, Decimal(0)) + line.qty_base
    return total


def _not_taken_back(work: LaneWork) -> list[PostingRow]:
    off = no_longer_standing(work)
    return [posting for posting in work.postings if posting.reference not in off]


def _by_line(work: LaneWork, postings: Iterable[PostingRow]) -> dict[str, Decimal]:
    """Base units by order line of those that post goods which left or arrived, less what was undone by hand."""
    total: dict[str, Decimal] = {}
    for posting in postings:
        if isinstance(posting.body, Posted) and posting.counts:
            for line in still_posted(work, posting):
                total[line.line] = total.get(line.line, Decimal(0)) + line.qty_base
    return total


def no_longer_standing(work: LaneWork) -> set[str]:
    """References of what was posted for goods and cancelled since, or whose undoing as a whole a person has seen to."""
    cancelled = {p.body.of for p in work.postings if isinstance(p.body, Cancels) and p.counts}
    moved = (p for p in work.postings if isinstance(p.body, Posted | GoodsReturn))
    return cancelled | {p.reference for p in moved if not still_posted(work, p)}


def undoes(content: Content, row: DocumentRow) -> bool:
    """Whether this takes back goods of that document."""
    return isinstance(content, Undone) and UNDOES[content.kind] == row.content.kind and content.of == row.key


def undone_by_hand(work: LaneWork, row: DocumentRow) -> list[GoodsLine]:
    """The goods of a document that were taken back, where a person has seen to that."""
    seen_to = (d.content for d in work.documents if d.policy == BY_HAND and undoes(d.content, row))
    return [line for one in seen_to if isinstance(one, Undone) for line in one.lines]


def still_posted(work: LaneWork, posting: PostingRow) -> list[PostedLine | ReturnedLine]:
    """The lines of goods of a posting, less what was undone of it and seen to by a person."""
    if not isinstance(posting.body, Posted | GoodsReturn):
        return []
    lines: list[PostedLine | ReturnedLine] = [*posting.body.lines]
    undone = [goods for row in posted_together(work, posting.document) for goods in undone_by_hand(work, row)]
    for goods in undone:
        rest = goods.qty_base
        for place in sorted(range(len(lines)), key=lambda place, line=goods.line: lines[place].line != line):
            taken = _takes_off(lines[place], replace(goods, qty_base=rest))
            lines[place], rest = _without(lines[place], goods, taken), rest - taken
    if not any(line.qty_base for line in lines if not _is_kit(line)):
        return []
    return [line for line in lines if line.qty_base]


def _is_kit(line: PostedLine | ReturnedLine) -> bool:
    return isinstance(line, PostedLine) and line.kit


def _takes_off(line: PostedLine | ReturnedLine, goods: GoodsLine) -> Decimal:
    """How many base units of these goods a line has."""
    if _is_kit(line) or line.item != goods.item:
        return Decimal(0)
    if line.serials and goods.serials:
        return min(goods.qty_base, Decimal(len(set(line.serials) & set(goods.serials))))
    if line.lots and goods.lot:
        return min(goods.qty_base, sum((one.qty_base for one in line.lots if one.lot == goods.lot), Decimal(0)))
    return min(goods.qty_base, line.qty_base)


def _without(line: PostedLine | ReturnedLine, goods: GoodsLine, taken: Decimal) -> PostedLine | ReturnedLine:
    """A line without so many base units of these goods."""
    if not taken:
        return line
    lots = (replace(one, qty_base=one.qty_base - taken) if one.lot == goods.lot else one for one in line.lots)
    left = line.qty_base - taken
    serials = tuple(one for one in line.serials if one not in goods.serials)
    return replace(line, qty_base=left, qty=line.qty * left / line.qty_base, lots=tuple(lots), serials=serials)


def standing(work: LaneWork, row: DocumentRow, kind: str) -> PostingRow | None:
    """The settled posting of this kind that a document stands by."""
    settled = (p for p in work.postings if p.kind == kind and p.state == "done")
    return next((p for p in settled if any(one is row for one in posted_together(work, p.document))), None)


def posted_together(work: LaneWork, row: DocumentRow) -> list[DocumentRow]:
    """The documents that one's postings are made of: it, and despatches that make whole kits with it."""
    bodies = (p.body for p in work.postings if p.document is row and p.state != "void")
    also = {key for body in bodies if isinstance(body, Delivery) for key in body.also}
    return [row, *(d for d in work.documents if also and isinstance(d.content, Despatch) and d.key in also)]


def booked_in(bodies: Iterable[Body]) -> dict[str | None, str]:
    """The ledger's warehouse by order line, of lines that are posted to one only."""
    found: dict[str | None, set[str]] = {}
    for body in bodies:
        for line in body.lines if isinstance(body, Posted) else ():
            found.setdefault(line.line, set()).add(line.warehouse)
    return {line: next(iter(places)) for line, places in found.items() if len(places) == 1}


def movements(row: DocumentRow, codes: Codes, places: Mapping[str | None, str] | None = None) -> list[MovementRow]:
    """The stock that goods coming, leaving, or undone move: out is negative. The ledger's warehouse is told by order
    line (`places`); of a change of stock that answers no order, by `codes`."""
    match row.content:
        case Adjustment() | Transfer() | Hold() as change:
            return _stock_movements(row, change, codes)
        case (
            Despatch(lines=lines, despatched_at=at)
            | ReceiptReversal(lines=lines, reversed_at=at)
            | ReturnReversal(lines=lines, reversed_at=at)
        ):
            sign = -1
        case (
            Reversal(lines=lines, reversed_at=at)
            | Receipt(lines=lines, received_at=at)
            | Return(lines=lines, received_at=at)
        ):
            sign = 1
        case _:
            return []
    return [
        MovementRow(
            line.movement,
            row,
            line.item,
            (places or {}).get(line.line),
            sign * line.qty_base,
            line.lot,
            at,
            line.held,
        )
        for line in lines
    ]


def _stock_movements(row: DocumentRow, change: StockChange, codes: Codes) -> list[MovementRow]:
    """One movement, or two: out of one place and into another. The second is known by its way too."""
    goods, qty = change.goods, change.goods.qty_base
    match change:
        case Adjustment(warehouse=here, gained=gained):
            moves = [("", here, qty if gained else -qty, goods.held)]
        case Transfer(warehouse=here, to_warehouse=there):
            moves = [("", here, -qty, goods.held), ("/to", there, qty, goods.held)]
        case Hold(warehouse=here, released=released):
            moves = [("", here, -qty, released), ("/to", here, qty, not released)]
    return [
        MovementRow(
            goods.movement + way,
            row,
            goods.item,
            codes.booked_in(place, held=held),
            moved,
            goods.lot,
            change.moved_at,
            held,
        )
        for way, place, moved, held in moves
    ]


def blocked(work: LaneWork, row: DocumentRow) -> Blocked:
    """What a held document keeps from crossing. A despatch keeps an invoice from being made, where it was not yet."""
    match row.content:
        case SalesOrder(lines=lines) | PurchaseOrder(lines=lines):
            value = sum((line.price * line.qty for line in lines), Decimal(0))
            return Blocked(_units(lines), value.quantize(CENT, ROUND_HALF_UP))
        case Despatch(lines=lines) | Reversal(lines=lines) | Receipt(lines=lines) | ReceiptReversal(lines=lines):
            billed = not isinstance(row.content, Despatch) or standing(work, row, "invoice") is not None
            return Blocked(_units(lines), _value(work, lines), 0 if billed else 1)
        case Adjustment(goods=goods) | Transfer(goods=goods) | Hold(goods=goods):
            return Blocked(goods.qty_base)
        case Return(lines=lines) | ReturnReversal(lines=lines) | CreditMemo(lines=lines):
            return Blocked(_units(lines), _value_by_item(work, lines))
        case CreditDue(of=of):
            returns = (d.content for d in work.documents if isinstance(d.content, Return) and d.key == of)
            return Blocked(value=_value_by_item(work, [line for one in returns for line in one.lines]))
        case _:
            return Blocked()


def _units(lines: Iterable[OrderLine | GoodsLine | CreditedGoods]) -> Decimal:
    return sum((line.qty_base for line in lines), Decimal(0))


def _value(work: LaneWork, goods: Iterable[GoodsLine]) -> Decimal:
    """Goods at the prices of the order they answer; what no line of it names has none."""
    newest = newest_order(work)
    prices = {line.line: line.price / line.base_per_unit for line in newest[1].lines} if newest else {}
    total = sum((prices.get(one.line or "", Decimal(0)) * one.qty_base for one in goods), Decimal(0))
    return total.quantize(CENT, ROUND_HALF_UP)


def _value_by_item(work: LaneWork, goods: Iterable[GoodsLine | CreditedGoods]) -> Decimal:
    """The same of goods that name no line: at the price of the first line that has the item."""
    newest = newest_order(work)
    lines = reversed(newest[1].lines) if newest else ()
    prices = {line.item: line.price / line.base_per_unit for line in lines}
    total = sum((prices.get(one.item, Decimal(0)) * one.qty_base for one in goods), Decimal(0))
    return total.quantize(CENT, ROUND_HALF_UP)
