"""How things are said to people: a document, a side, a length of time."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from tieout.domain.credits import CreditDue, CreditMemo
from tieout.domain.documents import (
    Adjustment,
    Arrivals,
    Content,
    Despatch,
    Fulfilment,
    Goods,
    Hold,
    Item,
    ItemSeen,
    OnHold,
    PurchaseOrder,
    Receipt,
    ReceiptReversal,
    Return,
    ReturnReversal,
    Reversal,
    SalesOrder,
    StockChange,
    Transfer,
    Undone,
)
from tieout.domain.quantities import plain
from tieout.domain.reasons import REASONS

_KINDS = {
    "put_item": "item",
    "goods_out": "goods-out",
    "goods_out_change": "change of the goods-out",
    "goods_out_cancel": "cancellation of the goods-out",
    "delivery": "delivery",
    "invoice": "invoice",
    "delivery_cancel": "cancellation of the delivery",
    "goods_in": "goods-in",
    "goods_in_change": "change of the goods-in",
    "goods_in_cancel": "cancellation of the goods-in",
    "goods_receipt": "goods receipt",
    "goods_receipt_cancel": "cancellation of the goods receipt",
    "goods_return": "return",
    "goods_return_cancel": "cancellation of the return",
    "credit": "credit memo",
    "credit_withdraw": "taking back of the draft credit memo",
    "stock_gain": "goods receipt of found stock",
    "stock_loss": "goods issue of lost stock",
    "stock_transfer": "stock transfer",
}


def described(content: Content, key: str) -> str:
    """A document as people name it, such as `despatch 3301-88 of order 1017`. `key` is its key in the journal."""
    if isinstance(content, Adjustment | Transfer | Hold):
        return _changed(content, key)
    match content:
        case Item(code=code) | ItemSeen(item=Item(code=code)):
            return f"item {code}"
        case SalesOrder(number=number):
            return f"order {number}"
        case PurchaseOrder(number=number):
            return f"purchase order {number}"
        case CreditMemo(number=number):
            return f"credit memo {number}"
        case CreditDue(of=of):
            return f"credit due for return {of}"
        case Fulfilment(goods_out=goods_out, status=status):
            return f"goods-out {goods_out}, {status} in the warehouse"
        case Arrivals(goods_in=key) | OnHold(item=key):
            return f"{'goods-in' if isinstance(content, Arrivals) else 'on hold, item'} {key}"
        case moved:
            return _moved(moved, key)


def _moved(content: Goods | Undone, key: str) -> str:
    match content:
        case Despatch(number=number):
            return f"despatch {key} of order {number}" if number else f"despatch {key}"
        case Receipt(number=number):
            return f"receipt {key} of order {number}" if number else f"receipt {key}"
        case Return(number=number):
            return f"return {key} ({number})" if number else f"return {key}"
        case Reversal(of=of):
            return f"despatch {of}, undone"
        case ReceiptReversal(of=of):
            return f"receipt {of}, undone"
        case ReturnReversal(of=of):
            return f"return {of}, undone"


def _changed(change: StockChange, key: str) -> str:
    match change:
        case Adjustment(gained=gained):
            what = "gain" if gained else "loss"
        case Transfer(warehouse=here, to_warehouse=there):
            what = f"transfer from {here} to {there}"
        case Hold(released=released):
            what = "release" if released else "hold"
    return f"{what} {key} of {units(change.goods.qty_base)} of item {change.goods.item}"


def posting_kind(kind: str) -> str:
    """What a posting makes, as people name it."""
    return _KINDS.get(kind, kind)


def sentence(reason: str) -> str:
    """A reason's plain sentence; the code itself where the catalogue no longer has it."""
    known = REASONS.get(reason)
    return known.sentence if known else reason


def what_to_do(reason: str) -> str:
    """What is to be done about a reason; empty where the catalogue no longer has it."""
    known = REASONS.get(reason)
    return known.what_to_do if known else ""


def ends_by(reasons: Iterable[str]) -> list[str]:
    """How exceptions for these reasons end once they are mended: by `replay`, by `resolve` or both; else by itself."""
    ways = (REASONS[one].ends_by if one in REASONS else ("replay",) for one in reasons)
    return sorted({way for some in ways for way in some})


def clears_when(reason: str) -> str:
    """When an exception for this reason ends by itself, for a sentence; empty where it does not."""
    known = REASONS.get(reason)
    return known.clears_when if known and known.clears_itself else ""


def short(revision: str) -> str:
    """A revision without the zeros that make it sort."""
    return revision.lstrip("0") or revision


def units(quantity: Decimal) -> str:
    """A quantity without trailing zeros, thousands told apart."""
    return f"{plain(quantity):,f}"


def money(amount: Decimal) -> str:
    """An amount with two decimals, thousands told apart. No currency: orders may be in several."""
    return f"{amount:,.2f}"


def counted(number: int, one: str) -> str:
    """So many of something, such as `1 document` or `2,000 documents`."""
    return f"{number:,} {one}" if number == 1 else f"{number:,} {one}s"


def length(seconds: float) -> str:
    """A length of time in its largest useful unit.

    >>> length(8040)
    '2 h 14 min'
    """
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min"
    if whole < 86_400:
        return f"{whole // 3600} h {whole % 3600 // 60} min"
    return f"{whole // 86_400} d {whole % 86_400 // 3600} h"


def since(then: datetime, now: datetime) -> str:
    """How long ago something was."""
    return length((now - then).total_seconds())


def moment(at: datetime) -> str:
    """A time as people read it: UTC, to the second."""
    return f"{at:%Y-%m-%d %H:%M:%S}"
