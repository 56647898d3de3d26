"""Items and sales orders, to the warehouse: what is to be done about each, given the facts."""

from dataclasses import replace

from tieout.domain.documents import Despatch, FulfilmentStatus, Item, Order, OrderStatus, PurchaseOrder, SalesOrder
from tieout.domain.identity import reference, sending_key
from tieout.domain.postings import (
    Asked,
    Body,
    GoodsIn,
    GoodsInCancel,
    GoodsInChange,
    GoodsOut,
    GoodsOutCancel,
    GoodsOutChange,
    PutItem,
)
from tieout.domain.reasons import REASONS, Problem
from tieout.journal.rows import DocumentRow, LaneWork, PostingRow
from tieout.rules import bodies
from tieout.rules.facts import Facts
from tieout.rules.order_size import changes, in_steps
from tieout.rules.policy import judge_item, judge_order
from tieout.sync.backorders import may_be_our_delivery, odd_after_delivery
from tieout.sync.deciding import PARENT_RETRY_S, Decider
from tieout.sync.fulfilment import DONE, stands_as
from tieout.sync.lane import asked_posting, despatches_that_stand, taken_back, times_sent


def decide_item(decider: Decider, work: LaneWork, row: DocumentRow, item: Item) -> None:
    """An item of the ledger becomes a product of the warehouse, or changes one."""
    if overtaken(decider, work, row):
        return
    if not item.stocked:
        decider.ignore(row, "not a stock item")
        return
    facts = decider.facts_for(work, row)
    if not item.active and item.code not in facts.warehouse_items:
        decider.ignore(row, "inactive and not in the warehouse")
        return
    problems = judge_item(item, facts)
    if problems:
        decider.hold(work, [row], problems)
        return
    codes = facts.codes
    put = replace(item, code=codes.product(item.code), unit=codes.unit(item.unit), packs=codes.packs(item.packs))
    decider.plan(work, row, [("put_item", f"{put.code}.{row.revision}", PutItem(item=put))])


def decide_order(decider: Decider, work: LaneWork, row: DocumentRow, order: SalesOrder) -> None:
    """A revision of an order becomes a goods-out, changes it, or takes it back."""
    if overtaken(decider, work, row):
        return
    facts = decider.facts_for(work, row)
    why_not = not_for_the_warehouse(order, facts)
    odd = odd_after_delivery(work, row, order)
    if asked_posting(work) is None and why_not:
        decider.ignore(row, why_not)
    elif may_be_our_delivery(work, order):
        work.rest_for_parent(PARENT_RETRY_S, "waits to know whether its delivery stands: it was closed with goods open")
    elif odd is not None:
        decider.hold(work, [row], [odd])
    elif taken_back(work):
        _after_it_was_taken_back(decider, work, row, order, facts)
    elif _finished(work):
        _after_the_last(decider, work, row, order, facts)
    elif withdrawn(order, facts):
        cancel(decider, work, row, order)
    elif stands_as(work) is FulfilmentStatus.CANCELLED:
        _after_the_last(decider, work, row, order, facts)
    elif order.status is OrderStatus.CANCELLED:
        cancel(decider, work, row, order)
    else:
        send_order(decider, work, row, order, facts)


def not_for_the_warehouse(order: Order, facts: Facts) -> str | None:
    """The policy by which the warehouse is not told of an order it has not heard of; None when it is."""
    begin = facts.policy.orders_from
    if order.status is not OrderStatus.OPEN:
        return f"{order.status} before it was sent to the warehouse"
    if begin is not None and order.ordered_on is not None and order.ordered_on < begin:
        return f"dated {order.ordered_on}, before orders_from ({begin})"
    return "not released" if withdrawn(order, facts) else None


def _finished(work: LaneWork) -> bool:
    """Whether the warehouse has sent all it means to."""
    completed = stands_as(work) is FulfilmentStatus.COMPLETED
    return completed or any(despatch.completes for despatch in despatches_that_stand(work))


def withdrawn(order: Order, facts: Facts) -> bool:
    """Whether an open order lacks the confirmation the policy asks for: not given yet, or taken away again."""
    return facts.policy.only_released and not order.released and order.status is OrderStatus.OPEN


def _after_it_was_taken_back(
    decider: Decider, work: LaneWork, row: DocumentRow, order: SalesOrder, facts: Facts
) -> None:
    """What was taken back for want of a confirmation is sent again once confirmed. Anything else is for a person, as is
    an order of which something has left: the ledger may not show yet what of it is still open."""
    back = taken_back(work)
    before = back.document.content if back else None
    lacked = isinstance(before, SalesOrder) and withdrawn(before, facts)
    if order.status is not OrderStatus.OPEN or not any(facts.stocked(line) for line in order.open_lines):
        decider.ignore(row, "already taken back from the warehouse")
    elif withdrawn(order, facts):
        decider.ignore(row, "not released")
    elif lacked and not despatches_that_stand(work):
        send_order(decider, work, row, order, replace(facts, sent=None, first=None))
    else:
        detail = f"order {order.number} is open again, and the warehouse was told that it is off"
        decider.hold(work, [row], [Problem("order_reopened", detail, about=row.key)])


def _after_the_last(decider: Decider, work: LaneWork, row: DocumentRow, order: SalesOrder, facts: Facts) -> None:
    """The warehouse is done: a revision says nothing new to it, unless it asks for more than the warehouse heard of, or
    takes away the confirmation of goods that have left and are not delivered yet."""
    known = {line.line: line.qty_base for line in facts.sent.lines} if facts.sent else {}
    for despatch in despatches_that_stand(work):
        known |= {line: max(qty, known.get(line, qty)) for line, qty in despatch.by_line().items() if line is not None}
    more = [line.item for line in order.open_lines if facts.stocked(line) and line.qty_base > known.get(line.line, 0)]
    if more:
        detail = f"order {order.number} asks for more of {', '.join(more)}, and the warehouse has closed it"
        decider.hold(work, [row], [Problem("order_changed_too_late", detail, about=row.key)])
    elif withdrawn(order, facts) and any(isinstance(d.content, Despatch) and not d.finished for d in work.documents):
        detail = f"order {order.number} is no longer confirmed, and its goods have left"
        decider.hold(work, [row], [Problem("order_cancelled_too_late", detail, about=row.key)])
    else:
        decider.ignore(row, DONE)


def free_if_cleared(decider: Decider, work: LaneWork, row: DocumentRow) -> None:
    """A held item or order whose exception clears by itself is free again once nothing is wrong with it any more."""
    case = work.cases.get(row.case_id or 0)
    if case is None or not all(REASONS[problem.reason].clears_itself for problem in case.problems):
        return
    facts = decider.facts_for(work, row)
    match row.content:
        case Item() as item:
            right = not judge_item(item, facts)
        case SalesOrder() | PurchaseOrder() as order:
            right = not judge_order(order, facts)
        case _:
            right = False
    if right:
        decider.free(work, case, "the item is right now")


def send_order(decider: Decider, work: LaneWork, row: DocumentRow, order: Order, facts: Facts) -> None:
    """The warehouse is told of an order, or what of it has changed since it was told last."""
    first = asked_posting(work) if facts.sent is not None else None
    if not any(facts.stocked(line) for line in order.lines):
        decider.ignore(row, "no stock lines" if order.lines else "services or text only: no line names an item")
        return
    problems = judge_order(order, facts) if order.status is OrderStatus.OPEN else []
    if problems:
        decider.wait_or_hold(work, row, problems, facts)
        return
    wanted = bodies.goods_out(order, facts) if isinstance(order, SalesOrder) else bodies.goods_in(order, facts)
    if wanted is None and first is None:
        decider.ignore(row, "nothing open for the warehouse")
    elif wanted is None:
        cancel(decider, work, row, order)
    elif wanted == facts.sent:
        decider.ignore(row, "nothing changed for the warehouse")
    elif first is None:
        decider.plan(work, row, _first_steps(decider, work, row, wanted, facts))
    else:
        decider.plan(work, row, _change_steps(row, first, wanted, facts))


def _first_steps(
    decider: Decider, work: LaneWork, row: DocumentRow, wanted: Asked, facts: Facts
) -> list[tuple[str, str, Body]]:
    key = sending_key(row.key, times_sent(work) + 1)
    if isinstance(wanted, GoodsIn):
        return [("goods_in", key, wanted)]
    begun, is_a_part = in_steps(wanted, facts.limits)
    if not is_a_part:
        return [("goods_out", key, wanted)]
    rest = GoodsOutChange(of=reference(decider.link, "goods_out", key), wanted=wanted, release=True)
    return [("goods_out", key, begun), ("goods_out_change", f"{row.key}.r{row.revision}", rest)]


def _change_steps(row: DocumentRow, first: PostingRow, wanted: Asked, facts: Facts) -> list[tuple[str, str, Body]]:
    """A change that a draft precedes has a reference of its own: `demo.SOC.17.r2` after `demo.SOC.17.r2.draft`."""
    key, of, sent = f"{row.key}.r{row.revision}", first.reference, facts.sent
    if isinstance(wanted, GoodsIn):
        return [("goods_in_change", key, GoodsInChange(of=of, wanted=wanted))]
    if not isinstance(sent, GoodsOut):
        raise TypeError("a goods-out is changed where one was sent")
    made = changes(of, sent, wanted, facts.limits)
    return [("goods_out_change", f"{key}.draft" if one.wanted.draft else key, one) for one in made]


def cancel(decider: Decider, work: LaneWork, row: DocumentRow, order: Order) -> None:
    """The warehouse is told that an order it was told of is off."""
    first = asked_posting(work)
    if first is None or taken_back(work):
        decider.ignore(row, "already taken back from the warehouse")
        return
    key = f"{row.key}.r{row.revision}"
    if isinstance(first.body, GoodsIn):
        decider.plan(work, row, [("goods_in_cancel", key, GoodsInCancel(of=first.reference, number=order.number))])
    else:
        decider.plan(work, row, [("goods_out_cancel", key, GoodsOutCancel(of=first.reference, number=order.number))])


def overtaken(decider: Decider, work: LaneWork, row: DocumentRow) -> bool:
    """A revision older than one already acted on says nothing new; a newer one takes the place of those held."""
    kind = row.content.kind
    newer = (o for o in work.documents if o.content.kind == kind and o.key == row.key and o.revision > row.revision)
    if any(o.finished or o.state == "planned" for o in newer):
        decider.ignore(row, "overtaken by a newer revision")
        return True
    _supersede_held(decider, work, row)
    return False


def _supersede_held(decider: Decider, work: LaneWork, row: DocumentRow) -> None:
    """A newer revision takes the place of an older one that is held."""
    for older in work.documents:
        same = older.content.kind == row.content.kind and older.key == row.key and older is not row
        if same and older.state == "held" and older.revision < row.revision:
            decider.let_go(work, older, "superseded by a newer revision")
