"""Accounts of people changing their minds late: orders opened again, despatches undone, pages stored out of order."""

from dataclasses import replace
from datetime import timedelta

from tests.build import LAMP, NOON, despatch, document_row, facts, goods_out, left, order
from tests.journey.conftest import Shop
from tieout.cases.actions import Cases
from tieout.connectors.contract import Message
from tieout.domain.documents import Despatch, GoodsLine, Reversal, Side
from tieout.journal.changes import Changes
from tieout.journal.lanes import Claimed
from tieout.journal.rows import DocumentRow, LaneWork, PostingRow
from tieout.rules.facts import Policy
from tieout.sync.deciding import Decider
from tieout.sync.planning import decide


def test_an_order_closed_and_opened_again_is_told_to_a_person(shop: Shop) -> None:
    key = shop.order(10)
    shop.at_the_ledger("close_order", order=key)
    shop.clock.pass_s(60)
    shop.sync()
    assert shop.rows("SELECT state FROM posting WHERE kind = 'goods_out_cancel'") == [("done",)]
    shop.at_the_ledger("reopen_order", order=key)
    shop.clock.pass_s(60)
    shop.sync()
    assert shop.open_cases() == ["order_reopened"]


def test_an_order_whose_despatch_was_undone_can_still_be_cancelled(shop: Shop) -> None:
    shop.with_policy(Policy(invoice=False))
    key = shop.order(10)
    shop.on_the_floor("pick", goods_out_id=1)
    shop.on_the_floor("despatch", goods_out_id=1)
    shop.sync()
    shop.on_the_floor("undespatch", goods_out_id=1)
    shop.settle(2)
    shop.at_the_ledger("cancel_order", order=key)
    shop.settle(2)
    last = shop.rows("SELECT state, policy FROM document WHERE kind = 'sales_order' ORDER BY id DESC")[0]
    assert last[0] == "posted" or shop.open_cases() == ["order_cancelled_too_late"], last


def test_an_order_raised_after_all_of_it_left_is_told_to_a_person(shop: Shop) -> None:
    key = shop.order(10, body={"DocumentStatus": "bost_Open"})
    shop.all_leaves()
    shop.at_the_ledger("edit_order", order=key, change=[{"line": 0, "quantity": 14}])
    shop.settle(2)
    assert shop.open_cases() == ["order_changed_too_late"]
    assert len(shop.ledger_documents("DeliveryNotes")) == 1


def test_an_older_state_of_an_item_stored_late_changes_nothing(shop: Shop) -> None:
    old = next(one for one in shop.link.ledger.poll("items", None).messages if one.key == "LANTERN")
    shop.edit_in_ledger("Items('LANTERN')", {"ItemName": "A new name"})
    shop.sync()
    late = Message(
        topic="items", key="LANTERN", identity="LANTERN:late", raw=old.raw.replace('"DataVersion":1', '"DataVersion":0')
    )
    shop.intake.store("demo", Side.LEDGER, [late])
    shop.work()
    (mirrored,) = shop.rows("SELECT content FROM mirror WHERE code = 'LANTERN' AND side = 'ledger'")
    assert "A new name" in mirrored[0]
    names = shop.rows("SELECT state, policy FROM document WHERE kind = 'item' ORDER BY id DESC")
    assert names[0] == ("ignored", "overtaken by a newer revision")


def test_a_batch_number_longer_than_most_is_kept_and_stops_no_other_order(shop: Shop) -> None:
    shop.at_the_ledger("create_item", item="LAMP", body={"InventoryUOM": "EACH"})
    shop.at_the_ledger("receive_stock", item="LAMP", quantity=100)
    shop.sync()
    shop.on_the_floor("add_stock", product="LAMP", quantity=50, batch="L" * 300)
    shop.at_the_ledger("create_order", lines=[{"item": "LAMP", "quantity": 2, "warehouse": "01", "price": 3}])
    shop.order(3)
    for number in (1, 2):
        shop.on_the_floor("pick", goods_out_id=number)
        shop.on_the_floor("despatch", goods_out_id=number)
    shop.settle(3)
    delivered = [row["DocumentLines"][0]["ItemCode"] for row in shop.ledger_documents("DeliveryNotes")]
    assert "LANTERN" in delivered
    assert len(delivered) == 2 or shop.open_cases() == ["invariant_broken"]


def test_a_lane_that_cannot_be_worked_is_held_and_the_others_go_on(shop: Shop) -> None:
    first, second = shop.order(10), shop.order(5)
    shop.all_leaves()
    hint = shop.hint(first, "spoilt")
    shop.intake.store("demo", Side.WAREHOUSE, [hint])
    with shop.journal.write("spoil") as connection:
        connection.exec_driver_sql("UPDATE posting SET body = '{}' WHERE kind = 'goods_out' AND theirs = '1'")
    shop.sync()
    assert shop.open_cases() == ["invariant_broken"]
    assert [row["DocumentLines"][0]["BaseEntry"] for row in shop.ledger_documents("DeliveryNotes")] == [second]
    assert shop.rows("SELECT count(*) FROM message WHERE state = 'held'")[0][0] >= 1
    Cases(shop.journal, shop.clock).replay([1], actor="a clerk")
    shop.settle(2)
    assert shop.open_cases() == ["invariant_broken"]


def _send_all(shop: Shop, goods_out: int = 1) -> None:
    shop.on_the_floor("pick", goods_out_id=goods_out)
    shop.on_the_floor("despatch", goods_out_id=goods_out)


def _undo_and_send_again(shop: Shop) -> None:
    """The despatch was read; its undoing and the next despatch are found together."""
    shop.on_the_floor("undespatch", goods_out_id=1)
    shop.clock.pass_s(60)
    shop.on_the_floor("despatch", goods_out_id=1)


def test_a_webhook_that_names_no_order_finds_its_lane_and_stops_nobody(shop: Shop) -> None:
    shop.with_policy(Policy(invoice=False))
    shop.order(10)
    _send_all(shop)
    nameless = replace(shop.hint(1, "nameless"), reference=None)
    shop.intake.store("demo", Side.WAREHOUSE, [nameless])
    shop.sync()
    shop.on_the_floor("undespatch", goods_out_id=1)
    shop.intake.store("demo", Side.WAREHOUSE, [replace(nameless, identity="again")])
    shop.order(5)
    shop.settle(2)
    assert {row["CancelStatus"] for row in shop.ledger_documents("DeliveryNotes")} == {"csYes", "csCancellation"}
    assert shop.rows("SELECT DISTINCT lane FROM document WHERE kind IN ('despatch', 'reversal')") == [("order/1",)]
    assert shop.rows("SELECT count(*) FROM posting WHERE kind = 'goods_out' AND state = 'done'") == [(2,)]
    assert shop.open_cases() == []


def test_a_webhook_that_names_another_order_is_believed_in_nothing(shop: Shop) -> None:
    shop.order(10)
    shop.order(10)
    _send_all(shop, 1)
    lie = replace(shop.hint(1, "a lie"), reference="demo.SO.2")
    shop.intake.store("demo", Side.WAREHOUSE, [lie])
    shop.work()
    (delivery,) = shop.ledger_documents("DeliveryNotes")
    assert delivery["DocumentLines"][0]["BaseEntry"] == 1
    assert shop.rows("SELECT lane FROM document WHERE kind = 'despatch'") == [("order/1",)]
    shop.sync()
    assert shop.open_cases() == []


def test_goods_delivered_by_hand_in_the_ledger_are_not_delivered_again(shop: Shop) -> None:
    key = shop.order(10)
    _send_all(shop)
    shop.at_the_ledger("post_delivery_by_hand", order=key, lines=[{"line": 0, "quantity": 4}])
    shop.clock.pass_s(60)
    shop.sync()
    assert shop.open_cases() == ["above_open_quantity"]
    assert len(shop.ledger_documents("DeliveryNotes")) == 1


def test_a_quantity_cut_before_its_despatch_was_read_is_told_to_a_person(shop: Shop) -> None:
    key = shop.order(10)
    _send_all(shop)
    shop.at_the_ledger("edit_order", order=key, change=[{"line": 0, "quantity": 4}])
    shop.clock.pass_s(60)
    shop.settle(2)
    assert "above_open_quantity" in shop.open_cases()
    assert shop.ledger_documents("DeliveryNotes") == []


def test_parts_sent_one_after_the_other_are_never_above_what_is_open(shop: Shop) -> None:
    shop.order(10)
    shop.on_the_floor("pick", goods_out_id=1)
    for quantity in (2, 3, 5):
        shop.on_the_floor("despatch", goods_out_id=1, lines={"1": quantity})
        shop.clock.pass_s(60)
        shop.sync()
    assert shop.open_cases() == []
    assert shop.lines_delivered() == [2, 3, 5]


def test_goods_undone_and_sent_again_are_delivered_again(shop: Shop) -> None:
    shop.with_policy(Policy(invoice=False))
    shop.order(10)
    _send_all(shop)
    shop.sync()
    _undo_and_send_again(shop)
    shop.settle(3)
    assert shop.open_cases() == []
    standing = [row for row in shop.ledger_documents("DeliveryNotes") if row["CancelStatus"] == "csNo"]
    assert [row["DocumentLines"][0]["Quantity"] for row in standing] == [10]


def test_a_redespatch_behind_an_undoing_that_finance_has_seen_to_is_decided_and_not_lost(shop: Shop) -> None:
    shop.order(10)
    _send_all(shop)
    shop.sync()
    _undo_and_send_again(shop)
    shop.settle(2)
    assert shop.open_cases() == ["ledger_has_gone_on"]
    for record in ("Invoices", "DeliveryNotes"):
        shop.at_the_ledger("cancel_document", document=f"{record}({shop.ledger_documents(record)[0]['DocEntry']})")
    shop.clock.pass_s(60)
    shop.sync()
    Cases(shop.journal, shop.clock).resolve(1, "invoice and delivery cancelled in the ledger", actor="a clerk")
    shop.settle(3)
    assert shop.open_cases() == []
    standing = [row for row in shop.ledger_documents("DeliveryNotes") if row["CancelStatus"] == "csNo"]
    assert [row["DocumentLines"][0]["Quantity"] for row in standing] == [10]


def test_a_refused_posting_is_looked_up_before_its_replay_sends_it_again(shop: Shop) -> None:
    key = shop.order(10)
    _send_all(shop)
    shop.at_the_ledger("close_order", order=key)
    shop.sync()
    assert shop.open_cases() == ["order_closed_in_ledger"]
    before = len(shop.to_ledger.sent)
    shop.at_the_ledger("reopen_order", order=key)
    Cases(shop.journal, shop.clock).replay([1], actor="a clerk")
    shop.work()
    sent = [path for _, path in shop.to_ledger.sent[before:] if "DeliveryNotes" in path]
    assert len(sent) == 2, sent
    assert [one for one, _ in shop.to_ledger.sent[before:]].count("POST") >= 1
    assert len(shop.ledger_documents("DeliveryNotes")) == 1


def _lane(*documents: DocumentRow) -> LaneWork:
    """An order that stands in the warehouse, with these documents after it."""
    told = replace(document_row(order()), id=1, state="posted")
    work = LaneWork(Claimed("order/17", 1, 0))
    work.documents = [told, *documents]
    work.postings = [PostingRow(1, told, 0, Side.WAREHOUSE, "goods_out", "demo.SO.17", goods_out(), "done", "88")]
    return work


def _decide(work: LaneWork) -> Changes:
    changes = Changes()
    decide(Decider("demo", NOON + timedelta(hours=1), lambda _work, _row: facts(), changes, facts().codes), work)
    return changes


def _back(of: str, *lines: GoodsLine) -> Reversal:
    return Reversal(goods_out="88", order="demo.SO.17", of=of, reversed_at=NOON + timedelta(minutes=5), lines=lines)


def _told(key: str, content: Despatch | Reversal, place: int) -> DocumentRow:
    """A document of the warehouse; `place` is its id and the minute it happened in."""
    at = NOON + timedelta(minutes=place)
    return document_row(content, id=place, side=Side.WAREHOUSE, key=key, happened_at=at)


def test_a_part_of_a_despatch_that_came_back_is_told_to_a_person_and_its_delivery_stands() -> None:
    gone = document_row(despatch(), id=2, side=Side.WAREHOUSE, key="88-1")
    work = _lane(gone)
    _decide(work)
    for posting in work.postings:
        posting.state = "done"
    gone.state = "posted"
    work.postings = [posting for posting in work.postings if posting.kind != "invoice"]
    work.documents.append(document_row(_back("88-1", left("1", LAMP, "1")), id=3, side=Side.WAREHOUSE, key="88-u9"))
    changes = _decide(work)
    assert [case.problems[0].reason for case in changes.cases] == ["reversal_in_part"]
    assert [posting.kind for posting in work.postings] == ["goods_out", "delivery"]


def test_what_was_held_behind_a_despatch_undone_in_the_same_breath_goes_on() -> None:
    first = _told("A", despatch(left(), tracking=(), completes=False), 2)
    second, back = _told("B", despatch(left("1", LAMP, "5")), 3), _told("uA", _back("A", left()), 4)
    work = _lane(first, second, back)
    changes = _decide(work)
    assert {row.key: row.state for row in work.documents[1:]} == {"A": "ignored", "B": "planned", "uA": "ignored"}
    assert (changes.cases, changes.holds) == ([], [])
