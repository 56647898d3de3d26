"""Decides the next step of a lane: pure, on what has been loaded. Writes nothing; notes everything in `Changes`.

Documents of a lane belong to flows (`out`: items and orders to the warehouse; `back`: despatches and reversals to the
ledger). Within a flow they act in the order they happened: one is finished before the next is decided.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from math import inf

from tieout.domain.documents import Despatch, Item, OrderStatus, Reversal, SalesOrder
from tieout.domain.identity import order_key_of, reference
from tieout.domain.postings import (
    TARGET,
    Body,
    Delivery,
    DeliveryCancel,
    GoodsOut,
    GoodsOutCancel,
    GoodsOutChange,
    PutItem,
)
from tieout.domain.reasons import Problem
from tieout.journal.changes import Changes
from tieout.journal.rows import CaseRow, DocumentRow, LaneWork, MessageRow, MovementRow, PostingRow
from tieout.rules import bodies
from tieout.rules.facts import Facts
from tieout.rules.policy import WAITABLE, judge_despatch, judge_order

PARENT_RETRY_S = 5.0
"""How long a lane rests before it looks again for what it depends on."""

FactsFor = Callable[[LaneWork, DocumentRow], Facts]


@dataclass(frozen=True)
class Planner:
    """Decides documents. `now` stamps what is opened; `facts_for` gathers what a document is judged by."""

    link: str
    now: datetime
    facts_for: FactsFor
    changes: Changes

    def decide(self, work: LaneWork) -> None:
        """Decides, in each flow, the waiting documents that are first in line."""
        for kinds in (("item", "sales_order"), ("despatch", "reversal")):
            for row in in_order(row for row in work.documents if row.content.kind in kinds):
                if row.finished:
                    continue
                if row.state == "held":
                    if kinds[0] == "item":
                        continue
                    self._hold_those_behind(work, row)
                    break
                if row.state == "waiting":
                    self._decide_or_hold(work, row)
                if row.state == "held" and kinds[0] == "despatch":
                    self._hold_those_behind(work, row)
                    break
                if not row.finished and row.state != "held":
                    break

    def _decide_or_hold(self, work: LaneWork, row: DocumentRow) -> None:
        """A failure in our own deciding holds this one document; the other lanes of the batch go on."""
        try:
            self._decide_one(work, row)
        except Exception as error:  # noqa: BLE001  whatever fails here must end as this document's case
            detail = f"deciding failed: {type(error).__name__}: {error}"
            self.hold(work, [row], [Problem("invariant_broken", detail, about=type(error).__name__)])

    def _decide_one(self, work: LaneWork, row: DocumentRow) -> None:
        match row.content:
            case Item() as item:
                self._item(work, row, item)
            case SalesOrder() as order:
                self._order(work, row, order)
            case Despatch() as despatch:
                self._despatch(work, row, despatch)
            case Reversal() as reversal:
                self._reversal(work, row, reversal)

    # Items and orders, to the warehouse

    def _item(self, work: LaneWork, row: DocumentRow, item: Item) -> None:
        if self._overtaken(work, row):
            return
        self._supersede_held(work, row)
        if not item.stocked:
            self.ignore(row, "not a stock item")
            return
        facts = self.facts_for(work, row)
        unit = facts.codes.unit(item.unit)
        if not unit:
            problem = Problem("item_has_no_unit", f"item {item.code} has no inventory unit", about=item.code)
            self.hold(work, [row], [problem])
            return
        if not item.active and item.code not in facts.warehouse_items:
            self.ignore(row, "inactive and not in the warehouse")
            return
        put = Item(code=item.code, name=item.name, unit=unit, tracking=item.tracking, barcode=item.barcode,
                   active=item.active, stocked=True)  # fmt: skip
        self.plan(work, row, [("put_item", f"{item.code}.{row.revision}", PutItem(item=put))])

    def _order(self, work: LaneWork, row: DocumentRow, order: SalesOrder) -> None:
        if self._overtaken(work, row):
            return
        self._supersede_held(work, row)
        first = goods_out_posting(work)
        facts = self.facts_for(work, row)
        if order.status is not OrderStatus.OPEN and first is None:
            self.ignore(row, f"{order.status} before it was sent to the warehouse")
        elif any(
            isinstance(d.content, Despatch) and d.content.completes and d.state != "ignored" for d in work.documents
        ):
            self.ignore(row, "the warehouse is done with this order")
        elif order.status is OrderStatus.CANCELLED:
            self._cancel(work, row, order)
        elif facts.policy.only_released and not order.released and first is None:
            self.ignore(row, "not released")
        else:
            self._send_order(work, row, order, facts)

    def _send_order(self, work: LaneWork, row: DocumentRow, order: SalesOrder, facts: Facts) -> None:
        first = goods_out_posting(work)
        if not any(facts.stocked(line) for line in order.lines):
            self.ignore(row, "no stock lines")
            return
        problems = judge_order(order, facts) if order.status is OrderStatus.OPEN else []
        if problems:
            self._wait_or_hold(work, row, problems, facts)
            return
        wanted = bodies.goods_out(order, facts)
        if first is None:
            if wanted is None:
                self.ignore(row, "nothing open for the warehouse")
            else:
                self.plan(work, row, [("goods_out", row.key, wanted)])
        elif wanted is None:
            self._cancel(work, row, order)
        elif wanted == facts.sent:
            self.ignore(row, "nothing changed for the warehouse")
        else:
            change = GoodsOutChange(of=first.reference, wanted=wanted)
            self.plan(work, row, [("goods_out_change", f"{row.key}.r{row.revision}", change)])

    def _cancel(self, work: LaneWork, row: DocumentRow, order: SalesOrder) -> None:
        first = goods_out_posting(work)
        if first is None or any(p.kind == "goods_out_cancel" and p.counts for p in work.postings):
            self.ignore(row, "already taken back from the warehouse")
            return
        cancel = GoodsOutCancel(of=first.reference, number=order.number)
        self.plan(work, row, [("goods_out_cancel", f"{row.key}.r{row.revision}", cancel)])

    def _overtaken(self, work: LaneWork, row: DocumentRow) -> bool:
        """A revision older than one already acted on says nothing new."""
        kind = row.content.kind
        newer = (o for o in work.documents if o.content.kind == kind and o.key == row.key and o.revision > row.revision)
        if any(o.finished or o.state == "planned" for o in newer):
            self.ignore(row, "overtaken by a newer revision")
            return True
        return False

    def _supersede_held(self, work: LaneWork, row: DocumentRow) -> None:
        """A newer revision takes the place of an older one that is held."""
        for older in work.documents:
            same = older.content.kind == row.content.kind and older.key == row.key and older is not row
            if same and older.state == "held" and older.revision < row.revision:
                self.let_go(work, older, "superseded by a newer revision")

    # Despatches and reversals, to the ledger

    def _despatch(self, work: LaneWork, row: DocumentRow, despatch: Despatch) -> None:
        order_key = order_key_of(self.link, despatch.order)
        first = goods_out_posting(work)
        if order_key is None or first is None:
            detail = (
                f"goods-out {despatch.goods_out} ({despatch.number or 'no reference'}) is not an order of this link"
            )
            self.hold(work, [row], [Problem("despatch_without_order", detail, about=despatch.goods_out)])
            return
        if first.state != "done":
            work.rest_for_parent(PARENT_RETRY_S, "waits until its order is known to stand in the warehouse")
            return
        facts = self.facts_for(work, row)
        problems = judge_despatch(despatch, facts)
        if problems:
            self._wait_or_hold(work, row, problems, facts)
            return
        delivery = bodies.delivery(order_key, despatch, facts)
        steps: list[tuple[str, str, Body]] = [("delivery", row.key, delivery)]
        if facts.policy.invoice:
            steps.append(("invoice", row.key, bodies.invoice(reference(self.link, "delivery", row.key), delivery)))
        self.plan(work, row, steps)

    def _reversal(self, work: LaneWork, row: DocumentRow, reversal: Reversal) -> None:
        despatch = next((d for d in work.documents if d.content.kind == "despatch" and d.key == reversal.of), None)
        if despatch is None:
            detail = f"despatch {reversal.of} was undone but never seen here"
            self.hold(work, [row], [Problem("reversal_without_despatch", detail, about=reversal.of)])
            return
        delivered = _standing(work, despatch, "delivery")
        if delivered is None:
            self.let_go(work, despatch, "undone before it was posted")
            self.ignore(row, "undone before it was posted")
        elif _standing(work, despatch, "invoice") is not None:
            detail = f"despatch {reversal.of} was undone; its delivery is already invoiced"
            self.hold(work, [row], [Problem("ledger_has_gone_on", detail, about=reversal.of)])
        else:
            if despatch.state == "held":
                self.let_go(work, despatch, "undone before it was invoiced")
            day = self.facts_for(work, row).posting_day(reversal.reversed_at)
            self.plan(work, row, [("delivery_cancel", row.key, DeliveryCancel(of=delivered.reference, posted_on=day))])

    def _hold_those_behind(self, work: LaneWork, held: DocumentRow) -> None:
        """What happened after a held despatch waits with it, under the same case; only its own reversal may act."""
        opened = next((case for other, case in self.changes.holds if other is held), None)
        for row in in_order(r for r in work.documents if r.content.kind in ("despatch", "reversal")):
            if row.state != "waiting":
                continue
            if isinstance(row.content, Reversal) and row.content.of == held.key:
                self._decide_one(work, row)
                return
            row.state, row.case_id = "held", held.case_id
            if opened is not None:
                self.changes.holds.append((row, opened))
            self.changes.touch(row)
            self.changes.movements += movements(row)

    # What a decision does

    def plan(self, work: LaneWork, row: DocumentRow, steps: list[tuple[str, str, Body]]) -> None:
        """The document is to be posted by these steps (kind, key of the reference, body), in order."""
        row.state = "planned"
        self.changes.touch(row)
        for number, (kind, key, body) in enumerate(steps):
            name = reference(self.link, kind, key)
            known = next((p for p in work.postings if p.reference == name), None)
            if known is None:
                made = PostingRow(None, row, number, TARGET[kind], kind, name, body, "due")
                work.postings.append(made)
                self.changes.postings.append((work, made))
            elif known.state in ("refused", "void"):
                known.body, known.state = body, "due"
                self.changes.touch(known)
        self.changes.movements += movements(row)

    def ignore(self, row: DocumentRow, policy: str) -> None:
        """The document changes nothing, by a named policy."""
        row.state, row.policy, row.case_id = "ignored", policy, None
        self.changes.touch(row)
        self.changes.movements += movements(row)

    def hold(self, work: LaneWork, rows: list[MessageRow | DocumentRow], problems: list[Problem]) -> None:
        """Holds rows by one new case."""
        units = sum((blocked_units(row) for row in rows if isinstance(row, DocumentRow)), Decimal(0))
        case = CaseRow(None, work.lane, problems, "open", units, self.now)
        self.changes.cases.append(case)
        for row in rows:
            row.state = "held"
            self.changes.holds.append((row, case))
            self.changes.touch(row)
            if isinstance(row, DocumentRow) and row.content.kind in ("despatch", "reversal"):
                self.changes.movements += movements(row)

    def let_go(self, work: LaneWork, row: DocumentRow, why: str) -> None:
        """A held document is no longer needed: its unfinished postings are void, and its case is cleared."""
        case_id = row.case_id
        self.changes.drop_hold(row)
        self.ignore(row, why)
        for posting in work.postings:
            if posting.document is row and posting.state in ("due", "refused"):
                posting.state = "void"
                self.changes.touch(posting)
        if case_id is None or case_id not in work.cases:
            return
        for other in work.documents:
            if other.case_id == case_id and other.state == "held":
                other.state, other.case_id = "waiting", None
                self.changes.touch(other)
        self.changes.cleared.append((work.cases.pop(case_id), why))

    def _wait_or_hold(self, work: LaneWork, row: DocumentRow, problems: list[Problem], facts: Facts) -> None:
        young = (self.now - row.stored_at).total_seconds() < facts.policy.parent_patience_s
        if young and all(problem.reason in WAITABLE for problem in problems):
            work.rest_for_parent(PARENT_RETRY_S, problems[0].detail)
        else:
            self.hold(work, [row], problems)


def in_order(rows: Iterable[DocumentRow]) -> list[DocumentRow]:
    """Documents of one flow in the order they happened: revisions of one thing by revision, events by their time.

    What happened at one instant keeps the order in which it was read; what is not stored yet was read last.
    """

    def place(row: DocumentRow) -> tuple[str, datetime, float]:
        revision = row.revision if row.content.kind in ("item", "sales_order") else ""
        return revision, row.happened_at, inf if row.id is None else row.id

    return sorted(rows, key=place)


def goods_out_posting(work: LaneWork) -> PostingRow | None:
    """The posting by which the warehouse was first told of this lane's order."""
    return next((p for p in work.postings if p.kind == "goods_out" and p.counts), None)


def last_sent(work: LaneWork) -> GoodsOut | None:
    """What the warehouse was last told to send."""
    sent: GoodsOut | None = None
    for posting in work.postings:
        match posting.body:
            case GoodsOut() as body if posting.counts:
                sent = body
            case GoodsOutChange(wanted=body) if posting.counts:
                sent = body
            case _:
                pass
    return sent


def delivered_base(work: LaneWork, besides: DocumentRow) -> dict[str, Decimal]:
    """Base units by order line that deliveries of other documents stand for, and that were not cancelled."""
    cancelled = {p.body.of for p in work.postings if isinstance(p.body, DeliveryCancel) and p.counts}
    total: dict[str, Decimal] = {}
    for posting in work.postings:
        if not isinstance(posting.body, Delivery) or not posting.counts or posting.document is besides:
            continue
        if posting.reference not in cancelled:
            for line in posting.body.lines:
                total[line.line] = total.get(line.line, Decimal(0)) + line.qty_base
    return total


def _standing(work: LaneWork, row: DocumentRow, kind: str) -> PostingRow | None:
    return next((p for p in work.postings if p.document is row and p.kind == kind and p.state == "done"), None)


def movements(row: DocumentRow) -> list[MovementRow]:
    """The stock a despatch or a reversal moves: out is negative."""
    match row.content:
        case Despatch(lines=lines, despatched_at=at):
            sign = -1
        case Reversal(lines=lines, reversed_at=at):
            sign = 1
        case _:
            return []
    return [MovementRow(line.movement, row, line.item, None, sign * line.qty_base, line.lot, at) for line in lines]


def blocked_units(row: DocumentRow) -> Decimal:
    """Base units a held document keeps from crossing."""
    match row.content:
        case SalesOrder(lines=lines):
            return sum((line.qty_base for line in lines), Decimal(0))
        case Despatch(lines=lines) | Reversal(lines=lines):
            return sum((line.qty_base for line in lines), Decimal(0))
        case _:
            return Decimal(0)
