"""Exceptions: what people see of them, and what they do about them."""

from dataclasses import dataclass, field

import pytest
from pytest_bdd import given, scenarios, then, when

from tests.build import item
from tests.scenarios.words import Goods, say
from tests.scenarios.world import LINK, World, lines
from tieout.alerts.telling import Alerts
from tieout.cases.actions import CaseError, Cases
from tieout.cases.fixing import Fixing
from tieout.cases.mappings import Mappings
from tieout.cases.suggestions import suggestions_for
from tieout.connectors.contract import Send
from tieout.domain.documents import Side
from tieout.domain.postings import PutItem
from tieout.journal import reference
from tieout.sync.polling import Troubles
from tieout.sync.rehearsal import Rehearsed, rehearse
from tieout.twins.clarus.records import Record
from tieout.twins.clarus.settings import ClarusSettings
from tieout.views.exceptions import SharedCause, Wanted, shared_causes
from tieout.views.words import sentence

scenarios("exceptions.feature")
HOUR_S = 3_600.0


@dataclass
class Desk:
    """What a person at a desk was shown last."""

    rehearsed: list[Rehearsed] = field(default_factory=list[Rehearsed])


@pytest.fixture
def desk() -> Desk:
    """Nothing was shown yet."""
    return Desk()


def _cases(world: World) -> Cases:
    return Cases(world.shop.journal, world.shop.clock)


@given(say('the warehouse has long had a product "{theirs}", and takes it for the same as "{ours}"'))
def _near_miss(world: World, theirs: str, ours: str) -> None:
    shop = world.shop
    shop.floor.settings = shop.floor.state.settings = ClarusSettings(codes_ignore_case=True)
    (outcome,) = shop.link.warehouse.post([Send(reference="by hand", body=PutItem(item=item(theirs)))])
    assert outcome.stands, outcome.text
    shop.on_the_floor("add_stock", product=theirs, quantity=500)
    with shop.journal.write("items") as connection:
        reference.see_items(connection, LINK, Side.WAREHOUSE, shop.link.warehouse.items(), shop.clock.now())


@given(say('merchandising has created "{code}" in the ledger'))
def _created(world: World, code: str) -> None:
    world.at_the_ledger("create_item", item=code, body={"InventoryUOM": "EACH"})
    world.meanwhile_at_the_ledger("receive_stock", item=code, quantity=500)


@when(say('{count:d} customers order {quantity:d} of "{code}"'))
def _ordered(world: World, count: int, quantity: int, code: str) -> None:
    for _ in range(count):
        world.meanwhile_at_the_ledger("create_order", lines=lines(((code, quantity),)))


@given(say("the ledger's carrier {carrier:d} is not mapped"))
def _unmapped(world: World, carrier: int) -> None:
    with world.shop.journal.write("forget") as connection:
        reference.drop_mapping(connection, LINK, "carrier", str(carrier))


@given(say("{count:d} customers have ordered {goods:Goods} by carrier {carrier:d}"))
@when(say("{count:d} customers order {goods:Goods} by carrier {carrier:d}"))
def _by_carrier(world: World, count: int, goods: Goods, carrier: int) -> None:
    for _ in range(count):
        body = {"TransportationCode": carrier}
        world.meanwhile_at_the_ledger("create_order", lines=lines(goods), body=body)


@when(say('all of it leaves the warehouse by "{carrier}"'))
def _leaves_by(world: World, carrier: str) -> None:
    goods_out, state = world.goods_out(), world.shop.floor.state
    state.add(state.plain["carriers"], Record(values={"code": carrier, "name": carrier}))
    world.meanwhile_on_the_floor("pick", goods_out_id=goods_out)
    world.meanwhile_on_the_floor("despatch", goods_out_id=goods_out, carrier=carrier)


@given(say("a parcel of {goods:Goods} has left without a tracking number"))
def _no_tracking(world: World, goods: Goods) -> None:
    world.orders(goods)
    goods_out = world.goods_out()
    world.meanwhile_on_the_floor("pick", goods_out_id=goods_out)
    world.meanwhile_on_the_floor("despatch", goods_out_id=goods_out, tracking=None)
    assert len(world.speaks_of(sentence("tracking_missing"))) == 1


@when("the tracking number is written on it")
def _label(world: World) -> None:
    world.on_the_floor("label", shipment_id=1, tracking="RM-1")


@when("somebody delivers all of it in the ledger by hand")
def _by_hand(world: World) -> None:
    world.at_the_ledger("post_delivery_by_hand", order=world.order)


@when(say("{team:Team} confirms what is proposed"))
def _confirms(world: World, team: str) -> None:
    shop = world.shop
    fixing = Fixing(_cases(world), Mappings(shop.journal, shop.clock, [LINK]))
    fixing.fix(world.exceptions[0].case, None, actor=team)
    world.happens()


@when(say("{team:Team} asks what a replay would do"))
def _asks(world: World, desk: Desk, team: str) -> None:
    world.catch_up()
    shop = world.shop
    desk.rehearsed = rehearse(shop.link, shop.journal, shop.clock, [one.case for one in world.exceptions])


@when(say("{team:Team} has all of that cause decided again"))
def _all_of_cause(world: World, team: str) -> None:
    _cases(world).replay_cause(LINK, world.exceptions[0].cause, actor=team)
    world.happens()


@when(say("{team:Team} has the first {count:d} of them decided again"))
def _some(world: World, team: str, count: int) -> None:
    world.replay([one.case for one in world.exceptions[:count]], team)


@when(say('it is given to "{person}"'))
def _assign(world: World, person: str) -> None:
    _cases(world).assign(world.exceptions[0].case, person, actor="a foreman")


@when(say('{team:Team} remarks "{remark}"'))
def _comment(world: World, team: str, remark: str) -> None:
    _cases(world).comment(world.exceptions[0].case, remark, actor=team)


@when(say("{hours:d} hours go by, and nobody sees to it"))
def _overdue(world: World, hours: int) -> None:
    world.passes(hours * HOUR_S, turns=1)
    shop = world.shop
    Alerts(shop.journal, shop.clock, Troubles(shop.journal, shop.clock), [], [], lambda _to, _said: None).look()


@then(say('of "{told}" it is proposed: "{proposal}"'))
def _proposed(world: World, told: str, proposal: str) -> None:
    world.speaks_of(told)
    with world.shop.journal.read() as connection:
        found = [one.text for case in world.exceptions for one in suggestions_for(connection, case.case)]
    assert set(found) == {proposal}, f"proposed: {found}"


@then(say('it would post nothing, for: "{told}"'))
def _would_not(desk: Desk, told: str) -> None:
    found = [(sentence(problem.reason), one.postings) for one in desk.rehearsed for problem in one.problems]
    assert found == [(told, [])], found


@then(say("it would post: {said}"))
def _would(desk: Desk, said: str) -> None:
    found = [f"{posting.kind} {posting.reference}" for one in desk.rehearsed for posting in one.postings]
    assert ", ".join(found) == said


def _cause(world: World) -> SharedCause:
    """The one cause of all open exceptions, as the list by cause shows it."""
    world.catch_up()
    with world.shop.journal.read() as connection:
        (cause,) = shared_causes(connection, Wanted(), world.shop.clock.now())
    return cause


@then(say("it is one cause, that keeps back {units:d} units worth {value:d}"))
def _keeps_back(world: World, units: int, value: int) -> None:
    cause = _cause(world)
    assert (int(cause.blocks_units), int(cause.blocks_value)) == (units, value)


@then(say("it keeps back {count:d} invoice"))
def _invoices(world: World, count: int) -> None:
    assert _cause(world).blocks_invoices == count


@then("it is overdue")
def _is_overdue(world: World) -> None:
    world.speaks_of(world.exceptions[0].sentence)
    assert [one.overdue for one in world.exceptions] == [True]


@then(say('it is with "{person}"'))
def _is_with(world: World, person: str) -> None:
    found = [one.assignee for one in world.open_exceptions()]
    assert found == [person]


@then(say("its history says: {said}"))
def _history(world: World, said: str) -> None:
    (exception,) = world.shown()
    assert ", ".join(event.action for event in exception.history) == said


@then(say('{team:Team} cannot end it with the note "{note}"'))
def _cannot(world: World, team: str, note: str) -> None:
    with pytest.raises(CaseError, match="say why it is resolved"):
        world.resolve(note, team)


@then(say("the warehouse has {count:d} orders to send"))
def _to_send(world: World, count: int) -> None:
    world.catch_up()
    assert len(list(world.shop.floor.state.goods_outs)) == count


@then(say('the ledger has {count:d} deliveries of {quantity:d} of "{code}"'))
def _delivered(world: World, count: int, quantity: int, code: str) -> None:
    assert world.goods_of("DeliveryNotes") == [((code, quantity),)] * count
