"""What is sent: real property names, exact numbers, lots and serials where they belong."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from b1_ledger import Company, delivery, invoice, line, lot, settings

from tieout.connectors.contract import Send
from tieout.connectors.sap_b1.bodies import Untranslatable, document
from tieout.connectors.sap_b1.wire import dumps
from tieout.domain.documents import Item, Tracking
from tieout.domain.postings import Ended, PutItem
from tieout.twins.sap_b1 import unknown_properties

GOLDEN = Path(__file__).with_name("delivery.json")


def body_of(send: Send, **changes: Any) -> Any:
    return json.loads(dumps(document(send, settings(**changes))), parse_float=Decimal)


def full_delivery() -> Send:
    return delivery(
        "17",
        line("0", "A", "2.50"),
        line("3", "L", "2", qty_base=Decimal(24), lots=(lot("B1", "12"), lot("B2", "12"))),
        line("4", "S", "2", serials=("S-1", "S-2")),
        carrier="2",
        tracking=("1Z999AA10123456784", "1Z999AA10123456785"),
    )


def test_a_delivery_is_written_as_the_golden_file_says() -> None:
    assert body_of(full_delivery()) == json.loads(GOLDEN.read_text(), parse_float=Decimal)


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_every_name_in_a_delivery_and_an_invoice_is_one_of_saps(version: str) -> None:
    of_delivery = body_of(full_delivery(), version=version)
    of_invoice = body_of(invoice("demo.DN.1", "8", line("0", "A", "2.5")), version=version)
    assert unknown_properties("DeliveryNotes", of_delivery) == []
    assert unknown_properties("Invoices", of_invoice) == []


def test_a_lots_number_has_another_name_in_the_older_version() -> None:
    lots = body_of(full_delivery(), version="v1")["DocumentLines"][1]["BatchNumbers"]
    assert [one["BatchNumber"] for one in lots] == ["B1", "B2"]


def test_lines_of_one_order_line_become_one_line_with_all_their_lots() -> None:
    first = line("1", "L", "1", lots=(lot("B1", "1"),))
    again = line("1", "L", "3", lots=(lot("B1", "1"), lot("B2", "2")))
    lines = body_of(delivery("17", first, line("0"), again))["DocumentLines"]
    assert [(one["BaseLine"], one["Quantity"]) for one in lines] == [(1, 4), (0, 1)]
    assert lines[0]["BatchNumbers"] == [
        {"BatchNumberProperty": "B1", "Quantity": 2, "BaseLineNumber": 0},
        {"BatchNumberProperty": "B2", "Quantity": 2, "BaseLineNumber": 0},
    ]


def test_one_order_line_sent_from_two_warehouses_is_two_lines() -> None:
    lines = body_of(delivery("17", line("1"), line("1", warehouse="02")))["DocumentLines"]
    assert [(one["BaseLine"], one["WarehouseCode"]) for one in lines] == [(1, "01"), (1, "02")]


def test_an_invoice_draws_on_the_deliverys_own_lines() -> None:
    lots = (line("7", "L", "1", lots=(lot("B1", "1"),)), line("7", "L", "1", lots=(lot("B2", "1"),)))
    lines = body_of(invoice("demo.DN.1", "8", *lots, line("9")))["DocumentLines"]
    assert [(one["BaseType"], one["BaseEntry"], one["BaseLine"], one["Quantity"]) for one in lines] == [
        (15, 8, 0, 2),
        (15, 8, 1, 1),
    ]
    assert "BatchNumbers" not in lines[0]


def test_an_invoice_leaves_its_due_date_to_the_terms_of_payment() -> None:
    assert "DocDueDate" not in body_of(invoice("demo.DN.1", "8"))


def test_without_a_carrier_none_is_sent() -> None:
    assert "TransportationCode" not in body_of(delivery("17"))


def test_tracking_numbers_that_do_not_all_fit_are_all_in_the_comments() -> None:
    numbers = tuple(f"TRACK-{place:06d}" for place in range(4))
    body = body_of(delivery("17", tracking=numbers))
    assert body["TrackingNumber"] == "TRACK-000000,TRACK-000001"
    assert body["Comments"] == "Tracking: " + ", ".join(numbers)


def test_one_tracking_number_too_long_for_its_field_is_not_cut() -> None:
    body = body_of(delivery("17", tracking=("X" * 31,)))
    assert "TrackingNumber" not in body
    assert body["Comments"].endswith("X" * 31)


def test_the_reference_travels_in_the_field_that_is_set() -> None:
    assert body_of(delivery("17"), reference_field="NumAtCard")["NumAtCard"] == "demo.DN.1"


def test_a_reference_that_would_be_cut_is_never_sent() -> None:
    with pytest.raises(Untranslatable, match="does not fit into Reference2"):
        document(delivery("17", reference="demo.DN.3301-88"), settings(reference_field="Reference2"))


def test_a_carrier_that_is_no_number_is_refused_before_anything_is_sent() -> None:
    company = Company()
    outcome = company.b1.post([delivery("17", carrier="DHL")])[0]
    assert (outcome.ended, outcome.reason) == (Ended.REFUSED, "carrier_not_mapped")
    assert company.wire.seen == []


def test_an_order_that_is_not_one_of_the_ledgers_is_refused_and_never_found() -> None:
    company = Company()
    send = delivery("SO-17")
    assert company.b1.post([send])[0].reason == "ledger_refused"
    assert company.b1.find(send) is None
    assert company.wire.seen == []


def test_a_posting_for_the_warehouse_is_a_mistake_of_ours() -> None:
    item = Item(code="A", name="A", unit=None, tracking=Tracking.NONE)
    with pytest.raises(TypeError):
        Company().b1.post([Send(reference="demo.IT.A", body=PutItem(item=item))])


@pytest.mark.parametrize("qty", ["0.1", "2.50", "12345678901.123456", "0.000001", "1E+2"])
def test_a_quantity_is_sent_digit_for_digit(qty: str) -> None:
    written = dumps(document(delivery("17", line(qty=qty)), settings()))
    assert f'"Quantity":{Decimal(qty):f},' in written
