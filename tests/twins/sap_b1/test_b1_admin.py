"""The twin's own door: state, reset, faults and acts."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import httpx
import pytest
from b1_company import LOGIN, Company

from tieout.twins.faults import FaultPlan
from tieout.twins.sap_b1 import FAULTS, SapB1Twin, Settings
from tieout.twins.sap_b1.acts import ACTS
from tieout.twins.wire import InProcess, Reply, Request


def admin(company: Company, method: str, path: str, body: Any = None) -> Reply:
    raw = b"" if body is None else json.dumps(body).encode()
    return company.twin.handle(Request(method, f"/_twin/{path}", "", {}, raw))


def test_it_is_healthy_and_shows_its_state(company: Company) -> None:
    company.stocked("A", 5)
    order = company.order(("A", 2))
    assert json.loads(admin(company, "GET", "health").body)["ok"]
    state = json.loads(admin(company, "GET", "state").body)
    assert state["counts"]["Orders"] == 1
    assert state["stock"][0] == {"item": "A", "warehouse": "01", "in_stock": 5, "committed": 2, "average": 2}
    assert state["open_orders"][0]["DocEntry"] == order
    assert state["balances"] == {"140000": 10, "145000": -10}


def test_the_state_can_list_every_document(company: Company) -> None:
    company.stocked("A", 5)
    company.deliver(company.order(("A", 2)), 2, U_TieoutRef="r")
    reply = company.twin.handle(Request("GET", "/_twin/state", "documents=1"))
    delivery = json.loads(reply.body)["documents"]["DeliveryNotes"][0]
    assert (delivery["U_TieoutRef"], delivery["lines"][0]["InventoryQuantity"]) == ("r", 2)


def test_reset_empties_the_company_and_can_change_settings(company: Company) -> None:
    company.stocked("A")
    assert admin(company, "POST", "reset", {"settings": {"page_size": 3}}).status == 200
    assert company.state()["counts"]["Items"] == 0
    assert company.twin.settings.page_size == 3
    admin(company, "POST", "reset")
    assert company.twin.settings.page_size == 20
    assert admin(company, "POST", "reset", {"settings": {"nonsense": 1}}).status == 400


def test_a_session_goes_when_the_fault_strikes_and_the_count_shows_it(company: Company) -> None:
    admin(company, "POST", "faults", {"seed": 1, "rates": {"session_gone": 1}})
    assert company.refused("GET", "Items")[:2] == (401, "301")
    assert json.loads(admin(company, "GET", "faults").body)["counts"] == {"session_gone": 1}
    admin(company, "POST", "faults", {})
    assert company.refused("GET", "Items")[:2] == (401, "301")
    company.log_in()
    company.get("Items")


def test_writes_are_refused_as_locked_when_the_fault_strikes_and_reads_are_not(company: Company) -> None:
    admin(company, "POST", "faults", {"rates": {"locked": 1}})
    company.get("Items")
    assert company.refused("POST", "Items", {"ItemCode": "A"}) == (400, "-2035", "Object locked")
    assert company.state()["counts"]["Items"] == 0


@pytest.mark.parametrize("body", [{"rates": {"nonsense": 1}}, {"rates": {"locked": 2}}, {"rates": []}, []])
def test_faults_that_make_no_sense_are_refused(company: Company, body: object) -> None:
    assert admin(company, "POST", "faults", body).status == 400


def test_the_same_seed_strikes_the_same_requests() -> None:
    def struck() -> list[int]:
        company = Company()
        company.twin.faults = FaultPlan(FAULTS, 7, {"locked": 0.5})
        return [company.send("POST", "Items", {"ItemCode": f"{number}"}).status for number in range(20)]

    assert struck() == struck()
    assert {201, 400} == set(struck())


def test_an_act_that_is_unknown_lacks_something_or_is_refused_says_so(company: Company) -> None:
    assert b"create_order" in admin(company, "POST", "act", {"act": "dance"}).body
    assert admin(company, "POST", "act", {"act": "create_item"}).status == 400
    assert admin(company, "POST", "act", {}).status == 400
    company.stocked("A", 1)
    refused = admin(company, "POST", "act", {"act": "issue_stock", "item": "A", "quantity": 2})
    assert json.loads(refused.body)["code"] == -10
    assert company.shelf("A")["InStock"] == 1


def test_an_order_is_edited_by_hand(company: Company) -> None:
    company.stocked("A")
    company.stocked("B")
    order = company.order(("A", 5), ("A", 1))
    change = [{"line": 0, "quantity": 7}]
    company.act("edit_order", order=order, change=change, remove=[1], add=[{"item": "B", "quantity": 3}])
    lines = company.get(f"Orders({order})")["DocumentLines"]
    assert [(line["ItemCode"], line["Quantity"]) for line in lines] == [("A", 7), ("B", 3)]


def test_a_delivery_is_posted_by_hand_and_cancelled_again(company: Company) -> None:
    company.stocked("A")
    order = company.order(("A", 5))
    made = company.act("post_delivery_by_hand", order=order, lines=[{"line": 0, "quantity": 2}])
    assert made == {"record": "DeliveryNotes(1)", "key": 1}
    company.act("cancel_document", document="DeliveryNotes(1)")
    assert company.shelf("A") == {"InStock": 100, "Committed": 5, "StandardAveragePrice": 2}
    company.act("post_delivery_by_hand", order=order)
    assert company.get(f"Orders({order})")["DocumentStatus"] == "bost_Close"


def test_an_order_is_closed_and_reopened_by_hand(company: Company) -> None:
    company.stocked("A")
    order = company.order(("A", 5))
    company.act("close_order", order=order)
    company.act("reopen_order", order=order)
    assert company.get(f"Orders({order})")["DocumentStatus"] == "bost_Open"


def test_sessions_are_expired_by_hand(company: Company) -> None:
    assert company.act("expire_sessions") == {"sessions": 2}
    assert company.refused("GET", "Items")[0] == 401


def test_it_owes_no_webhooks_and_answers_in_process(company: Company) -> None:
    assert company.twin.webhooks() == []
    with httpx.Client(transport=InProcess(company.twin), base_url="http://b1") as client:
        assert client.post("/b1s/v1/Login", json=LOGIN).status_code == 200
        body = client.get("/b1s/v1/Warehouses").json()
        assert [row["WarehouseCode"] for row in body["value"]] == ["01", "02"]
        assert body["odata.metadata"] == "http://b1/b1s/v1/$metadata#Warehouses"


@pytest.mark.parametrize(
    "path", ["/", "/b1s", "/b1s/v3/Items", "/b1s/v2/Items(", "/b1s/v2/Orders(x)", "/b1s/v2/Orders(1)/a/b"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE", "OPTIONS"])
def test_no_path_makes_it_fall_over(company: Company, path: str, method: str) -> None:
    headers = {"cookie": company.cookies[2]}
    assert company.twin.handle(Request(method, path, "$filter=%ff('", headers, b"\xff")).status >= 400


def test_two_twins_share_nothing(company: Company) -> None:
    company.post("UserFieldsMD", {"Name": "Mine", "TableName": "OITM"})
    other = SapB1Twin(company.clock)
    assert other.state.schema.types["Item"].find("U_Mine") is None


def test_every_setting_act_and_fault_is_on_the_reference_page() -> None:
    page = (Path(__file__).parents[3] / "docs/reference/twin-sap-b1.md").read_text("utf-8")
    names = {*(field.name for field in fields(Settings)), *ACTS, *FAULTS}
    assert [name for name in sorted(names) if f"`{name}`" not in page] == []


def test_the_twin_counts_the_requests_it_was_sent_and_not_what_is_asked_of_itself(company: Company) -> None:
    def counted() -> int:
        return int(json.loads(admin(company, "GET", "health").body)["requests"])

    before = counted()
    company.get("Items")
    company.refused("GET", "Items('NONE')")
    assert counted() == before + 2
