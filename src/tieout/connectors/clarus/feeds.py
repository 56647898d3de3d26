"""The sweep: what left or arrived, found by asking, for webhooks that never came.

Movements forth and back since some time before the newest one seen are read page by page; each record (an order, a
receipt) named in a page becomes one message. Nothing is believed of them but that the record is worth reading; those
that name none, such as adjustments, are passed over.

A tenant whose movements do not name their record is swept through its records instead (`_fallback`): those in picking,
receiving or completed, and those with a movement in the window. One that shows nothing to read them by is not swept.

At the end of each sweep come the records that have ended without a movement (`_ended`): cancelled, closed short, put
away. One cancelled before the floor began is deleted in Clarus, so no sweep can find it; only a webhook tells.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from tieout.connectors.clarus.flows import COMPLETED, Flow
from tieout.connectors.clarus.graph import AnsweredInPart, Ask, Graph, Page, QueryRefused
from tieout.connectors.clarus.lookup import Lookup
from tieout.connectors.clarus.settings import Settings
from tieout.connectors.clarus.values import Node, NotJson, as_id, code_at, id_at, text_at, time_at, wire_time
from tieout.connectors.contract import Message, Poll, Shown
from tieout.domain.clock import Clock

LATELY_DAYS = 2
"""Records due so many days ago or later are looked at, to see whether the sweep has told of them."""
AT_ONCE = 10
"""Records whose movements are asked for in one request, where they must be asked for one by one."""


@dataclass(frozen=True)
class Cursor:
    """Where the sweep stands: the window's start, the next page in it, and the newest movement seen in it."""

    since: str | None = None
    after: str | None = None
    newest: str | None = None


def begin(stored: str | None, begin_at: datetime | None) -> Cursor:
    """Where a sweep goes on; the first one, where it begins."""
    if stored is not None:
        return Cursor(**json.loads(stored))
    return Cursor(since=wire_time(begin_at) if begin_at is not None else None)


def onward(cursor: Cursor, after: str | None, moves: Sequence[Node], now: datetime, overlap_s: float) -> Cursor:
    """Where to go on after a page. A movement from beyond our own clock moves nothing: the window would begin there,
    and hide all that moves until then; nor does one whose time cannot be read."""
    told = [_told_at(node) for node in moves]
    times = [moment for moment in told if moment is not None and moment <= now]
    times += [datetime.fromisoformat(cursor.newest)] if cursor.newest is not None else []
    if after is not None:
        return replace(cursor, after=after, newest=wire_time(max(times)) if times else None)
    if not times:
        return Cursor(since=cursor.since)
    since = max(times) - timedelta(seconds=overlap_s)
    before = datetime.fromisoformat(cursor.since) if cursor.since is not None else since
    return Cursor(since=wire_time(max(since, before)))


def _told_at(node: Node) -> datetime | None:
    try:
        return time_at(node, "created_at")
    except NotJson:
        return None


class Sweep:
    """One feed of one account: what goes one way."""

    def __init__(self, flow: Flow, graph: Graph, lookup: Lookup, settings: Settings, clock: Clock) -> None:
        self._flow = flow
        self._graph = graph
        self._lookup = lookup
        self._settings = settings
        self._clock = clock

    def poll(self, stored: str | None) -> Poll:
        """One page of the sweep. Raises `RetryLater`, `Misconfigured`."""
        cursor = begin(stored, self._settings.begin_at)
        try:
            return self._page(cursor)
        except (QueryRefused, AnsweredInPart):
            if cursor.after is None:
                raise
            return self._page(replace(cursor, after=None))  # a page mark may have grown too old: begin the window again

    def newest(self) -> list[Shown]:
        """Some records of ours that have ended and were due lately. Raises `RetryLater`, `Misconfigured`."""
        flow = self._flow
        if flow.lacking(self._graph):
            return []
        due_from = (self._clock.now() - timedelta(days=LATELY_DAYS)).date().isoformat()
        completed = [status for status in flow.over if status.upper() == COMPLETED]
        where = {"account_id": {"eq": self._lookup.account()}, flow.status_filter: {"in": completed},
                 flow.due: {"from": due_from}}  # fmt: skip
        nodes = self._graph.pages({"records": Ask(flow.headers, where)})["records"].nodes
        named = {str(as_id(node.get("id"))): text_at(node, "external_system_reference1") for node in nodes}
        return [Shown(topic=flow.topic, key=key, reference=ours) for key, ours in named.items() if ours is not None]

    def _page(self, cursor: Cursor) -> Poll:
        if self._flow.lacking(self._graph):
            return self._told(cursor, Page((), None), [], [])
        if self._flow.named_by_moves(self._graph):
            page, ended = self._with_ended(cursor)
            by_record = _by_record(page.nodes, self._flow)
        else:
            page, by_record = self._fallback(cursor)
            ended = self._graph.together({"ended": self._ending(cursor)})["ended"] if page.after is None else []
        ended = {str(as_id(node.get("id"))): node for node in ended}
        messages = [_message(self._flow, one, moves, ended.pop(one, None)) for one, moves in by_record.items()]
        messages += [_ended_message(self._flow, one, node) for one, node in ended.items()]
        return self._told(cursor, page, messages, [node for nodes in by_record.values() for node in nodes])

    def _told(self, cursor: Cursor, page: Page, messages: Sequence[Message], moves: Sequence[Node]) -> Poll:
        """What a page brought, and where to go on."""
        next_one = onward(cursor, page.after, moves, self._clock.now(), self._settings.overlap_s)
        return Poll(messages=tuple(messages), cursor=json.dumps(asdict(next_one)), more=page.after is not None)

    def _where(self, cursor: Cursor) -> dict[str, Any]:
        subtypes = self._flow.subtypes(self._graph)
        where: dict[str, Any] = {"account_id": {"eq": self._lookup.account()}, "subtype": {"in": subtypes}}
        return where if cursor.since is None else where | {"created_at": {"from": cursor.since}}

    def _fallback(self, cursor: Cursor) -> tuple[Page, dict[str, list[Node]]]:
        flow = self._flow
        anything = Ask(flow.swept, self._where(cursor), archived=True)
        if cursor.after is None and not self._graph.pages({"moves": anything})["moves"].nodes:
            return Page((), None), {}
        due_from = (self._clock.now() - timedelta(days=self._settings.fallback_days)).date().isoformat()
        where = {
            "account_id": {"eq": self._lookup.account()},
            flow.status_filter: {"in": list(flow.begun)},
            flow.due: {"from": due_from},
        }
        page = self._graph.pages({"records": Ask(flow.headers, where, after=cursor.after)})["records"]
        return page, self._moves_of([str(as_id(node.get("id"))) for node in page.nodes], cursor)

    def _with_ended(self, cursor: Cursor) -> tuple[Page, list[Node]]:
        """A page of movements; with the last one, what has ended: most sweeps are one page, and so one request."""
        moves = Ask(self._flow.swept, self._where(cursor), archived=True, after=cursor.after)
        ending = self._ending(cursor)
        pages = self._graph.pages({"moves": moves, "ended": ending})
        page, ended = pages["moves"], pages["ended"]
        if page.after is not None:
            return page, []
        more = replace(ending, after=ended.after)
        rest = self._graph.together({"ended": more})["ended"] if ended.after is not None else []
        return page, [*ended.nodes, *rest]

    def _ending(self, cursor: Cursor) -> Ask:
        """Records that ended in the window; where the tenant does not tell when one changed, those due lately."""
        flow, long_ago = self._flow, self._clock.now() - timedelta(days=self._settings.fallback_days)
        where: dict[str, Any] = {"account_id": {"eq": self._lookup.account()}}
        if self._graph.schema.filters_by(flow.ended, "updated_at"):
            where |= {flow.status_filter: {"in": list(flow.over)}}
            where |= {"updated_at": {"from": cursor.since or wire_time(long_ago)}}
        else:
            where |= {flow.status_filter: {"in": list(flow.over_by_day)}}
            where |= {flow.due: {"from": long_ago.date().isoformat()}}
        return Ask(flow.ended, where)

    def _moves_of(self, keys: Sequence[str], cursor: Cursor) -> dict[str, list[Node]]:
        found: dict[str, list[Node]] = {}
        for start in range(0, len(keys), AT_ONCE):
            some = keys[start : start + AT_ONCE]
            asks = {
                f"order{n}": Ask(
                    self._flow.swept, self._where(cursor) | {self._flow.filter: {"eq": one}}, archived=True
                )
                for n, one in enumerate(some)
            }
            told = self._graph.together(asks)
            found.update({one: told[f"order{n}"] for n, one in enumerate(some) if told[f"order{n}"]})
        return found


def _by_record(moves: Sequence[Node], flow: Flow) -> dict[str, list[Node]]:
    found: dict[str, list[Node]] = {}
    for node in moves:
        key = id_at(node, flow.record)
        if key is not None:
            found.setdefault(key, []).append(node)
    return found


def _message(flow: Flow, key: str, moves: Sequence[Node], ended: Node | None) -> Message:
    """One record of a page. Its identity holds all movements seen, not only the highest: one that shows late with a
    lower id must not be taken for something already told. It also holds how the record has ended, where it has."""
    ids = sorted((str(as_id(node.get("id"))) for node in moves), key=lambda one: (len(one), one))
    digest = sha256(",".join(ids).encode()).hexdigest()[:12]
    named = (text_at(node, f"{flow.record}.external_system_reference1") for node in moves)
    return Message(
        topic=flow.topic,
        key=key,
        identity=f"sweep:{key}:{ids[-1]}:{digest}{'' if ended is None else f':{_end(flow, ended)}'}",
        raw=json.dumps([_as_told(node) for node in moves]),
        reference=next(filter(None, named), None),
    )


def _ended_message(flow: Flow, key: str, node: Node) -> Message:
    return Message(
        topic=flow.topic,
        key=key,
        identity=f"sweep:{key}:{_end(flow, node)}",
        raw=json.dumps(_as_told(node)),
        reference=text_at(node, "external_system_reference1"),
    )


def _end(flow: Flow, node: Node) -> str:
    """How a record has ended, and when it last changed where that can be seen: one that ends again is told again."""
    return f"{code_at(node, flow.status)}:{text_at(node, 'updated_at') or ''}"


def _as_told(node: Mapping[str, Any]) -> Any:
    return json.loads(json.dumps(node, default=str))
