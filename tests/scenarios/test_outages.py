"""When a system is down, slow, or not what it seems: what is done to the wires, the records and the workers."""

from collections.abc import Callable

import httpx
from pytest_bdd import given, scenarios, then, when

from tests.journey.under import Gate, Under
from tests.scenarios.words import Goods, say
from tests.scenarios.world import HOUR_S, LINK, World, lines
from tieout.connectors.contract import Message
from tieout.domain.documents import Side

scenarios("outages.feature")


@given("somebody looks after the link")
def _looked_after(world: World) -> None:
    world.under = Under(world.shop)
    world.passes(60)


@given("somebody looks after the link with a password that is no longer right")
def _wrong_password(world: World) -> None:
    world.under = Under(world.shop, wrong=True)


@when("IT gives tieout the right password")
def _right_password(world: World) -> None:
    world.under = Under(world.shop)


def _under(world: World) -> Under:
    assert world.under is not None, "somebody must look after the link"
    return world.under


@given(say("customers have ordered {first:d}, {second:d}, {third:d} and {fourth:d} lanterns"))
def _four_orders(world: World, first: int, second: int, third: int, fourth: int) -> None:
    for quantity in (first, second, third, fourth):
        _one_more(world, quantity)


@given(say("customers have ordered {first:d} and {second:d} lanterns"))
def _two_orders(world: World, first: int, second: int) -> None:
    for quantity in (first, second):
        _one_more(world, quantity)


def _one_more(world: World, quantity: int) -> None:
    goods = (("LANTERN", quantity),)
    world.order = int(world.meanwhile_at_the_ledger("create_order", lines=lines(goods))["key"])


@given(say("a customer has received {goods:Goods}, not invoiced yet"))
def _not_invoiced(world: World, goods: Goods) -> None:
    world.wants(invoice=False, read_back=1.0)
    _under(world).link = world.shop.link
    world.orders(goods)
    world.catch_up()
    world.shop.all_leaves()
    world.happens()


@when("the ledger cannot be reached")
def _ledger_down(world: World) -> None:
    world.catch_up()
    _under(world).to_ledger.closed = True


@when("the ledger can be reached again")
def _ledger_up(world: World) -> None:
    _under(world).to_ledger.closed = False


@when("the warehouse cannot be reached")
def _warehouse_down(world: World) -> None:
    world.catch_up()
    _under(world).to_floor.closed = True


@when("the warehouse can be reached again")
def _warehouse_up(world: World) -> None:
    _under(world).to_floor.closed = False


@when("the ledger takes no more than half of our calls")
def _throttled(world: World) -> None:
    world.catch_up()
    _under(world).to_ledger.throttles = 0.5


@when("the ledger takes all of our calls again")
def _not_throttled(world: World) -> None:
    _under(world).to_ledger.throttles = 0.0


@when("somebody opens the first order in the ledger")
def _locks(world: World) -> None:
    world.at_the_ledger("lock_record", record="Orders(1)")


@when("the first order is closed again on that screen")
def _unlocks(world: World) -> None:
    world.at_the_ledger("unlock_record", record="Orders(1)")


@when(say("{hours:d} hours go by"))
def _hours(world: World, hours: int) -> None:
    world.passes(hours * HOUR_S)


@given("the answer to the next delivery will be lost")
def _lost_answer(world: World) -> None:
    world.catch_up()
    world.shop.to_ledger.lose.append(("POST", "/DeliveryNotes", "after"))


@given("the next delivery will get lost on its way")
def _lost_request(world: World) -> None:
    world.catch_up()
    world.shop.to_ledger.lose.append(("POST", "/DeliveryNotes", "before"))


@given("the answer to the next order will be lost")
def _lost_order(world: World) -> None:
    world.shop.to_floor.lose.append(("POST", "/goods_outs", "after"))


@when("the worker dies before it can look")
def _worker_dies(world: World) -> None:
    shop = world.shop
    shop.sync()
    with shop.journal.write("die") as connection:
        connection.exec_driver_sql("INSERT INTO lease (token, holder, beat) VALUES ('dead', 'gone', 7)")
        connection.exec_driver_sql("UPDATE lane SET token = 'dead' WHERE lane = 'order/1'")
    shop.sync()
    ((state,),) = shop.rows("SELECT state FROM posting WHERE kind = 'delivery'")
    assert state == "sent", f"the delivery is {state} already"


Answers = Callable[[httpx.Request], httpx.Response | None]


def _answers(world: World, special: Answers) -> None:
    """From now on the ledger answers some requests in a special way."""
    gate: Gate = _under(world).to_ledger

    def handler(request: httpx.Request) -> httpx.Response:
        return special(request) or world.shop.to_ledger.handle_request(request)

    gate.inner = httpx.MockTransport(handler)


@when("the ledger answers no question about deliveries")
def _no_look_up(world: World) -> None:
    def special(request: httpx.Request) -> httpx.Response | None:
        asked = request.method == "GET" and request.url.path.endswith("/DeliveryNotes")
        return httpx.Response(429, request=request) if asked else None

    _answers(world, special)


@when("the ledger answers as if it had no sales orders")
def _blind(world: World) -> None:
    def special(request: httpx.Request) -> httpx.Response | None:
        asked = request.url.path.endswith("/Orders") and "$top" not in str(request.url)
        return httpx.Response(200, json={"value": []}, request=request) if asked else None

    world.catch_up()
    _answers(world, special)


@when("the ledger answers all questions again")
def _sees(world: World) -> None:
    _under(world).to_ledger.inner = world.shop.to_ledger


@when(say("somebody writes an order of {goods:Goods} that tieout is not shown"))
def _unseen_order(world: World, goods: Goods) -> None:
    world.order = int(world.meanwhile_at_the_ledger("create_order", lines=lines(goods))["key"])


@when("nobody asks the ledger for its sales orders any more")
def _silent(world: World) -> None:
    world.catch_up()
    world.silent_feed = "sales_orders"


@when("the ledger is asked for its sales orders again")
def _asked_again(world: World) -> None:
    world.silent_feed = ""


@when(say("no worker runs, and a customer orders {goods:Goods}"))
def _no_worker(world: World, goods: Goods) -> None:
    world.order = int(world.at_the_ledger("create_order", lines=lines(goods))["key"])
    _under(world).asks()


@when(say("nobody works on it for {hours:d} hours"))
def _unworked(world: World, hours: int) -> None:
    under = _under(world)
    world.shop.clock.pass_s(hours * HOUR_S)
    under.asks()
    under.watch()
    world.rests()


@when("a worker runs again")
def _works(world: World) -> None:
    world.happens()


@when("somebody deletes the delivery behind our back")
def _deletes(world: World) -> None:
    world.catch_up()
    world.shop.ledger.state.tables["DeliveryNotes"].rows.clear()


@when(say("somebody changes the delivery to {quantity:d} behind our back"))
def _changes(world: World, quantity: int) -> None:
    world.catch_up()
    (row,) = world.shop.ledger.state.tables["DeliveryNotes"].rows.values()
    row["DocumentLines"][0]["Quantity"] = quantity


@when("the ledger sends a message that makes no sense")
def _nonsense(world: World) -> None:
    told = Message(topic="sales_orders", key="77", identity="77:1", raw='{"DocEntry": "?"}')
    world.shop.intake.store(LINK, Side.LEDGER, [told])
    world.happens()


@when("what tieout noted of the first order is spoilt")
def _spoils(world: World) -> None:
    world.catch_up()
    world.shop.intake.store(LINK, Side.WAREHOUSE, [world.shop.hint(1, "spoilt")])
    with world.shop.journal.write("spoil") as connection:
        connection.exec_driver_sql("UPDATE posting SET body = '{}' WHERE kind = 'goods_out' AND theirs = '1'")


@then(say("{count:d} orders wait for the ledger"))
def _wait(world: World, count: int) -> None:
    waiting = _under(world).lanes()
    assert [awaits for _, awaits, _ in waiting] == ["ledger"] * count, f"waiting: {waiting}"


@then(say("the ledger has deliveries of {first:d}, {second:d}, {third:d} and {fourth:d} lanterns"))
def _delivered(world: World, first: int, second: int, third: int, fourth: int) -> None:
    found = sorted(world.goods_of("DeliveryNotes"))
    assert found == [(("LANTERN", quantity),) for quantity in (first, second, third, fourth)], found
