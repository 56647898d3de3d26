"""A warehouse to test against: the twin of Clarus with hands on its floor, and a connection to it."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import uvicorn
from tests.connectors.reading import read_one

from tieout.connectors.clarus import Settings, connect
from tieout.connectors.clarus.connector import ClarusConnector
from tieout.connectors.contract import Connector, Message, Send
from tieout.domain.documents import Address, Despatch, Document, Fulfilment, Item, Reversal, Tracking
from tieout.domain.identity import item_identity
from tieout.domain.postings import (
    AskedLine,
    Body,
    Ended,
    GoodsOut,
    GoodsOutCancel,
    GoodsOutChange,
    Outcome,
    PutItem,
)
from tieout.twins.clarus import ClarusSettings, ClarusTwin
from tieout.twins.clarus.admin import FAULTS
from tieout.twins.faults import FaultPlan
from tieout.twins.serve import application
from tieout.twins.wire import InProcess, Request


def moved_by(clarus: Connector, message: Message) -> list[Document]:
    """The despatches and reversals behind a message."""
    return [one for one in read_one(clarus, message) if not isinstance(one.content, Fulfilment)]


class TestClock:
    """A clock that stands still until told."""

    __test__ = False

    def __init__(self) -> None:
        self.moment = datetime(2026, 1, 20, 8, tzinfo=UTC)
        self.elapsed_s = 0.0

    def now(self) -> datetime:
        return self.moment

    def monotonic_s(self) -> float:
        return self.elapsed_s

    def pass_s(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)
        self.elapsed_s += seconds


def settings_for(base_url: str = "https://clarus.test", **changes: Any) -> Settings:
    given = {"tenant": "tieout", "client_id": "tieout", "client_secret": "tieout", "account": "TIEOUT"}
    return Settings(**{**given, "base_url": base_url, **changes})


def item(code: str = "SKU-1", **changes: Any) -> Item:
    return replace(Item(code=code, name=f"Mug {code}", unit="EACH", tracking=Tracking.NONE), **changes)


def line(number: str = "1", code: str = "SKU-1", qty: int = 10) -> AskedLine:
    return AskedLine(line=number, item=code, qty_base=Decimal(qty))


HOME = Address(
    name="Ada", lines=("1 High St", "Flat 2"), town="Leeds", county="Yorks", postcode="LS1 1AA", country="GB"
)


def order(*lines: AskedLine, number: str = "SO-17", **changes: Any) -> GoodsOut:
    plain = GoodsOut(
        number=number,
        customer="C1",
        due_at=datetime(2026, 1, 22, 10, tzinfo=UTC),
        warehouse="WH1",
        carrier="DHL",
        address=HOME,
        lines=lines or (line(),),
    )
    return replace(plain, **changes)


@dataclass
class Floor:
    """The twin, the connection, and what people do."""

    twin: ClarusTwin
    clock: TestClock
    clarus: ClarusConnector

    def act(self, name: str, **arguments: Any) -> dict[str, Any]:
        """Something happens on the floor, some minutes after what happened before."""
        self.clock.pass_s(300)
        body = json.dumps({"act": name, **arguments}).encode()
        reply = self.twin.handle(Request("POST", "/_twin/act", body=body))
        assert reply.status == 200, reply.body
        return json.loads(reply.body)

    def send(self, body: Body, reference: str | None = None) -> Send:
        """A posting with all the ids it needs."""
        known = {item_identity(str(row.values["code"])): str(row.id) for row in self.twin.state.products}
        known |= {f"demo.SO.{row.values['reference']}": str(row.id) for row in self.twin.state.goods_outs}
        number = getattr(body, "number", None) or getattr(getattr(body, "wanted", None), "number", "x")
        return Send(reference=reference or f"demo.SO.{number}", body=body, known=self.gone | known)

    def connected_again(self, **changes: Any) -> "Floor":
        """Another connection to the same twin, with other settings."""
        clarus = connect(settings_for(**changes), clock=self.clock, transport=InProcess(self.twin))
        return Floor(self.twin, self.clock, clarus)

    def post(self, body: Body) -> Outcome:
        (outcome,) = self.clarus.post([self.send(body)])
        return outcome

    def stocked(self, *codes: str, quantity: int = 1000, **changes: Any) -> None:
        """Items that are known in Clarus and lie on a rack."""
        for code in codes:
            assert self.post(PutItem(item=item(code, **changes))).stands
            self.act("add_stock", product=code, quantity=quantity, batch=f"LOT-{code}")

    def ordered(self, *lines: AskedLine, **changes: Any) -> str:
        """An order that Clarus has; gives its id."""
        body = order(*lines, **changes)
        known = {row.values["code"] for row in self.twin.state.products}
        self.stocked(*dict.fromkeys(one.item for one in body.lines if one.item not in known))
        outcome = self.post(body)
        assert outcome.ended is Ended.CREATED, outcome
        assert outcome.theirs is not None
        self.gone[f"demo.SO.{body.number}"] = outcome.theirs
        return outcome.theirs

    def change(self, wanted: GoodsOut) -> Outcome:
        return self.post(GoodsOutChange(of=f"demo.SO.{wanted.number}", wanted=wanted))

    def cancel(self, number: str = "SO-17") -> Outcome:
        return self.post(GoodsOutCancel(of=f"demo.SO.{number}", number=number))

    def read(self, goods_out_id: str) -> list[Document]:
        return [one for one in self.told(goods_out_id) if not isinstance(one.content, Fulfilment)]

    def told(self, goods_out_id: str) -> list[Document]:
        """All documents of an order, with what is still to come of it."""
        return read_one(self.clarus, Message(topic="goods_out", key=goods_out_id, identity="x", raw=""))

    def stands(self, goods_out_id: str) -> str:
        """What is still to come of the order."""
        (status,) = [one.content.status for one in self.told(goods_out_id) if isinstance(one.content, Fulfilment)]
        return status

    def despatches(self, goods_out_id: str) -> list[Despatch]:
        return [d.content for d in self.read(goods_out_id) if isinstance(d.content, Despatch)]

    def reversals(self, goods_out_id: str) -> list[Reversal]:
        return [d.content for d in self.read(goods_out_id) if isinstance(d.content, Reversal)]

    def status(self, goods_out_id: str) -> str:
        return self.twin.state.goods_outs[int(goods_out_id)].status.name

    def status_or_none(self, goods_out_id: str) -> str | None:
        order = self.twin.state.goods_outs.get(int(goods_out_id))
        return None if order is None else order.status.name

    def lines(self, goods_out_id: str) -> dict[str, tuple[str, Decimal]]:
        """What Clarus has: our line number to item and quantity."""
        state = self.twin.state
        rows = state.lines_of(state.goods_outs[int(goods_out_id)])
        return {
            str(row.values["alt_line_number"]): (str(state.products[row.product_id].values["code"]), row.order_quantity)
            for row in rows
        }

    def line_id(self, goods_out_id: str, position: int = 0) -> str:
        return str(self.twin.state.lines_of(self.twin.state.goods_outs[int(goods_out_id)])[position].id)

    def __post_init__(self) -> None:
        self.gone: dict[str, str] = {}


def floor(twin_settings: ClarusSettings | None = None, **changes: Any) -> Floor:
    clock = TestClock()
    twin = ClarusTwin(clock.now, settings=twin_settings)
    return Floor(twin, clock, connect(settings_for(**changes), clock=clock, transport=InProcess(twin)))


def faults(seed: int = 0, *, late_s: float = 0.5, **rates: float) -> FaultPlan:
    return FaultPlan(FAULTS, seed, rates, late_s=late_s)


@contextlib.contextmanager
def served_floor(**changes: Any) -> Iterator[Floor]:
    """A floor whose connection goes over real sockets."""
    clock = TestClock()
    twin = ClarusTwin(clock.now)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        server = uvicorn.Server(uvicorn.Config(application(twin), log_level="critical", access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        while not server.started:
            time.sleep(0.01)
        clarus = connect(settings_for(url, **{"timeout_s": 5.0, **changes}), clock=clock)
        try:
            yield Floor(twin, clock, clarus)
        finally:
            clarus.close()
            server.should_exit = True
            thread.join(10)
