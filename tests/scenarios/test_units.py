"""Units, lots, serial numbers and places: how both systems count, and where each says that things are."""

from typing import Any

from pytest_bdd import given, scenarios, then, when

from tests.scenarios.words import Goods, say
from tests.scenarios.world import LINK, World, lines
from tieout.twins.clarus.records import Record

scenarios("units.feature")
CASE = 2
"""The ledger's number of its unit of twelve."""
SIZES = {"INNER": 6, "PALLET": 480}


@given("soap is sold by the case of 12")
def _soap(world: World) -> None:
    world.sells("SOAP", uom_group=1)


@when(say("a customer orders {cases:d} cases of soap"))
def _cases(world: World, cases: int) -> None:
    world.order = int(world.at_the_ledger("create_order", lines=_soaps(cases))["key"])


@when(say("purchasing orders {cases:d} cases of soap"))
def _buys_cases(world: World, cases: int) -> None:
    world.purchase = int(world.at_the_ledger("create_purchase_order", lines=_soaps(cases))["key"])


def _soaps(cases: int) -> list[dict[str, Any]]:
    return [{**line, "uom": CASE} for line in lines((("SOAP", cases),))]


@given("tiles are sold by the inner pack of 6 and the pallet of 480")
def _tiles(world: World) -> None:
    rows = [_unit(world, name, size) for name, size in SIZES.items()]
    rows.append({"AlternateUoM": 1, "AlternateQuantity": 1, "BaseQuantity": 1, "Active": "tYES"})
    body = {"Code": "TILES", "Name": "TILES", "BaseUoM": 1, "UoMGroupDefinitionCollection": rows}
    group = world.in_the_ledgers_api("UnitOfMeasurementGroups", body)["AbsEntry"]
    world.sells("TILE", uom_group=group)


def _unit(world: World, name: str, size: int) -> dict[str, Any]:
    made = world.in_the_ledgers_api("UnitOfMeasurements", {"Code": name, "Name": name})
    return {"AlternateUoM": made["AbsEntry"], "AlternateQuantity": 1, "BaseQuantity": size, "Active": "tYES"}


@when(say("a customer orders {inners:d} inner packs and {pallets:d} pallet of tiles"))
def _orders_tiles(world: World, inners: int, pallets: int) -> None:
    numbers = {
        row["Code"]: row["AbsEntry"] for row in world.shop.ledger.state.tables["UnitOfMeasurements"].rows.values()
    }
    wanted = (("INNER", inners), ("PALLET", pallets))
    asked = [{**line, "uom": numbers[unit]} for unit, count in wanted for line in lines((("TILE", count),))]
    world.order = int(world.at_the_ledger("create_order", lines=asked)["key"])


@when(say("{goods:Goods} come back"))
def _come_back(world: World, goods: Goods) -> None:
    ((code, quantity),) = goods
    values = {"external_system_reference2": f"{LINK}.SO.{world.order}"}
    expected = [{"product": code, "quantity": quantity}]
    made = world.on_the_floor("create_receipt", receipt_type="return", lines=expected, values=values)
    named = {"goods_in_receipt_id": made["goods_in_receipt_id"]}
    world.meanwhile_on_the_floor("receive_line", **named)
    world.meanwhile_on_the_floor("put_away", **named)


@given("wine is tracked by lot")
def _wine(world: World) -> None:
    world.sells("WINE", stock=False, batches=True)


@when(say("{one:d} of lot {first} and {two:d} of lot {second} arrive"))
def _lots_arrive(world: World, one: int, first: str, two: int, second: str) -> None:
    for quantity, lot in ((one, first), (two, second)):
        world.arrive((("WINE", quantity),), batch=lot)


@given("cameras are tracked by serial number")
def _cameras(world: World) -> None:
    world.sells("CAMERA", stock=False, serials=True)


@given(say("three of them, {one}, {two} and {three}, are in stock"))
def _serials(world: World, one: str, two: str, three: str) -> None:
    world.at_the_ledger("receive_stock", item="CAMERA", quantity=3, serials=[one, two, three])
    world.on_the_floor("add_stock", product="CAMERA", quantity=3)


@when(say("{one} and {two} are picked and leave the warehouse"))
def _serials_leave(world: World, one: str, two: str) -> None:
    goods_out = world.goods_out()
    (line,) = world.shop.floor.state.lines_of(world.shop.floor.state.goods_outs[goods_out])
    scanned = {str(line.id): [one, two]}
    world.meanwhile_on_the_floor("pick", goods_out_id=goods_out, serial_numbers=scanned)
    world.meanwhile_on_the_floor("despatch", goods_out_id=goods_out)


@given("the ledger has 100 lanterns of the shop's in warehouse 02, which stands in the same building")
def _same_building(world: World) -> None:
    world.at_the_ledger("transfer_stock", item="LANTERN", quantity=100)
    world.maps("warehouse", "02", "WH1")


@when(say("a customer orders {one:d} lanterns from warehouse 01 and {two:d} from warehouse 02"))
def _from_two(world: World, one: int, two: int) -> None:
    (first,), (second,) = lines((("LANTERN", one),)), lines((("LANTERN", two),))
    wanted = [first, {**second, "warehouse": "02"}]
    world.order = int(world.at_the_ledger("create_order", lines=wanted)["key"])


@when(say("a customer orders {quantity:d} lanterns from warehouse 02"))
def _from_another(world: World, quantity: int) -> None:
    (line,) = lines((("LANTERN", quantity),))
    world.order = int(world.at_the_ledger("create_order", lines=[{**line, "warehouse": "02"}])["key"])


@given("ledger warehouse 02 is another building, WH2")
def _another_building(world: World) -> None:
    world.maps("warehouse", "02", _second_building(world))


@given("what is bought for warehouse 01 arrives at WH2")
def _arrives_elsewhere(world: World) -> None:
    world.maps("arrival", "01", _second_building(world))


def _second_building(world: World) -> str:
    """A second warehouse of the same account."""
    state = world.shop.floor.state
    made = Record(values={"code": "WH2", "name": "Second", "site_id": 1})
    state.add(state.plain["warehouses"], made)
    state.add(state.plain["account_warehouses"], Record(values={"account_id": 1, "warehouse_id": made.id}))
    return "WH2"


@when("all of it leaves the warehouse, and the record says it was from WH2")
def _from_elsewhere(world: World) -> None:
    _second_building(world)
    goods_out = world.goods_out()
    world.meanwhile_on_the_floor("pick", goods_out_id=goods_out)
    world.meanwhile_on_the_floor("despatch", goods_out_id=goods_out)
    world.shop.floor.state.goods_outs[goods_out].warehouse_id = 2


@then(say("its lines say: {said}"))
def _lines_say(world: World, said: str) -> None:
    (delivery,) = world.documents("DeliveryNotes")
    found = ", ".join(f"{line['Quantity']:g} {line['UoMCode']}" for line in delivery["DocumentLines"])
    assert found == said


@then(say("its lots are {one:d} of {first} and {two:d} of {second}"))
def _lots(world: World, one: int, first: str, two: int, second: str) -> None:
    (document,) = world.documents("DeliveryNotes") or world.documents("PurchaseDeliveryNotes")
    batches = [lot for line in document["DocumentLines"] for lot in line["BatchNumbers"]]
    found = {lot["BatchNumberProperty"]: lot["Quantity"] for lot in batches}
    assert found == {first: one, second: two}


@then(say("its serial numbers are {one} and {two}"))
def _has_serials(world: World, one: str, two: str) -> None:
    (delivery,) = world.documents("DeliveryNotes")
    numbers = [serial for line in delivery["DocumentLines"] for serial in line["SerialNumbers"]]
    assert sorted(row["InternalSerialNumber"] for row in numbers) == [one, two]


@then(say("the goods are expected at {arrives} and sent from {leaves}"))
def _places(world: World, arrives: str, leaves: str) -> None:
    state = world.shop.floor.state
    places = {row.id: row.values["code"] for row in state.plain["warehouses"]}
    (expected,), (asked,) = state.goods_in_receipts, state.goods_outs
    assert (places[expected.warehouse_id], places[asked.warehouse_id]) == (arrives, leaves)
