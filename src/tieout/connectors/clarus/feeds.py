"""The sweep: what left, found by asking, for webhooks that never came.

Movements out and back since some time before the newest one seen are read page by page; each order named in a page
becomes one message. Nothing is believed of them but that the order is worth reading.

A tenant whose movements do not name their order is swept through its orders instead (`_fallback`): orders in picking or
completed, and those with a movement in the window.

At the end of each sweep come the orders that have ended without a movement (`_ended`): cancelled, or closed short. One
cancelled before it was allocated is deleted in Clarus, so no sweep can find it; only a webhook tells.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from tieout.connectors.clarus.facts import names_its_order, subtypes_of
from tieout.connectors.clarus.graph import AnsweredInPart, Ask, Graph, Page, QueryRefused
from tieout.connectors.clarus.lookup import Lookup
from tieout.connectors.clarus.queries import GOODS_OUTS, ORDER_HEADERS, TRANSACTIONS
from tieout.connectors.clarus.settings import Settings
from tieout.connectors.clarus.values import Node, NotJson, as_id, code_at, id_at, text_at, time_at, wire_time
from tieout.connectors.contract import Message, Poll, RetryLater
from tieout.domain.clock import Clock

DESPATCHES = "despatches"
TOPIC = "goods_out"
SENT = ("PICK", "PART", "COMPLETED")
CANCELLED, COMPLETED = "CANCELLED", "COMPLETED"
ENDED = replace(ORDER_HEADERS, extra=(*ORDER_HEADERS.extra, "updated_at"))
ORDERS_AT_ONCE = 10
"""Orders whose movements are asked for in one request, where they must be asked for one by one."""


@dataclass(frozen=True)
class Cursor:
    """Where the sweep stands: the window's start, the next page in it, and the newest movement seen in it."""

    since: str | None = None
    after: str | None = None
    newest: str | None = None


class Sweep:
    """The feed `despatches` of one account."""

    def __init__(self, graph: Graph, lookup: Lookup, settings: Settings, clock: Clock) -> None:
        self._graph = graph
        self._lookup = lookup
        self._settings = settings
        self._clock = clock

    def poll(self, stored: str | None) -> Poll:
        """One page of the sweep. Raises `RetryLater`, `Misconfigured`."""
        cursor = self._opened(stored)
        try:
            return self._page(cursor)
        except (QueryRefused, AnsweredInPart):
            if cursor.after is None:
                raise
            return self._page(replace(cursor, after=None))  # a page mark may have grown too old: begin the window again
        except NotJson as error:
            raise RetryLater(f"Clarus told a movement that cannot be read: {error}", cause="down") from None

    def _opened(self, stored: str | None) -> Cursor:
        if stored is not None:
            return Cursor(**json.loads(stored))
        begin = self._settings.begin_at
        return Cursor(since=wire_time(begin) if begin is not None else None)

    def _page(self, cursor: Cursor) -> Poll:
        if names_its_order(self._graph):
            ask = Ask(TRANSACTIONS, self._where(cursor), archived=True, after=cursor.after)
            page = self._graph.pages({"moves": ask})["moves"]
            by_order = _by_order(page.nodes)
        else:
            page, by_order = self._fallback(cursor)
        ended = self._ended(cursor) if page.after is None else {}
        messages = [_message(one, moves, ended.pop(one, None)) for one, moves in by_order.items()]
        messages += [_ended_message(one, node) for one, node in ended.items()]
        return self._told(cursor, page, messages, [node for nodes in by_order.values() for node in nodes])

    def _told(self, cursor: Cursor, page: Page, messages: Sequence[Message], moves: Sequence[Node]) -> Poll:
        """What a page brought, and where to go on. A movement from beyond our own clock moves nothing: the window would
        begin there, and hide all that leaves until then."""
        told, now = [time_at(node, "created_at") for node in moves], self._clock.now()
        times = [moment for moment in told if moment <= now]
        times += [datetime.fromisoformat(cursor.newest)] if cursor.newest is not None else []
        newest = wire_time(max(times)) if times else None
        if page.after is not None:
            onward = replace(cursor, after=page.after, newest=newest)
        elif times:
            overlap = timedelta(seconds=self._settings.overlap_s)
            since = max(times) - overlap
            before = datetime.fromisoformat(cursor.since) if cursor.since is not None else since
            onward = Cursor(since=wire_time(max(since, before)))
        else:
            onward = Cursor(since=cursor.since)
        return Poll(messages=tuple(messages), cursor=json.dumps(asdict(onward)), more=page.after is not None)

    def _where(self, cursor: Cursor) -> dict[str, Any]:
        subtypes = subtypes_of(self._graph, self._settings)
        where: dict[str, Any] = {"account_id": {"eq": self._lookup.account()}, "subtype": {"in": subtypes}}
        return where if cursor.since is None else where | {"created_at": {"from": cursor.since}}

    def _fallback(self, cursor: Cursor) -> tuple[Page, dict[str, list[Node]]]:
        anything = Ask(TRANSACTIONS, self._where(cursor), archived=True)
        if cursor.after is None and not self._graph.pages({"moves": anything})["moves"].nodes:
            return Page((), None), {}
        due_from = (self._clock.now() - timedelta(days=self._settings.fallback_days)).date().isoformat()
        where = {
            "account_id": {"eq": self._lookup.account()},
            "goods_out_status_code": {"in": list(SENT)},
            "expected_date_of_dispatch": {"from": due_from},
        }
        page = self._graph.pages({"orders": Ask(GOODS_OUTS, where, after=cursor.after)})["orders"]
        orders = {str(as_id(node.get("id"))): node for node in page.nodes}
        return page, self._moves_of(list(orders), cursor)

    def _ended(self, cursor: Cursor) -> dict[str, Node]:
        """Orders that ended in the window, or were cancelled where the tenant does not tell when an order changed."""
        long_ago = self._clock.now() - timedelta(days=self._settings.fallback_days)
        where: dict[str, Any] = {"account_id": {"eq": self._lookup.account()}}
        if self._graph.schema.filters_by(GOODS_OUTS, "updated_at"):
            where |= {"goods_out_status_code": {"in": [CANCELLED, COMPLETED]}}
            where |= {"updated_at": {"from": cursor.since or wire_time(long_ago)}}
        else:
            where |= {"goods_out_status_code": {"in": [CANCELLED]}}
            where |= {"expected_date_of_dispatch": {"from": long_ago.date().isoformat()}}
        return {str(as_id(node.get("id"))): node for node in self._graph.all(ENDED, **where)}

    def _moves_of(self, goods_out_ids: Sequence[str], cursor: Cursor) -> dict[str, list[Node]]:
        found: dict[str, list[Node]] = {}
        for start in range(0, len(goods_out_ids), ORDERS_AT_ONCE):
            some = goods_out_ids[start : start + ORDERS_AT_ONCE]
            asks = {
                f"order{n}": Ask(TRANSACTIONS, self._where(cursor) | {"goods_out_id": {"eq": one}}, archived=True)
                for n, one in enumerate(some)
            }
            told = self._graph.together(asks)
            found.update({one: told[f"order{n}"] for n, one in enumerate(some) if told[f"order{n}"]})
        return found


def _by_order(moves: Sequence[Node]) -> dict[str, list[Node]]:
    found: dict[str, list[Node]] = {}
    for node in moves:
        goods_out_id = id_at(node, "goods_out")
        if goods_out_id is not None:
            found.setdefault(goods_out_id, []).append(node)
    return found


def _message(goods_out_id: str, moves: Sequence[Node], ended: Node | None) -> Message:
    """One order of a page. Its identity holds all movements seen, not only the highest: one that shows late with a
    lower id must not be taken for something already told. It also holds how the order has ended, where it has."""
    ids = sorted((str(as_id(node.get("id"))) for node in moves), key=lambda one: (len(one), one))
    digest = sha256(",".join(ids).encode()).hexdigest()[:12]
    return Message(
        topic=TOPIC,
        key=goods_out_id,
        identity=f"sweep:{goods_out_id}:{ids[-1]}:{digest}{'' if ended is None else f':{_end(ended)}'}",
        raw=json.dumps([_as_told(node) for node in moves]),
        reference=next((r for r in (text_at(n, "goods_out.external_system_reference1") for n in moves) if r), None),
    )


def _ended_message(goods_out_id: str, node: Node) -> Message:
    return Message(
        topic=TOPIC,
        key=goods_out_id,
        identity=f"sweep:{goods_out_id}:{_end(node)}",
        raw=json.dumps(_as_told(node)),
        reference=text_at(node, "external_system_reference1"),
    )


def _end(node: Node) -> str:
    """How an order has ended, and when it last changed where that can be seen: one that ends again is told again."""
    return f"{code_at(node, 'goods_out_status')}:{text_at(node, 'updated_at') or ''}"


def _as_told(node: Mapping[str, Any]) -> Any:
    return json.loads(json.dumps(node, default=str))
