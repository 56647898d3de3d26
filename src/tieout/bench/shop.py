"""A shop whose goods have all left the floor, and whose ledger has heard nothing of it yet."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from tieout.journal import lanes
from tieout.journal.store import Journal
from tieout.journal.tables import posting
from tieout.local import LINK, Between, Installed, TieoutProcess, install, prepare_journal
from tieout.twins.clients import Clarus
from tieout.twins.process import ProcessError, TwinProcess

ITEMS = 20
LINES = 3
STOCK = 1_000_000
NEVER_S = 100_000.0
"""Feeds are read once at start and then left alone: what is measured is told by webhooks."""
WITHIN_S = 300.0


@dataclass
class Shop:
    """Both systems, the journal between them, and the worker."""

    ledger: TwinProcess
    floor: TwinProcess
    journal: Journal
    installed: Installed

    def wait(self, true: Callable[[], bool], what: str) -> None:
        """Looks until it is so. Raises `ProcessError` when it takes too long."""
        ends_s = time.monotonic() + WITHIN_S
        while not true():
            if time.monotonic() > ends_s:
                raise ProcessError(f"waited {WITHIN_S:g} s for {what}")
            time.sleep(0.1)

    def done(self, kind: str) -> int:
        """How many postings of a kind stand, as the journal has it: asking costs neither system any time."""
        wanted = select(func.count()).where(posting.c.kind == kind, posting.c.state == "done")
        with self.journal.read() as connection:
            return connection.execute(wanted).scalar_one()

    def at_rest(self) -> bool:
        """True when no lane has anything to do."""
        with self.journal.read() as connection:
            return not lanes.pending(connection, LINK)


def trade(ledger: TwinProcess, orders: int, items: int = ITEMS, lines_each: int = LINES) -> None:
    """Items, stock and orders in a fresh ledger: the same numbers every time."""
    for item in range(items):
        ledger.act("create_item", item=f"ITEM-{item}", body={"InventoryUOM": "EACH"})
        ledger.act("receive_stock", item=f"ITEM-{item}", quantity=STOCK)
    for order in range(orders):
        lines = [
            {"item": f"ITEM-{(order + n) % items}", "quantity": 6, "warehouse": "01", "price": 2}
            for n in range(lines_each)
        ]
        ledger.act("create_order", lines=lines)


def open_shop(folder: Path, ledger: TwinProcess, floor: TwinProcess) -> Shop:
    """Where everything is, with nothing in it yet."""
    url = f"sqlite:///{folder / 'posting.sqlite'}"
    between = Between(ledger.url, floor.url, feeds_s=NEVER_S, ledger_more={"batch_size": 20})
    installed = install(folder, url, between)
    return Shop(ledger, floor, prepare_journal(url), installed)


def cross(shop: Shop, orders: int, items: int = ITEMS, lines_each: int = LINES) -> TieoutProcess:
    """Starts tieout, which takes items and orders to the floor; then everything leaves. Returns the worker."""
    trade(shop.ledger, orders, items, lines_each)
    worker = TieoutProcess(shop.installed).until_ready()
    shop.wait(lambda: shop.done("put_item") == items, "the items to cross")
    for item in range(items):
        shop.floor.act("add_stock", product=f"ITEM-{item}", quantity=STOCK)
    shop.wait(lambda: shop.done("goods_out") == orders and shop.at_rest(), "the orders to cross")
    shop.wait(lambda: not shop.floor.act("work_floor")["did"], "the goods to leave")
    return worker


def webhook_bodies(floor: TwinProcess) -> list[str]:
    """What Clarus would say of each order that has left, in the order of their ids."""
    orders = Clarus(floor.url).all("goods_outs", "id external_system_reference1")
    return [json.dumps({"data": {**order, "goods_out_status": "COMPLETED"}}) for order in orders]
