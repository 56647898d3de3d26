"""What is posted, made from what is known. Pure; called only for documents no rule has a problem with."""

from collections.abc import Iterable
from decimal import Decimal

from tieout.domain.documents import Despatch, DespatchLine, OrderLine, SalesOrder
from tieout.domain.postings import Delivery, DeliveryLine, GoodsOut, GoodsOutLine, Invoice, Lot
from tieout.domain.quantities import in_unit
from tieout.rules.facts import Facts


def goods_out(order: SalesOrder, facts: Facts) -> GoodsOut | None:
    """What the warehouse should send for an order: its stock lines. None when there is nothing for it to do.

    What was delivered before tieout first saw the order is not asked for again; a line closed by hand asks for no more
    than has been delivered.
    """
    lines = tuple(line for line in (_wanted(line, facts) for line in order.lines) if line is not None)
    if not lines:
        return None
    place = next(line.warehouse for line in order.lines if facts.stocked(line))
    return GoodsOut(
        number=order.number,
        customer=order.customer,
        due_at=order.due_at,
        warehouse=facts.codes.warehouses[place or ""],
        carrier=facts.codes.carriers.get(order.carrier) if order.carrier else None,
        address=order.address,
        lines=lines,
    )


def _wanted(line: OrderLine, facts: Facts) -> GoodsOutLine | None:
    if not facts.stocked(line):
        return None
    delivered = facts.delivered_base.get(line.line, Decimal(0))
    asked = {sent.line: sent.qty_base for sent in facts.sent.lines} if facts.sent else {}
    if line.closed:
        wanted = min(delivered, asked.get(line.line, delivered))
    elif facts.sent is None:
        wanted = line.open_qty * line.base_per_unit
    else:
        wanted = line.qty_base - facts.delivered_elsewhere_base(line.line)
    return GoodsOutLine(line=line.line, item=line.item, qty_base=wanted) if wanted > 0 else None


def delivery(order_key: str, despatch: Despatch, facts: Facts) -> Delivery:
    """The ledger's delivery of a despatch: one line for each order line, with its lots and serial numbers."""
    if facts.order is None:
        raise ValueError("a delivery needs the order it answers")
    lines = [_delivery_line(name, despatch, facts) for name in despatch.by_line()]
    return Delivery(
        order=order_key,
        customer=facts.order.customer,
        posted_on=facts.posting_day(despatch.despatched_at),
        carrier=facts.codes.ledger_carrier(despatch.carrier, facts.order.carrier),
        tracking=despatch.tracking,
        lines=tuple(lines),
    )


def _delivery_line(name: str | None, despatch: Despatch, facts: Facts) -> DeliveryLine:
    line = facts.order_line(name)
    if line is None:
        raise ValueError(f"despatch line {name} is not a line of the order")
    left = [part for part in despatch.lines if part.line == name]
    total = sum((part.qty_base for part in left), Decimal(0))
    qty = in_unit(total, line.base_per_unit)
    if qty is None or line.warehouse is None:
        raise ValueError(f"line {name}: {total} base units cannot be delivered as {line.unit}")
    return DeliveryLine(
        line=line.line,
        item=line.item,
        qty=qty,
        qty_base=total,
        warehouse=line.warehouse,
        lots=_lots(left),
        serials=tuple(serial for part in left for serial in part.serials),
    )


def _lots(parts: Iterable[DespatchLine]) -> tuple[Lot, ...]:
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
