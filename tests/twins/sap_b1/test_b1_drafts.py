"""Drafts: written down, changed, thrown away, or saved as the document they are a draft of."""

from typing import Any

import pytest
from b1_company import Company

SAVE = "DraftsService_SaveDraftToDocument"


def draft_of(company: Company, code: str, lines: list[dict[str, Any]], **more: Any) -> int:
    body = {"DocObjectCode": code, "DocDueDate": "2026-12-01", "DocumentLines": lines, **more}
    return company.post("Drafts", body)["DocEntry"]


def test_a_draft_moves_nothing_until_it_is_saved_as_a_document(company: Company) -> None:
    company.stocked("A", 10)
    order = company.order(("A", 6))
    line = {"BaseType": 17, "BaseEntry": order, "BaseLine": 0, "Quantity": 4}
    draft = draft_of(company, "oDeliveryNotes", [line], CardCode="C-1", U_TieoutRef="r")
    assert company.shelf("A")["InStock"] == 10
    row = company.get(f"Drafts({draft})")
    assert (row["DocObjectCode"], row["DocTotal"], row["TransNum"]) == ("oDeliveryNotes", 40, None)
    assert company.post(SAVE, {"Document": {"DocEntry": draft}}) is None
    made = company.get("DeliveryNotes?$filter=U_TieoutRef eq 'r'")["value"][0]
    assert (made["DocEntry"], made["DocObjectCode"], company.shelf("A")["InStock"]) == (1, "oDeliveryNotes", 6)
    assert company.get(f"Orders({order})")["DocumentLines"][0]["RemainingOpenQuantity"] == 2
    assert company.get(f"Drafts({draft})")["DocumentStatus"] == "bost_Close"
    assert company.refused("POST", SAVE, {"Document": {"DocEntry": draft}})[1] == "-10"


@pytest.mark.parametrize(
    ("code", "entity_set", "partner"),
    [
        ("17", "Orders", "C-1"),
        ("oInvoices", "Invoices", "C-1"),
        ("16", "Returns", "C-1"),
        ("14", "CreditNotes", "C-1"),
        ("oPurchaseOrders", "PurchaseOrders", "S-1"),
        ("20", "PurchaseDeliveryNotes", "S-1"),
        ("59", "InventoryGenEntries", None),
        ("60", "InventoryGenExits", None),
    ],
)
def test_any_document_can_be_a_draft(company: Company, code: str, entity_set: str, partner: str | None) -> None:
    company.stocked("A", 10)
    company.act("create_partner", partner="C-1")
    company.act("create_supplier", partner="S-1")
    lines = [{"ItemCode": "A", "Quantity": 2, "UnitPrice": 5}]
    draft = draft_of(company, code, lines, CardCode=partner)
    company.post(SAVE, {"Document": {"DocEntry": str(draft), "Comments": "checked"}}, version=1)
    made = company.get(f"{entity_set}")["value"][-1]
    assert (made["DocTotal"], made["Comments"], made["CardCode"]) == (10, "checked", partner)


def test_a_draft_is_changed_and_thrown_away(company: Company) -> None:
    company.stocked("A", 10)
    company.act("create_supplier", partner="S-1")
    draft = draft_of(company, "22", [{"ItemCode": "A", "Quantity": 2, "UnitPrice": 5}], CardCode="S-1")
    changes = [{"LineNum": 0, "Quantity": 3, "Price": 4}, {"ItemCode": "A", "Quantity": 1, "UnitPrice": 7}]
    company.patch(f"Drafts({draft})", {"Comments": "later", "DocumentLines": changes})
    row = company.get(f"Drafts({draft})")
    assert (row["DocTotal"], row["Comments"], len(row["DocumentLines"])) == (19, "later", 2)
    last = {"DocumentLines": [{"LineNum": 1}]}
    company.patch(f"Drafts({draft})", last, b1s_replacecollectionsonpatch="true")
    assert company.get(f"Drafts({draft})")["DocTotal"] == 7
    assert company.send("DELETE", f"Drafts({draft})").status == 204
    assert company.send("GET", f"Drafts({draft})").status == 404


def test_a_draft_that_breaks_a_rule_stays_a_draft(company: Company) -> None:
    company.stocked("A", 1)
    draft = draft_of(company, "60", [{"ItemCode": "A", "Quantity": 2}])
    assert "negative inventory" in company.refused("POST", SAVE, {"Document": {"DocEntry": draft}})[2]
    assert company.get(f"Drafts({draft})")["DocumentStatus"] == "bost_Open"
    assert company.state()["counts"]["InventoryGenExits"] == 0


def test_drafts_that_cannot_be_are_refused(company: Company) -> None:
    company.stocked("A", 1)
    lines = [{"ItemCode": "A", "Quantity": 1}]
    assert company.refused("POST", "Drafts", {"DocumentLines": lines})[1] == "-1000"
    assert company.refused("POST", "Drafts", {"DocObjectCode": "67", "DocumentLines": lines})[1] == "-5006"
    assert company.refused("POST", "Drafts", {"DocObjectCode": "17", "DocumentLines": lines})[1] == "-2028"
    assert company.refused("POST", SAVE, {"Document": {"DocEntry": 9}})[0] == 404
    assert company.refused("POST", SAVE, {})[1] == "-1000"
    assert company.refused("POST", "Drafts(9)/Close")[0] == 404
