"""Kits in the company: one row for what is sold, and one for each of its parts below it."""

from typing import Any

from b1_company import Company


def selling(**settings: Any) -> tuple[Company, int]:
    """Three gifts of one A and two B each are ordered, and one C."""
    company = Company(**settings)
    for item in ("A", "B", "C"):
        company.stocked(item)
    company.act("create_kit", item="GIFT", parts=[{"item": "A", "quantity": 1}, {"item": "B", "quantity": 2}])
    return company, company.order(("GIFT", 3), ("C", 1))


def rows(company: Company, record: str) -> list[tuple[int, str, float, str, float]]:
    lines = company.get(record)["DocumentLines"]
    return [(one["LineNum"], one["ItemCode"], one["Quantity"], one["TreeType"], one["LineTotal"]) for one in lines]


def test_an_order_has_a_row_for_each_part_without_a_price() -> None:
    company, order = selling()
    assert rows(company, f"Orders({order})") == [
        (0, "GIFT", 3, "iSalesTree", 30), (1, "A", 3, "iIngredient", 0), (2, "B", 6, "iIngredient", 0),
        (3, "C", 1, "iNotATree", 10),
    ]  # fmt: skip
    assert company.shelf("B")["Committed"] == 6


def test_a_delivery_takes_the_stock_of_the_parts_and_closes_the_order_with_its_last_kit() -> None:
    company, order = selling()
    company.deliver(order, 1, 1, 2, 1)
    assert [company.shelf(item)["InStock"] for item in ("A", "B")] == [99, 98]
    assert company.get(f"Orders({order})")["DocumentStatus"] == "bost_Open"
    company.deliver(order, 2, 2, 4)
    assert company.get(f"Orders({order})")["DocumentStatus"] == "bost_Close"
    assert [one[3] for one in rows(company, "DeliveryNotes(1)")][:3] == ["iSalesTree", "iIngredient", "iIngredient"]


def test_parts_without_their_kit_a_kit_without_its_parts_and_other_proportions_are_refused() -> None:
    company, order = selling()
    for quantities in ((1, 1, 3), (2, 1, 2), (0.5, 1, 1)):
        refused = company.refused("POST", "DeliveryNotes", company.delivery(order, *quantities))
        assert "does not match its parent item" in refused[2]
    alone = company.delivery(order, 1)
    assert "does not match" in company.refused("POST", "DeliveryNotes", alone)[2]


def test_a_company_that_does_not_tie_them_takes_what_it_is_given() -> None:
    company, order = selling(kits_are_tied=False)
    company.deliver(order, 1, 1, 3)


def test_a_kit_sold_without_an_order_is_exploded_on_the_delivery() -> None:
    company, _ = selling()
    made = company.post("DeliveryNotes", {"CardCode": "C-1", "DocumentLines": [{"ItemCode": "GIFT", "Quantity": 2}]})
    assert [(one["ItemCode"], one["Quantity"]) for one in made["DocumentLines"]] == [("GIFT", 2), ("A", 2), ("B", 4)]


def test_another_number_of_kits_is_one_of_their_parts_and_a_kit_goes_with_them() -> None:
    company, order = selling()
    company.act("edit_order", order=order, change=[{"line": 0, "quantity": 5}])
    assert [one[2] for one in rows(company, f"Orders({order})")] == [5, 5, 10, 1]
    company.act("edit_order", order=order, add=[{"item": "GIFT", "quantity": 1}])
    assert [one[:3] for one in rows(company, f"Orders({order})")][4:] == [(4, "GIFT", 1), (5, "A", 1), (6, "B", 2)]
    company.act("edit_order", order=order, remove=[0])
    assert [one[1] for one in rows(company, f"Orders({order})")] == ["C", "GIFT", "A", "B"]
    assert company.shelf("B")["Committed"] == 2
