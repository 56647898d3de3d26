"""Despatches while a user keeps some of their items locked: what that costs all the others.

The limit is the same load in the same run with nothing locked.
"""

import json
import time
from collections.abc import Sequence
from pathlib import Path

from tieout.bench.intake import loaded
from tieout.bench.load import Order
from tieout.bench.posting import CONNECTIONS, done_at
from tieout.bench.rows import Row, Sizes
from tieout.bench.shop import Shop, cross, open_shop, webhook_bodies
from tieout.local import webhook_headers
from tieout.twins.process import TwinProcess

ITEMS = 300
ONE_IN = 20
"""So many items for each that is locked."""


def contention(folder: Path, sizes: Sizes) -> list[Row]:
    """How fast despatches of other items go while some are locked, and how soon those go after they are free."""
    each = sizes.contended
    items = min(ITEMS, each)
    beside = [order for order in range(each + 1, 2 * each + 1) if (order - 1) % items >= items // ONE_IN]
    with TwinProcess("sap-b1") as ledger, TwinProcess("clarus") as floor:
        shop = open_shop(folder, ledger, floor)
        worker = cross(shop, 2 * each, items=items, lines_each=1)
        try:
            hooks = sorted(webhook_bodies(floor), key=_order)
            free = _seconds(shop, hooks[:each], range(1, each + 1))[0]
            for item in range(items // ONE_IN):
                ledger.act("lock_record", record=f"Items('ITEM-{item}')", seconds=sizes.locked_s)
            locked_until = time.time() + sizes.locked_s
            others, last = _seconds(shop, hooks[each:], beside)
        finally:
            worker.stop()
        shop.journal.close()
    return [
        Row("despatches beside locked items", len(beside) / others, "a second", each / free, at_least=0.6),
        Row("the last despatch of a locked item, after it is free", max(0.001, last - locked_until), "s"),
    ]


def _seconds(shop: Shop, hooks: Sequence[str], orders: Sequence[int]) -> tuple[float, float]:
    """Seconds from the first webhook to the last invoice of these orders, and when all was done.

    Orders count from 1 and take the items in turn.
    """
    before = shop.done("invoice")
    sent = loaded(Order(shop.installed.hook, hooks, webhook_headers(), CONNECTIONS))
    shop.wait(lambda: shop.done("invoice") == before + len(hooks), "all despatches to be invoiced")
    ended = done_at(shop, "invoice")
    these = (ended[f"order/{order}"] for order in orders)
    return max(these) - min(sent.sent_at.values()), max(ended.values())


def _order(hook: str) -> int:
    """The order a webhook is about."""
    return int(json.loads(hook)["data"]["external_system_reference1"].rsplit(".", 1)[1])
