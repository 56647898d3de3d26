"""Items cross into Clarus: made once, mended, and finished when an attempt was lost half way."""

import pytest
from clarus_floor import Floor, faults, floor, item, served_floor

from tieout.domain.documents import Tracking
from tieout.domain.identity import item_identity
from tieout.domain.postings import Ended, PutItem
from tieout.twins.clarus import ClarusSettings


def product(at: Floor, code: str = "SKU-1") -> dict[str, object]:
    (row,) = [row for row in at.twin.state.products if row.values["code"] == code]
    return row.values


def test_a_new_item_becomes_a_product_linked_to_the_account_with_its_storage_unit() -> None:
    at = floor(storage_unit_type="PALLET")

    outcome = at.post(PutItem(item=item(barcode="501", tracking=Tracking.SERIAL)))

    assert outcome.ended is Ended.CREATED
    assert outcome.theirs is not None
    assert outcome.also == {item_identity("SKU-1"): outcome.theirs}
    assert product(at)["serial_number_tracking_setting"] == "track_during_pick"
    assert product(at)["barcode"] == "501"
    assert len(at.twin.state.account_products) == 1
    assert len(at.twin.state.product_storage_units) == 1


def test_an_item_that_is_already_as_wanted_is_left_alone() -> None:
    at = floor(storage_unit_type="PALLET")
    at.post(PutItem(item=item()))
    (before,) = list(at.twin.state.products)
    at.clock.pass_s(60)

    assert at.post(PutItem(item=item())).ended is Ended.EXISTS
    assert before.updated_at == before.created_at
    assert len(at.twin.state.product_storage_units) == 1


def test_a_changed_item_is_mended_and_a_dead_one_is_stopped_and_started_again() -> None:
    at = floor()
    at.post(PutItem(item=item()))

    assert at.post(PutItem(item=item(name="Cup", barcode="502", active=False))).ended is Ended.EXISTS
    assert (product(at)["description"], product(at)["barcode"], product(at)["stop"]) == ("Cup", "502", True)
    at.post(PutItem(item=item(name="Cup", barcode="502")))
    assert product(at)["stop"] is False


def test_a_tenant_that_shows_little_is_still_told_when_an_item_stops_and_starts() -> None:
    at = floor(ClarusSettings(extra_fields=False))
    at.post(PutItem(item=item()))

    at.post(PutItem(item=item(active=False)))
    assert product(at)["stop"] is True
    at.post(PutItem(item=item()))
    assert product(at)["stop"] is False


def test_full_tracking_is_never_weakened() -> None:
    at = floor()
    at.post(PutItem(item=item()))
    at.act("edit_product", product="SKU-1", values={"serial_number_tracking_setting": "full_tracking"})

    at.post(PutItem(item=item(tracking=Tracking.SERIAL)))

    assert product(at)["serial_number_tracking_setting"] == "full_tracking"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"unit": "BARREL"}, "no stock unit type 'BARREL'"),
        ({"unit": None}, "names no unit"),
        ({"code": "X" * 51}, "longer than the 50"),
    ],
)
def test_an_item_clarus_cannot_hold_is_refused_by_name(wrong: dict[str, object], said: str) -> None:
    outcome = floor().post(PutItem(item=item(**wrong)))

    assert (outcome.ended, outcome.reason) == (Ended.REFUSED, "item_refused")
    assert said in outcome.text


def test_an_item_counted_in_another_unit_is_refused_and_never_recounted() -> None:
    at = floor()
    at.post(PutItem(item=item()))

    outcome = at.post(PutItem(item=item(unit="CASE")))

    assert (outcome.ended, outcome.reason) == (Ended.REFUSED, "item_refused")
    assert "in EACH, the ledger in CASE" in outcome.text


def test_a_long_name_is_cut_to_what_clarus_shows() -> None:
    at = floor()
    assert at.post(PutItem(item=item(name="M" * 200))).stands
    assert product(at)["description"] == "M" * 150
    assert at.post(PutItem(item=item(name="M" * 200))).ended is Ended.EXISTS


def test_an_item_is_finished_through_any_weather_and_made_once() -> None:
    with served_floor(storage_unit_type="PALLET") as at:
        at.clarus.check()
        at.twin.faults = faults(7, lost_before=0.2, lost_after=0.2, error_before=0.1, error_after=0.2, throttled=0.1)
        for _ in range(200):
            if at.post(PutItem(item=item())).stands:
                break
        at.twin.faults = faults()

        assert at.clarus.find(at.send(PutItem(item=item()))) is not None
        counts = [len(t) for t in (at.twin.state.products, at.twin.state.account_products)]
        assert counts == [1, 1]


def test_a_half_made_item_is_not_found_and_the_next_attempt_finishes_it() -> None:
    at = floor()
    at.post(PutItem(item=item()))
    (link,) = list(at.twin.state.account_products)
    at.twin.state.account_products.remove(link)

    assert at.clarus.find(at.send(PutItem(item=item()))) is None
    assert at.post(PutItem(item=item())).ended is Ended.EXISTS
    assert at.clarus.find(at.send(PutItem(item=item()))) is not None


def test_items_and_carriers_are_listed_as_clarus_has_them() -> None:
    at = floor(page_size=2)
    for code in ("A", "B", "C", "D", "E"):
        at.post(PutItem(item=item(code, active=code != "E", tracking=Tracking.SERIAL)))

    listed = at.clarus.items()

    assert [one.code for one in listed] == ["A", "B", "C", "D", "E"]
    assert {one.unit for one in listed} == {"EACH"}
    assert {one.tracking for one in listed} == {Tracking.SERIAL}
    assert [one.active for one in listed] == [True, True, True, True, False]
    assert at.clarus.periods() == []


def test_a_tenant_that_shows_little_tells_neither_unit_nor_tracking() -> None:
    at = floor(ClarusSettings(extra_fields=False))
    at.post(PutItem(item=item()))
    (one,) = at.clarus.items()
    assert (one.unit, one.tracking) == (None, None)
