"""Items: what merchandising does in the ledger, what others do in the warehouse, and what of it crosses."""

from typing import Any

import pytest
from pytest_bdd import given, scenarios, then, when
from sqlalchemy import delete

from tests.scenarios.words import say
from tests.scenarios.world import LINK, World
from tieout.connectors.contract import Send
from tieout.domain.documents import Item, Side, Tracking
from tieout.domain.postings import PutItem
from tieout.journal.tables import mirror
from tieout.rules.facts import Codes
from tieout.sync.polling import Polls, Troubles
from tieout.twins.clarus.settings import ClarusSettings
from tieout.views.item_audit import ItemAudit, audit_items

scenarios("items.feature")
LONGER_S = 900


def _create(world: World, code: str, body: dict[str, Any], **more: Any) -> None:
    world.at_the_ledger("create_item", item=code, body={"InventoryUOM": "EACH", **body}, **more)


@given(say('merchandising has created the item "{code}"'))
@when(say('merchandising creates the item "{code}"'))
def _new(world: World, code: str) -> None:
    _create(world, code, {})


@given(say('merchandising has created the item "{code}" without a unit'))
def _without_unit(world: World, code: str) -> None:
    _create(world, code, {"InventoryUOM": ""})


@given(say('merchandising has created the item "{code}", tracked by serial number'))
def _by_serial(world: World, code: str) -> None:
    _create(world, code, {}, serials=True)
    world.catch_up()


@when(say('merchandising creates the item "{code}" with the barcode {barcode}'))
def _with_barcode(world: World, code: str, barcode: str) -> None:
    _create(world, code, {"BarCode": barcode})


@when(say('at the same moment the item "{code}" with the barcode {barcode}'))
def _with_the_same(world: World, code: str, barcode: str) -> None:
    body = {"InventoryUOM": "EACH", "BarCode": barcode}
    world.meanwhile_at_the_ledger("create_item", item=code, body=body)


def _change(world: World, code: str, body: dict[str, Any]) -> None:
    world.in_the_ledgers_api(f"Items('{code}')", body, "PATCH")


@when(say('merchandising renames the item "{code}" to "{name}"'))
def _rename(world: World, code: str, name: str) -> None:
    _change(world, code, {"ItemName": name})


@given(say('merchandising has given the item "{code}" the barcode {barcode}'))
@when(say('merchandising gives the item "{code}" the barcode {barcode}'))
def _barcode(world: World, code: str, barcode: str) -> None:
    _change(world, code, {"BarCode": barcode})


@when(say('merchandising gives the item "{code}" the unit {unit}'))
def _unit(world: World, code: str, unit: str) -> None:
    _change(world, code, {"InventoryUOM": unit})


@given(say('tieout has never been told of the item "{code}"'))
def _forgotten(world: World, code: str) -> None:
    world.catch_up()
    with world.shop.journal.write("forget") as connection:
        connection.execute(delete(mirror).where(mirror.c.code == code, mirror.c.side == Side.LEDGER))


@given(say('somebody has created the item "{code}" in the warehouse'))
@when(say('somebody creates the item "{code}" in the warehouse'))
def _made_there(world: World, code: str) -> None:
    made = Item(code=code, name=code, unit="EACH", tracking=Tracking.NONE)
    (outcome,) = world.shop.link.warehouse.post([Send(reference="by hand", body=PutItem(item=made))])
    assert outcome.stands, outcome.text


def _edit_there(world: World, code: str, **values: Any) -> None:
    """Somebody changes a product in the warehouse; tieout learns of it when the list is read."""
    world.on_the_floor("edit_product", product=code, values=values)


@given(say('somebody has renamed the item "{code}" to "{name}" in the warehouse'))
@when(say('somebody renames the item "{code}" to "{name}" in the warehouse'))
def _renamed_there(world: World, code: str, name: str) -> None:
    _edit_there(world, code, description=name)


@given("somebody has the warehouse count lanterns by the case")
def _by_the_case(world: World) -> None:
    _edit_there(world, "LANTERN", stock_unit_type_id=2)
    _read_list(world)


@when("the warehouse counts lanterns one by one again")
def _one_by_one(world: World) -> None:
    _edit_there(world, "LANTERN", stock_unit_type_id=1)
    _read_list(world)


@given(say('the warehouse no longer tracks "{code}"'))
def _untracked(world: World, code: str) -> None:
    _edit_there(world, code, serial_number_tracking_setting="no_tracking")
    _read_list(world)


@given(say('somebody has given the item "{code}" the barcode {barcode} in the warehouse'))
def _barcode_there(world: World, code: str, barcode: str) -> None:
    _edit_there(world, code, barcode=barcode)
    _read_list(world)


@given("somebody has stopped lanterns in the warehouse")
def _stopped(world: World) -> None:
    _edit_there(world, "LANTERN", stop=True)
    _read_list(world)


@when("lanterns are sold again in the warehouse")
def _sold_again(world: World) -> None:
    _edit_there(world, "LANTERN", stop=False)
    _read_list(world)


@given('the warehouse takes "lantern" and "LANTERN" for the same')
def _ignores_case(world: World) -> None:
    floor = world.shop.floor
    floor.settings = floor.state.settings = ClarusSettings(codes_ignore_case=True)


@when("the warehouse's list of items is read")
def _read_list(world: World) -> None:
    """The job that reads the whole list has its turn, some time after everything else."""
    world.catch_up()
    shop = world.shop
    shop.clock.pass_s(LONGER_S)
    Polls(shop.link, shop.journal, shop.clock, shop.intake, Troubles(shop.journal, shop.clock), lambda: None).items(
        f"items:{LINK}"
    )
    shop.work()
    world.happens()


@pytest.fixture
def audits() -> list[ItemAudit]:
    """The audits of this scenario."""
    return []


@when("somebody runs the audit of items")
def _audit(world: World, audits: list[ItemAudit]) -> None:
    world.catch_up()
    link = world.shop.link
    audits.append(audit_items(LINK, link.ledger, link.warehouse, Codes(), world.shop.clock))


@then("it finds:")
def _finds(audits: list[ItemAudit], datatable: list[list[str]]) -> None:
    found = [[one.finding, one.item, one.field] for one in audits[-1].findings]
    assert found == datatable


@then(say('the warehouse has the item "{code}"'))
def _has(world: World, code: str) -> None:
    found = _names(world)
    assert code in found, f"the warehouse has {sorted(found)}"


@then(say('the warehouse has no item "{code}"'))
def _has_not(world: World, code: str) -> None:
    found = _names(world)
    assert code not in found, f"the warehouse has {sorted(found)}"


@then(say('the warehouse calls the item "{code}" "{name}"'))
def _calls(world: World, code: str, name: str) -> None:
    found = _names(world)
    assert found.get(code) == name, f"the warehouse has {found}"


def _names(world: World) -> dict[str, str]:
    world.catch_up()
    rows = world.shop.floor.state.products
    return {str(row.values["code"]): str(row.values.get("description")) for row in rows}
