"""What the floor did becomes the same documents, however often and in whatever order we are told to look."""

from decimal import Decimal

import pytest
from clarus_floor import Floor, floor, line, served_floor
from tests.connectors.reading import read_one

from tieout.connectors.contract import Message, RetryLater, Unreadable
from tieout.domain.documents import Document, Reversal, Tracking
from tieout.twins.clarus import ClarusSettings
from tieout.twins.clarus.records import Record

LITTLE = ClarusSettings(extra_fields=False)


def moved(document: Document) -> list[tuple[str | None, str, Decimal]]:
    content = document.content
    assert content.kind in ("despatch", "reversal")
    return [(one.line, one.item, one.qty_base) for one in content.lines]


def test_an_order_sent_whole_is_one_despatch_that_completes_it() -> None:
    at = floor()
    goods_out = at.ordered(line("1", "SKU-1", 10), line("2", "SKU-2", 3))
    assert at.read(goods_out) == []
    at.act("pick", goods_out_id=goods_out)
    assert at.read(goods_out) == []
    sent = at.act("despatch", goods_out_id=goods_out, tracking="DH1GB")

    (document,) = at.read(goods_out)
    (despatch,) = at.despatches(goods_out)

    assert (document.key, document.revision) == (f"{goods_out}-{sent['shipment_id']}", "1")
    assert document.happened_at == at.clock.moment
    assert (despatch.order, despatch.number, despatch.goods_out) == ("demo.SO.SO-17", "SO-17", goods_out)
    assert (despatch.carrier, despatch.tracking, despatch.completes) == ("DHL", ("DH1GB",), True)
    assert moved(document) == [("1", "SKU-1", Decimal(10)), ("2", "SKU-2", Decimal(3))]
    assert {one.lot for one in despatch.lines} == {"LOT-SKU-1", "LOT-SKU-2"}
    assert [one.movement for one in despatch.lines] == [str(n) for n in sent["transaction_ids"]]


def part_short_and_undone(at: Floor) -> str:
    """Four leave; they come back; three leave without a shipment; the rest is given up and five more leave."""
    goods_out = at.ordered(line("1", "SKU-1", 10))
    row = at.line_id(goods_out)
    at.act("pick", goods_out_id=goods_out)
    at.act("despatch", goods_out_id=goods_out, lines={row: 4})
    at.act("undespatch", goods_out_id=goods_out)
    at.act("despatch", goods_out_id=goods_out, lines={row: 3}, shipment=False)
    at.act("despatch", goods_out_id=goods_out, lines={row: 7})
    return goods_out


def test_parts_and_what_came_back_are_documents_of_their_own() -> None:
    at = floor()
    goods_out = part_short_and_undone(at)

    documents = at.read(goods_out)

    assert [d.kind for d in documents] == ["despatch", "reversal", "despatch", "despatch"]
    assert [sum(one[2] for one in moved(d)) for d in documents] == [4, 4, 3, 7]
    first, back, loose, last = documents
    assert isinstance(back.content, Reversal)
    assert back.content.of == first.key
    assert loose.key.startswith(f"{goods_out}-t")
    assert [d.completes for d in at.despatches(goods_out)] == [False, False, True]
    assert last.key != first.key


def test_reading_after_each_step_and_at_the_end_gives_the_same_documents() -> None:
    at = floor()
    goods_out = at.ordered(line("1", "SKU-1", 10))
    row = at.line_id(goods_out)
    at.act("pick", goods_out_id=goods_out)
    seen: dict[str, list[object]] = {}
    steps = [("despatch", 4), ("undespatch", 0), ("despatch", 5), ("undespatch", 0), ("despatch", 6)]
    for name, quantity in steps:
        at.act(name, goods_out_id=goods_out, **({"lines": {row: quantity}} if quantity else {}))
        for document in at.read(goods_out):
            seen.setdefault(document.key, []).append((document.revision, document.happened_at, moved(document)))
    assert len(seen) == 5
    assert all(len({repr(one) for one in told}) == 1 for told in seen.values())


def test_goods_sent_again_under_the_same_shipment_are_a_despatch_of_their_own() -> None:
    at = floor()
    goods_out = at.ordered(line("1", "SKU-1", 10))
    at.act("pick", goods_out_id=goods_out)
    at.act("despatch", goods_out_id=goods_out)
    at.act("undespatch", goods_out_id=goods_out)
    at.act("despatch", goods_out_id=goods_out)
    moves = [row for row in at.twin.state.transactions if row.subtype in ("DISP", "UNDISP")]
    for row in moves:
        row.shipment_id = moves[0].shipment_id

    first, back, again = at.read(goods_out)

    assert first.key == f"{goods_out}-{moves[0].shipment_id}"
    assert again.key == f"{first.key}-t{moves[2].id}"
    assert isinstance(back.content, Reversal)
    assert back.content.of == first.key


def test_an_order_closed_short_is_completed_by_its_last_despatch() -> None:
    at = floor()
    goods_out = at.ordered(line("1", "SKU-1", 10))
    row = at.line_id(goods_out)
    at.act("allocate", goods_out_id=goods_out)
    at.act("pick", goods_out_id=goods_out, lines={row: 6})
    at.act("despatch", goods_out_id=goods_out)
    assert [d.completes for d in at.despatches(goods_out)] == [False]
    at.act("complete_short", goods_out_id=goods_out)
    assert [d.completes for d in at.despatches(goods_out)] == [True]
    assert sum(one.qty_base for d in at.despatches(goods_out) for one in d.lines) == 6


def test_tracking_that_arrives_later_joins_the_same_despatch() -> None:
    at = floor()
    goods_out = at.ordered()
    at.act("pick", goods_out_id=goods_out)
    sent = at.act("despatch", goods_out_id=goods_out, tracking=None)
    (before,) = at.read(goods_out)
    shipment = at.twin.state.shipments[sent["shipment_id"]]
    shipment.values["tracking_number"] = "LATE1"

    (after,) = at.read(goods_out)

    assert (before.key, before.revision) == (after.key, after.revision)
    assert at.despatches(goods_out)[0].tracking == ("LATE1",)
    assert moved(before) == moved(after)


def test_serial_numbers_travel_with_their_movement() -> None:
    at = floor()
    at.stocked("SKU-1", tracking=Tracking.SERIAL)
    goods_out = at.ordered(line("1", "SKU-1", 2), number="SO-18")
    row = at.line_id(goods_out)
    at.act("pick", goods_out_id=goods_out, serial_numbers={row: ["S1", "S2"]})
    at.act("despatch", goods_out_id=goods_out)
    (despatch,) = at.despatches(goods_out)
    assert sorted(s for one in despatch.lines for s in one.serials) == ["S1", "S2"]


def test_a_tenant_that_shows_little_still_tells_every_despatch_and_reversal() -> None:
    at = floor(LITTLE)
    goods_out = part_short_and_undone(at)

    documents = at.read(goods_out)

    assert [d.kind for d in documents] == ["despatch", "reversal", "despatch", "despatch"]
    assert [sum(one[2] for one in moved(d)) for d in documents] == [4, 4, 3, 7]
    assert {one[0] for d in documents for one in moved(d)} == {None}
    assert [d.order for d in at.despatches(goods_out)] == [None, None, None]
    assert at.despatches(goods_out)[0].number == "SO-17"
    back = documents[1].content
    assert isinstance(back, Reversal)
    assert back.of == documents[0].key


def test_lines_with_the_same_item_keep_their_own_numbers() -> None:
    at = floor()
    goods_out = at.ordered(line("1", "SKU-1", 10), line("2", "SKU-1", 5))
    at.act("pick", goods_out_id=goods_out)
    at.act("despatch", goods_out_id=goods_out)
    (document,) = at.read(goods_out)
    assert moved(document) == [("1", "SKU-1", Decimal(10)), ("2", "SKU-1", Decimal(5))]


def test_an_order_read_in_the_middle_of_a_change_is_read_again_later() -> None:
    at = floor()
    goods_out = at.ordered()
    at.act("pick", goods_out_id=goods_out)
    at.act("despatch", goods_out_id=goods_out)
    row = at.twin.state.lines[int(at.line_id(goods_out))]
    row.dispatch_quantity -= 1

    with pytest.raises(RetryLater, match="says 9 sent") as caught:
        at.read(goods_out)
    assert caught.value.cause == "unsettled"


def test_an_order_that_is_gone_or_never_was_tells_nothing() -> None:
    for at in (floor(), floor(LITTLE)):
        goods_out = at.ordered()
        at.cancel()
        assert at.read(goods_out) == []
        assert at.read("999") == []


def test_an_order_of_another_account_is_none_of_ours() -> None:
    at = floor()
    goods_out = at.ordered()
    at.act("pick", goods_out_id=goods_out)
    at.act("despatch", goods_out_id=goods_out)
    at.twin.state.add(at.twin.state.accounts, Record(values={"code": "OTHER", "name": "Other"}))
    at.twin.state.goods_outs[int(goods_out)].account_id = 2
    assert at.read(goods_out) == []


def test_what_is_still_to_come_of_an_order_is_told_as_it_stands() -> None:
    for at in (floor(), floor(LITTLE)):
        goods_out, early, empty = (at.ordered(line(qty=10), number=number) for number in ("SO-1", "SO-2", "SO-3"))
        assert at.stands(goods_out) == "open"
        at.act("cancel_order", goods_out_id=early)
        assert at.status_or_none(early) is None
        assert at.stands(early) == "cancelled"
        state = at.twin.state
        for row in state.lines_of(state.goods_outs[int(empty)]):
            state.lines.remove(row)
        assert at.stands(empty) == "cancelled"
        at.act("allocate", goods_out_id=goods_out)
        at.act("cancel_order", goods_out_id=goods_out)
        assert at.stands(goods_out) == "cancelled"


def test_many_movements_are_read_over_many_pages() -> None:
    at = floor(page_size=2)
    lines = [line(str(n), f"SKU-{n}", n) for n in range(1, 8)]
    goods_out = at.ordered(*lines)
    at.act("pick", goods_out_id=goods_out)
    at.act("despatch", goods_out_id=goods_out)
    (document,) = at.read(goods_out)
    assert moved(document) == [(str(n), f"SKU-{n}", Decimal(n)) for n in range(1, 8)]


def test_a_message_about_something_else_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        read_one(floor().clarus, Message(topic="weather", key="1", identity="x", raw=""))


def test_the_same_is_read_over_real_sockets() -> None:
    with served_floor() as at:
        goods_out = part_short_and_undone(at)
        assert [sum(one[2] for one in moved(d)) for d in at.read(goods_out)] == [4, 4, 3, 7]
