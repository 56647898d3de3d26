"""Changes of stock that answer no order: stock found or lost, and goods that went from one warehouse to another.

Clarus tells them as movements, each by itself, so the feed brings each with all that is needed of it and nothing is
looked up. There is no webhook for them: they wait to be posted together anyway. What stays in one warehouse, and what
other flows read (receipts, picks, despatches), is passed over.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from hashlib import sha256

from tieout.connectors.clarus.feeds import begin, onward
from tieout.connectors.clarus.graph import AnsweredInPart, Ask, Graph, Page, QueryRefused
from tieout.connectors.clarus.lookup import Lookup
from tieout.connectors.clarus.moves import is_held
from tieout.connectors.clarus.queries import STOCK_CHANGES, Listing
from tieout.connectors.clarus.settings import Settings
from tieout.connectors.clarus.values import (
    ITEM_MAX,
    LOT_MAX,
    WAREHOUSE_MAX,
    Node,
    NotJson,
    as_id,
    as_list,
    as_node,
    at,
    code_at,
    must_fit,
    number_at,
    parse,
    text_at,
    time_at,
)
from tieout.connectors.contract import Message, Poll, Unreadable
from tieout.domain.clock import Clock
from tieout.domain.documents import Adjustment, Document, GoodsLine, Side, Transfer

FEED = "stock_changes"
TOPIC = "stock_change"
UNCLEAR = "unclear"
"""Stands for the warehouse of what cannot be read."""
KEY_MAX = 100


class StockChanges:
    """The feed of changes of stock of one account."""

    def __init__(self, graph: Graph, lookup: Lookup, settings: Settings, clock: Clock) -> None:
        self._graph = graph
        self._lookup = lookup
        self._settings = settings
        self._clock = clock

    def poll(self, stored: str | None) -> Poll:
        """One page of movements, oldest first. Raises `RetryLater`, `Misconfigured`."""
        cursor = begin(stored, self._settings.begin_at)
        if lacking(self._graph, self._settings):
            return Poll(messages=(), cursor=json.dumps(asdict(cursor)), more=False)
        try:
            page = self._page(cursor.since, cursor.after)
        except (QueryRefused, AnsweredInPart):
            if cursor.after is None:
                raise
            cursor = replace(cursor, after=None)  # a page mark may have grown too old: begin the window again
            page = self._page(cursor.since, None)
        now = self._clock.now()
        messages = [found for node in page.nodes if (found := _message(node, self._settings, now)) is not None]
        onto = onward(cursor, page.after, page.nodes, now, self._settings.overlap_s)
        return Poll(messages=tuple(messages), cursor=json.dumps(asdict(onto)), more=page.after is not None)

    def _page(self, since: str | None, after: str | None) -> Page:
        settings = self._settings
        where = {
            "account_id": {"eq": self._lookup.account()},
            "subtype": {"in": subtypes(self._graph, settings)},
            **({} if since is None else {"created_at": {"from": since}}),
        }
        listing = _with_lots(settings)
        return self._graph.pages({"moves": Ask(listing, where, archived=True, after=after)})["moves"]


def _with_lots(settings: Settings) -> Listing:
    return replace(STOCK_CHANGES, extra=(*STOCK_CHANGES.extra, settings.lot_field))


def subtypes(graph: Graph, settings: Settings) -> list[str]:
    """Those of the subtypes that this tenant has; asking for another would be an error."""
    known = graph.schema.enum_of_filter(STOCK_CHANGES, "subtype")
    return [one for one in _named(settings) if known is None or one in known]


def _named(settings: Settings) -> tuple[str, ...]:
    return (*settings.adjustment_up_subtypes, *settings.adjustment_down_subtypes, *settings.transfer_subtypes)


def lacking(graph: Graph, settings: Settings) -> list[str]:
    """What keeps changes of stock from being read; empty where they can be."""
    told = graph.schema.has(STOCK_CHANGES, "warehouse.code") or len(settings.warehouses) == 1
    return [] if told else ["transactions.warehouse"]


def unknown_subtypes(graph: Graph, settings: Settings) -> list[str]:
    """Subtypes the settings name that this tenant does not have."""
    return [one for one in _named(settings) if one not in subtypes(graph, settings)]


def _message(node: Node, settings: Settings, now: datetime) -> Message | None:
    """A movement as it was told; None for one that stays in its warehouse.

    One that does not say when or where it was is told all the same, of now and of no warehouse: reading it says what is
    wrong, and the others of its page are not kept waiting.
    """
    raw = json.dumps(node, default=str)
    key = key_of(node, raw)
    try:
        place, when = _place(node, settings), time_at(node, "created_at")
        if text_at(node, "subtype") in settings.transfer_subtypes and _target(node, place) == place:
            return None
    except NotJson:
        place, when = UNCLEAR, now
    return Message(topic=TOPIC, key=key, identity=f"stock:{key}", raw=raw, at=when, place=place)


def key_of(node: Node, raw: str) -> str:
    """A record's id; of one that has none that can be kept, a digest of it."""
    key = as_id(node.get("id"))
    return key if key is not None and len(key) <= KEY_MAX else sha256(raw.encode()).hexdigest()[:24]


def _place(node: Node, settings: Settings) -> str:
    """The warehouse stock changed in; of goods that went elsewhere, the one they came from."""
    only = settings.warehouses[0] if len(settings.warehouses) == 1 else None
    source = code_at(node, "location_from.warehouse")
    place = source or code_at(node, "warehouse") or code_at(node, "location_to.warehouse") or only
    if place is None:
        raise NotJson("warehouse is missing")
    must_fit(place, "warehouse", WAREHOUSE_MAX)
    return place


def _target(node: Node, place: str) -> str:
    target = code_at(node, "location_to.warehouse") or place
    must_fit(target, "warehouse", WAREHOUSE_MAX)
    return target


def document(message: Message, settings: Settings) -> Document | Unreadable:
    """What one movement means."""
    try:
        node = as_node(parse(message.raw))
        if node is None:
            return Unreadable("a movement is a JSON object")
        return _document(message.key, node, settings)
    except NotJson as error:
        return Unreadable(f"movement {message.key}: {error}")


def _document(key: str, node: Node, settings: Settings) -> Document | Unreadable:
    if as_id(node.get("id")) != key:
        raise NotJson("id is missing")
    subtype, when = text_at(node, "subtype"), time_at(node, "created_at")
    goods = GoodsLine(
        movement=key,
        line=None,
        item=code_at(node, "product") or "",
        qty_base=abs(number_at(node, "quantity")),
        lot=text_at(node, settings.lot_field),
        serials=_serials(as_list(at(node, "serial_numbers"))),
        held=is_held(node, settings),
    )
    must_fit(goods.item, "product", ITEM_MAX)
    must_fit(goods.lot, "lot", LOT_MAX)
    if not goods.item or not goods.qty_base:
        return Unreadable(f"movement {key} names no product, or moves nothing")
    content = _content(subtype, node, when, goods, settings)
    if content is None:
        return Unreadable(f"movement {key} has subtype {subtype!r}, which is no change of stock by the settings")
    return Document(side=Side.WAREHOUSE, key=key, revision="1", happened_at=when, content=content)


def _serials(told: Sequence[object]) -> tuple[str, ...]:
    return tuple(map(str, told))


def _content(
    subtype: str | None, node: Node, when: datetime, goods: GoodsLine, settings: Settings
) -> Adjustment | Transfer | None:
    place = _place(node, settings)
    if subtype in settings.transfer_subtypes:
        return Transfer(warehouse=place, to_warehouse=_target(node, place), transferred_at=when, goods=goods)
    gained = subtype in settings.adjustment_up_subtypes
    if not gained and subtype not in settings.adjustment_down_subtypes:
        return None
    reason = code_at(node, "reason_code")
    return Adjustment(warehouse=place, reason=reason, adjusted_at=when, gained=gained, goods=goods)
