"""What is posted for goods that came back. Pure; called only for returns no rule has a problem with."""

from collections.abc import Sequence
from decimal import Decimal

from tieout.domain.documents import Return, SalesOrder, Tracking
from tieout.domain.postings import Credit, CreditedLine, GoodsReturn, Lot, ReturnedLine
from tieout.domain.quantities import in_unit
from tieout.rules.facts import Facts
from tieout.rules.returnable import Match
from tieout.rules.returned import of_return


def goods_return(order_key: str, returned: Return, facts: Facts) -> GoodsReturn:
    """The ledger's return: one line for each line of a delivery, sellable goods apart from those that are not."""
    order = facts.order if isinstance(facts.order, SalesOrder) else None
    if order is None:
        raise ValueError("a return needs the order it answers")
    places = of_return(returned, facts).by_place()
    lines = tuple(_line(parts, facts) for parts in places.values())
    day = facts.posting_day(returned.received_at)
    return GoodsReturn(order=order_key, customer=order.customer, posted_on=day, lines=lines)


def _line(parts: Sequence[Match], facts: Facts) -> ReturnedLine:
    one, held = parts[0].delivered, parts[0].goods.held
    total = sum((part.goods.qty_base for part in parts), Decimal(0))
    qty = in_unit(total, one.base_per_unit)
    if qty is None:
        raise ValueError(f"{total} base units of item {one.item} cannot be posted in the order line's unit")
    return ReturnedLine(
        of=one.of,
        line=one.line,
        item=one.item,
        qty=qty,
        qty_base=total,
        warehouse=facts.codes.quarantines[one.warehouse] if held else one.warehouse,
        credited=one.invoiced,
        held=held,
        lots=_lots(parts, facts),
        serials=tuple(serial for part in parts for serial in part.goods.serials),
    )


def _lots(parts: Sequence[Match], facts: Facts) -> tuple[Lot, ...]:
    """Only where the ledger keeps lots: the warehouse may keep one of any goods."""
    item = facts.ledger_items.get(parts[0].delivered.item)
    if item is None or item.tracking is not Tracking.LOT:
        return ()
    by_lot: dict[str, Decimal] = {}
    for part in parts:
        if part.goods.lot:
            by_lot[part.goods.lot] = by_lot.get(part.goods.lot, Decimal(0)) + part.goods.qty_base
    return tuple(Lot(lot=lot, qty_base=qty) for lot, qty in by_lot.items())


def credit(return_reference: str, body: GoodsReturn, facts: Facts) -> Credit | None:
    """The credit memo of a return, by policy, for what tieout invoiced; None where there is none to make."""
    lines = tuple(
        CreditedLine(place=place, item=line.item, qty=line.qty, warehouse=line.warehouse)
        for place, line in enumerate(body.lines)
        if line.credited
    )
    if facts.policy.credit == "none" or not lines:
        return None
    return Credit(
        of=return_reference,
        customer=body.customer,
        posted_on=body.posted_on,
        draft=facts.policy.credit == "draft",
        lines=lines,
    )
