"""What all scenarios have in common: their world, and what is said of goods, of the ledger and of exceptions."""

from collections import Counter
from collections.abc import Iterator

import pytest
from pytest_bdd import given, then, when
from pytest_bdd.parser import Step

from tests.journey.conftest import open_shop
from tests.scenarios.words import Goods, say
from tests.scenarios.world import HOUR_S, World
from tieout.journal.store import Journal
from tieout.journal.tables import metadata

DAY_S, MINUTE_S = 86_400.0, 60.0


@pytest.fixture(scope="session")
def memory() -> Iterator[Journal]:
    """One database in memory for all scenarios of a process: each statement is compiled once."""
    journal = Journal("sqlite://")
    metadata.create_all(journal.engine)
    yield journal
    journal.close()


@pytest.fixture
def world(memory: Journal) -> Iterator[World]:
    """An open shop: a thousand lanterns on both sides, warehouses and carriers mapped, nothing else in the journal."""
    with memory.write("empty") as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    with open_shop(memory) as shop:
        yield World(shop)


def pytest_bdd_step_error(step: Step, exception: Exception) -> None:
    """Whoever reads why a scenario failed is told at which step."""
    exception.add_note(f"at the step: {step.keyword} {step.name}")


@given(say("{item:Item} are sold too"))
@given(say("{item:Item} is sold too"))
def _one_more_item(world: World, item: str) -> None:
    world.sells(item)


@given("what may not be sold stands in ledger warehouse 02")
@when("somebody maps what may not be sold to ledger warehouse 02")
def _quarantine(world: World) -> None:
    world.maps("quarantine", "01", "02")


@given(say("a customer has ordered {goods:Goods}"))
@when(say("a customer orders {goods:Goods}"))
def _order(world: World, goods: Goods) -> None:
    world.orders(goods)


@given("all of it has left")
@when("all of it leaves the warehouse")
def _all_leaves(world: World) -> None:
    world.catch_up()
    world.shop.all_leaves()
    world.happens()


@given(say("a customer has received {goods:Goods}"))
def _received(world: World, goods: Goods) -> None:
    world.orders(goods)
    _all_leaves(world)
    world.catch_up()


@given(say("purchasing has ordered {goods:Goods}"))
@when(say("purchasing orders {goods:Goods}"))
def _purchase(world: World, goods: Goods) -> None:
    world.buys(goods)


@given(say("{goods:Goods} have arrived"))
@when(say("{goods:Goods} arrive"))
def _arrive(world: World, goods: Goods) -> None:
    world.arrive(goods)


@when(say("{goods:Goods} of it leave the warehouse"))
def _part_leaves(world: World, goods: Goods) -> None:
    ((_, quantity),) = goods
    goods_out = world.goods_out()
    if world.shop.floor.state.goods_outs[goods_out].status.name == "PENDING":
        world.meanwhile_on_the_floor("pick", goods_out_id=goods_out)
    world.meanwhile_on_the_floor("despatch", goods_out_id=goods_out, lines={str(goods_out): quantity})


@when(say("{goods:Goods} arrive, and no more"))
def _arrive_short(world: World, goods: Goods) -> None:
    goods_in = world.goods_in()
    world.arrive(goods)
    world.meanwhile_on_the_floor("short_receipt_lines", goods_in_receipt_id=goods_in)


@when(say("somebody issues {goods:Goods} in the ledger"))
def _issue(world: World, goods: Goods) -> None:
    ((code, quantity),) = goods
    world.at_the_ledger("issue_stock", item=code, quantity=quantity)


@when("an hour goes by")
def _an_hour(world: World) -> None:
    world.passes(HOUR_S)


@when(say("{days:d} days go by"))
def _days(world: World, days: int) -> None:
    world.passes(days * DAY_S, turns=1)


@when(say("{minutes:d} minutes go by"))
def _minutes(world: World, minutes: int) -> None:
    world.passes(minutes * MINUTE_S)


@when(say("{team:Team} has the exception decided again"))
@when(say("{team:Team} has all of them decided again"))
def _replay(world: World, team: str) -> None:
    world.replay([one.case for one in world.exceptions], team)


@when(say('{team:Team} ends the exception with the note "{note}"'))
def _resolve(world: World, team: str, note: str) -> None:
    world.resolve(note, team)


@when(say('somebody maps {kind} "{ledger}" of the ledger to "{warehouse}"'))
def _map(world: World, kind: str, ledger: str, warehouse: str) -> None:
    world.maps(kind.replace(" ", "_"), ledger, warehouse)


@then(say('{team:Team} is told: "{sentence}"'))
def _told(world: World, team: str, sentence: str) -> None:
    _are_told(world, team, 1, sentence)


@then(say('{team:Team} is told {count:d} times: "{sentence}"'))
def _told_often(world: World, team: str, count: int, sentence: str) -> None:
    _are_told(world, team, count, sentence)


@then(say('{team:Team} is told as well: "{sentence}"'))
def _told_as_well(world: World, team: str, sentence: str) -> None:
    found = world.speaks_of(sentence)
    assert [one.owner for one in found] == [team], _seen(world)


def _are_told(world: World, team: str, count: int, sentence: str) -> None:
    """So many exceptions are open that say this, all of this team, and no others."""
    found = world.speaks_of(sentence)
    assert (len(found), {one.owner for one in found}) == (count, {team}), _seen(world)
    assert len(world.open_exceptions()) == count, _seen(world)


def _seen(world: World) -> str:
    """What there is instead, for whoever reads why a scenario failed."""
    told = [f"{one.owner} is told: {one.sentence} ({one.document})" for one in world.open_exceptions()]
    return "\n".join(["open exceptions:", *(told or ["none"])])


@then(say('it says "{detail}"'))
def _says(world: World, detail: str) -> None:
    said = world.said()
    assert any(detail in one for one in said), f"it says: {said}"


@then(say("it holds back {units:d} units"))
def _holds_back(world: World, units: int) -> None:
    found = [int(one.blocks_units) for one in world.exceptions]
    assert sum(found) == units, f"held back: {found}"


@then("these are told:")
def _these_told(world: World, datatable: list[list[str]]) -> None:
    found = sorted([one.owner, one.sentence] for one in world.open_exceptions())
    assert found == sorted(datatable), _seen(world)


@then("it is one cause")
def _one_cause(world: World) -> None:
    found = {one.cause for one in world.exceptions}
    assert len(found) == 1, f"causes: {found}"


@then(say("it is {severity}"))
def _urgency(world: World, severity: str) -> None:
    found = {one.severity for one in world.exceptions}
    assert found == {severity}, f"it is {found}"


@then("nobody is told anything")
def _nobody(world: World) -> None:
    assert world.open_exceptions() == [], _seen(world)


@then(say('it has ended by itself: "{why}"'))
def _ended(world: World, why: str) -> None:
    ended = [(one.exception.state, one.resolution) for one in world.shown()]
    assert set(ended) == {("resolved", why)}, f"it stands so: {ended}"


@then(say("the ledger has no {entity_set:Document}"))
def _no_document(world: World, entity_set: str) -> None:
    found = world.goods_of(entity_set)
    assert found == [], f"{entity_set}: {found}"


@then(say("the ledger has one {entity_set:Document} of {goods:Goods}"))
def _one_document(world: World, entity_set: str, goods: Goods) -> None:
    found = world.goods_of(entity_set)
    assert found == [goods], f"{entity_set}: {found}"


@then(say("the ledger has a {first:Document} and a {second:Document} of {goods:Goods}"))
@then(say("the ledger has a {first:Document} and an {second:Document} of {goods:Goods}"))
def _two_documents(world: World, first: str, second: str, goods: Goods) -> None:
    _one_document(world, first, goods)
    _one_document(world, second, goods)


@then(say("the ledger has {count:d} {entity_set:Documents}, of {first:Goods} and of {second:Goods}"))
def _documents(world: World, count: int, entity_set: str, first: Goods, second: Goods) -> None:
    found = world.goods_of(entity_set)
    assert (len(found), sorted(found)) == (count, sorted([first, second])), f"{entity_set}: {found}"


@then(say('the ledger has {quantity:d} {item:Item} in warehouse "{place}"'))
def _stock(world: World, quantity: int, item: str, place: str) -> None:
    world.catch_up()
    shelf = world.shop.ledger.state.stock.get((item, place))
    found = int(shelf["InStock"]) if shelf else 0
    assert found == quantity, f"the ledger has {found} of {item} in {place}"


@then("the warehouse expects nothing")
def _expects_nothing(world: World) -> None:
    found = world.expected()
    assert found == {}, f"the warehouse expects {found}"


@then(say("the warehouse expects {goods:Goods}"))
def _expects(world: World, goods: Goods) -> None:
    found = world.expected()
    assert found == dict(goods), f"the warehouse expects {found}"


@then("the warehouse is to send nothing")
def _sends_nothing(world: World) -> None:
    found = world.asked()
    assert found == {}, f"the warehouse is to send {found}"


@then(say("the warehouse is to send {goods:Goods}"))
def _sends(world: World, goods: Goods) -> None:
    found = world.asked()
    assert found == dict(goods), f"the warehouse is to send {found}"


@then("nothing is lost and nothing is doubled")
def _ties_out(world: World) -> None:
    """Both systems have as much of every item; all that was told is accounted for; no reference stands twice."""
    _told_apart(world, Counter())


@then(say("the warehouse has {goods:Goods} more than the ledger, as the exception tells"))
def _more(world: World, goods: Goods) -> None:
    assert world.open_exceptions(), "no exception tells of anything"
    _told_apart(world, Counter(dict(goods)))


@then(say("the warehouse has {goods:Goods} less than the ledger, as the exception tells"))
def _less(world: World, goods: Goods) -> None:
    assert world.open_exceptions(), "no exception tells of anything"
    _told_apart(world, Counter({code: -quantity for code, quantity in goods}))


def _told_apart(world: World, difference: Counter[str]) -> None:
    """The warehouse has this much more of each item than the ledger, and nothing else is wrong."""
    floor, books = world.in_the_warehouse(), world.in_the_ledger()
    apart = {code: floor[code] - books[code] for code in {*floor, *books} if floor[code] != books[code]}
    assert apart == dict(difference), f"the warehouse has more than the ledger by {apart}; {_seen(world)}"
    assert (world.unfinished(), world.doubled()) == ([], []), (world.unfinished(), world.doubled())


@then("each line of it is drawn on its own line of the purchase order")
def _right_lines(world: World) -> None:
    (order,) = (row for row in world.shop.ledger_documents("PurchaseOrders") if row["DocEntry"] == world.purchase)
    ordered = {line["LineNum"]: line["ItemCode"] for line in order["DocumentLines"]}
    drawn = [line for row in world.documents("PurchaseDeliveryNotes") for line in row["DocumentLines"]]
    found = [(line["BaseEntry"], line["ItemCode"]) for line in drawn]
    assert found, "nothing was received"
    assert found == [(world.purchase, ordered[line["BaseLine"]]) for line in drawn], f"drawn on: {found}"
