"""What is posted, made from what is known. Pure; called only for documents no rule has a problem with."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from tieout.domain.documents import Despatch, Goods, GoodsLine, Order, OrderLine, PurchaseOrder, Receipt, SalesOrder
from tieout.domain.postings import AskedLine, Delivery, GoodsIn, GoodsOut, GoodsReceipt, Invoice, Lot, PostedLine
from tieout.domain.quantities import in_unit
from tieout.rules.facts import Facts
from tieout.rules.kits import kits_left, kits_of


def goods_out(order: SalesOrder, facts: Facts) -> GoodsOut | None:
    """What the warehouse should send for an order: its stock lines. None when there is nothing for it to do."""
    lines = asked_lines(order, facts)
    if not lines:
        return None
    return GoodsOut(
        number=order.number,
        customer=order.customer,
        due_at=order.due_at,
        warehouse=_place(order, facts),
        carrier=facts.codes.carriers.get(order.carrier) if order.carrier else None,
        address=order.address,
        lines=lines,
    )


def goods_in(order: PurchaseOrder, facts: Facts) -> GoodsIn | None:
    """What the warehouse should expect for a purchase order: its stock lines. None when it should expect nothing."""
    lines = asked_lines(order, facts)
    if not lines:
        return None
    place = _place(order, facts)
    return GoodsIn(number=order.number, supplier=order.supplier, due_at=order.due_at, warehouse=place, lines=lines)


def _place(order: Order, facts: Facts) -> str:
    """The warehouse's own code of where the goods lie, or are to lie."""
    place = facts.codes.place(order, next(line.warehouse for line in order.lines if facts.stocked(line)))
    if place is None:
        raise ValueError("an order needs a warehouse that is mapped")
    return place


def asked_lines(order: Order, facts: Facts) -> tuple[AskedLine, ...]:
    """The lines the warehouse is to be asked for.

    What was posted before tieout first saw the order is not asked for again; a line closed by hand asks for no more
    than has been posted.
    """
    return tuple(line for line in (_wanted(line, facts) for line in order.lines) if line is not None)


def _wanted(line: OrderLine, facts: Facts) -> AskedLine | None:
    if not facts.stocked(line):
        return None
    before = facts.brought_before_base.get(line.line, Decimal(0))
    delivered = facts.delivered_base.get(line.line, Decimal(0)) - before
    asked = {sent.line: sent.qty_base for sent in facts.sent.lines} if facts.sent else {}
    if line.closed and facts.sent is None:
        return None
    if line.closed:
        wanted = min(delivered, asked.get(line.line, delivered))
    elif facts.sent is None:
        wanted = line.open_qty * line.base_per_unit
    else:
        wanted = line.qty_base - facts.delivered_elsewhere_base(line.line) - before
    if wanted <= 0:
        return None
    return AskedLine(line=line.line, item=facts.codes.product(line.item), qty_base=wanted)


def delivery(order_key: str, despatch: Despatch, facts: Facts, also: tuple[str, ...] = ()) -> Delivery:
    """The ledger's delivery of a despatch, or of several together (`also` names the others): one line for each order
    line, with its lots and serial numbers, and before the parts of a kit the kit."""
    order = facts.order if isinstance(facts.order, SalesOrder) else None
    if order is None:
        raise ValueError("a delivery needs the order it answers")
    return Delivery(
        order=order_key,
        customer=order.customer,
        posted_on=facts.posting_day(despatch.despatched_at),
        carrier=facts.codes.ledger_carrier(despatch.carrier, order.carrier),
        tracking=despatch.tracking,
        lines=tuple(_delivered_lines(despatch, facts)),
        also=also,
    )


def _delivered_lines(despatch: Despatch, facts: Facts) -> Iterator[PostedLine]:
    kits = {part.line: (kit, parts) for kit, parts in kits_of(facts.order) for part in parts}
    told: set[str] = set()
    for name in despatch.by_line():
        if name not in kits:
            yield _posted_line(name, despatch, facts)
        elif kits[name][0].line not in told:
            told.add(kits[name][0].line)
            yield from _kit_lines(*kits[name], despatch, facts)


def _kit_lines(kit: OrderLine, parts: tuple[OrderLine, ...], despatch: Despatch, facts: Facts) -> Iterator[PostedLine]:
    """The kit in the number that left, and its parts: of one that is not stock, as many as belong to so many kits."""
    number = max(kits_left(despatch, kit, parts, facts).values())
    place = next((part.warehouse for part in parts if facts.stocked(part)), None)
    yield replace(_not_goods(kit, number, place), kit=True)
    for part in parts:
        if facts.stocked(part):
            yield _posted_line(part.line, despatch, facts)
        else:
            yield _not_goods(part, number * part.qty_base / kit.qty_base, place)


def _not_goods(line: OrderLine, qty_base: Decimal, place: str | None) -> PostedLine:
    """A line whose goods nobody moves, in the warehouse of those it belongs to where it names none."""
    qty, warehouse = in_unit(qty_base, line.base_per_unit), line.warehouse or place
    if qty is None or warehouse is None:
        raise ValueError(f"line {line.line}: {qty_base} base units cannot be posted as {line.unit}")
    return PostedLine(line=line.line, item=line.item, qty=qty, qty_base=qty_base, warehouse=warehouse)


def goods_receipt(order_key: str, receipt: Receipt, facts: Facts) -> GoodsReceipt:
    """The ledger's goods receipt of what arrived: one line for each order line, with its lots and serial numbers."""
    order = facts.order if isinstance(facts.order, PurchaseOrder) else None
    if order is None:
        raise ValueError("a goods receipt needs the purchase order it answers")
    lines = [_posted_line(name, receipt, facts) for name in receipt.by_line()]
    day = facts.posting_day(receipt.received_at)
    return GoodsReceipt(order=order_key, supplier=order.supplier, posted_on=day, lines=tuple(lines))


def _posted_line(name: str | None, goods: Goods, facts: Facts) -> PostedLine:
    line = facts.order_line(name)
    if line is None:
        raise ValueError(f"line {name} of the {goods.kind} is not a line of the order")
    moved = [part for part in goods.lines if part.line == name]
    total = sum((part.qty_base for part in moved), Decimal(0))
    qty = in_unit(total, line.base_per_unit)
    if qty is None or line.warehouse is None:
        raise ValueError(f"line {name}: {total} base units cannot be posted as {line.unit}")
    return PostedLine(
        line=line.line,
        item=line.item,
        qty=qty,
        qty_base=total,
        warehouse=line.warehouse,
        lots=_lots(moved),
        serials=tuple(serial for part in moved for serial in part.serials),
    )


def _lots(parts: Iterable[GoodsLine]) -> tuple[Lot, ...]:
    by_lot: dict[str, Decimal] = {}
    for part in parts:
        if part.lot:
            by_lot[part.lot] = by_lot.get(part.lot, Decimal(0)) + part.qty_base
    return tuple(Lot(lot=lot, qty_base=qty) for lot, qty in by_lot.items())


def invoice(delivery_reference: str, delivered: Delivery) -> Invoice:
    """The invoice of a delivery, line for line."""
    return Invoice(
        of=delivery_reference, customer=delivered.customer, posted_on=delivered.posted_on, lines=delivered.lines
    )
