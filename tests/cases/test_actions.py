"""What people do about exceptions, and what comes of it, on both databases."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import pytest

from tests.cli.conftest import despatch_without_tracking, two_orders_by_a_carrier_not_mapped
from tests.journey.conftest import Shop
from tieout.cases.actions import CaseError, Cases
from tieout.domain.documents import Side
from tieout.journal import audit, lanes, reference
from tieout.journal.lanes import LeaseLost
from tieout.sync.drain import Drain

T = TypeVar("T")
R = TypeVar("R")
ME = "somebody"


def cases(shop: Shop) -> Cases:
    """The actions, on the shop's journal and clock."""
    return Cases(shop.journal, shop.clock)


def test_an_order_held_for_a_mapping_crosses_once_it_is_mapped_and_replayed(shop: Shop) -> None:
    two_orders_by_a_carrier_not_mapped(shop)
    with shop.journal.write("map") as connection:
        reference.set_mapping(connection, "demo", "carrier", "3", "DPD")
    assert cases(shop).replay_cause("demo", "carrier_not_mapped: 3", actor=ME) == [1, 2]
    shop.sync()
    assert shop.open_cases() == []
    assert shop.rows("SELECT state FROM posting WHERE kind = 'goods_out'") == [("done",), ("done",)]


def test_what_is_replayed_without_being_mended_is_held_again_by_a_new_exception(shop: Shop) -> None:
    despatch_without_tracking(shop)
    cases(shop).replay([1], actor=ME)
    shop.sync()
    assert shop.rows("SELECT id, state FROM case_ ORDER BY id") == [(1, "resolved"), (2, "open")]
    assert shop.rows("SELECT case_id FROM document WHERE state = 'held'") == [(2,)]


def test_several_are_replayed_together_or_not_at_all(shop: Shop) -> None:
    two_orders_by_a_carrier_not_mapped(shop)
    with pytest.raises(CaseError, match="there is no exception 9"):
        cases(shop).replay([1, 2, 9], actor=ME)
    assert len(shop.open_cases()) == 2
    assert cases(shop).replay([2, 1, 2], actor=ME) == ["demo"]
    assert shop.open_cases() == []


def test_a_cause_is_replayed_in_one_link_or_in_all(shop: Shop) -> None:
    two_orders_by_a_carrier_not_mapped(shop)
    with pytest.raises(CaseError, match="no open exception of link other has the cause"):
        cases(shop).replay_cause("other", "carrier_not_mapped: 3", actor=ME)
    assert cases(shop).replay_cause(None, "carrier_not_mapped: 3", actor=ME) == [1, 2]


def test_what_is_resolved_by_hand_never_crosses_and_what_waited_behind_it_is_decided_anew(shop: Shop) -> None:
    despatch_without_tracking(shop, parts=2)
    cases(shop).resolve(1, "delivered by hand", actor=ME)
    shop.settle()
    delivered = shop.lines_delivered()
    assert delivered == [6]
    states = shop.rows("SELECT state, policy FROM document WHERE kind = 'despatch' ORDER BY happened_at, id")
    assert states == [("ignored", "resolved by hand"), ("posted", None)]
    assert shop.rows("SELECT state, resolution FROM case_") == [("resolved", "delivered by hand")]


def test_nothing_is_done_without_saying_who_whom_what_or_why(shop: Shop) -> None:
    despatch_without_tracking(shop)
    at = cases(shop)
    for act, ask in (
        (lambda: at.assign(1, " ", actor=ME), "name the person"),
        (lambda: at.comment(1, "", actor=ME), "write the comment"),
        (lambda: at.resolve(1, "\n", actor=ME), "say why it is resolved"),
        (lambda: at.replay([1], actor=""), "say who acts"),
    ):
        with pytest.raises(CaseError, match=ask):
            act()
    assert shop.open_cases() == ["tracking_missing"]
    assert shop.rows("SELECT * FROM audit") == []


def test_a_resolved_exception_takes_remarks_and_nothing_else(shop: Shop) -> None:
    despatch_without_tracking(shop)
    at = cases(shop)
    at.resolve(1, "delivered by hand", actor=ME)
    at.comment(1, "the customer has signed", actor=ME)
    for act in (
        lambda: at.assign(1, "me", actor=ME),
        lambda: at.replay([1], actor=ME),
        lambda: at.resolve(1, "again", actor=ME),
    ):
        with pytest.raises(CaseError, match=r"exception 1 is resolved already \(delivered by hand\)"):
            act()


def test_an_exception_whose_posting_is_on_its_way_cannot_be_resolved_until_its_outcome_is_known(shop: Shop) -> None:
    despatch_without_tracking(shop)
    with shop.journal.write("a posting under way") as connection:
        connection.exec_driver_sql(
            "INSERT INTO posting (link, lane, document_id, step, side, kind, reference, body, state) "
            "SELECT link, lane, id, 0, 'ledger', 'delivery', 'demo.DN.1-1', '{}', 'sent' "
            "FROM document WHERE kind = 'despatch'"
        )
    with pytest.raises(CaseError, match=r"demo\.DN\.1-1 is on its way and its outcome is not known yet"):
        cases(shop).resolve(1, "enough", actor=ME)
    assert shop.open_cases() == ["tracking_missing"]


def test_every_action_is_in_the_history_and_in_an_unbroken_audit_trail(shop: Shop) -> None:
    despatch_without_tracking(shop)
    at = cases(shop)
    at.assign(1, "the floor", actor="lead")
    at.comment(1, "asked the carrier", actor="desk")
    at.replay([1], actor="desk")
    history = [("tieout", "opened"), ("lead", "assigned"), ("desk", "commented"), ("desk", "replayed")]
    assert shop.rows("SELECT actor, action FROM case_event ORDER BY id") == history
    assert [row[0] for row in shop.rows("SELECT action FROM audit ORDER BY seq")] == [
        "case assigned",
        "case commented",
        "case replayed",
    ]
    with shop.journal.read() as connection:
        assert audit.verify(connection) is None


def test_a_worker_that_has_the_lane_in_hand_loses_it_to_the_person_who_acts(shop: Shop) -> None:
    despatch_without_tracking(shop)
    with shop.journal.write("claim") as connection:
        lanes.touch(connection, "demo", ["order/1"], shop.clock.now())
        lanes.claim(connection, "demo", "worker", "holder", limit=1, now=shop.clock.now())
    cases(shop).replay([1], actor=ME)
    with pytest.raises(LeaseLost), shop.journal.write("step") as connection:
        lanes.beat(connection, "worker")


def test_a_despatch_read_while_its_exception_is_replayed_is_not_left_behind_a_resolved_one(shop: Shop) -> None:
    despatch_without_tracking(shop)
    shop.on_the_floor("despatch", goods_out_id=1)
    shop.intake.poll(shop.link, Side.WAREHOUSE, "despatches")
    pending = [1]

    def while_reading(work: Callable[[T], R], things: Sequence[T], at_once: int) -> list[R]:
        """The worker has loaded the lane; now the person acts."""
        if pending and things:
            cases(shop).replay([pending.pop()], actor=ME)
        return [work(one) for one in things]

    Drain(shop.link, shop.journal, shop.clock, "worker", spread=while_reading).turn()
    assert pending == []
    shop.settle()
    held = "SELECT d.key, c.state FROM document d JOIN case_ c ON c.id = d.case_id WHERE d.state = 'held' ORDER BY d.id"
    assert shop.rows(held) == [("1-1", "open"), ("1-2", "open")]
