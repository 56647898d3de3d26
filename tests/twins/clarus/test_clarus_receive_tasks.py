"""Receive tasks over REST: goods into the bay or straight into a rack, how many, and with which serial numbers."""

from typing import Any

import pytest
from clarus_inbound import expected, lines, moves, receipt, receiving, scan, status, stock, tasks
from clarus_tenant import Tenant, enveloped


def test_a_receive_task_brings_stock_into_the_bay(tenant: Tenant) -> None:
    """§2.5 receive task: 204; quantity defaults to `start_quantity`; a putaway task is made."""
    receiving(tenant)
    answer = scan(tenant, 1)
    assert (answer.status, answer.body) == (204, None)
    assert lines(tenant) == [(10, 10)]
    assert stock(tenant) == [(10, "available", "GI-BAY")]
    assert (tasks(tenant, "RCV"), tasks(tenant, "PWAY")) == ([("COMPLETED", 10)], [("AVAILABLE", 10)])
    rows = moves(tenant, "RCV", "PWAY")
    assert [(row["subtype"], row["quantity"], row["string1"], row["location_to"]["code"]) for row in rows] == [
        ("RCV", 10, "B1", "GI-BAY")
    ]
    assert (rows[0]["goods_in_receipt"], rows[0]["goods_in_receipt_line"]) == ({"id": "1"}, {"id": "1"})
    assert scan(tenant, 1).symbols == ["task_not_available"]


@pytest.mark.parametrize("quantity", [0, 4, 10, 12.5])
def test_more_or_less_than_expected_may_be_confirmed(tenant: Tenant, quantity: float) -> None:
    """§5.5 over/under receipt: any number from 0; the task is completed whatever is confirmed."""
    receiving(tenant)
    assert scan(tenant, 1, confirmed_quantity=quantity).status == 204
    assert (lines(tenant), tasks(tenant, "RCV")) == ([(10, quantity)], [("COMPLETED", 10)])
    assert [row["quantity"] for row in moves(tenant, "RCV")] == ([quantity] if quantity else [])
    assert status(tenant) == ("part" if quantity else "completed")


def test_goods_are_received_straight_into_a_rack(tenant: Tenant) -> None:
    """§2.5 receive_to_putaway_location: `location_to_id` required; RCV and PWAY with one time."""
    receiving(tenant)
    assert scan(tenant, 1, "receive_to_putaway_location").symbols == ["attribute_missing"]
    assert scan(tenant, 1, "receive_to_putaway_location", location_to_id=8, confirmed_quantity=9).status == 204
    assert (stock(tenant), status(tenant)) == ([(9, "available", "B-01")], "completed")
    rows = moves(tenant, "RCV", "PWAY")
    assert [(row["subtype"], row["location_to"]["code"]) for row in rows] == [("RCV", "GI-BAY"), ("PWAY", "B-01")]
    assert len({row["created_at"] for row in rows}) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("confirmed_quantity", -1),
        ("confirmed_quantity", "1"),
        ("location_to_id", 99),
        ("location_to_id", 13),
        ("storage_unit_to_id", "x"),
        ("base_storage_unit_type_id", 9),
        ("serial_numbers", "S1"),
        ("serial_numbers", [1]),
    ],
)
def test_a_receive_task_field_out_of_bounds_is_refused(tenant: Tenant, name: str, value: Any) -> None:
    """§2.5 receive task: attributes; a place must be in the receipt's warehouse."""
    tenant.post("warehouses", code="WH2", name="Two")
    assert tenant.post("locations", code="X", warehouse_id=2, location_type_id=1).body["data"]["id"] == "13"
    receiving(tenant)
    assert scan(tenant, 1, **{name: value}).symbols == ["attribute_invalid"]
    assert stock(tenant) == []


def test_only_receive_tasks_can_be_received(tenant: Tenant) -> None:
    """§2.5: body type `tasks`; 404 for calls with an id (§2.1)."""
    receiving(tenant)
    wrong = tenant.ask("POST", "/api/receive_tasks/1/receive", enveloped("receive_tasks"))
    assert wrong.symbols == ["wrong_type"]
    scan(tenant, 1)
    assert scan(tenant, 2).status == scan(tenant, 99).status == 404


def test_fully_tracked_goods_need_their_serial_numbers(tenant: Tenant) -> None:
    """§5.5 serial numbers, `full_tracking`: at receiving; more or fewer move the confirmed quantity."""
    receiving(tenant, 3, serial_number_tracking_setting="full_tracking")
    for wrong in ({}, {"serial_numbers": ["S1", "S1"]}, {"confirmed_quantity": 3, "serial_numbers": ["S1", "S2"]}):
        assert scan(tenant, 1, **wrong).symbols == ["serial_numbers_invalid"]
    assert scan(tenant, 1, serial_numbers=["S1", "S2"]).status == 204
    assert lines(tenant) == [(3, 2)]
    tenant.act("put_away", goods_in_receipt_id=1)
    assert [row["serial_numbers"] for row in moves(tenant, "RCV", "PWAY")] == [["S1", "S2"], ["S1", "S2"]]
    other = receipt(tenant, expected(1, 1))
    tenant.act("start_receiving", goods_in_receipt_id=other)
    assert scan(tenant, 3, serial_numbers=["S2"]).symbols == ["serial_numbers_invalid"]
    assert scan(tenant, 3, confirmed_quantity=0.5, serial_numbers=["S3"]).symbols == ["serial_numbers_invalid"]


def test_goods_tracked_at_the_pick_are_received_without_numbers(tenant: Tenant) -> None:
    """§5.5 serial numbers, `track_during_pick`: only at picking."""
    receiving(tenant, 3, serial_number_tracking_setting="track_during_pick")
    assert scan(tenant, 1, serial_numbers=["S1"]).status == 204
    assert (lines(tenant), moves(tenant, "RCV")[0]["serial_numbers"]) == ([(3, 3)], [])
