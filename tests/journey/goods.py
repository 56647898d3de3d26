"""Goods of the small shop, and orders for them."""

from dataclasses import replace
from typing import Any

from tests.journey.conftest import Shop
from tieout.connectors import clarus


def items(shop: Shop, *codes: str, **more: Any) -> None:
    """More items, in stock on both sides."""
    for code in codes:
        shop.at_the_ledger("create_item", item=code, body={"InventoryUOM": "EACH", **more})
        shop.at_the_ledger("receive_stock", item=code, quantity=1000)
    shop.sync()
    for code in codes:
        shop.on_the_floor("add_stock", product=code, quantity=1000)


def line(item: str, quantity: int = 1, **more: Any) -> dict[str, Any]:
    return {"item": item, "quantity": quantity, "warehouse": "01", "price": 3, **more}


def order(shop: Shop, *lines: dict[str, Any], **more: Any) -> int:
    key = int(shop.at_the_ledger("create_order", lines=list(lines), **more)["key"])
    shop.sync()
    return key


def edit(shop: Shop, key: int, **how: Any) -> None:
    shop.clock.pass_s(60)
    shop.at_the_ledger("edit_order", order=key, **how)
    shop.sync()


def takes_at_most(shop: Shop, lines: int, **more: Any) -> None:
    """From now on the warehouse takes so many lines in one request, and tieout is told so."""
    settings = {"base_url": "http://127.0.0.1", "tenant": "tieout", "client_id": "tieout", "client_secret": "tieout"}
    made = clarus.Settings.model_validate({**settings, "account": "TIEOUT", "lines_max": lines, **more})
    shop.link = replace(shop.link, warehouse=clarus.connect(made, clock=shop.clock, transport=shop.to_floor))
    shop.drain = replace(shop.drain, link=shop.link)
    shop.floor.state.settings = replace(shop.floor.state.settings, lines_max=lines)
