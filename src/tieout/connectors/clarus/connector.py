"""The connector: what the contract asks, handed to the part that knows."""

from collections.abc import Mapping, Sequence

import httpx

from tieout.connectors.clarus import despatches, errors, facts, on_hold, receipts, stock_changes, webhooks
from tieout.connectors.clarus.check import check
from tieout.connectors.clarus.errors import Refused
from tieout.connectors.clarus.feeds import Sweep
from tieout.connectors.clarus.flows import GOODS_IN, GOODS_OUT, inward, outward
from tieout.connectors.clarus.goods_ins import GoodsIns
from tieout.connectors.clarus.goods_outs import GoodsOuts
from tieout.connectors.clarus.graph import Graph
from tieout.connectors.clarus.items import CODE_MAX, DESCRIPTION_MAX, Items
from tieout.connectors.clarus.lookup import Lookup
from tieout.connectors.clarus.on_hold import Holds
from tieout.connectors.clarus.rest import Rest
from tieout.connectors.clarus.settings import Settings
from tieout.connectors.clarus.stock_changes import StockChanges
from tieout.connectors.clarus.values import NotJson
from tieout.connectors.contract import (
    Answer,
    Capabilities,
    ConnectorError,
    Inbound,
    Message,
    Poll,
    RetryLater,
    Send,
    Shown,
    Unreadable,
)
from tieout.domain.clock import Clock
from tieout.domain.documents import Item, Side
from tieout.domain.limits import Limits
from tieout.domain.periods import Period
from tieout.domain.postings import (
    Body,
    Ended,
    GoodsIn,
    GoodsInCancel,
    GoodsInChange,
    GoodsOut,
    GoodsOutCancel,
    GoodsOutChange,
    Outcome,
    PutItem,
)
from tieout.governor import Wire

REASON = {
    "put_item": "item_refused",
    "goods_out": "order_refused",
    "goods_out_change": "order_changed_too_late",
    "goods_out_cancel": "order_cancelled_too_late",
    "goods_in": "order_refused",
    "goods_in_change": "receipt_changed_too_late",
    "goods_in_cancel": "receipt_cancelled_too_late",
}
"""What a refusal of each kind of posting is called."""


class ClarusConnector:
    """One account of one Clarus tenant, as a `tieout.connectors.contract.Connector`."""

    name = "clarus"

    def __init__(
        self, settings: Settings, clock: Clock, transport: httpx.BaseTransport | None, send: Wire = httpx.Client.send
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._rest = Rest(settings, clock, transport, send)
        self._graph = Graph(self._rest, settings.page_size)
        self._lookup = Lookup(self._graph, clock, settings.account, settings.reference_life_s)
        self._items = Items(self._rest, self._graph, self._lookup, settings)
        self._goods_outs = GoodsOuts(self._rest, self._graph, self._lookup, settings)
        self._goods_ins = GoodsIns(self._rest, self._graph, self._lookup, settings)
        self._sweeps: dict[str, Sweep | StockChanges | Holds] = {
            flow.feed: Sweep(flow, self._graph, self._lookup, settings, clock)
            for flow in (outward(settings), inward(settings))
        }
        self._sweeps[stock_changes.FEED] = StockChanges(self._graph, self._lookup, settings, clock)
        self._sweeps[on_hold.FEED] = Holds(self._graph, self._lookup, settings, clock)

    @property
    def capabilities(self) -> Capabilities:
        """What this connection can do."""
        return Capabilities(
            side=Side.WAREHOUSE,
            feeds=tuple(self._sweeps),
            concurrency=self._settings.concurrency,
            batch=1,
            settle_s=self._settings.settle_s,
            hints=frozenset({GOODS_OUT, GOODS_IN}),
            read_batch=self._settings.read_batch,
            limits=Limits(
                item_code=CODE_MAX,
                item_name=DESCRIPTION_MAX,
                order_lines=self._settings.lines_max,
                drafts=self._settings.draft_status_id > 0,
            ),
        )

    def check(self) -> str:
        """Signs in, and looks whether all that the settings name is there. Raises `ConnectorError`."""
        return check(self._graph, self._lookup, self._settings)

    def poll(self, feed: str, cursor: str | None) -> Poll:
        """One page of the sweep. Raises `RetryLater`, `Misconfigured`."""
        if feed not in self._sweeps:
            raise ValueError(f"Clarus has no feed {feed!r}, only {', '.join(self._sweeps)}")
        return self._sweeps[feed].poll(cursor)

    def newest(self, feed: str) -> list[Shown]:
        """A page of records that have ended and were due lately, by a query without any cursor.

        None of changes of stock and holds: there is no other question to ask for them.
        """
        sweep = self._sweeps[feed]
        return sweep.newest() if isinstance(sweep, Sweep) else []

    def webhook(self, request: Inbound) -> list[Message]:
        """The order or receipt a webhook is about. Raises `Unauthenticated`, `Unreadable`."""
        return webhooks.messages(self._settings, request)

    def read(self, messages: Sequence[Message]) -> list[Answer]:
        """What each message points at: the despatches and reversals of an order and what is still to come of it, or
        all that has arrived for a receipt; a change of stock is in its message."""
        asked = (self._graph, self._settings, self._lookup)
        orders = facts.tell(*asked, _keys(messages, GOODS_OUT))
        arrived = receipts.tell(*asked, _keys(messages, GOODS_IN))
        return [self._answer(message, orders, arrived) for message in messages]

    def _answer(
        self, message: Message, orders: Mapping[str, facts.Told], arrived: Mapping[str, receipts.Told]
    ) -> Answer:
        try:
            match message.topic:
                case "goods_out":
                    return self._order(message.key, orders[message.key])
                case "goods_in":
                    return self._receipt(message.key, arrived[message.key])
                case stock_changes.TOPIC:
                    told = stock_changes.document(message, self._settings)
                    return told if isinstance(told, Unreadable) else [told]
                case on_hold.TOPIC:
                    told = on_hold.document(message)
                    return told if isinstance(told, Unreadable) else [told]
                case topic:
                    return Unreadable(f"a message about {topic!r} is nothing this connector knows")
        except RetryLater as error:
            return error

    def _order(self, key: str, told: facts.Told) -> Answer:
        if told is None:
            return despatches.gone(key, self._clock.now())
        if not isinstance(told, facts.Facts):
            return told
        return despatches.documents(told, self._settings.together_s, self._clock.now())

    def _receipt(self, key: str, told: receipts.Told) -> Answer:
        if told is None:
            return receipts.gone(key, self._clock.now())
        if not isinstance(told, receipts.ReceiptFacts):
            return told
        return receipts.documents(told, self._clock.now())

    def post(self, sends: Sequence[Send]) -> list[Outcome]:
        """Tries each posting by itself."""
        return [self._post(send) for send in sends]

    def find(self, send: Send) -> Outcome | None:
        """Looks a posting up, a change or cancel by whether it is done. Raises `RetryLater`, `Misconfigured`."""
        try:
            return self._look(send)
        except Refused:
            return None  # it names what Clarus lacks, so it cannot be there; a new attempt will be told so
        except NotJson as error:
            raise RetryLater(f"Clarus told something that cannot be read: {error}", cause="down") from None

    def items(self) -> list[Item]:
        """Every product of the account. Raises `RetryLater`, `Misconfigured`."""
        return self._items.all()

    def periods(self) -> list[Period]:
        """None: a warehouse has no posting periods."""
        return []

    def close(self) -> None:
        """Closes all connections."""
        self._rest.close()

    def _post(self, send: Send) -> Outcome:
        try:
            return self._try(send)
        except ConnectorError as error:
            return errors.as_outcome(error, _reason(send.body))
        except NotJson as error:
            return Outcome(ended=Ended.RETRY_LATER, reason="down", text=f"Clarus told something unreadable: {error}")

    def _try(self, send: Send) -> Outcome:
        match send.body:
            case PutItem() as body:
                return self._items.put(send, body)
            case GoodsOut() as body:
                return self._goods_outs.create(send, body)
            case GoodsOutChange() as body:
                return self._goods_outs.change(send, body)
            case GoodsOutCancel() as body:
                return self._goods_outs.cancel(send, body)
            case GoodsIn() as body:
                return self._goods_ins.create(send, body)
            case GoodsInChange() as body:
                return self._goods_ins.change(send, body)
            case GoodsInCancel() as body:
                return self._goods_ins.cancel(send, body)
            case body:
                raise ValueError(f"Clarus takes no {body.kind}")

    def _look(self, send: Send) -> Outcome | None:
        match send.body:
            case PutItem() as body:
                return self._items.find(body)
            case GoodsOut() as body:
                return self._goods_outs.find(send, body)
            case GoodsOutChange() as body:
                return self._goods_outs.find_change(send, body)
            case GoodsOutCancel() as body:
                return self._goods_outs.find_cancel(send, body)
            case GoodsIn() as body:
                return self._goods_ins.find(send, body)
            case GoodsInChange() as body:
                return self._goods_ins.find_change(send, body)
            case GoodsInCancel() as body:
                return self._goods_ins.find_cancel(send, body)
            case body:
                raise ValueError(f"Clarus takes no {body.kind}")


def _reason(body: Body) -> str:
    """The rest of a new order is refused as an order is, and not as a change that comes too late."""
    return "order_refused" if isinstance(body, GoodsOutChange) and body.release else REASON[body.kind]


def _keys(messages: Sequence[Message], topic: str) -> list[str]:
    return list(dict.fromkeys(message.key for message in messages if message.topic == topic))


def connect(
    settings: Settings, *, clock: Clock, transport: httpx.BaseTransport | None = None, send: Wire = httpx.Client.send
) -> ClarusConnector:
    """A connection to Clarus. Makes no call yet. `transport` replaces the network, as for a twin in process; every
    request is handed to `send`."""
    return ClarusConnector(settings, clock, transport, send)
