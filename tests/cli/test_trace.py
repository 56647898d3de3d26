"""Accounts of somebody asking where an order is."""

from tests.cli.conftest import Terminal, despatch_without_tracking
from tests.journey.conftest import Shop


def _sold_and_sent(shop: Shop) -> None:
    """An order of ten, taken at nine, gone an hour later, delivered and invoiced a minute after that."""
    shop.order(10)
    shop.clock.pass_s(3600)
    shop.all_leaves()
    shop.clock.pass_s(60)
    shop.sync()


def test_an_order_is_followed_through_both_systems_with_the_time_of_every_hop(shop: Shop, terminal: Terminal) -> None:
    _sold_and_sent(shop)
    hops = terminal.run("trace", "order/1", "--json").json["hops"]
    told = [(hop["at"][11:19], hop["where"], hop["hop"]) for hop in hops]
    for hop in (
        ("09:00:00", "tieout", "received"),
        ("09:00:00", "tieout", "read"),
        ("09:00:00", "warehouse", "attempt"),
        ("09:00:00", "warehouse", "posted"),
        ("10:00:00", "warehouse", "happened"),
        ("10:01:00", "tieout", "received"),
        ("10:01:00", "ledger", "outcome"),
        ("10:01:00", "ledger", "posted"),
        ("10:01:00", "ledger", "booked"),
    ):
        assert hop in told
    assert [hop["at"] for hop in hops] == sorted(hop["at"] for hop in hops)


def test_a_movement_has_the_time_it_left_the_floor_and_the_time_it_came_into_the_books(
    shop: Shop, terminal: Terminal
) -> None:
    _sold_and_sent(shop)
    (moved,) = terminal.run("trace", "order/1", "--json").json["movements"]
    assert (moved["item"], moved["qty_base"]) == ("LANTERN", "-10")
    assert (moved["floor_at"], moved["booked_at"]) == ("2026-03-02T10:00:00+00:00", "2026-03-02T10:01:00+00:00")


def test_an_order_is_found_by_its_number_our_references_its_despatch_and_the_ids_in_either_system(
    shop: Shop, terminal: Terminal
) -> None:
    _sold_and_sent(shop)
    traced = terminal.run("trace", "order/1", "--json").json
    names = [name for one in traced["ids"] for name in (one["ours"], one["theirs"])]
    assert len(traced["ids"]) == 3
    for ref in ("1", "1-1", *names):
        assert terminal.run("trace", ref, "--json").json["lane"] == "order/1", ref


def test_an_id_that_means_several_things_shows_the_order_and_names_the_others(shop: Shop, terminal: Terminal) -> None:
    _sold_and_sent(shop)
    ran = terminal.run("trace", "1")
    assert "order 1, customer C-1, link demo (1 is its order number; lane order/1)" in ran.out
    assert "1 is also: item in the warehouse, link demo: tieout trace item/LANTERN" in ran.out


def test_the_story_ends_with_where_the_order_stands_now(shop: Shop, terminal: Terminal) -> None:
    _sold_and_sent(shop)
    assert "Now: nothing left to do; goods-out 1, delivery 1, invoice 1 stand" in terminal.run("trace", "order/1").out


def test_an_order_held_by_an_exception_says_so_and_shows_its_history(shop: Shop, terminal: Terminal) -> None:
    despatch_without_tracking(shop)
    ran = terminal.run("trace", "demo.SO.1")
    assert "Now: held by exception 1; see: tieout cases show 1" in ran.out
    assert "exception 1 opened for warehouse: despatch of order 1 has no tracking number" in ran.out
    assert "-4 of item LANTERN, not in the books yet" in ran.out


def test_a_lost_reply_shows_as_an_attempt_without_outcome_and_then_as_found(shop: Shop, terminal: Terminal) -> None:
    shop.to_floor.lose = [("POST", "/goods_outs", "after")]
    shop.order(10)
    ran = terminal.run("trace", "order/1")
    assert "attempt 1 has no known outcome yet" in ran.out
    assert "Now: waits for goods_out demo.SO.1: outcome unknown" in ran.out
    shop.settle()
    (posted,) = terminal.run("trace", "order/1", "--json").json["postings"]
    assert [tried["ended"] for tried in posted["attempts"]] == ["exists"]


def test_a_reference_nobody_knows_is_told_in_a_sentence_with_its_exit_code(shop: Shop, terminal: Terminal) -> None:
    ran = terminal.run("trace", "NO-SUCH")
    assert (ran.code, ran.out) == (4, "")
    assert "nothing here is called 'NO-SUCH'" in ran.err
    assert terminal.run("trace", '"%_', "--json").error["exit_code"] == 4
