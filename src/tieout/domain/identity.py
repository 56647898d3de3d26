"""Identity: how our names for things are made. Pure, stable for ever: stored references depend on it."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256

REFERENCE_MAX = 100
"""Characters: the size of the field that carries our reference in SAP Business One."""

_ABBREVIATION = {
    "goods_out": "SO",
    "goods_out_change": "SOC",
    "goods_out_cancel": "SOX",
    "delivery": "DN",
    "invoice": "IN",
    "delivery_cancel": "DNX",
    "goods_in": "PO",
    "goods_in_change": "POC",
    "goods_in_cancel": "POX",
    "goods_receipt": "GR",
    "goods_receipt_cancel": "GRX",
    "goods_return": "RT",
    "goods_return_cancel": "RTX",
    "credit": "CM",
    "credit_withdraw": "CMX",
    "put_item": "IT",
    "stock_gain": "SG",
    "stock_loss": "SL",
    "stock_transfer": "ST",
}
_REFERENCE = re.compile(r"^(?P<link>[a-z0-9-]+)\.(?P<kind>[A-Z]+)\.(?P<key>.+?)(?P<again>~\d+)?$")


def reference(link: str, posting_kind: str, key: str) -> str:
    """The reference of a posting: the same for the same documents, on every attempt, in every process.

    >>> reference("demo", "delivery", "3301-88")
    'demo.DN.3301-88'
    """
    made = f"{link}.{_ABBREVIATION[posting_kind]}.{key}"
    if len(made) > REFERENCE_MAX:
        raise ValueError(f"the reference {made!r} is longer than {REFERENCE_MAX} characters; shorten the link's name")
    return made


def item_identity(code: str) -> str:
    """Our name for an item in the cross-reference."""
    return f"item/{code}"


def item_lane(code: str) -> str:
    """The lane of an item."""
    return f"item/{code}"


def order_lane(order_key: str) -> str:
    """The lane of a sales order and of everything that answers it."""
    return f"order/{order_key}"


def purchase_lane(order_key: str) -> str:
    """The lane of a purchase order and of everything that answers it."""
    return f"purchase/{order_key}"


STOCK_LANES = "stock/"
"""What the lanes of changes of stock begin with."""


def stock_lane(warehouse: str, at: datetime, window_s: int) -> str:
    """The lane of all changes of stock of one of the warehouse system's warehouses, in one window of time.

    >>> stock_lane("WH1", datetime(2026, 3, 2, 9, 20, tzinfo=UTC), 900)
    'stock/WH1/20260302T091500Z'
    """
    begins = datetime.fromtimestamp(window_begins_s(at, window_s), UTC)
    return f"{STOCK_LANES}{warehouse}/{begins:%Y%m%dT%H%M%SZ}"


def hold_lane(warehouse: str) -> str:
    """The lane of what is on hold in one of the warehouse system's warehouses."""
    return f"{STOCK_LANES}{warehouse}/{_ON_HOLD}"


def held_in(lane: str) -> str | None:
    """The warehouse whose lane of what is on hold this is; None for another lane.

    >>> held_in(hold_lane("WH1")), held_in("stock/WH1/20260302T091500Z")
    ('WH1', None)
    """
    place, _, what = lane.removeprefix(STOCK_LANES).rpartition("/")
    return place if lane.startswith(STOCK_LANES) and what == _ON_HOLD else None


_ON_HOLD = "on-hold"


def window_begins_s(at: datetime, window_s: int) -> int:
    """When the window began that a moment lies in, in seconds since 1970."""
    return int(at.replace(microsecond=0).timestamp()) // window_s * window_s  # a float would round up


def batch_key(members: Iterable[str]) -> str:
    """The key of a batch: the same for the same members in whatever order, another for any other set.

    >>> batch_key(["7", "12"]) == batch_key(["12", "7"]) != batch_key(["127"])
    True
    """
    return sha256(",".join(sorted(members)).encode()).hexdigest()[:24]


def sending_key(order_key: str, number: int) -> str:
    """The key of an order's goods-out or goods-in. When an order is sent again, it bears its number, from 2 on.

    >>> sending_key("17", 1), sending_key("17", 2)
    ('17', '17~2')
    """
    return order_key if number == 1 else f"{order_key}~{number}"


def is_sent_again(ours: str) -> bool:
    """True for the reference of an order that was sent before, and is sent again."""
    match = _REFERENCE.match(ours)
    return match is not None and match["again"] is not None


def order_key_of(link: str, ours: str | None) -> str | None:
    """The ledger's id of the order (sales or purchase) sent under a reference; None where it is not of this link.

    >>> order_key_of("demo", "demo.SO.17~2"), order_key_of("demo", "demo.PO.9"), order_key_of("demo", "demo.DN.17-1")
    ('17', '9', None)
    """
    answered = _answered(link, ours)
    return answered["key"] if answered else None


def sales_order_key_of(link: str, ours: str | None) -> str | None:
    """The ledger's id of the sales order sent under a reference; None where it is not one of this link.

    >>> sales_order_key_of("demo", "demo.SO.17~2"), sales_order_key_of("demo", "demo.PO.9")
    ('17', None)
    """
    answered = _answered(link, ours)
    return answered["key"] if answered and answered["kind"] == "SO" else None


def lane_of_order(link: str, ours: str | None) -> str | None:
    """The lane of the order that was sent under a reference of ours; None where it is not of this link."""
    answered = _answered(link, ours)
    return _LANES[answered["kind"]](answered["key"]) if answered else None


def _answered(link: str, ours: str | None) -> re.Match[str] | None:
    match = _REFERENCE.match(ours or "")
    return match if match is not None and match["link"] == link and match["kind"] in _LANES else None


_LANES = {"SO": order_lane, "PO": purchase_lane}
"""What is sent to the warehouse under a reference, and is answered from there."""
