"""Kits, orders larger than the warehouse takes at once, and what stays open of an order."""

from dataclasses import replace

from pytest_bdd import given, scenarios, then, when

from tests.journey.goods import takes_at_most
from tests.scenarios.words import Goods, say
from tests.scenarios.world import LINK, World

scenarios("kits.feature")


@given("a gift is a lantern and two candles")
def _gift(world: World) -> None:
    world.sells("CANDLE")
    parts = [{"item": "LANTERN", "quantity": 1}, {"item": "CANDLE", "quantity": 2}]
    world.at_the_ledger("create_kit", item="GIFT", parts=parts)


@given("a gift is put together when it is sold")
def _assembled(world: World) -> None:
    world.at_the_ledger("create_item", item="GIFT", body={"InventoryUOM": "EACH", "TreeType": "iAssemblyTree"})


@when(say("{goods:Goods} for the gifts leave the warehouse"))
def _parts_leave(world: World, goods: Goods) -> None:
    goods_out, state = world.goods_out(), world.shop.floor.state
    named = {
        state.products[line.product_id].values["code"]: line.id for line in state.lines_of(state.goods_outs[goods_out])
    }
    if state.goods_outs[goods_out].status.name == "PENDING":
        world.meanwhile_on_the_floor("pick", goods_out_id=goods_out)
    quantities = {str(named[code]): quantity for code, quantity in goods}
    world.meanwhile_on_the_floor("despatch", goods_out_id=goods_out, lines=quantities)


@when(say("{goods:Goods} of the gifts come back"))
def _come_back(world: World, goods: Goods) -> None:
    ((code, quantity),) = goods
    values = {"external_system_reference2": f"{LINK}.SO.{world.order}"}
    expected = [{"product": code, "quantity": quantity}]
    made = world.on_the_floor("create_receipt", receipt_type="return", lines=expected, values=values)
    named = {"goods_in_receipt_id": made["goods_in_receipt_id"]}
    world.meanwhile_on_the_floor("receive_line", **named)
    world.meanwhile_on_the_floor("put_away", **named)


@given(say("the warehouse takes {lines:d} lines at once"))
def _takes(world: World, lines: int) -> None:
    world.catch_up()
    takes_at_most(world.shop, lines)


@given(say("the warehouse takes {lines:d} lines at once, and knows no drafts"))
def _knows_no_drafts(world: World, lines: int) -> None:
    world.catch_up()
    takes_at_most(world.shop, lines, draft_status_id=0)


@given("the ledger makes a new order of what a delivery leaves open")
def _backorders(world: World) -> None:
    state = world.shop.ledger.state
    state.settings = replace(state.settings, backorders="new order")


@given("the merchant writes invoices by hand")
def _no_invoices(world: World) -> None:
    world.wants(invoice=False)


@when("somebody cancels the delivery in the ledger")
def _cancelled(world: World) -> None:
    world.at_the_ledger("cancel_document", document="DeliveryNotes(1)")


@then(say("the ledger has {goods:Goods} open on the order"))
def _stays_open(world: World, goods: Goods) -> None:
    world.catch_up()
    (order,) = world.shop.ledger_documents("Orders")
    found = [(line["ItemCode"], int(line["RemainingOpenQuantity"])) for line in order["DocumentLines"]]
    assert (order["DocumentStatus"], tuple(found)) == ("bost_Open", goods)
