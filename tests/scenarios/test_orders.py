"""The life of an order: what customers want, what the floor does with it, and what stands in its way."""

from datetime import timedelta
from decimal import Decimal

from pytest_bdd import given, scenarios, when

from tests.scenarios.words import Goods, say
from tests.scenarios.world import LINK, World, lines
from tieout.connectors.contract import Send
from tieout.domain.documents import Address, Side
from tieout.domain.identity import item_identity
from tieout.domain.postings import AskedLine, GoodsOut

scenarios("orders.feature")
MONTH = "2026-03"


@given(say("a customer has ordered {goods:Goods}, not confirmed yet"))
def _unconfirmed(world: World, goods: Goods) -> None:
    world.orders(goods, body={"Confirmed": "tNO"})


@given(say("a customer has ordered {goods:Goods}, all or nothing"))
def _whole(world: World, goods: Goods) -> None:
    world.orders(goods, body={"PartialSupply": "tNO"})


@when(say("a customer orders {goods:Goods}, to go by a carrier that is new in the ledger, number {carrier:d}"))
def _by_carrier(world: World, goods: Goods, carrier: int) -> None:
    world.in_the_ledgers_api("ShippingTypes", {"Name": "Bicycle"})
    world.orders(goods, body={"TransportationCode": carrier})


@when(say("a customer orders {goods:Goods}, with {gift:Goods} as a gift"))
def _gift(world: World, goods: Goods, gift: Goods) -> None:
    free = [{**line, "price": 0} for line in lines(gift)]
    world.order = int(world.at_the_ledger("create_order", lines=[*lines(goods), *free])["key"])


@given("the merchant writes invoices by hand")
def _no_invoices(world: World) -> None:
    world.wants(invoice=False)


@given("lanterns are blocked in the warehouse")
def _blocked_item(world: World) -> None:
    world.on_the_floor("edit_product", product="LANTERN", values={"stop": True})


@when("lanterns are no longer blocked in the warehouse")
def _free_item(world: World) -> None:
    world.on_the_floor("edit_product", product="LANTERN", values={"stop": False})


@given("postage is a service")
def _postage(world: World) -> None:
    world.at_the_ledger("create_item", item="POSTAGE", stocked=False, body={"InventoryUOM": "EACH"})


@when("the order is confirmed")
def _confirm(world: World) -> None:
    _edit(world, "confirm_order")


@when("the confirmation is withdrawn")
def _withdraw(world: World) -> None:
    _edit(world, "confirm_order", confirmed=False)


@when(say("the order is changed to {quantity:d}"))
def _change(world: World, quantity: int) -> None:
    _edit(world, "edit_order", change=[{"line": 0, "quantity": quantity}])


@when("the order is cancelled")
def _cancel(world: World) -> None:
    _edit(world, "cancel_order")


@when("the order is closed")
def _close(world: World) -> None:
    _edit(world, "close_order")


@when("the order is opened again")
def _reopen(world: World) -> None:
    _edit(world, "reopen_order")


def _edit(world: World, act: str, **how: object) -> None:
    world.at_the_ledger(act, order=world.order, **how)


@when("the ledger allows the order to go in parts")
def _allow_parts(world: World) -> None:
    world.in_the_ledgers_api(f"Orders({world.order})", {"PartialSupply": "tYES"}, "PATCH")


@given("the order is being picked")
def _pick(world: World) -> None:
    world.meanwhile_on_the_floor("pick", goods_out_id=world.goods_out())


@when("what was picked leaves the warehouse")
def _despatch(world: World) -> None:
    world.on_the_floor("despatch", goods_out_id=world.goods_out())


@when(say("{goods:Goods} of it leave the warehouse, and the rest is given up"))
def _leaves_short(world: World, goods: Goods) -> None:
    ((_, quantity),) = goods
    goods_out = world.goods_out()
    world.meanwhile_on_the_floor("pick", goods_out_id=goods_out, lines={str(goods_out): quantity})
    world.meanwhile_on_the_floor("despatch", goods_out_id=goods_out)
    world.meanwhile_on_the_floor("complete_short", goods_out_id=goods_out)


def _all_leaves(world: World, **how: object) -> None:
    goods_out = world.goods_out()
    world.meanwhile_on_the_floor("pick", goods_out_id=goods_out)
    world.meanwhile_on_the_floor("despatch", goods_out_id=goods_out, **how)


@when("all of it leaves the warehouse without a tracking number")
def _no_tracking(world: World) -> None:
    _all_leaves(world, tracking=None)


@when("the warehouse writes the tracking number on the parcel")
def _label(world: World) -> None:
    world.on_the_floor("label", shipment_id=1, tracking="RM-1")


@when("the warehouse cancels the order")
def _cancelled_there(world: World) -> None:
    goods_out = world.goods_out()
    world.meanwhile_on_the_floor("allocate", goods_out_id=goods_out)
    world.meanwhile_on_the_floor("cancel_order", goods_out_id=goods_out)


@when(say("all of it leaves the warehouse, and at the same moment the order is cut to {quantity:d}"))
def _cut_meanwhile(world: World, quantity: int) -> None:
    _all_leaves(world)
    world.meanwhile_at_the_ledger("edit_order", order=world.order, change=[{"line": 0, "quantity": quantity}])


@when("all of it leaves the warehouse, and at the same moment the order is closed")
def _closed_meanwhile(world: World) -> None:
    _all_leaves(world)
    world.meanwhile_at_the_ledger("close_order", order=world.order)


@when(
    say("all of it leaves the warehouse, and at the same moment somebody delivers {quantity:d} in the ledger by hand")
)
def _by_hand_meanwhile(world: World, quantity: int) -> None:
    _all_leaves(world)
    by_hand = [{"line": 0, "quantity": quantity}]
    world.meanwhile_at_the_ledger("post_delivery_by_hand", order=world.order, lines=by_hand)


@when("all of it leaves the warehouse under a code that the ledger does not know")
def _under_another_code(world: World) -> None:
    world.on_the_floor("edit_product", product="LANTERN", values={"code": "CANDLE"})
    _all_leaves(world)


@when("the warehouse undoes the despatch")
def _undo(world: World) -> None:
    world.on_the_floor("undespatch", goods_out_id=world.goods_out())


@when("the warehouse undoes the despatch, and writes it down under another parcel")
def _undone_unseen(world: World) -> None:
    goods_out = world.goods_out()
    world.meanwhile_on_the_floor("undespatch", goods_out_id=goods_out)
    transactions = world.shop.floor.state.transactions
    (undone,) = [row for row in transactions if row.subtype == "UNDISP"]
    undone.shipment_id = next(
        row.shipment_id for row in transactions if row.shipment_id not in (None, undone.shipment_id)
    )


@when(say("the warehouse's record of the despatch says {quantity:d} now"))
def _record_changed(world: World, quantity: int) -> None:
    state, goods_out = world.shop.floor.state, world.goods_out()
    (sent,) = [row for row in state.transactions if row.subtype == "DISP"]
    (line,) = state.lines_of(state.goods_outs[goods_out])
    sent.quantity = line.dispatch_quantity = Decimal(quantity)
    world.shop.intake.store(LINK, Side.WAREHOUSE, [world.shop.hint(goods_out, "again")])
    world.happens()


@when(say("{goods:Goods} leave the warehouse on an order that somebody keyed by hand"))
def _keyed_by_hand(world: World, goods: Goods) -> None:
    ((code, quantity),) = goods
    shop = world.shop
    ((theirs,),) = shop.rows(f"SELECT theirs FROM xref WHERE ours = 'item/{code}' AND side = 'warehouse'")  # noqa: S608
    body = GoodsOut(
        number="1", customer="C-1", due_at=shop.clock.now() + timedelta(days=1), warehouse="WH1", carrier=None,
        address=Address(name="A"), lines=(AskedLine(line="0", item=code, qty_base=Decimal(quantity)),),
    )  # fmt: skip
    (made,) = shop.link.warehouse.post([Send(reference="by hand", body=body, known={item_identity(code): theirs})])
    for act in ("pick", "despatch"):
        world.meanwhile_on_the_floor(act, goods_out_id=int(made.theirs or 0))


@when("finance closes the month")
def _close_month(world: World) -> None:
    world.at_the_ledger("close_period", month=MONTH)


@when("finance opens the month again")
def _open_month(world: World) -> None:
    world.at_the_ledger("open_period", month=MONTH)
    world.passes(60)


@when("somebody blocks the customer in the ledger")
def _block(world: World) -> None:
    world.at_the_ledger("set_partner_active", partner="C-1", active=False)


@when("the customer is no longer blocked")
def _unblock(world: World) -> None:
    world.at_the_ledger("set_partner_active", partner="C-1", active=True)


@when(say("somebody has copied our reference onto a delivery of {quantity:d}, and our answer to all of it was lost"))
def _copied(world: World, quantity: int) -> None:
    """The request never arrived; the look-up finds what somebody else wrote under its reference."""
    shop = world.shop
    shop.to_ledger.lose.append(("POST", "/DeliveryNotes", "before"))
    _all_leaves(world)
    shop.sync()
    ((reference,),) = shop.rows("SELECT reference FROM posting WHERE kind = 'delivery'")
    by_hand = [{"line": 0, "quantity": quantity}]
    body = {"U_TieoutRef": reference}
    world.meanwhile_at_the_ledger("post_delivery_by_hand", order=world.order, lines=by_hand, body=body)
    world.passes(300)
