"""What is known of the credit for goods that came back: what the ledger has, and what it owes."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class CreditedGoods:
    """Base units of one item on a credit memo. `base` is the ledger's id of the document they were taken from."""

    base_kind: Literal["return", "invoice", "delivery"] | None
    base: str | None
    item: str
    qty_base: Decimal


@dataclass(frozen=True, kw_only=True)
class CreditMemo:
    """A customer's credit memo in the ledger, whoever wrote it. `reference` is what it bears where ours would stand;
    `order` our reference of the order it credits, as far as the journal knows it."""

    kind: Literal["credit_memo"] = "credit_memo"
    number: str
    customer: str
    cancelled: bool
    reference: str | None
    order: str | None
    lines: tuple[CreditedGoods, ...]


@dataclass(frozen=True, kw_only=True)
class CreditDue:
    """A return that the ledger owes its customer a credit memo for. `of` is the key of that return, `number` the
    order's as people know it."""

    kind: Literal["credit_due"] = "credit_due"
    of: str
    number: str
    due_at: datetime
