"""Identity: how our names for things are made. Pure, stable for ever: stored references depend on it."""

import re

REFERENCE_MAX = 100
"""Characters: the size of the field that carries our reference in SAP Business One."""

_ABBREVIATION = {
    "goods_out": "SO",
    "goods_out_change": "SOC",
    "goods_out_cancel": "SOX",
    "delivery": "DN",
    "invoice": "IN",
    "delivery_cancel": "DNX",
    "put_item": "IT",
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


def sending_key(order_key: str, number: int) -> str:
    """The key of an order's goods-out. One that was taken back and is sent again bears its number, from 2 on.

    >>> sending_key("17", 1), sending_key("17", 2)
    ('17', '17~2')
    """
    return order_key if number == 1 else f"{order_key}~{number}"


def is_sent_again(goods_out_reference: str) -> bool:
    """True for the reference of an order that was taken back before, and is sent again."""
    match = _REFERENCE.match(goods_out_reference)
    return match is not None and match["again"] is not None


def order_key_of(link: str, goods_out_reference: str | None) -> str | None:
    """The ledger's id of the order that a goods-out reference stands for; None if the reference is not of this link."""
    match = _REFERENCE.match(goods_out_reference or "")
    if match is None or match["link"] != link or match["kind"] != "SO":
        return None
    return match["key"]
