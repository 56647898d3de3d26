"""Stock found, lost, moved and held: what happens on the floor without an order."""

import json
from typing import Any

from pytest_bdd import given, scenarios, then, when

from tests.scenarios.words import Goods, say
from tests.scenarios.world import World
from tieout.connectors.contract import Send
from tieout.domain.documents import Item, Tracking
from tieout.domain.postings import PutItem
from tieout.twins.clarus.records import Record

scenarios("stock.feature")
BATCH_S, WINDOW_S, READING_S = 900, 960, 300


@given("a new quarter of an hour has begun")
def _new_window(world: World) -> None:
    world.catch_up()
    world.shop.clock.pass_s(-world.shop.clock.at.timestamp() % BATCH_S)


@given("finance has mapped DAMAGED to 510000, COUNT to 515000 and FOUND to 520000")
def _accounts(world: World) -> None:
    for reason, account in (("DAMAGED", "510000"), ("COUNT", "515000"), ("FOUND", "520000")):
        world.maps("account", account, reason)


@given(say("finance has mapped {reason} to {account} now"))
@when(say("finance maps {reason} to {account}"))
def _account(world: World, reason: str, account: str) -> None:
    world.maps("account", account, reason, "finance")


def _adjust(world: World, goods: Goods, sign: int, reason: str | None, **more: Any) -> None:
    """All in one window of the batches: tieout has not looked in between."""
    for code, quantity in goods:
        told = {"product": code, "quantity": sign * quantity, "reason_code": reason}
        world.meanwhile_on_the_floor("adjust_stock", **told, **more)


@when(say("a count finds {goods:Goods} less"))
def _counted_less(world: World, goods: Goods) -> None:
    _adjust(world, goods, -1, "COUNT")


@when(say("a count finds {goods:Goods} more"))
def _counted_more(world: World, goods: Goods) -> None:
    _adjust(world, goods, 1, "COUNT")


@when(say("{goods:Goods} are found"))
@when(say("{goods:Goods} is found"))
def _found(world: World, goods: Goods) -> None:
    _adjust(world, goods, 1, "FOUND")


@when(say("{goods:Goods} are broken"))
def _broken(world: World, goods: Goods) -> None:
    _adjust(world, goods, -1, "DAMAGED")


@when(say("{goods:Goods} are missing"))
def _missing(world: World, goods: Goods) -> None:
    _adjust(world, goods, -1, "NOSTOCK")


@when(say("{goods:Goods} disappear without a reason"))
def _no_reason(world: World, goods: Goods) -> None:
    _adjust(world, goods, -1, None)


@when(say("{times:d} times {lost:Goods} are broken and {found:Goods} are found"))
def _storm(world: World, times: int, lost: Goods, found: Goods) -> None:
    for _ in range(times):
        _broken(world, lost)
        _found(world, found)


@when("the batch is closed")
def _window_ends(world: World) -> None:
    world.passes(WINDOW_S)


@given(say("somebody has the record of {item:Item} open in the ledger"))
def _locked(world: World, item: str) -> None:
    world.at_the_ledger("lock_record", record=f"Items('{item}')")


@when(say("the record of {item:Item} is closed"))
def _unlocked(world: World, item: str) -> None:
    world.at_the_ledger("unlock_record", record=f"Items('{item}')")


@given(say("{item:Item} are no longer active in the ledger"))
def _inactive(world: World, item: str) -> None:
    world.at_the_ledger("set_item_active", item=item, active=False)


@when(say("{item:Item} are active again in the ledger"))
def _active(world: World, item: str) -> None:
    world.at_the_ledger("set_item_active", item=item, active=True)


@when("finance has closed the month")
def _close_month(world: World) -> None:
    world.at_the_ledger("close_period", month="2026-03")


@given("jam is sold by lot")
def _by_lot(world: World) -> None:
    world.sells("JAM", stock=False, batches=True)


@given("the warehouse has 10 teapots that were never in the ledger")
def _teapots(world: World) -> None:
    made = Item(code="TEAPOT", name="TEAPOT", unit="EACH", tracking=Tracking.NONE)
    world.shop.link.warehouse.post([Send(reference="by hand", body=PutItem(item=made))])
    world.on_the_floor("add_stock", product="TEAPOT", quantity=10)


@given("the ledger's answer to the next goods issue will be lost")
def _lost_answer(world: World) -> None:
    world.shop.to_ledger.lose.append(("POST", "InventoryGenExits", "after"))


@given("a second warehouse WH2, which is 02 in the ledger")
def _second(world: World) -> None:
    _unknown_second(world)
    world.maps("warehouse", "02", "WH2")


@given("a second warehouse WH2, which the ledger does not know")
def _unknown_second(world: World) -> None:
    state = world.shop.floor.state
    warehouse = Record(values={"code": "WH2", "name": "Second"})
    state.add(state.plain["warehouses"], warehouse)
    location = Record(values={"code": "Z-01", "warehouse_id": warehouse.id, "location_type_id": 1})
    state.add(state.plain["locations"], location)


@given("ledger warehouse 02 stands in the same building")
def _same_building(world: World) -> None:
    world.maps("warehouse", "02", "WH1")


@when("finance says that changes of stock there are booked in 01")
def _home(world: World) -> None:
    world.maps("home", "01", "WH1")


@when(say("{goods:Goods} are moved to it"))
def _moved(world: World, goods: Goods) -> None:
    ((_, quantity),) = goods
    world.on_the_floor("move", stock_id=_stock(world), location="Z-01", quantity=quantity)


@when(say("{goods:Goods} are put on hold"))
def _hold(world: World, goods: Goods) -> None:
    ((_, quantity),) = goods
    world.on_the_floor("move", stock_id=_stock(world), location="B-01", quantity=quantity)
    world.meanwhile_on_the_floor("hold", stock_id=_stock(world), held=True, description="water damage")


@when("they are freed again")
def _free(world: World) -> None:
    world.on_the_floor("hold", stock_id=_stock(world, "held"), held=False, description="dry")


@when(say("{goods:Goods} that are on hold are broken"))
def _broken_on_hold(world: World, goods: Goods) -> None:
    """This twin lets nobody adjust what is on hold; other sites may, and then the movement says that it was."""
    _broken(world, goods)
    lost = [row for row in world.shop.floor.state.transactions if row.subtype == "ADJDOWN"]
    lost[-1].stock_status = "held"


def _stock(world: World, status: str = "available") -> int:
    """The newest piece of stock of lanterns."""
    state = world.shop.floor.state
    found = [
        row.id for row in state.stocks if row.lot.status == status and _code(world, row.lot.product_id) == "LANTERN"
    ]
    return max(found)


def _code(world: World, product: int) -> str:
    return str(world.shop.floor.state.products[product].values["code"])


@when(say("{minutes:d} minutes go by, as the warehouse is read"))
def _readings(world: World, minutes: int) -> None:
    for _ in range(minutes * 60 // READING_S):
        world.passes(READING_S)


@then(say("it is booked against account {account}"))
def _booked(world: World, account: str) -> None:
    rows = [*world.documents("InventoryGenEntries"), *world.documents("InventoryGenExits")]
    found = {line["AccountCode"] for row in rows for line in row["DocumentLines"]}
    assert found == {account}


@then(say("each of the {count:d} movements can be traced to the document it is in"))
def _traced(world: World, count: int) -> None:
    sources = {row[0] for row in world.shop.rows("SELECT source FROM movement")}
    bodies = [json.loads(row[0]) for row in world.shop.rows("SELECT body FROM posting WHERE kind LIKE 'stock_%'")]
    named = {source for body in bodies for line in body["lines"] for source in line["movements"]}
    assert (len(sources), named) == (count, sources)
