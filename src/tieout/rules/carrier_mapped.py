"""A carrier that is named has a counterpart in the other system."""

from tieout.domain.documents import Despatch, SalesOrder
from tieout.domain.reasons import Problem
from tieout.rules.facts import Facts


def order_carrier_is_mapped(order: SalesOrder, facts: Facts) -> list[Problem]:
    """The order's carrier can be told to the warehouse."""
    if order.carrier is None or order.carrier in facts.codes.carriers:
        return []
    return [Problem("carrier_not_mapped", f"ledger carrier {order.carrier} is not mapped", about=order.carrier)]


def despatch_carrier_is_mapped(despatch: Despatch, facts: Facts) -> list[Problem]:
    """The carrier that took the goods can be told to the ledger."""
    if despatch.carrier is None or facts.codes.ledger_carrier(despatch.carrier) is not None:
        return []
    return [
        Problem("carrier_not_mapped", f"warehouse carrier {despatch.carrier} is not mapped", about=despatch.carrier)
    ]
