"""From the ledger's records to our documents, and what the company tells about itself."""

import ast
import dataclasses
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from b1_ledger import Company, delivery, error_answer, json_answer, order_of, settings, stubbed
from pydantic import ValidationError
from tests.connectors.reading import read_one

import tieout.connectors.sap_b1
from tieout.connectors.contract import Inbound, Message, Misconfigured, RetryLater, Unauthenticated, Unreadable
from tieout.connectors.sap_b1 import Settings, connect
from tieout.connectors.sap_b1.record import Record
from tieout.connectors.sap_b1.translate import base_per_unit, item
from tieout.connectors.sap_b1.wire import dumps, loads
from tieout.domain.clock import SystemClock
from tieout.domain.documents import Address, Item, OrderStatus, Side, Tracking
from tieout.domain.postings import Ended

TODAY = date(2026, 3, 10)
FEEDS = ("items", "sales_orders", "purchase_orders", "credit_memos")


def test_an_order_is_read_whole() -> None:
    company = Company()
    company.stock("A")
    company.twin.act("create_item", item="C", uom_group=1, body={"InventoryUoMEntry": 1})
    address = {"ShipToStreet": "High Street", "ShipToStreetNo": "7", "ShipToCity": "York", "ShipToZipCode": "YO1 7AA"}
    body = {"TransportationCode": 2, "AddressExtension": {**address, "ShipToCountry": "GB"}, "CardName": "Ann & Sons"}
    lines = [{"item": "A", "quantity": 2.5, "price": 9.99}, {"item": "C", "quantity": 3, "uom": 2, "warehouse": "02"}]
    company.twin.act(
        "create_order", lines=lines, due="2026-03-20", body={**body, "PartialSupply": "tNO", "TaxDate": "2026-03-01"}
    )
    document = read_one(company.b1, company.b1.poll("sales_orders", None).messages[0])[0]
    order = order_of(document)
    assert (document.side, document.key, document.kind) == (Side.LEDGER, "1", "sales_order")
    assert (order.number, order.customer, order.status) == ("1", "C-1", OrderStatus.OPEN)
    assert (order.released, order.partial_allowed, order.carrier) == (True, False, "2")
    assert order.due_at == datetime(2026, 3, 20, 12, tzinfo=UTC)
    assert order.ordered_on == date(2026, 3, 1)
    assert order.address == Address(
        name="Ann & Sons", lines=("High Street 7",), town="York", postcode="YO1 7AA", country="GB"
    )
    first, second = order.lines
    assert (first.line, first.item, first.qty, first.open_qty, first.price) == (
        "0",
        "A",
        Decimal("2.5"),
        Decimal("2.5"),
        Decimal("9.99"),
    )
    assert (first.unit, first.base_per_unit, first.warehouse) == (None, Decimal(1), "01")
    assert (second.unit, second.base_per_unit, second.qty_base, second.warehouse) == (
        "Case",
        Decimal(12),
        Decimal(36),
        "02",
    )


@pytest.mark.parametrize(("act", "status"), [
    ("close_order", OrderStatus.CLOSED), ("cancel_order", OrderStatus.CANCELLED),
])  # fmt: skip
def test_an_order_that_is_done_says_so(act: str, status: OrderStatus) -> None:
    company = Company()
    company.stock()
    order = company.order(("A", 5))
    company.twin.act(act, order=int(order))
    assert company.read_order().status is status
    assert company.read_order().lines[0].closed


def test_an_order_that_is_not_confirmed_is_not_released() -> None:
    company = Company()
    company.stock()
    company.order(("A", 5), body={"Confirmed": "tNO"})
    assert not company.read_order().released


def test_what_is_still_open_follows_the_deliveries() -> None:
    company = Company()
    company.stock()
    order = company.order(("A", 5))
    assert company.b1.post([delivery(order)])[0].ended is Ended.CREATED
    assert company.read_order().lines[0].open_qty == 4


def test_lines_of_text_are_left_out() -> None:
    company = Company()
    company.stock()
    company.order(("A", 5))
    message = company.b1.poll("sales_orders", None).messages[0]
    fields: Any = loads(message.raw)
    fields["DocumentLines"].append({"LineNum": 1, "ItemCode": None, "ItemDescription": "thank you"})
    read = read_one(company.b1, dataclasses.replace(message, raw=dumps(fields)))
    assert len(order_of(read[0]).lines) == 1


@pytest.mark.parametrize(("qty", "in_base", "told", "ratio"), [
    ("2", "24", None, "12"),
    ("4", "1", "0.25", "0.25"),
    ("3", "1", "0.333333", "0.333333"),
    ("0", "0", "6", "6"),
    ("1", None, None, "1"),
])  # fmt: skip
def test_a_units_size_is_exact_or_as_told(qty: str, in_base: str | None, told: str | None, ratio: str) -> None:
    fields = {"Quantity": Decimal(qty), "InventoryQuantity": in_base and Decimal(in_base)}
    assert base_per_unit(Record({**fields, "UnitsOfMeasurment": told and Decimal(told)}, "line")) == Decimal(ratio)


def test_items_are_read_with_how_they_are_tracked() -> None:
    company = Company()
    company.twin.act("create_item", item="A", name="Apple", body={"InventoryUOM": "Each", "BarCode": "5012345678900"})
    company.twin.act("create_item", item="L", batches=True)
    company.twin.act("create_item", item="S", serials=True, stocked=False)
    company.twin.act("set_item_active", item="L", active=False)
    read = [read_one(company.b1, message)[0].content for message in company.b1.poll("items", None).messages]
    apple, lots, serials = sorted((one for one in read if isinstance(one, Item)), key=lambda one: one.code)
    assert apple == Item(code="A", name="Apple", unit="Each", tracking=Tracking.NONE, barcode="5012345678900")
    assert (lots.tracking, lots.active) == (Tracking.LOT, False)
    assert (serials.tracking, serials.stocked) == (Tracking.SERIAL, False)
    assert company.b1.items() == []


@pytest.mark.parametrize(("fields", "active"), [
    ({}, True),
    ({"Valid": "tYES"}, True),
    ({"Valid": "Y", "Frozen": "N"}, True),
    ({"Frozen": "tYES"}, False),
    ({"Frozen": "tYES", "FrozenFrom": "2026-03-11"}, True),
    ({"Frozen": "tYES", "FrozenTo": "2026-03-09"}, True),
    ({"Frozen": "tYES", "FrozenFrom": "2026-03-10T00:00:00Z", "FrozenTo": "2026-03-10"}, False),
    ({"Valid": "tYES", "ValidFrom": "2026-03-11"}, False),
    ({"Valid": "tYES", "ValidTo": "2026-03-09"}, False),
    ({"Valid": "tYES", "ValidFrom": "2026-03-10", "ValidTo": "2026-03-10"}, True),
])  # fmt: skip
def test_an_item_is_active_by_its_flags_and_their_days(fields: dict[str, str], active: bool) -> None:
    assert item(Record({"ItemCode": "A", **fields}, "item"), TODAY).active is active


@pytest.mark.parametrize("raw", [
    "not json", "[1]", "{}", '{"ItemCode": 5}', '{"ItemCode": "A", "DataVersion": 1}',
    '{"ItemCode": "A", "DataVersion": 1, "UpdateDate": "2026-13-01"}',
    '{"ItemCode": "A", "DataVersion": 1.5, "UpdateDate": "2026-01-01"}',
    '{"ItemCode": "A", "DataVersion": 1, "UpdateDate": "2026-01-01", "UpdateTime": "25:00"}',
    '{"ItemCode": "A", "DataVersion": NaN, "UpdateDate": "2026-01-01"}',
])  # fmt: skip
def test_a_message_that_says_nothing_of_use_is_unreadable(raw: str) -> None:
    with pytest.raises(Unreadable):
        read_one(Company().b1, Message(topic="items", key="A", identity="A:1", raw=raw))


def test_a_message_of_no_feed_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="no feed"):
        read_one(Company().b1, Message(topic="weather", key="A", identity="A:1", raw="{}"))


def test_no_number_is_ever_a_float() -> None:
    text = '{"Quantity":0.1,"Price":12345678901.123456,"DocEntry":7,"Small":1e-7}'
    values: Any = loads(text)
    assert [type(one) for one in values.values()] == [Decimal, Decimal, int, Decimal]
    assert dumps(values) == '{"Quantity":0.1,"Price":12345678901.123456,"DocEntry":7,"Small":0.0000001}'


def test_the_connector_makes_a_float_only_of_seconds() -> None:
    made: list[str] = []
    for path in Path(tieout.connectors.sap_b1.__file__).parent.glob("*.py"):
        calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        made += [path.name for call in calls if isinstance(call.func, ast.Name) and call.func.id == "float"]
    assert made == ["errors.py"]


def test_periods_are_told_with_whether_they_are_open() -> None:
    company = Company()
    company.twin.act("close_period", month="2026-02")
    periods = {period.first: period for period in company.b1.periods()}
    assert (periods[date(2026, 2, 1)].last, periods[date(2026, 2, 1)].open) == (date(2026, 2, 28), False)
    assert periods[date(2026, 3, 1)].open


def test_a_period_unlocked_except_for_sales_is_closed_to_deliveries() -> None:
    def say(method: str, target: str, body: bytes) -> Any:
        if target == "CompanyService_GetPeriods":
            return json_answer(200, {"value": [{"AbsoluteEntry": 1}]})
        month = {"PostingDateFrom": "2026-02-01", "PostingDateTo": "2026-02-28", "Locked": "tNO"}
        return json_answer(200, {"value": [{**month, "PeriodStatus": "ltUnlockedExceptSales"}]})

    with stubbed(say) as (b1, _):
        assert [period.open for period in b1.periods()] == [False]


@pytest.mark.parametrize(
    "odd",
    [{"PostingDateFrom": "soon"}, {"PostingDateTo": None}, {"PostingDateFrom": 20260301}, {"PeriodStatus": 1},
     {"PostingDateFrom": "2026-05-01"}],
)  # fmt: skip
def test_a_period_that_cannot_be_understood_is_left_out_and_told_once(
    odd: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    def say(method: str, target: str, body: bytes) -> Any:
        if target == "CompanyService_GetPeriods":
            return json_answer(200, {"value": [{"AbsoluteEntry": 1}]})
        february = {"PostingDateFrom": "2026-02-01", "PostingDateTo": "2026-02-28", "PeriodStatus": "ltUnlocked"}
        march = {"PeriodCode": "2026-03", "PostingDateFrom": "2026-03-01", "PostingDateTo": "2026-03-31"}
        return json_answer(200, {"value": [february, {**march, **odd}]})

    with stubbed(say) as (b1, _):
        assert [period.first for period in b1.periods()] == [date(2026, 2, 1)]
        assert b1.periods() == b1.periods()
    (told,) = [record.getMessage() for record in caplog.records if record.name.startswith("tieout")]
    assert told.startswith("a posting period is left out, and nothing is posted into it: posting period 2026-03")


@pytest.mark.parametrize("told", [{}, {"value": None}, {"status": "ok"}, {"value": [7]}])
def test_periods_in_a_reply_that_lists_none_are_asked_for_again(told: Any) -> None:
    """A company without periods would look as if every day were open."""
    with stubbed(lambda *_: json_answer(200, told)) as (b1, _), pytest.raises(RetryLater, match="posting periods"):
        b1.periods()


def test_a_server_that_does_not_tell_its_periods_has_none() -> None:
    with stubbed(lambda *_: error_answer(400, -5006, "The requested action is not supported")) as (b1, _):
        assert b1.periods() == []


def test_a_check_says_in_a_sentence_that_all_is_well() -> None:
    assert Company().b1.check() == ("signed in to company TIEOUT; our reference travels in U_TieoutRef; clocks agree")


def test_a_check_tells_of_a_clock_in_another_zone() -> None:
    assert "differs by 3600 s" in Company({"utc_offset_min": 60}).b1.check()
    assert "clocks agree" in Company({"utc_offset_min": 60}, time_zone="Etc/GMT-1").b1.check()


def test_a_server_that_does_not_tell_its_time_passes_the_check() -> None:
    def say(method: str, target: str, body: bytes) -> Any:
        return error_answer(403, -6006, "no") if method == "POST" else json_answer(200, {"value": []})

    with stubbed(say) as (b1, _):
        assert b1.check().endswith("does not tell its time")


def test_webhooks_are_not_taken() -> None:
    with pytest.raises(Unauthenticated):
        Company().b1.webhook(Inbound(headers={}, body=b"[]"))


def test_the_connector_says_what_it_can_do() -> None:
    b1 = Company(sessions=6, batch_size=3, settle_s=300).b1
    can = b1.capabilities
    assert (b1.name, can.side, can.feeds) == ("sap-b1", Side.LEDGER, FEEDS)
    assert (can.concurrency, can.batch, can.settle_s) == (6, 3, 300)


GOOD = {"base_url": "https://b1.test:50000/", "company": "X", "user": "u", "password": "p"}


@pytest.mark.parametrize(("change", "fault"), [
    ({"base_url": "b1.test"}, "must be an address"),
    ({"base_url": "https://me:secret@b1.test"}, "must not carry"),
    ({"base_url": "http://b1.test:50000"}, "plain http"),
    ({"time_zone": "Mars/Olympus"}, "time zone"),
    ({"settle_s": 60}, "settle_s must be longer"),
    ({"reference_field": "Comments"}, "reference_field"),
    ({"passwort": "p"}, "passwort"),
])  # fmt: skip
def test_settings_that_make_no_sense_are_refused(change: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        Settings.model_validate({**GOOD, **change})


def test_settings_that_make_sense_are_taken() -> None:
    made = Settings.model_validate({**GOOD, "base_url": "https://b1.test:50000/b1s/"})
    assert made.base_url == "https://b1.test:50000"
    assert Settings.model_validate({**GOOD, "base_url": "http://b1.test", "allow_plain_http": True}).root == "/b1s/v2"


def test_a_certificate_file_that_is_not_there_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        connect(settings(ca_file=str(tmp_path / "missing.pem")), clock=SystemClock())


def test_a_language_is_sent_only_where_one_is_set() -> None:
    company = Company(language=3)
    company.b1.poll("items", None)
    login = loads(company.wire.to("Login")[0].content.decode())
    assert isinstance(login, dict)
    assert login["Language"] == 3


def test_the_owner_is_told_when_the_user_may_not_read() -> None:
    with stubbed(lambda *_: error_answer(403, -6006, "You are not permitted")) as (b1, _), pytest.raises(Misconfigured):
        b1.check()
