"""Refusals: what the twin answers when it will not do something, in the vendor's shape of error.

Source of the shape and of the codes 36, 37, 39, 59 and 318: section 2.1 of the Clarus facts. Every other number is an
assumption; they start at 900 so that nobody mistakes them for published ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

CODES: Mapping[str, int] = MappingProxyType(
    {
        "empty_ids_provided": 36,
        "invalid_ids_provided": 37,
        "not_enough_stocks_for_picking": 39,
        "goods_out_already_allocated": 59,
        "goods_outs_with_different_pick_types_cannot_be_consolidated": 318,
        "malformed_body": 900,
        "wrong_type": 901,
        "attribute_missing": 902,
        "attribute_invalid": 903,
        "attribute_unknown": 904,
        "record_not_found": 905,
        "product_code_exists": 906,
        "record_not_unique": 907,
        "product_stopped": 908,
        "product_not_in_account": 909,
        "account_not_in_warehouse": 910,
        "goods_out_in_progress": 911,
        "goods_out_completed": 912,
        "goods_out_cancelled": 913,
        "goods_out_not_part_allocated": 914,
        "account_not_short_pickable": 915,
        "record_in_use": 916,
        "not_enough_stock": 917,
        "stock_on_hold": 918,
        "stock_not_on_hold": 919,
        "stock_allocated": 920,
        "nothing_to_dispatch": 921,
        "nothing_to_undo": 922,
        "line_not_found": 923,
        "serial_numbers_invalid": 924,
        "route_not_found": 925,
        "act_invalid": 926,
        "goods_in_receipt_in_progress": 927,
        "goods_in_receipt_without_lines": 928,
        "goods_in_receipt_not_receiving": 929,
        "task_not_available": 930,
        "received_stock_gone": 931,
        "too_many_lines": 932,
    }
)


@dataclass(frozen=True)
class Problem:
    """One entry of the `errors` list."""

    symbol: str
    details: str
    source: str | None = None
    context: Mapping[str, Any] | None = None

    def wire(self) -> dict[str, Any]:
        """The entry as the vendor writes it."""
        context = None if self.context is None else dict(self.context)
        return {
            "code": CODES[self.symbol],
            "symbol": self.symbol,
            "details": self.details,
            "source": self.source,
            "context": context,
        }


class RefusedError(Exception):
    """The request is answered with an error: 422 unless said otherwise. Carries every problem found."""

    def __init__(self, *problems: Problem, status: int = 422) -> None:
        super().__init__("; ".join(problem.details for problem in problems))
        self.problems = problems
        self.status = status


def refused(symbol: str, details: str, **context: Any) -> RefusedError:
    """A 422 with one problem."""
    return RefusedError(Problem(symbol, details, context=context or None))


def not_found(kind: str, record_id: object) -> RefusedError:
    """A 404 for a record named in the path."""
    return RefusedError(Problem("record_not_found", f"{kind} {record_id} does not exist", kind), status=404)
