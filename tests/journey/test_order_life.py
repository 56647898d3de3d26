"""Accounts of orders that are not like the others: large ones, kits, gifts, several warehouses, several units."""

import json
from typing import Any

import httpx

from tests.journey.conftest import Shop
from tests.journey.goods import edit, items, line, order
from tieout.connectors.contract import Message
from tieout.domain.documents import Side
from tieout.journal import reference
from tieout.twins.wire import InProcess


def _purchase(shop: Shop, *lines: dict[str, Any]) -> int:
    key = int(shop.at_the_ledger("create_purchase_order", lines=list(lines))["key"])
    shop.sync()
    return key


def _sent(shop: Shop) -> list[tuple[str]]:
    return shop.rows("SELECT state FROM posting WHERE kind = 'goods_out'")


def test_an_order_with_a_kit_is_held_until_its_parts_are_lines_of_their_own(shop: Shop) -> None:
    items(shop, "SET", TreeType="iSalesTree")
    items(shop, "SOFA", TreeType="iProductionTree")
    key = order(shop, line("SET"), line("SOFA"))
    assert shop.open_cases() == ["order_has_kit"]
    edit(shop, key, remove=[0], add=[line("LANTERN")])
    assert shop.open_cases() == []
    assert _sent(shop) == [("done",)]


def test_a_gift_at_no_price_crosses_as_any_other_line(shop: Shop) -> None:
    items(shop, "MUG")
    order(shop, line("LANTERN", 2), line("MUG", 1, price=0))
    shop.all_leaves()
    shop.sync()
    (invoice,) = shop.ledger_documents("Invoices")
    assert [(row["ItemCode"], row["Quantity"], row["Price"]) for row in invoice["DocumentLines"]] == [
        ("LANTERN", 2, 3),
        ("MUG", 1, 0),
    ]
    assert shop.ledger_documents("Orders")[0]["DocumentStatus"] == "bost_Close"


def test_a_purchase_order_of_services_is_ignored_by_a_policy_that_says_so(shop: Shop) -> None:
    key = _purchase(shop, line("LANTERN"))
    order = next(row for row in shop.ledger_documents("PurchaseOrders") if row["DocEntry"] == key)
    services = {**order, "DocEntry": 900, "DocumentLines": [{"LineNum": 0, "ItemDescription": "cleaning"}]}
    told = Message(topic="purchase_orders", key="900", identity="900:1", raw=json.dumps(services))
    shop.intake.store("demo", Side.LEDGER, [told])
    shop.work()
    (ignored,) = shop.rows("SELECT state, policy FROM document WHERE key = '900'")
    assert ignored == ("ignored", "services or text only: no line names an item")
    assert shop.open_cases() == []


def test_a_change_after_picking_began_says_in_what_state_the_order_is_and_since_when(shop: Shop) -> None:
    key = shop.order(10)
    shop.on_the_floor("pick", goods_out_id=1)
    edit(shop, key, change=[{"line": 0, "quantity": 12}])
    assert shop.open_cases() == ["order_changed_too_late"]
    (told,) = shop.rows("SELECT problems FROM case_")
    assert "in status PICK, picked since 2026-03-02 09:00 UTC: it can no longer be changed" in told[0]


def test_an_order_that_must_go_whole_names_the_setting_when_a_part_of_it_left(shop: Shop) -> None:
    shop.order(10, body={"PartialSupply": "tNO"})
    shop.on_the_floor("pick", goods_out_id=1)
    shop.on_the_floor("despatch", goods_out_id=1, lines={"1": 4})
    shop.sync()
    assert shop.open_cases() == ["partial_not_allowed"]
    (told,) = shop.rows("SELECT problems FROM case_")
    assert "order 1 allows no part delivery; missing: LANTERN" in told[0]


def test_several_ledger_warehouses_in_one_building_are_one_goods_out_and_delivered_each_from_its_own(
    shop: Shop,
) -> None:
    shop.at_the_ledger("receive_stock", item="LANTERN", quantity=100, warehouse="02")
    with shop.journal.write("map") as connection:
        reference.set_mapping(connection, "demo", "warehouse", "02", "WH1")
    order(shop, line("LANTERN", 7), line("LANTERN", 5, warehouse="02"))
    assert len(_sent(shop)) == 1
    shop.all_leaves()
    shop.sync()
    (delivery,) = shop.ledger_documents("DeliveryNotes")
    assert [(row["BaseLine"], row["WarehouseCode"], row["Quantity"]) for row in delivery["DocumentLines"]] == [
        (0, "01", 7),
        (1, "02", 5),
    ]
    _purchase(shop, line("LANTERN", 3), line("LANTERN", 9, warehouse="02"))
    for number, quantity in (("0", 3), ("1", 9)):
        shop.on_the_floor("receive_line", goods_in_receipt_id=1, alt_line_number=number, quantity=quantity)
    shop.on_the_floor("put_away", goods_in_receipt_id=1)
    shop.settle(2)
    (receipt,) = shop.ledger_documents("PurchaseDeliveryNotes")
    assert sorted((row["WarehouseCode"], row["Quantity"]) for row in receipt["DocumentLines"]) == [("01", 3), ("02", 9)]
    assert shop.open_cases() == []


def test_one_ledger_warehouse_in_two_buildings_sends_from_the_one_and_receives_at_the_other(shop: Shop) -> None:
    _make_warehouse(shop, "WH2")
    with shop.journal.write("map") as connection:
        reference.set_mapping(connection, "demo", "arrival", "01", "WH2")
    order(shop, line("LANTERN", 7))
    _purchase(shop, line("LANTERN", 3))
    sent, expected = shop.rows("SELECT body FROM posting WHERE kind IN ('goods_out', 'goods_in') ORDER BY id")
    assert '"warehouse":"WH1"' in sent[0]
    assert '"warehouse":"WH2"' in expected[0]
    assert shop.open_cases() == []


def _make_warehouse(shop: Shop, code: str) -> None:
    """A second building of the same account."""
    client = httpx.Client(transport=InProcess(shop.floor), base_url="http://127.0.0.1/api/")
    asked = {"grant_type": "client_credentials", "client_id": "tieout", "client_secret": "tieout"}
    token = client.post("http://127.0.0.1/oauth/token", data=asked).json()["access_token"]
    client.headers.update({"Authorization": f"Bearer {token}", "X-Clarus-Subdomain": "tieout"})
    made = client.post("warehouses", json=_envelope("warehouses", code=code, name=code, site_id=1))
    assert made.status_code == 200, made.text
    link = _envelope("account_warehouses", account_id=1, warehouse_id=int(made.json()["data"]["id"]))
    assert client.post("account_warehouses", json=link).status_code == 200


def _envelope(kind: str, **attributes: Any) -> dict[str, Any]:
    return {"data": {"type": kind, "attributes": attributes}}


def _units(shop: Shop) -> dict[str, int]:
    """Inner packs of 6, cases of 24 and pallets of 480, in a group of their own. Their numbers in the ledger."""
    client = httpx.Client(transport=InProcess(shop.ledger), base_url="http://127.0.0.1/b1s/v2/")
    client.post("Login", json={"CompanyDB": "TIEOUT", "UserName": "manager", "Password": "manager"})
    made = {
        name: client.post("UnitOfMeasurements", json={"Code": name, "Name": name}).json()["AbsEntry"]
        for name in ("INNER", "BOX", "PALLET")
    }
    sizes = {1: 1, made["INNER"]: 6, made["BOX"]: 24, made["PALLET"]: 480}
    rows = [
        {"AlternateUoM": unit, "AlternateQuantity": 1, "BaseQuantity": size, "Active": "tYES"}
        for unit, size in sizes.items()
    ]
    body = {"Code": "EA-PAL", "Name": "EA-PAL", "BaseUoM": 1, "UoMGroupDefinitionCollection": rows}
    reply = client.post("UnitOfMeasurementGroups", json=body)
    assert reply.status_code == 201, reply.text
    return {**made, "group": reply.json()["AbsEntry"]}


def test_inner_packs_and_pallets_are_counted_exactly_both_ways_and_what_does_not_divide_is_told(shop: Shop) -> None:
    units = _units(shop)
    items(shop, "TILE", UoMGroupEntry=units["group"])
    order(shop, line("TILE", 3, uom=units["INNER"]), line("TILE", 1, uom=units["PALLET"]))
    asked = [float(line.order_quantity) for line in shop.floor.state.lines]
    assert asked == [18, 480]
    shop.all_leaves()
    shop.sync()
    (delivery,) = shop.ledger_documents("DeliveryNotes")
    assert [(row["UoMCode"], row["Quantity"], row["InventoryQuantity"]) for row in delivery["DocumentLines"]] == [
        ("INNER", 3, 18),
        ("PALLET", 1, 480),
    ]
    _purchase(shop, line("TILE", 2, uom=units["PALLET"]))
    shop.on_the_floor("receive_line", goods_in_receipt_id=1, product="TILE", quantity=480)
    shop.on_the_floor("put_away", goods_in_receipt_id=1)
    shop.on_the_floor("short_receipt_lines", goods_in_receipt_id=1)
    shop.settle(2)
    (receipt,) = shop.ledger_documents("PurchaseDeliveryNotes")
    assert [(row["UoMCode"], row["Quantity"]) for row in receipt["DocumentLines"]] == [("PALLET", 1)]
    shop.on_the_floor("receive_line", goods_in_receipt_id=2, product="TILE", quantity=479)
    shop.on_the_floor("put_away", goods_in_receipt_id=2)
    shop.on_the_floor("short_receipt_lines", goods_in_receipt_id=2)
    shop.settle(2)
    assert shop.open_cases() == ["quantity_does_not_divide"]
    assert len(shop.ledger_documents("PurchaseDeliveryNotes")) == 1


def test_how_an_item_is_packed_goes_to_the_warehouse_and_a_changed_pallet_is_changed_there(shop: Shop) -> None:
    units = _units(shop)
    with shop.journal.write("map") as connection:
        reference.set_mapping(connection, "demo", "storage_unit", "PALLET", "PALLET")
    items(shop, "TILE", UoMGroupEntry=units["group"])
    assert _packed(shop) == [480]
    rows = [{"AlternateUoM": units["PALLET"], "AlternateQuantity": 1, "BaseQuantity": 500, "Active": "tYES"}]
    rows += [{"AlternateUoM": 1, "AlternateQuantity": 1, "BaseQuantity": 1, "Active": "tYES"}]
    shop.clock.pass_s(600)
    shop.edit_in_ledger(f"UnitOfMeasurementGroups({units['group']})", {"UoMGroupDefinitionCollection": rows})
    shop.edit_in_ledger("Items('TILE')", {"ItemName": "Tile, white"})
    shop.sync()
    assert _packed(shop) == [500]
    assert shop.open_cases() == []


def _packed(shop: Shop) -> list[float]:
    """What each storage unit of a product holds."""
    return [float(row.values["total"]) for row in shop.floor.state.product_storage_units]
