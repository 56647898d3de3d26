"""Purchase orders and receipts: what purchasing and the bay do, and what is expected of them."""

from pytest_bdd import given, scenarios, then, when

from tests.scenarios.words import Goods, say
from tests.scenarios.world import World

scenarios("purchasing.feature")


@given(say("purchasing has ordered {goods:Goods}, not approved yet"))
def _not_approved(world: World, goods: Goods) -> None:
    world.buys(goods, body={"Confirmed": "tNO"})


@when("the purchase order is approved")
def _approved(world: World) -> None:
    _edit(world, "confirm_purchase_order")


@when("the approval is withdrawn")
def _withdrawn(world: World) -> None:
    _edit(world, "confirm_purchase_order", confirmed=False)


@when(say("purchasing changes it to {quantity:d}"))
def _change(world: World, quantity: int) -> None:
    _edit(world, "edit_purchase_order", change=[{"line": 0, "quantity": quantity}])


@when("purchasing cancels it")
def _cancel(world: World) -> None:
    _edit(world, "cancel_purchase_order")


@when("purchasing closes the purchase order")
def _close(world: World) -> None:
    _edit(world, "close_purchase_order")


@when("purchasing reopens the purchase order")
def _reopen(world: World) -> None:
    _edit(world, "reopen_purchase_order")


def _edit(world: World, act: str, **how: object) -> None:
    world.at_the_ledger(act, order=world.purchase, **how)


@given("the lorry is being unloaded")
def _unloading(world: World) -> None:
    world.on_the_floor("start_receiving", goods_in_receipt_id=world.goods_in())


@when("the warehouse closes the goods-in short")
def _short(world: World) -> None:
    world.meanwhile_on_the_floor("short_receipt_lines", goods_in_receipt_id=world.goods_in())


@when("the warehouse closes the goods-in, and nothing has arrived")
def _empty(world: World) -> None:
    world.on_the_floor("cancel_receipt", goods_in_receipt_id=world.goods_in())


@when(say("{ordered:Goods} arrive, and {more:Goods} that nobody ordered"))
def _wrong_item(world: World, ordered: Goods, more: Goods) -> None:
    ((code, quantity),) = more
    goods_in = world.goods_in()
    world.on_the_floor("start_receiving", goods_in_receipt_id=goods_in)
    world.meanwhile_on_the_floor("add_receipt_line", goods_in_receipt_id=goods_in, product=code, quantity=quantity)
    world.arrive((*ordered, *more))
    world.meanwhile_on_the_floor("short_receipt_lines", goods_in_receipt_id=goods_in)


@when(say("{goods:Goods} arrive on a goods-in that somebody keyed by hand"))
def _keyed_by_hand(world: World, goods: Goods) -> None:
    expected = [{"product": code, "quantity": quantity} for code, quantity in goods]
    made = world.on_the_floor("create_receipt", reference="BY-HAND", lines=expected)
    world.meanwhile_on_the_floor("receive_line", goods_in_receipt_id=made["goods_in_receipt_id"])
    world.meanwhile_on_the_floor("put_away", goods_in_receipt_id=made["goods_in_receipt_id"])


@when(say("{goods:Goods} arrive, and at the same moment purchasing closes the purchase order"))
def _closed_meanwhile(world: World, goods: Goods) -> None:
    world.arrive(goods)
    world.meanwhile_at_the_ledger("close_purchase_order", order=world.purchase)


@when(say("somebody receives {goods:Goods} in the ledger by hand"))
def _received_by_hand(world: World, goods: Goods) -> None:
    world.goods_in()
    world.meanwhile_at_the_ledger("post_receipt_by_hand", order=world.purchase)


@when(say("{goods:Goods} arrive, which tieout has not been told to expect any less"))
def _arrive_meanwhile(world: World, goods: Goods) -> None:
    ((code, quantity),) = goods
    (receipt,) = world.shop.floor.state.goods_in_receipts
    named = {"goods_in_receipt_id": receipt.id}
    world.meanwhile_on_the_floor("receive_line", **named, product=code, quantity=quantity)
    world.meanwhile_on_the_floor("put_away", **named)


@when("the warehouse takes the receipt back")
def _take_back(world: World) -> None:
    world.on_the_floor("unreceive", goods_in_receipt_id=world.goods_in())


@when(say("the warehouse takes {goods:Goods} of it back"))
def _take_part_back(world: World, goods: Goods) -> None:
    ((code, _),) = goods
    world.on_the_floor("unreceive", goods_in_receipt_id=world.goods_in(), product=code)


@then("the purchase order is closed")
def _is_closed(world: World) -> None:
    rows = {row["DocEntry"]: row["DocumentStatus"] for row in world.shop.ledger_documents("PurchaseOrders")}
    assert rows[world.purchase] == "bost_Close"
