"""Accounts of items: what of the ledger may go to the warehouse, and what was made or changed there by hand."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx

from tests.journey.conftest import Shop
from tieout.cases.actions import Cases
from tieout.cases.mappings import Mappings
from tieout.connectors.contract import Send
from tieout.domain.documents import Item, Tracking
from tieout.domain.postings import PutItem
from tieout.journal.mappings import Mapped
from tieout.rules.facts import Codes
from tieout.sync.items_seen import take_list
from tieout.sync.polling import Polls, Troubles
from tieout.twins.wire import InProcess
from tieout.views.item_audit import audit_items

GOOD, ANOTHER, WRONG = "5012345678900", "4006381333931", "5012345678901"


def _item(shop: Shop, code: str, **more: Any) -> None:
    shop.at_the_ledger("create_item", item=code, body={"InventoryUOM": "EACH", **more})


def _look_at_the_list(shop: Shop) -> None:
    """The job that reads the warehouse's whole list has its turn, some time after everything else."""
    shop.clock.pass_s(900)
    polls = Polls(shop.link, shop.journal, shop.clock, shop.intake, Troubles(shop.journal, shop.clock), lambda: None)
    polls.items("items:demo")
    shop.work()


def _details(shop: Shop) -> list[str]:
    query = "SELECT text FROM case_event WHERE action = 'opened' ORDER BY id"
    return [row[0] for row in shop.rows(query)]


def _products(shop: Shop) -> set[str]:
    return {item.code for item in shop.link.warehouse.items()}


def _make_product(shop: Shop, code: str) -> None:
    """Somebody makes a product in the warehouse that the ledger never heard of."""
    made = Item(code=code, name=code, unit="EACH", tracking=Tracking.NONE)
    (outcome,) = shop.link.warehouse.post([Send(reference="by hand", body=PutItem(item=made))])
    assert outcome.stands, outcome.text


def _delete_product(shop: Shop, key: int) -> None:
    """Somebody deletes it there again."""
    client = httpx.Client(transport=InProcess(shop.floor), base_url="http://127.0.0.1")
    asked = {"grant_type": "client_credentials", "client_id": "tieout", "client_secret": "tieout"}
    token = client.post("/oauth/token", data=asked).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}", "X-Clarus-Subdomain": "tieout"}
    assert client.delete(f"/api/products/{key}", headers=headers).status_code == 204


def _while_listing(shop: Shop, happens: Callable[[], None]) -> None:
    """Lets something happen after the warehouse has told its list, and before anybody has taken it in."""
    told = shop.link.warehouse.items()
    happens()
    take_list(shop.journal, shop.link, told, shop.clock.now() - timedelta(seconds=10), shop.clock.now())
    shop.work()


def test_an_item_with_a_barcode_that_cannot_be_one_is_held_until_it_is_corrected(shop: Shop) -> None:
    _item(shop, "MUG", BarCode=WRONG)
    _item(shop, "LAMP", BarCode="SHELF-7")
    shop.sync()
    assert shop.open_cases() == ["item_barcode_wrong"]
    assert _products(shop) == {"LANTERN", "LAMP"}
    shop.edit_in_ledger("Items('MUG')", {"BarCode": GOOD})
    shop.sync()
    assert shop.open_cases() == []
    assert "MUG" in _products(shop)


def test_two_items_with_one_barcode_are_both_told_and_both_cross_once_one_is_given_another(shop: Shop) -> None:
    _item(shop, "MUG", BarCode=GOOD)
    _item(shop, "CUP", BarCode=GOOD)
    _item(shop, "OLD-MUG", BarCode=GOOD, Frozen="tYES")
    shop.sync()
    assert shop.open_cases() == ["item_barcode_taken", "item_barcode_taken"]
    shop.edit_in_ledger("Items('CUP')", {"BarCode": ANOTHER})
    shop.sync()
    assert shop.open_cases() == []
    assert _products(shop) == {"LANTERN", "MUG", "CUP"}


def test_a_code_the_warehouse_would_not_keep_as_it_is_never_gets_there(shop: Shop) -> None:
    _item(shop, "M" * 50)
    _item(shop, "MUG ")
    shop.sync()
    assert shop.open_cases() == ["item_code_unusable"]
    assert "M" * 50 in _products(shop)


def test_an_order_waits_for_an_item_whose_barcode_is_on_its_way(shop: Shop) -> None:
    shop.edit_in_ledger("Items('LANTERN')", {"BarCode": GOOD})
    shop.to_floor.lose = [("PATCH", "/products/1", "before")]
    shop.order(10)
    assert shop.open_cases() == []
    assert shop.rows("SELECT count(*) FROM posting WHERE kind = 'goods_out'") == [(0,)]
    shop.settle(2)
    assert shop.rows("SELECT state FROM posting WHERE kind = 'goods_out'") == [("done",)]
    assert shop.open_cases() == []


def test_an_item_changed_in_the_warehouse_is_told_once_and_ends_when_it_is_put_back(shop: Shop) -> None:
    _look_at_the_list(shop)
    assert shop.open_cases() == []
    shop.on_the_floor(
        "edit_product", product="LANTERN", values={"barcode": ANOTHER, "description": "Lamp", "stop": True}
    )
    for _ in range(3):
        _look_at_the_list(shop)
    assert shop.open_cases() == ["item_changed_in_warehouse"]
    said = "name: LANTERN in the ledger, Lamp in the warehouse; active: yes in the ledger, no in the warehouse"
    assert _details(shop) == [f"item LANTERN: {said}"]
    shop.on_the_floor("edit_product", product="LANTERN", values={"description": "LANTERN", "stop": False})
    _look_at_the_list(shop)
    assert shop.open_cases() == []
    shop.on_the_floor("edit_product", product="LANTERN", values={"stop": True})
    _look_at_the_list(shop)
    assert shop.open_cases() == ["item_changed_in_warehouse"]


def test_an_item_changed_in_the_warehouse_is_right_again_once_the_ledger_changes_it(shop: Shop) -> None:
    shop.on_the_floor("edit_product", product="LANTERN", values={"description": "Lamp"})
    _look_at_the_list(shop)
    assert shop.open_cases() == ["item_changed_in_warehouse"]
    shop.edit_in_ledger("Items('LANTERN')", {"ItemName": "Lantern, brass"})
    shop.sync()
    assert shop.open_cases() == []


def test_an_item_made_in_the_warehouse_is_told_with_the_code_it_was_likely_meant_to_be(shop: Shop) -> None:
    _make_product(shop, "lantern")
    _make_product(shop, "TEAPOT")
    for _ in range(2):
        _look_at_the_list(shop)
    assert shop.open_cases() == ["item_made_in_warehouse", "item_made_in_warehouse"]
    assert any("the ledger has 'LANTERN'" in told for told in _details(shop))
    _item(shop, "TEAPOT", ItemName="TEAPOT")
    shop.sync()
    assert shop.open_cases() == ["item_made_in_warehouse"]
    shop.on_the_floor("edit_product", product="lantern", values={"stop": True})
    _look_at_the_list(shop)
    assert shop.open_cases() == []


def test_what_a_person_left_as_it_is_is_told_again_only_when_it_changes(shop: Shop) -> None:
    _make_product(shop, "TEAPOT")
    _look_at_the_list(shop)
    Cases(shop.journal, shop.clock).resolve(1, "the warehouse's own packing aid", actor="a clerk")
    for _ in range(2):
        _look_at_the_list(shop)
    assert shop.open_cases() == []
    shop.on_the_floor("edit_product", product="TEAPOT", values={"description": "Teapot, large"})
    _look_at_the_list(shop)
    assert shop.open_cases() == ["item_made_in_warehouse"]


def test_our_own_item_on_its_way_is_nobodys_change(shop: Shop) -> None:
    _item(shop, "MUG", ItemName="A name " * 30, ManageBatchNumbers="tYES")
    shop.to_floor.lose = [("POST", "/products", "after")]
    shop.sync()
    _look_at_the_list(shop)
    shop.settle(2)
    _look_at_the_list(shop)
    assert shop.open_cases() == []


def test_a_list_read_before_our_own_change_arrived_says_nothing_of_it(shop: Shop) -> None:
    shop.edit_in_ledger("Items('LANTERN')", {"ItemName": "Lantern, brass"})
    _item(shop, "MUG")
    _while_listing(shop, shop.sync)
    assert shop.open_cases() == []
    assert len(shop.rows("SELECT code FROM mirror WHERE side = 'warehouse'")) == 2


def test_nothing_is_called_missing_in_the_ledger_before_its_list_was_read_to_its_end(shop: Shop) -> None:
    _make_product(shop, "TEAPOT")
    with shop.journal.write("go live") as connection:
        connection.exec_driver_sql("UPDATE cursor SET sweeps = 0")
    _look_at_the_list(shop)
    assert shop.open_cases() == []
    shop.sync()
    _look_at_the_list(shop)
    assert shop.open_cases() == ["item_made_in_warehouse"]


def test_an_item_taken_out_of_the_warehouse_is_unknown_there(shop: Shop) -> None:
    _make_product(shop, "TEAPOT")
    _look_at_the_list(shop)
    assert shop.open_cases() == ["item_made_in_warehouse"]
    _delete_product(shop, 2)
    _look_at_the_list(shop)
    assert shop.open_cases() == []
    assert shop.rows("SELECT code FROM mirror WHERE side = 'warehouse'") == [("LANTERN",)]


def test_an_item_mapped_to_a_product_of_another_code_is_compared_with_that_product(shop: Shop) -> None:
    _make_product(shop, "tea pot")
    _look_at_the_list(shop)
    assert shop.open_cases() == ["item_made_in_warehouse"]
    _item(shop, "TEAPOT", ItemName="Teapot")
    mappings = Mappings(shop.journal, shop.clock, ["demo"])
    mappings.put([Mapped("demo", "item", "TEAPOT", "tea pot")], actor="a clerk")
    shop.sync()
    assert shop.open_cases() == []
    _look_at_the_list(shop)
    assert (shop.open_cases(), _products(shop)) == ([], {"LANTERN", "tea pot"})
    shop.on_the_floor("edit_product", product="tea pot", values={"stop": True})
    _look_at_the_list(shop)
    assert shop.open_cases() == ["item_changed_in_warehouse"]
    said = "item TEAPOT: active: yes in the ledger, no in the warehouse"
    assert _details(shop)[-1] == said
    codes = Codes(items={"TEAPOT": "tea pot"})
    audit = audit_items("demo", shop.link.ledger, shop.link.warehouse, codes, shop.clock)
    assert [(one.finding, one.item, one.field) for one in audit.findings] == [("differs", "TEAPOT", "active")]
    shop.on_the_floor("edit_product", product="tea pot", values={"stop": False})
    _make_product(shop, "TEAPOT")
    _look_at_the_list(shop)
    assert shop.open_cases() == []
    audit = audit_items("demo", shop.link.ledger, shop.link.warehouse, codes, shop.clock)
    assert [(one.finding, one.item) for one in audit.findings] == [("only_in_warehouse", "TEAPOT")]


def test_an_item_that_was_shown_changed_goes_out_again_when_it_is_mapped(shop: Shop) -> None:
    shop.on_the_floor("edit_product", product="LANTERN", values={"description": "Lamp"})
    _look_at_the_list(shop)
    mappings = Mappings(shop.journal, shop.clock, ["demo"])
    mappings.put([Mapped("demo", "item", "LANTERN", "lantern 1")], actor="a clerk")
    shop.sync()
    assert shop.open_cases() == []
    assert _products(shop) == {"LANTERN", "lantern 1"}
