"""How much may not be sold, as it stands: Clarus writes no movement when stock is put on hold or freed.

All stock records on hold are read and summed up by warehouse, product and lot. What is the same on two readings in a
row, and another than was told last, becomes a message. Goods of a receipt that is still open are left out: the ledger
does not have them yet, and their receipt tells of the hold.

A record that cannot be read becomes a message of its own, which says what is wrong. What it may be a part of is not
told to be less while it stands: goods nobody has freed would be sold.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256

from tieout.connectors.clarus.graph import Graph
from tieout.connectors.clarus.lookup import Lookup
from tieout.connectors.clarus.moves import is_held
from tieout.connectors.clarus.queries import STOCKS
from tieout.connectors.clarus.settings import Settings
from tieout.connectors.clarus.stock_changes import UNCLEAR, key_of
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
    wire_time,
)
from tieout.connectors.contract import Message, Poll, Unreadable
from tieout.domain.clock import Clock
from tieout.domain.documents import Document, OnHold, Side
from tieout.domain.quantities import plain

FEED = "holds"
TOPIC = "on_hold"
NONE = Decimal(0)


@dataclass(frozen=True)
class Stands:
    """What was read last and when, and what was told last, by place: a JSON list of warehouse, product and lot."""

    read_at: str | None = None
    seen: Mapping[str, str] = field(default_factory=dict[str, str])
    told: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class _Held:
    """What is on hold in one place, and the goods-ins by which some of it came."""

    units: str
    goods_ins: list[str] = field(default_factory=list[str])


NOTHING = _Held("0")


Unclear = tuple[Node, str]
"""A record that cannot be read, and why."""


@dataclass(frozen=True)
class _Read:
    """What one reading found: what is on hold, by place, and the records that cannot be read."""

    held: Mapping[str, _Held]
    unclear: Sequence[Unclear]


class Holds:
    """The feed of what is on hold in one account."""

    def __init__(self, graph: Graph, lookup: Lookup, settings: Settings, clock: Clock) -> None:
        self._graph = graph
        self._lookup = lookup
        self._settings = settings
        self._clock = clock

    def poll(self, stored: str | None) -> Poll:
        """All that is on hold now, where the last reading is long enough ago. Raises `RetryLater`, `Misconfigured`."""
        before, now = Stands(**json.loads(stored)) if stored is not None else Stands(), self._clock.now()
        if lacking(self._graph, self._settings) or _too_soon(before, now, self._settings.holds_every_s):
            return Poll(messages=(), cursor=json.dumps(asdict(before)), more=False)
        read = self._read()
        found, seen = read.held, {place: one.units for place, one in read.held.items()}
        told = dict(before.told)
        messages = [_unclear_message(node, why) for node, why in read.unclear]
        for place in sorted({*seen, *before.seen, *told}):
            held = seen.get(place, "0")
            if Decimal(held) < Decimal(told.get(place, "0")) and self._hides(read.unclear, place):
                seen[place] = told[place]
                continue
            if held == before.seen.get(place, "0") and held != told.get(place, "0") and before.read_at is not None:
                messages.append(_message(place, held, now, found.get(place, NOTHING).goods_ins))
                told[place] = held
        told = {place: held for place, held in told.items() if held != "0"}
        stands = Stands(wire_time(now), seen, told)
        return Poll(messages=tuple(messages), cursor=json.dumps(asdict(stands)), more=False)

    def _hides(self, unclear: Sequence[Unclear], place: str) -> bool:
        """Whether a record that cannot be read may be of this place: nothing that it tells says otherwise."""
        here = json.loads(place)
        told = (_told_of(node, self._settings) for node, _ in unclear)
        return any(all(one in (None, ours) for one, ours in zip(of, here, strict=True)) for of in told)

    def _read(self) -> _Read:
        total: dict[str, Decimal] = {}
        came_by: dict[str, set[str]] = {}
        unclear: list[Unclear] = []
        settings = self._settings
        where = {"account_id": {"eq": self._lookup.account()}, "status": {"in": list(settings.held_statuses)}}
        listing = replace(STOCKS, extra=(*STOCKS.extra, settings.lot_field))
        for node in self._graph.all(listing, **where):
            if not is_held(node, settings) or _arrives_still(node):
                continue
            try:
                place, units = json.dumps(_place(node, settings)), number_at(node, "quantity")
            except NotJson as error:
                unclear.append((node, str(error)))
                continue
            total[place] = total.get(place, NONE) + units
            goods_in = as_id(at(node, "goods_in_receipt_line.goods_in_receipt.id"))
            came_by.setdefault(place, set()).update(() if goods_in is None else (goods_in,))
        held = {place: _Held(str(plain(units)), sorted(came_by[place])) for place, units in total.items() if units}
        return _Read(held, unclear)


def _too_soon(before: Stands, now: datetime, every_s: float) -> bool:
    """Whether the last reading is too short a time ago. One that seems to be in the future was by a clock since put
    right: nothing is passed over for it."""
    if before.read_at is None:
        return False
    read_at = datetime.fromisoformat(before.read_at)
    return read_at <= now < read_at + timedelta(seconds=every_s)


def _arrives_still(node: Node) -> bool:
    """Whether the goods belong to a receipt that is not finished."""
    status = text_at(node, "goods_in_receipt_line.goods_in_receipt.status")
    return status is not None and status.lower() not in ("completed", "cancelled")


def _told_of(node: Node, settings: Settings) -> tuple[str | None, str | None, str | None]:
    """The warehouse, product and lot a record tells, as far as it does."""
    only = settings.warehouses[0] if len(settings.warehouses) == 1 else None
    warehouse = code_at(node, "location.warehouse") or code_at(node, "warehouse") or only
    return warehouse, code_at(node, "product"), text_at(node, settings.lot_field)


def _place(node: Node, settings: Settings) -> tuple[str, str, str | None]:
    warehouse, item, lot = _told_of(node, settings)
    if warehouse is None or item is None:
        raise NotJson("the warehouse or the product is missing")
    for code, what, most in (
        (warehouse, "warehouse", WAREHOUSE_MAX),
        (item, "product", ITEM_MAX),
        (lot, "lot", LOT_MAX),
    ):
        must_fit(code, what, most)
    return warehouse, item, lot


def lacking(graph: Graph, settings: Settings) -> list[str]:
    """What keeps holds from being read; empty where they can be."""
    shown = any(graph.schema.has(STOCKS, path) for path in ("warehouse.code", "location.warehouse.code"))
    return [] if shown or len(settings.warehouses) == 1 else ["stocks.warehouse"]


def _message(place: str, held: str, now: datetime, goods_ins: Sequence[str]) -> Message:
    warehouse, item, lot = json.loads(place)
    told = {"warehouse": warehouse, "item": item, "lot": lot, "held": held, "seen_at": wire_time(now)}
    raw = json.dumps({**told, "goods_ins": goods_ins})
    identity = f"hold:{wire_time(now)}:{sha256(place.encode()).hexdigest()}"  # a place may be longer than an identity
    return Message(topic=TOPIC, key=item[:100], identity=identity, raw=raw, place=warehouse)


def _unclear_message(node: Node, why: str) -> Message:
    """A record that cannot be read, as it was told: once for as long as it says the same."""
    raw = json.dumps({"unclear": why, "record": node}, default=str)
    key, digest = key_of(node, raw), sha256(raw.encode()).hexdigest()[:12]
    return Message(topic=TOPIC, key=key, identity=f"hold:{key}:{digest}", raw=raw, place=UNCLEAR)


def document(message: Message) -> Document | Unreadable:
    """What is on hold of one product and lot, as it was read."""
    try:
        node = as_node(parse(message.raw)) or {}
        if "unclear" in node:
            return Unreadable(f"stock record {message.key}, on hold: {node['unclear']}")
        warehouse, item = text_at(node, "warehouse"), text_at(node, "item")
        if warehouse is None or item is None:
            return Unreadable("what is on hold names no warehouse or no product")
        seen_at, held = datetime.fromisoformat(str(node.get("seen_at"))), number_at(node, "held")
    except (NotJson, ValueError) as error:
        return Unreadable(f"what is on hold cannot be read: {error}")
    content = OnHold(
        warehouse=warehouse,
        item=item,
        lot=text_at(node, "lot"),
        qty_base=held,
        seen_at=seen_at,
        goods_ins=tuple(map(str, as_list(node.get("goods_ins")))),
    )
    return Document(side=Side.WAREHOUSE, key=item, revision=str(node["seen_at"]), happened_at=seen_at, content=content)
