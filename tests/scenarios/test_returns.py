"""Returns and credit memos: what comes back, how it is inspected, and what finance does about the money."""

from typing import Any

import pytest
from pytest_bdd import given, scenarios, then, when

from tests.scenarios.words import Goods, say
from tests.scenarios.world import LINK, World

scenarios("returns.feature")
HELD = {"held": True, "reason_code": "QC"}


@pytest.fixture
def booked() -> list[int]:
    """The warehouse's numbers of the returns of this scenario."""
    return []


def _book(world: World, booked: list[int], goods: Goods, named: str | None) -> int:
    """Staff book a return by hand."""
    values = {} if named is None else {"external_system_reference2": named}
    expected = [{"product": code, "quantity": quantity} for code, quantity in goods]
    made = world.on_the_floor("create_receipt", reference="RMA", receipt_type="return", lines=expected, values=values)
    booked.append(int(made["goods_in_receipt_id"]))
    return booked[-1]


def _inspect(world: World, goods_in: int, goods: Goods, **how: Any) -> None:
    for code, quantity in goods:
        named = {"goods_in_receipt_id": goods_in}
        world.meanwhile_on_the_floor("receive_line", **named, product=code, quantity=quantity, **how)
        world.meanwhile_on_the_floor("put_away", **named)


def _named(world: World, order: int | None = None) -> str:
    return f"{LINK}.SO.{order or world.order}"


@given("the merchant wants final credit memos")
def _final(world: World) -> None:
    world.wants(credit="final")


@given("the merchant wants no credit memos made")
def _none(world: World) -> None:
    world.wants(credit="none")


@given("the ledger's answer to the next return will be lost")
def _lost(world: World) -> None:
    world.shop.to_ledger.lose.append(("POST", "/Returns", "after"))


@when(say("{goods:Goods} come back for that order"))
def _come_back(world: World, booked: list[int], goods: Goods) -> None:
    world.catch_up()
    _inspect(world, _book(world, booked, goods, _named(world)), goods)


@when(say("{goods:Goods} come back for the first order"))
def _come_back_for_another(world: World, booked: list[int], goods: Goods) -> None:
    _inspect(world, _book(world, booked, goods, _named(world, 1)), goods)


@when(say("{goods:Goods} come back, and nobody has written down for which order"))
def _come_back_nameless(world: World, booked: list[int], goods: Goods) -> None:
    _inspect(world, _book(world, booked, goods, None), goods)


@when(say("{goods:Goods} come back for that order, and {broken:d} more that are broken"))
def _come_back_broken(world: World, booked: list[int], goods: Goods, broken: int) -> None:
    ((code, quantity),) = goods
    goods_in = _book(world, booked, ((code, quantity + broken),), _named(world))
    _inspect(world, goods_in, goods)
    _inspect(world, goods_in, ((code, broken),), **HELD)


@when(say("{goods:Goods} are announced for that order, and {inspected:d} of them has been inspected"))
def _announced(world: World, booked: list[int], goods: Goods, inspected: int) -> None:
    ((code, _),) = goods
    _inspect(world, _book(world, booked, goods, _named(world)), ((code, inspected),))


@when(say("the other {quantity:d} have been inspected"))
def _the_rest(world: World, booked: list[int], quantity: int) -> None:
    world.catch_up()
    _inspect(world, booked[-1], (("LANTERN", quantity),))


@when("somebody writes the order's number on the return")
def _name(world: World, booked: list[int]) -> None:
    values = {"external_system_reference2": str(world.order)}
    world.on_the_floor("name_receipt", goods_in_receipt_id=booked[-1], values=values)


@when("the warehouse takes the return back")
def _take_back(world: World, booked: list[int]) -> None:
    world.on_the_floor("unreceive", goods_in_receipt_id=booked[-1])


@when(say("the warehouse takes {goods:Goods} of the return back"))
def _take_part_back(world: World, booked: list[int], goods: Goods) -> None:
    ((code, _),) = goods
    world.on_the_floor("unreceive", goods_in_receipt_id=booked[-1], product=code)


@when("finance saves the draft as a credit memo")
def _save(world: World) -> None:
    (draft,) = world.documents("Drafts")
    world.in_the_ledgers_api("DraftsService_SaveDraftToDocument", {"Document": {"DocEntry": str(draft["DocEntry"])}})


@when(say("finance credits {goods:Goods} of the invoice by hand"))
def _credit(world: World, goods: Goods) -> None:
    ((_, quantity),) = goods
    world.passes(60)
    world.at_the_ledger("post_credit_by_hand", invoice=1, lines=[{"line": 0, "quantity": quantity}])


@then("the return names the delivery and the order")
def _linked(world: World) -> None:
    (returned,) = world.documents("Returns")
    said = [returned["Comments"], returned["DocumentLines"][0]["FreeText"]]
    assert "delivery 1, order 1" in said[0], said
    assert said[1].startswith("Delivery 1"), said
