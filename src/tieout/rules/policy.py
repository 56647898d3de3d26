"""The rules of each flow, in order: this file reads as the policy. All problems of a document are reported."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from tieout.domain.documents import Despatch, Goods, Item, Order, Receipt, Return, SalesOrder, StockChange
from tieout.domain.reasons import Problem
from tieout.rules.carrier_mapped import despatch_carrier_is_mapped, order_carrier_is_mapped
from tieout.rules.facts import Facts
from tieout.rules.item_active import items_are_active
from tieout.rules.item_barcode import barcode_is_its_own, barcode_is_well_formed, barcodes_are_the_same
from tieout.rules.item_code_fits import code_fits
from tieout.rules.item_has_unit import has_a_unit, item_has_a_unit
from tieout.rules.item_known import items_are_known
from tieout.rules.kits import kits_are_whole, kits_can_be_sent, no_part_of_a_kit_came_back
from tieout.rules.line_known import lines_are_known
from tieout.rules.lots_complete import lots_are_complete
from tieout.rules.open_quantity import nothing_above_open
from tieout.rules.order_size import order_is_not_too_large
from tieout.rules.partial_allowed import part_is_allowed
from tieout.rules.period_open import period_is_open
from tieout.rules.returned import goods_were_delivered, held_goods_have_a_place, returned_quantities_divide
from tieout.rules.right_place import left_from_the_right_place
from tieout.rules.stock_change import (
    changed_item_has_the_same_unit,
    changed_item_is_known,
    changed_item_is_tracked_the_same,
    places_are_clear,
    reason_has_an_account,
)
from tieout.rules.tracking_present import tracking_is_present
from tieout.rules.tracking_same import tracking_is_the_same
from tieout.rules.unit_divides import quantities_divide
from tieout.rules.unit_same import units_are_the_same
from tieout.rules.warehouse_mapped import warehouse_is_mapped

OrderRule = Callable[[SalesOrder, Facts], list[Problem]]
D = TypeVar("D")
DespatchRule = Callable[[Despatch, Facts], list[Problem]]

ITEM: tuple[Callable[[Item, Facts], list[Problem]], ...] = (
    code_fits,
    has_a_unit,
    barcode_is_well_formed,
    barcode_is_its_own,
)

PURCHASE_ORDER: tuple[Callable[[Order, Facts], list[Problem]], ...] = (
    items_are_known,
    items_are_active,
    item_has_a_unit,
    units_are_the_same,
    tracking_is_the_same,
    barcodes_are_the_same,
    warehouse_is_mapped,
    kits_can_be_sent,
)
ORDER: tuple[OrderRule, ...] = (*PURCHASE_ORDER, order_carrier_is_mapped, order_is_not_too_large)

DESPATCH: tuple[DespatchRule, ...] = (
    lines_are_known,
    left_from_the_right_place,
    nothing_above_open,
    quantities_divide,
    kits_are_whole,
    part_is_allowed,
    lots_are_complete,
    tracking_is_present,
    despatch_carrier_is_mapped,
    period_is_open,
)

RECEIPT: tuple[Callable[[Goods, Facts], list[Problem]], ...] = (
    lines_are_known,
    nothing_above_open,
    quantities_divide,
    lots_are_complete,
    period_is_open,
)

STOCK_CHANGE: tuple[Callable[[StockChange, Facts], list[Problem]], ...] = (
    changed_item_is_known,
    changed_item_has_the_same_unit,
    changed_item_is_tracked_the_same,
    lots_are_complete,
    places_are_clear,
    reason_has_an_account,
    period_is_open,
)

RETURN: tuple[Callable[[Return, Facts], list[Problem]], ...] = (
    goods_were_delivered,
    no_part_of_a_kit_came_back,
    returned_quantities_divide,
    lots_are_complete,
    held_goods_have_a_place,
    period_is_open,
)

WAITABLE = frozenset({"item_unknown_in_ledger", "item_unknown_in_warehouse", "item_barcode_differs"})
"""Problems that are often only a matter of time: the item is on its way."""


def judge_item(item: Item, facts: Facts) -> list[Problem]:
    """Every problem of a ledger's item that is to go to the warehouse."""
    return _all(ITEM, item, facts)


def judge_order(order: Order, facts: Facts, rules: Sequence[OrderRule] = ORDER) -> list[Problem]:
    """Every problem of an order, to a customer or a supplier, that is to go to the warehouse."""
    if isinstance(order, SalesOrder):
        return _all(rules, order, facts)
    return _all(PURCHASE_ORDER, order, facts)


def judge_despatch(despatch: Despatch, facts: Facts, rules: Sequence[DespatchRule] = DESPATCH) -> list[Problem]:
    """Every problem of a despatch that is to go to the ledger."""
    return _all(rules, despatch, facts)


def judge_receipt(receipt: Receipt, facts: Facts) -> list[Problem]:
    """Every problem of a receipt that is to go to the ledger."""
    return _all(RECEIPT, receipt, facts)


def judge_stock_change(change: StockChange, facts: Facts) -> list[Problem]:
    """Every problem of a change of stock that is to go to the ledger."""
    return _all(STOCK_CHANGE, change, facts)


def judge_return(returned: Return, facts: Facts) -> list[Problem]:
    """Every problem of a return that is to go to the ledger."""
    return _all(RETURN, returned, facts)


def _all(rules: Sequence[Callable[[D, Facts], list[Problem]]], document: D, facts: Facts) -> list[Problem]:
    return [problem for rule in rules for problem in _held_if_broken(lambda r=rule: r(document, facts), rule.__name__)]


def _held_if_broken(rule: Callable[[], list[Problem]], name: str) -> list[Problem]:
    """A rule that fails holds the document; it never lets it through."""
    try:
        return rule()
    except Exception as error:  # noqa: BLE001  whatever a rule raises must end as a problem of this one document
        return [Problem("invariant_broken", f"rule {name} failed: {type(error).__name__}: {error}", about=name)]
