"""What is posted, made from what is known."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from tests.build import LAMP, MUG, despatch, facts, item, items, lamps, left, mugs, order
from tests.build import goods_out as told

from tieout.domain.documents import GoodsLine, SalesOrder
from tieout.domain.postings import Lot
from tieout.rules.bodies import delivery, goods_out, invoice
from tieout.rules.facts import Codes, Facts, Policy


def wanted(asked: SalesOrder, known: Facts) -> dict[str, Decimal]:
    """Base units asked of the warehouse, by line."""
    body = goods_out(asked, known)
    return {line.line: line.qty_base for line in body.lines} if body else {}


def first_time(**changes: object) -> Facts:
    """Facts of an order the warehouse has not heard of."""
    return facts(order=None, first=None, sent=None, **changes)


def test_an_order_becomes_a_goods_out_in_base_units_and_the_warehouses_codes() -> None:
    body = goods_out(order(), first_time())
    assert body is not None
    assert (body.warehouse, body.carrier, body.number, body.customer) == ("LEEDS", "dpd-next-day", "1017", "C20000")
    assert {line.line: line.qty_base for line in body.lines} == {"0": Decimal(24), "1": Decimal(5)}


def test_lines_that_are_not_stock_are_not_asked_of_the_warehouse() -> None:
    known = first_time(ledger_items=items(item(), item(LAMP, stocked=False)))
    assert wanted(order(), known) == {"0": Decimal(24)}
    assert goods_out(order(lamps(warehouse=None)), known) is None


def test_what_was_delivered_elsewhere_before_is_not_asked_for_again() -> None:
    begun = order(mugs(open_qty=Decimal(1)), lamps(open_qty=Decimal(0)))
    assert wanted(begun, first_time()) == {"0": Decimal(12)}


def test_our_own_deliveries_do_not_shrink_what_was_asked_for() -> None:
    begun = order(mugs(open_qty=Decimal(1)), lamps())
    assert wanted(begun, facts(order=begun, delivered_base={"0": Decimal(12)})) == {"0": Decimal(24), "1": Decimal(5)}


def test_a_raised_quantity_asks_for_the_whole_less_what_was_delivered_elsewhere() -> None:
    first = order(mugs(open_qty=Decimal(1)), lamps())
    raised = order(mugs(qty=Decimal(4), open_qty=Decimal(3)), lamps())
    known = facts(order=raised, first=first, sent=told(("0", MUG, "12"), ("1", LAMP, "5")))
    assert wanted(raised, known) == {"0": Decimal(36), "1": Decimal(5)}


def test_a_line_closed_by_hand_asks_for_no_more_than_was_delivered() -> None:
    shut = order(mugs(closed=True), lamps())
    assert wanted(shut, facts(order=shut)) == {"1": Decimal(5)}
    assert wanted(shut, facts(order=shut, delivered_base={"0": Decimal(12)})) == {"0": Decimal(12), "1": Decimal(5)}


def test_an_order_with_every_line_closed_asks_for_nothing() -> None:
    shut = order(mugs(closed=True), lamps(closed=True))
    assert goods_out(shut, first_time()) is None


def test_a_despatch_becomes_a_delivery_in_the_order_lines_units() -> None:
    body = delivery("17", despatch(), facts())
    assert (body.order, body.customer, body.carrier, body.tracking) == ("17", "C20000", "DPD", ("1Z999",))
    assert [(line.line, line.qty, line.qty_base, line.warehouse) for line in body.lines] == [
        ("0", Decimal(2), Decimal(24), "01"),
        ("1", Decimal(5), Decimal(5), "01"),
    ]


def test_a_part_delivery_names_only_what_left() -> None:
    body = delivery("17", despatch(left(qty="12")), facts())
    assert [(line.line, line.qty) for line in body.lines] == [("0", Decimal(1))]


def test_parts_of_a_line_are_one_line_with_its_lots_summed() -> None:
    parts = (left(qty="10", lot="A"), left(qty="8", lot="B"), left(qty="6", lot="A"))
    (line,) = delivery("17", despatch(*parts), facts()).lines
    assert (line.qty, line.lots) == (
        Decimal(2),
        (Lot(lot="A", qty_base=Decimal(16)), Lot(lot="B", qty_base=Decimal(8))),
    )


def test_serial_numbers_of_all_parts_are_kept_in_their_order() -> None:
    parts = (left("1", LAMP, "2", serials=("s2", "s1")), left("1", LAMP, "1", serials=("s3",)))
    (line,) = delivery("17", despatch(*parts), facts()).lines
    assert (line.qty, line.serials) == (Decimal(3), ("s2", "s1", "s3"))


def test_a_delivery_is_posted_on_the_ledgers_day() -> None:
    late = despatch(despatched_at=datetime(2026, 7, 1, 23, 30, tzinfo=UTC))
    body = delivery("17", late, facts(policy={"time_zone": "Europe/London"}))
    assert body.posted_on == date(2026, 7, 2)


@pytest.mark.parametrize("lines", [(left(None, "X", "1"),), (left("9"),), (left(qty="13"),)])
def test_a_delivery_is_never_made_of_what_the_rules_would_have_held(lines: tuple[GoodsLine, ...]) -> None:
    with pytest.raises(ValueError, match="line"):
        delivery("17", despatch(*lines), facts())


def test_a_delivery_without_its_order_is_never_made() -> None:
    with pytest.raises(ValueError, match="needs the order"):
        delivery("17", despatch(), facts(order=None))


def test_an_invoice_bills_the_delivery_line_for_line() -> None:
    delivered = delivery("17", despatch(), facts())
    body = invoice("demo.DN.3301-88", delivered)
    assert (body.of, body.customer, body.posted_on) == ("demo.DN.3301-88", delivered.customer, delivered.posted_on)
    assert body.lines == delivered.lines


def test_a_time_zone_nobody_knows_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="write one such as Europe/London"):
        Policy(time_zone="Mars/Olympus")


def test_of_two_ledger_carriers_for_one_in_the_warehouse_the_ordered_one_is_named() -> None:
    codes = Codes(carriers={"1": "dpd", "2": "dpd", "3": "dhl"})
    assert codes.ledger_carrier("dpd", "2") == "2"
    assert codes.ledger_carrier("dpd", "3") == "1"
    assert codes.ledger_carrier("dpd") == "1"
    assert codes.ledger_carrier("bike", "2") is None
