"""A code that is almost right: it is proposed, a person confirms it, and every exception of that cause is cleared."""

from dataclasses import dataclass

import pytest

from tests.build import item
from tests.journey.conftest import Shop
from tieout.cases.actions import CaseError, Cases
from tieout.cases.fixing import Fixing
from tieout.cases.mappings import MappingError, Mappings
from tieout.cases.suggestions import near, suggestions_for
from tieout.connectors.contract import Send
from tieout.domain.documents import Side
from tieout.domain.postings import PutItem
from tieout.journal import audit, reference
from tieout.journal.mappings import Mapped
from tieout.sync.items_seen import take_list
from tieout.twins.clarus.settings import ClarusSettings

ME = "merchandiser"


@dataclass(frozen=True)
class Tried:
    """What a person can do."""

    shop: Shop

    def fix(self, case: int, to: str | None = None) -> list[int]:
        """Confirms what is proposed; the cases that were replayed."""
        cases = Cases(self.shop.journal, self.shop.clock)
        return Fixing(cases, self.mappings()).fix(case, to, actor=ME).replayed

    def mappings(self) -> Mappings:
        """The actions on mappings."""
        return Mappings(self.shop.journal, self.shop.clock, ["demo"])

    def proposed(self, case: int) -> list[tuple[str, str, str]]:
        """What is proposed: kind of mapping, the ledger's code, the warehouse's."""
        with self.shop.journal.read() as connection:
            found = suggestions_for(connection, case)
        return [(one.mapping.kind, one.mapping.ledger, one.mapping.warehouse) for one in found]


def in_the_warehouse_already(shop: Shop, code: str, *, codes_ignore_case: bool = True) -> None:
    """A warehouse that takes codes for the same whatever their case has had this product since long before tieout."""
    shop.floor.settings = shop.floor.state.settings = ClarusSettings(codes_ignore_case=codes_ignore_case)
    made = PutItem(item=item(code, name="white hanging heart"))
    (outcome,) = shop.link.warehouse.post([Send(reference="by-hand", body=made)])
    assert outcome.stands, outcome
    shop.on_the_floor("add_stock", product=code, quantity=500)
    with shop.journal.write("items") as connection:
        reference.see_items(connection, "demo", Side.WAREHOUSE, shop.link.warehouse.items(), shop.clock.now())


def ordered_now(shop: Shop, code: str, times: int) -> None:
    """Orders for an item that cannot cross."""
    shop.at_the_ledger("create_item", item=code, body={"InventoryUOM": "EACH"})
    shop.at_the_ledger("receive_stock", item=code, quantity=500)
    for _ in range(times):
        line = {"item": code, "quantity": 4, "warehouse": "01", "price": 2.55}
        shop.at_the_ledger("create_order", lines=[line])
    shop.sync()


def ordered(shop: Shop, code: str, times: int) -> None:
    """The same: after the patience of the policy each order is an exception."""
    ordered_now(shop, code, times)
    shop.clock.pass_s(1000)
    shop.sync()


def test_one_confirmation_clears_every_exception_of_a_code_that_differs_only_by_case(shop: Shop) -> None:
    in_the_warehouse_already(shop, "85123a")
    ordered(shop, "85123A", times=3)
    assert sorted(shop.open_cases()) == ["item_refused", *["item_unknown_in_warehouse"] * 3]
    worth = shop.rows("SELECT blocked_units, blocked_value FROM case_ WHERE reason = 'item_unknown_in_warehouse'")
    assert [(float(units), float(value)) for units, value in worth] == [(4, 10.2)] * 3
    first = shop.rows("SELECT min(id) FROM case_ WHERE reason = 'item_unknown_in_warehouse'")[0][0]
    person = Tried(shop)
    assert person.proposed(first) == [("item", "85123A", "85123a")]

    assert len(person.fix(first)) == 4  # the item itself, and the three orders
    shop.sync()
    assert shop.open_cases() == []
    shop.all_leaves()
    shop.settle(2)
    assert shop.open_cases() == []
    delivered = [row["DocumentLines"][0]["ItemCode"] for row in shop.ledger_documents("DeliveryNotes")]
    assert delivered == ["85123A"] * 3
    assert {row[0] for row in shop.rows("SELECT item FROM movement")} == {"85123A"}
    trail = shop.rows("SELECT actor, action, object FROM audit ORDER BY seq")
    assert trail[0] == (ME, "mapping set", "mapping/demo/item/85123A")
    assert [row[:2] for row in trail[1:]] == [(ME, "case replayed")] * 4
    with shop.journal.read() as connection:
        assert audit.verify(connection) is None


@pytest.mark.parametrize("from_reason", ["item_refused", "item_made_in_warehouse"])
def test_the_items_own_exceptions_propose_the_same_at_once_and_one_confirmation_clears_every_one_of_them(
    shop: Shop, from_reason: str
) -> None:
    in_the_warehouse_already(shop, "85123a")
    ordered_now(shop, "85123A", times=2)
    shop.clock.pass_s(60)
    take_list(shop.journal, shop.link, shop.link.warehouse.items(), shop.clock.now(), shop.clock.now())
    shop.work()
    assert sorted(shop.open_cases()) == ["item_made_in_warehouse", "item_refused"]
    number = dict(shop.rows("SELECT reason, id FROM case_"))[from_reason]
    person = Tried(shop)
    assert person.proposed(number) == [("item", "85123A", "85123a")]

    assert len(person.fix(number)) == 2
    shop.settle(2)
    assert shop.open_cases() == []
    shop.all_leaves()
    shop.settle(2)
    assert (shop.lines_delivered(), shop.open_cases()) == ([4, 4], [])


def test_a_product_made_with_a_code_much_like_that_of_an_item_the_warehouse_has_is_not_taken_for_it(shop: Shop) -> None:
    shop.at_the_ledger("create_item", item="LANTERN-LARGE-1", body={"InventoryUOM": "EACH"})
    shop.sync()
    in_the_warehouse_already(shop, "LANTERN LARGE 1", codes_ignore_case=False)
    take_list(shop.journal, shop.link, shop.link.warehouse.items(), shop.clock.now(), shop.clock.now())
    shop.work()
    assert shop.open_cases() == ["item_made_in_warehouse"]
    assert Tried(shop).proposed(1) == []


def test_goods_that_left_under_a_renamed_product_cross_once_it_is_confirmed_which_item_they_are(shop: Shop) -> None:
    for _ in range(2):
        shop.order(5)
    shop.on_the_floor("edit_product", product="LANTERN", values={"code": "Lantern"})
    shop.all_leaves()
    shop.settle(1)
    assert shop.open_cases() == ["line_unknown"] * 2
    assert {row[0] for row in shop.rows("SELECT item FROM movement")} == {"Lantern"}
    person = Tried(shop)
    assert person.proposed(1) == [("item", "LANTERN", "Lantern")]
    assert person.fix(2) == [1, 2]
    shop.settle(1)
    assert shop.open_cases() == []
    assert shop.lines_delivered() == [5, 5]
    assert {row[0] for row in shop.rows("SELECT item FROM movement")} == {"LANTERN"}
    shop.order(3)
    shop.all_leaves()
    shop.settle(1)
    assert (shop.lines_delivered(), shop.open_cases()) == ([5, 5, 3], [])


def test_what_is_not_clear_is_never_taken_for_the_same(shop: Shop) -> None:
    for code in ("MUG-1", "MUG-2"):
        shop.at_the_ledger("create_item", item=code, body={"InventoryUOM": "EACH"})
    shop.sync()
    put = Tried(shop).mappings().put
    with pytest.raises(MappingError, match="MUG-2 is an item of the ledger itself"):
        put([Mapped("demo", "item", "MUG-1", "MUG-2")], actor=ME)
    with pytest.raises(MappingError, match="MUG-1 is an item of the ledger itself"):
        put([Mapped("demo", "item_alias", "MUG-1", "MUG-2")], actor=ME)
    put([Mapped("demo", "item", "MUG-1", "mug one")], actor=ME)
    with pytest.raises(MappingError, match="product mug one is item MUG-1 already"):
        put([Mapped("demo", "item", "MUG-2", "mug one")], actor=ME)
    assert shop.rows("SELECT ledger, warehouse FROM mapping WHERE kind = 'item'") == [("MUG-1", "mug one")]


def test_nothing_is_proposed_where_nothing_is_alike_and_a_wrong_choice_is_refused(shop: Shop) -> None:
    shop.order(5)
    shop.on_the_floor("edit_product", product="LANTERN", values={"code": "CANDLE"})
    shop.all_leaves()
    shop.settle(1)
    with pytest.raises(CaseError, match="nothing is proposed for exception 1"):
        Tried(shop).fix(1)
    with pytest.raises(CaseError, match="there is no exception 9"):
        Tried(shop).fix(9)
    shop.on_the_floor("edit_product", product="CANDLE", values={"code": "LANTERN"})


def test_how_alike_codes_and_names_must_be() -> None:
    assert near("85123a", ["85123A", "85123B", "22423"]) == [("85123A", 100)]
    assert near("22423", ["22424", "22432"]) == []
    assert [one for one, _ in near("Royal Mail 48", ["ROYALMAIL", "DHL", "DPD"], names=True)] == ["ROYALMAIL"]
    assert near("3", ["DPD3", "1", "2"], names=True) == []
    assert near("", ["", "A"]) == []
