"""Items: what may go to the warehouse, and what is the same in both systems."""

from tests.build import MUG, facts, item, items

from tieout.domain.documents import Item, Tracking
from tieout.domain.limits import Limits
from tieout.rules.facts import Codes, Facts
from tieout.rules.item_same import differences, judge_shown
from tieout.rules.policy import judge_item

LIMITS = Limits(item_code=10, item_name=12)
BARCODE = "4006381333931"


def _reasons(of: Item, known: Facts) -> list[str]:
    return [problem.reason for problem in judge_item(of, known)]


def test_every_problem_of_an_item_is_told_at_once() -> None:
    bad = item(" A CODE THAT IS LONG", unit=None, barcode="4006381333930")
    assert _reasons(bad, facts(limits=LIMITS)) == ["item_code_unusable", "item_has_no_unit", "item_barcode_wrong"]


def test_the_code_that_must_fit_is_the_one_the_warehouse_calls_the_item_by() -> None:
    long = item("A-CODE-THAT-IS-LONG", name="")
    mapped = Codes(items={long.code: "SHORT"})
    assert _reasons(long, facts(limits=LIMITS)) == ["item_code_unusable"]
    assert _reasons(long, facts(limits=LIMITS, codes=mapped)) == []
    assert differences(long, item(long.code, name="SHORT"), mapped, LIMITS) == []


def test_the_barcode_of_an_item_out_of_use_is_let_be_and_takes_nobodys_place() -> None:
    others = items(item("OLD", barcode=BARCODE, active=False), item("SERVICE", barcode=BARCODE, stocked=False))
    known = facts(ledger_items=others, barcodes={BARCODE: {"OLD", "SERVICE", MUG}})
    assert judge_item(item(barcode=BARCODE), known) == []
    assert judge_item(item(barcode="4006381333930", active=False), known) == []


def test_another_item_in_use_with_the_same_barcode_is_named_as_what_is_to_be_mended() -> None:
    known = facts(ledger_items=items(item("CUP", barcode=BARCODE)), barcodes={BARCODE: {"CUP"}})
    (problem,) = judge_item(item(barcode=BARCODE), known)
    assert (problem.reason, problem.about) == ("item_barcode_taken", "CUP")


def test_names_agree_as_far_as_the_warehouse_keeps_them_and_units_after_mapping() -> None:
    ours = item(name="A lantern of brass", unit="Each", tracking=Tracking.LOT, barcode=None)
    theirs = item(name="A lantern of", unit="EACH", barcode="7")
    assert differences(ours, theirs, Codes(units={"Each": "EACH"}), LIMITS) == []
    assert [one.field for one in differences(ours, theirs, Codes(), Limits())] == ["name", "unit"]


def test_each_field_is_told_with_both_values_and_what_is_not_shown_is_not_compared() -> None:
    ours = item(barcode=BARCODE, tracking=Tracking.SERIAL)
    theirs = item(unit="CASE", active=False)
    told = {one.field: (one.ledger, one.warehouse) for one in differences(ours, theirs, Codes(), LIMITS)}
    assert told == {
        "unit": ("EACH", "CASE"),
        "tracking": ("serial", "none"),
        "barcode": (BARCODE, "none"),
        "active": ("yes", "no"),
    }
    hidden = item(unit=None, tracking=None, active=None, barcode=BARCODE)
    assert differences(ours, hidden, Codes(), LIMITS) == []


def test_an_item_the_ledger_does_not_keep_is_told_unless_it_is_stopped() -> None:
    made = judge_shown(None, item("mug"), "MUG", Codes(), LIMITS)
    assert made is not None
    assert "'MUG', which differs by letter case or spaces only" in made.detail
    service = judge_shown(item(stocked=False), item(), None, Codes(), LIMITS)
    assert service is not None
    assert (service.reason, service.about) == ("item_made_in_warehouse", MUG)
    assert judge_shown(None, item("mug", active=False), None, Codes(), LIMITS) is None
