"""Items and orders, to the warehouse: what is to be done about each, given the facts."""

from tieout.domain.documents import Item, OrderStatus, SalesOrder
from tieout.domain.postings import GoodsOutCancel, GoodsOutChange, PutItem
from tieout.domain.reasons import REASONS, Problem
from tieout.journal.rows import DocumentRow, LaneWork
from tieout.rules import bodies
from tieout.rules.facts import Facts
from tieout.rules.policy import judge_order
from tieout.sync.deciding import Decider
from tieout.sync.lane import despatches_that_stand, goods_out_posting, taken_back


def decide_item(decider: Decider, work: LaneWork, row: DocumentRow, item: Item) -> None:
    """An item of the ledger becomes a product of the warehouse, or changes one."""
    if _overtaken(decider, work, row):
        return
    _supersede_held(decider, work, row)
    if not item.stocked:
        decider.ignore(row, "not a stock item")
        return
    facts = decider.facts_for(work, row)
    unit = facts.codes.unit(item.unit)
    if not unit:
        problem = Problem("item_has_no_unit", f"item {item.code} has no inventory unit", about=item.code)
        decider.hold(work, [row], [problem])
        return
    if not item.active and item.code not in facts.warehouse_items:
        decider.ignore(row, "inactive and not in the warehouse")
        return
    put = Item(code=item.code, name=item.name, unit=unit, tracking=item.tracking, barcode=item.barcode,
               active=item.active, stocked=True)  # fmt: skip
    decider.plan(work, row, [("put_item", f"{item.code}.{row.revision}", PutItem(item=put))])


def decide_order(decider: Decider, work: LaneWork, row: DocumentRow, order: SalesOrder) -> None:
    """A revision of an order becomes a goods-out, changes it, or takes it back."""
    if _overtaken(decider, work, row):
        return
    _supersede_held(decider, work, row)
    first = goods_out_posting(work)
    facts = decider.facts_for(work, row)
    if order.status is not OrderStatus.OPEN and first is None:
        decider.ignore(row, f"{order.status} before it was sent to the warehouse")
    elif taken_back(work) and _asks_for_goods(order, facts):
        detail = f"order {order.number} is open again, and the warehouse was told that it is off"
        decider.hold(work, [row], [Problem("order_reopened", detail, about=row.key)])
    elif any(despatch.completes for despatch in despatches_that_stand(work)):
        _after_the_last(decider, work, row, order, facts)
    elif order.status is OrderStatus.CANCELLED:
        _cancel(decider, work, row, order)
    elif facts.policy.only_released and not order.released and first is None:
        decider.ignore(row, "not released")
    else:
        _send_order(decider, work, row, order, facts)


def _asks_for_goods(order: SalesOrder, facts: Facts) -> bool:
    return order.status is OrderStatus.OPEN and any(facts.stocked(line) for line in order.open_lines)


def _after_the_last(decider: Decider, work: LaneWork, row: DocumentRow, order: SalesOrder, facts: Facts) -> None:
    """The warehouse is done: a revision says nothing new to it, unless it asks for more than the warehouse heard of."""
    known = {line.line: line.qty_base for line in facts.sent.lines} if facts.sent else {}
    for despatch in despatches_that_stand(work):
        known |= {line: max(qty, known.get(line, qty)) for line, qty in despatch.by_line().items() if line is not None}
    more = [line.item for line in order.open_lines if facts.stocked(line) and line.qty_base > known.get(line.line, 0)]
    if more:
        detail = f"order {order.number} asks for more of {', '.join(more)}, and the warehouse has closed it"
        decider.hold(work, [row], [Problem("order_changed_too_late", detail, about=row.key)])
    else:
        decider.ignore(row, "the warehouse is done with this order")


def free_if_cleared(decider: Decider, work: LaneWork, row: DocumentRow) -> None:
    """A held order whose exception clears by itself is free again once nothing is wrong with it any more."""
    case = work.cases.get(row.case_id or 0)
    if case is None or not isinstance(row.content, SalesOrder):
        return
    clears = all(REASONS[problem.reason].clears_itself for problem in case.problems)
    if clears and not judge_order(row.content, decider.facts_for(work, row)):
        decider.free(work, case, "the item is right now")


def _send_order(decider: Decider, work: LaneWork, row: DocumentRow, order: SalesOrder, facts: Facts) -> None:
    first = goods_out_posting(work)
    if not any(facts.stocked(line) for line in order.lines):
        decider.ignore(row, "no stock lines")
        return
    problems = judge_order(order, facts) if order.status is OrderStatus.OPEN else []
    if problems:
        decider.wait_or_hold(work, row, problems, facts)
        return
    wanted = bodies.goods_out(order, facts)
    if first is None:
        if wanted is None:
            decider.ignore(row, "nothing open for the warehouse")
        else:
            decider.plan(work, row, [("goods_out", row.key, wanted)])
    elif wanted is None:
        _cancel(decider, work, row, order)
    elif wanted == facts.sent:
        decider.ignore(row, "nothing changed for the warehouse")
    else:
        change = GoodsOutChange(of=first.reference, wanted=wanted)
        decider.plan(work, row, [("goods_out_change", f"{row.key}.r{row.revision}", change)])


def _cancel(decider: Decider, work: LaneWork, row: DocumentRow, order: SalesOrder) -> None:
    first = goods_out_posting(work)
    if first is None or taken_back(work):
        decider.ignore(row, "already taken back from the warehouse")
        return
    cancel = GoodsOutCancel(of=first.reference, number=order.number)
    decider.plan(work, row, [("goods_out_cancel", f"{row.key}.r{row.revision}", cancel)])


def _overtaken(decider: Decider, work: LaneWork, row: DocumentRow) -> bool:
    """A revision older than one already acted on says nothing new."""
    kind = row.content.kind
    newer = (o for o in work.documents if o.content.kind == kind and o.key == row.key and o.revision > row.revision)
    if any(o.finished or o.state == "planned" for o in newer):
        decider.ignore(row, "overtaken by a newer revision")
        return True
    return False


def _supersede_held(decider: Decider, work: LaneWork, row: DocumentRow) -> None:
    """A newer revision takes the place of an older one that is held."""
    for older in work.documents:
        same = older.content.kind == row.content.kind and older.key == row.key and older is not row
        if same and older.state == "held" and older.revision < row.revision:
            decider.let_go(work, older, "superseded by a newer revision")
