"""The world of one scenario: both twins, the real connectors, a real journal and the real drain, and what people do."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.journey.conftest import Shop
from tests.journey.under import Under
from tests.scenarios.words import Goods
from tieout.cases.actions import Cases
from tieout.cases.mappings import Mappings
from tieout.domain.documents import Side
from tieout.journal.mappings import Mapped
from tieout.rules.facts import Policy
from tieout.views.exception import Shown, shown
from tieout.views.exceptions import Exceptional, Wanted, listed

LINK = "demo"
BY_TIEOUT = ("InventoryGenEntries", "InventoryGenExits", "StockTransfers")
"""Sets in which the shop's own first stock stands too: of these only what tieout posted is told."""
PRICE = 3
HOUR_S, TURN_S = 3_600.0, 600.0
"""In a long time tieout has a turn as often as this, and so has somebody who looks after the link."""


@dataclass
class World:
    """People act in either system; before the other side acts, and before anybody looks, tieout has had time to work.

    `order` and `purchase` are what was made last; `exceptions` are those a scenario speaks of at the moment. Where the
    link is looked after (`under`), both systems may be away; `silent_feed` is one that is never asked.
    """

    shop: Shop
    order: int = 0
    purchase: int = 0
    exceptions: list[Exceptional] = field(default_factory=list[Exceptional])
    under: Under | None = None
    silent_feed: str = ""
    _news: set[Side] = field(default_factory=set[Side])

    def at_the_ledger(self, act: str, **arguments: Any) -> dict[str, Any]:
        """What somebody does in the ledger, once tieout has seen to all that was before."""
        self.catch_up()
        return self.meanwhile_at_the_ledger(act, **arguments)

    def on_the_floor(self, act: str, **arguments: Any) -> dict[str, Any]:
        """What somebody does in the warehouse, once tieout has seen to all that was before."""
        self.catch_up()
        return self.meanwhile_on_the_floor(act, **arguments)

    def meanwhile_at_the_ledger(self, act: str, **arguments: Any) -> dict[str, Any]:
        """What somebody does in the ledger before tieout has seen what was before."""
        self._news.add(Side.LEDGER)
        return self.shop.at_the_ledger(act, **arguments)

    def meanwhile_on_the_floor(self, act: str, **arguments: Any) -> dict[str, Any]:
        """What somebody does in the warehouse before tieout has seen what was before."""
        self._news.add(Side.WAREHOUSE)
        return self.shop.on_the_floor(act, **arguments)

    def catch_up(self) -> None:
        """Tieout has a few minutes to read what has happened, and to post."""
        news, self._news = self._news, set()
        if news:
            self._work(150, 1, *sorted(news))

    def _work(self, seconds: float, turns: int, *sides: Side) -> None:
        """Tieout has its turns, and one more where something was posted, to see it, or still waits."""
        before = self._postings()
        for _ in range(turns):
            self._works(seconds / turns, *sides)
        if self._postings() != before or self.unfinished():
            self._works(150)

    def _works(self, seconds: float, *sides: Side) -> None:
        """Some time goes by, and then tieout has its turn; sides where nothing has happened need not be asked."""
        self.shop.clock.pass_s(seconds)
        if self.under is None:
            self.shop.sync(*sides)
            return
        self.under.asks(but=self.silent_feed)
        self.shop.work()
        self.under.watch()

    def rests(self) -> None:
        """Nobody is to work before the next thing happens."""
        self._news = set()

    def _postings(self) -> list[Any]:
        return self.shop.rows("SELECT count(*), sum(state = 'done') FROM posting")

    def happens(self) -> None:
        """Something has happened that tieout has to see to."""
        self._news = set(Side)

    def passes(self, seconds: float, turns: int | None = None) -> None:
        """Time goes by, and tieout works as it does."""
        self.catch_up()
        often = seconds > HOUR_S or self.under is not None
        turns = turns or (max(1, int(seconds // TURN_S)) if often else 1)
        self._work(seconds, turns)

    def wants(self, **policy: Any) -> None:
        """The merchant wants it so."""
        self.shop.with_policy(Policy(**policy))

    def sells(self, item: str, *, stock: bool = True, **more: Any) -> None:
        """One more item, with a thousand of it on both sides."""
        self.at_the_ledger("create_item", item=item, body={"InventoryUOM": "EACH"}, **more)
        if stock:
            self.at_the_ledger("receive_stock", item=item, quantity=1000)
            self.on_the_floor("add_stock", product=item, quantity=1000)
        self.catch_up()

    def orders(self, goods: Goods, **more: Any) -> int:
        """A customer's order is written in the ledger."""
        self.order = int(self.at_the_ledger("create_order", lines=lines(goods), **more)["key"])
        return self.order

    def buys(self, goods: Goods, **more: Any) -> int:
        """A purchase order is written in the ledger."""
        self.purchase = int(self.at_the_ledger("create_purchase_order", lines=lines(goods), **more)["key"])
        return self.purchase

    def arrive(self, goods: Goods, **more: Any) -> None:
        """Goods of the last purchase order arrive and are put away, before tieout sees any of it."""
        goods_in = self.goods_in()
        for code, quantity in goods:
            named = {"goods_in_receipt_id": goods_in, "product": code, "quantity": quantity}
            self.meanwhile_on_the_floor("receive_line", **named, **more)
            self.meanwhile_on_the_floor("put_away", goods_in_receipt_id=goods_in)

    def goods_in(self) -> int:
        """The warehouse's number of the newest goods-in of the last purchase order."""
        self.catch_up()
        rows = self._ours(self.shop.floor.state.goods_in_receipts, f"{LINK}.PO.{self.purchase}")
        assert rows, f"the warehouse expects nothing of purchase order {self.purchase}"
        return int(rows[-1].id)

    def _ours(self, rows: Iterable[Any], reference: str) -> list[Any]:
        """What bears this reference of ours, or was sent again under it."""
        return [row for row in rows if str(row.values.get("external_system_reference1")).split("~")[0] == reference]

    def replay(self, numbers: Sequence[int], actor: str) -> None:
        """Somebody has exceptions decided again."""
        Cases(self.shop.journal, self.shop.clock).replay(numbers, actor=actor)
        self.happens()

    def resolve(self, note: str, actor: str) -> None:
        """Somebody ends the exceptions spoken of by hand."""
        for one in self.exceptions:
            Cases(self.shop.journal, self.shop.clock).resolve(one.case, note, actor=actor)
        self.happens()

    def maps(self, kind: str, ledger: str, warehouse: str, actor: str = "somebody") -> None:
        """Somebody says which code of the ledger is which code of the warehouse."""
        row = Mapped(LINK, kind, ledger, warehouse)
        Mappings(self.shop.journal, self.shop.clock, [LINK]).put([row], actor=actor)
        self.happens()

    def open_exceptions(self) -> list[Exceptional]:
        """What people see in the list of exceptions."""
        self.catch_up()
        with self.shop.journal.read() as connection:
            return listed(connection, Wanted(), self.shop.clock.now(), 500).exceptions

    def speaks_of(self, sentence: str) -> list[Exceptional]:
        """The open exceptions that say this; from now on the scenario speaks of them."""
        self.exceptions = [one for one in self.open_exceptions() if one.sentence == sentence]
        return self.exceptions

    def shown(self) -> list[Shown]:
        """The exceptions spoken of, whole."""
        with self.shop.journal.read() as connection:
            found = [shown(connection, one.case, self.shop.clock.now()) for one in self.exceptions]
        return [one for one in found if one is not None]

    def said(self) -> list[str]:
        """What the exceptions spoken of say is wrong, each problem."""
        return [fault.detail for one in self.shown() for fault in one.problems]

    def documents(self, entity_set: str) -> list[dict[str, Any]]:
        """The ledger's documents of a set that stand, over its public API."""
        self.catch_up()
        rows = [row for row in self.shop.ledger_documents(entity_set) if row.get("CancelStatus", "csNo") == "csNo"]
        return [row for row in rows if entity_set not in BY_TIEOUT or row.get("U_TieoutRef")]

    def goods_of(self, entity_set: str) -> list[Goods]:
        """What each of these documents moves, in single units."""
        return [_goods(row) for row in self.documents(entity_set)]

    def in_the_ledger(self) -> Counter[str]:
        """How much of each item the ledger has in all its warehouses."""
        self.catch_up()
        found: Counter[str] = Counter()
        for (code, _), shelf in self.shop.ledger.state.stock.items():
            found[code] += int(shelf["InStock"])
        return found

    def in_the_warehouse(self) -> Counter[str]:
        """How much of each item stands in the warehouse, sellable or not, by the ledger's code of it."""
        self.catch_up()
        state = self.shop.floor.state
        named = {theirs: ours for ours, theirs in self.shop.rows("SELECT ledger, warehouse FROM mapping "
                                                                 "WHERE kind = 'item'")}  # fmt: skip
        found: Counter[str] = Counter()
        for stock in state.stocks:
            code = state.products[stock.lot.product_id].values["code"]
            found[named.get(code, code)] += int(stock.quantity)
        return found

    def expected(self) -> dict[str, int]:
        """What the warehouse still expects of the last purchase order, by item."""
        self.catch_up()
        state = self.shop.floor.state
        open_ones = [row for row in state.goods_in_receipts if row.status.name in ("PENDING", "RCV", "PART")]
        mine = self._ours(open_ones, f"{LINK}.PO.{self.purchase}")
        found: Counter[str] = Counter()
        for line in (line for row in mine for line in state.lines_of_receipt(row)):
            found[state.products[line.product_id].values["code"]] += int(line.expected_quantity)
        return dict(found)

    def asked(self) -> dict[str, int]:
        """What the warehouse is to send for the last order, by item; nothing once it is cancelled."""
        self.catch_up()
        state = self.shop.floor.state
        alive = (row for row in state.goods_outs if row.status.name != "CANCELLED")
        mine = self._ours(alive, f"{LINK}.SO.{self.order}")
        found: Counter[str] = Counter()
        for line in (line for row in mine for line in state.lines_of(row)):
            found[state.products[line.product_id].values["code"]] += int(line.order_quantity)
        return dict(found)

    def in_the_ledgers_api(self, path: str, body: dict[str, Any], method: str = "POST") -> dict[str, Any]:
        """What somebody does over the ledger's public API; returns what it answers."""
        self.catch_up()
        client = self.shop._ledger_client()
        reply = client.request(method, f"/b1s/v2/{path}", json=body)
        assert reply.is_success, reply.text
        self.happens()
        answer: dict[str, Any] = reply.json() if reply.content else {}
        return answer

    def goods_out(self) -> int:
        """The warehouse's number of the last order."""
        self.catch_up()
        rows = self._ours(self.shop.floor.state.goods_outs, f"{LINK}.SO.{self.order}")
        assert rows, f"the warehouse was never told of order {self.order}"
        return int(rows[-1].id)

    def unfinished(self) -> list[str]:
        """What is neither posted, nor ignored by a named policy, nor held by an open exception."""
        self.catch_up()
        of_documents = self.shop.rows(
            "SELECT d.kind, d.key, d.state FROM document d LEFT JOIN case_ c ON c.id = d.case_id WHERE NOT "
            "(d.state = 'posted' OR d.state = 'ignored' AND d.policy IS NOT NULL "
            "OR d.state = 'held' AND c.state = 'open')"
        )
        of_messages = self.shop.rows(
            "SELECT 'message ' || m.topic, m.key, m.state FROM message m LEFT JOIN case_ c ON c.id = m.case_id "
            "WHERE NOT (m.state = 'read' OR m.state = 'held' AND c.state = 'open')"
        )
        return [f"{kind} {key} is {state}" for kind, key, state in [*of_documents, *of_messages]]

    def doubled(self) -> list[str]:
        """References of ours that more than one standing document bears, in either system."""
        sets = ("DeliveryNotes", "Invoices", "PurchaseDeliveryNotes", "Returns", "CreditNotes", "Drafts", *BY_TIEOUT)
        borne = Counter((name, row["U_TieoutRef"]) for name in sets for row in self.documents(name)
                        if row.get("U_TieoutRef"))  # fmt: skip
        state = self.shop.floor.state
        for name, rows in (("order", state.goods_outs), ("goods-in", state.goods_in_receipts)):
            alive = (row for row in rows if row.status.name != "CANCELLED")
            borne.update((name, row.values.get("external_system_reference1")) for row in alive)
        return [f"{name} {reference}" for (name, reference), count in borne.items() if reference and count > 1]


def lines(goods: Goods) -> list[dict[str, Any]]:
    """Lines of an order, all from ledger warehouse 01."""
    return [{"item": code, "quantity": quantity, "warehouse": "01", "price": PRICE} for code, quantity in goods]


def _goods(row: dict[str, Any]) -> Goods:
    """A document's goods in single units, however it counts them."""
    found: Counter[str] = Counter()
    for line in row.get("DocumentLines") or row.get("StockTransferLines") or []:
        found[line["ItemCode"]] += int(line.get("InventoryQuantity") or line["Quantity"])
    return tuple(sorted(found.items()))
