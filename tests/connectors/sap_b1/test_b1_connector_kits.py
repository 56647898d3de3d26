"""Kits in the ledger: which lines are parts of which, how they are delivered, and what the ledger makes of it."""

from typing import Any

import pytest
from b1_ledger import Company, delivery, invoice, line, order_of, settings
from tests.connectors.reading import read_one

from tieout.connectors.sap_b1.bodies import document
from tieout.connectors.sap_b1.record import Record
from tieout.connectors.sap_b1.translate import purchase_order, sales_order
from tieout.connectors.sap_b1.wire import dumps, loads
from tieout.domain.postings import Ended
from tieout.twins.sap_b1 import unknown_properties

PARENT, PART = "iSalesTree", "iIngredient"


def lines_of(*trees: str, read: Any = sales_order, **changes: Any) -> dict[str, tuple[bool, tuple[str, ...]]]:
    """Whether each line is of a kit, and its parts; lines as they come, each with its kind of tree."""
    rows = [
        {"LineNum": number, "ItemCode": f"I{number}", "Quantity": 1, "TreeType": tree}
        for number, tree in enumerate(trees)
    ]
    shown = changes.pop("shown", None)
    rows = [row | ({"VisualOrder": shown[row["LineNum"]]} if shown else {}) for row in rows]
    fields = {"DocNum": 1, "CardCode": "C", "DocumentStatus": "O", "DocDueDate": "2026-03-20", "DocumentLines": rows}
    made = read(Record.parse(dumps(fields), "order"), settings().zone)
    return {one.line: (one.kit, one.parts) for one in made.lines}


def with_kit(**twin: Any) -> Company:
    """Three gifts of one A and two B each are ordered: order 1."""
    company = Company(twin)
    company.stock("A")
    company.stock("B")
    parts = [{"item": "A", "quantity": 1}, {"item": "B", "quantity": 2}]
    company.twin.act("create_kit", item="GIFT", parts=parts)
    company.twin.act("create_order", lines=[{"item": "GIFT", "quantity": 3, "price": 10}])
    return company


def gifts(number: int, a: int, b: int) -> Any:
    rows = (line("0", "GIFT", str(number), kit=True), line("1", "A", str(a)), line("2", "B", str(b)))
    return delivery("1", *rows)


def test_the_parts_of_a_kit_are_the_ingredients_below_it_up_to_another_line() -> None:
    assert lines_of(PARENT, PART, PART, PARENT, PART, "iNotATree", PART) == {
        "0": (True, ("1", "2")), "1": (True, ()), "2": (True, ()), "3": (True, ("4",)), "4": (True, ()),
        "5": (False, ()), "6": (True, ()),
    }  # fmt: skip


def test_below_is_where_people_see_it_and_codes_are_as_good_as_names() -> None:
    assert lines_of("N", "S", "I", "I", shown=[2, 0, 3, 1])["1"] == (True, ("3",))


@pytest.mark.parametrize("tree", ["iAssemblyTree", "iTemplateTree", "A", "T"])
def test_ingredients_below_another_kind_of_kit_are_parts_of_none(tree: str) -> None:
    assert lines_of(tree, PART) == {"0": (True, ()), "1": (True, ())}


def test_a_purchase_order_has_no_kit_that_is_taken_apart() -> None:
    assert lines_of(PARENT, PART, read=purchase_order) == {"0": (True, ()), "1": (True, ())}


def test_an_order_for_a_kit_is_read_with_its_parts() -> None:
    company = with_kit()
    order = order_of(read_one(company.b1, company.b1.poll("sales_orders", None).messages[0])[0])
    assert [(one.item, one.qty, one.parts) for one in order.lines] == [
        ("GIFT", 3, ("1", "2")),
        ("A", 3, ()),
        ("B", 6, ()),
    ]


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_every_name_in_the_delivery_of_a_kit_is_one_of_saps(version: str) -> None:
    body = loads(dumps(document(gifts(3, 3, 6), settings(version=version))))
    assert unknown_properties("DeliveryNotes", body) == []
    billed = invoice("demo.DN.1", "8", *gifts(3, 3, 6).body.lines)
    assert unknown_properties("Invoices", loads(dumps(document(billed, settings(version=version))))) == []


def test_a_kit_is_delivered_and_read_at_once() -> None:
    company = with_kit()
    (outcome,) = company.b1.post([gifts(2, 2, 4)])
    assert outcome.ended is Ended.CREATED
    found = company.b1.find(gifts(2, 2, 4))
    assert found is not None
    assert found.ended is Ended.EXISTS


def test_a_kit_that_is_broken_is_refused() -> None:
    (outcome,) = with_kit().b1.post([gifts(2, 2, 3)])
    assert outcome.ended is Ended.REFUSED
    assert "does not match its parent item" in outcome.text


def test_parts_that_the_ledger_writes_once_more_are_told_and_not_taken_for_done() -> None:
    (outcome,) = with_kit(kits_explode_again=True).b1.post([gifts(2, 2, 4)])
    assert (outcome.ended, outcome.reason) == (Ended.EXISTS_DIFFERENTLY, "duplicate_in_ledger")
    assert outcome.theirs == "1"
