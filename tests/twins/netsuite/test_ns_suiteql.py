"""SuiteQL (facts, section 7)."""

import json

import pytest
from ns_account import Account


@pytest.fixture
def order(account: Account) -> int:
    account.stocked("A")
    account.stocked("B", 7)
    return account.order(("A", 10), ("B", 5), body={"otherRefNum": "WEB-1", "externalId": "SO-1"})


def test_an_answer_is_a_collection_of_texts_without_nulls(account: Account, order: int) -> None:
    reply = account.ask("SELECT id, tranid, memo, foreigntotal FROM transaction WHERE type = 'SalesOrd'")
    content = json.loads(reply.body)
    assert content["items"] == [{"links": [], "id": str(order), "tranid": "SO1", "foreigntotal": "150"}]
    assert (content["count"], content["hasMore"], content["offset"], content["totalResults"]) == (1, False, 0, 1)
    headers = dict(reply.headers)
    assert headers["Preference-Applied"] == "transient"
    assert headers["Content-Type"] == "application/vnd.oracle.resource+json; type=collection; charset=UTF-8"


def test_prefer_transient_must_be_sent(account: Account) -> None:
    body = {"q": "SELECT id FROM item"}
    assert account.refused("POST", "query/v1/suiteql", body)[:2] == (400, "INVALID_HEADER")
    assert account.refused("GET", "query/v1/suiteql", prefer="transient")[0] == 405


def test_the_work_queue_of_an_integrator(account: Account, order: int) -> None:
    q = ("SELECT tl.id AS line, tl.item, tl.location, ABS(NVL(tl.quantity,0)) AS qty, "
         "NVL(tl.quantityshiprecv,0) AS shipped, NVL(tl.isclosed,'F') AS isclosed FROM transactionline tl "
         "WHERE tl.transaction = ? AND tl.mainline='F' AND NVL(tl.taxline,'F')='F' ORDER BY tl.id")  # fmt: skip
    account.fulfil(order, {"shipStatus": "C", "item": {"items": [{"orderLine": 1, "quantity": 4}]}}, replace="item")
    same = {"location": "1", "isclosed": "F"}
    assert account.query(q, str(order)) == [
        {"line": "1", "item": "1", "qty": "10", "shipped": "4", **same},
        {"line": "4", "item": "2", "qty": "5", "shipped": "0", **same},
    ]


def test_sales_lines_are_below_nothing_and_status_is_a_letter(account: Account, order: int) -> None:
    q = "SELECT mainline, quantity, foreignamount FROM transactionline WHERE transaction = ? ORDER BY id"
    rows = account.query(q, order)
    assert rows[0] == {"mainline": "T", "foreignamount": "150"}
    assert rows[1] == {"mainline": "F", "quantity": "-10", "foreignamount": "-100"}
    assert account.query("SELECT id FROM transaction WHERE status = 'SalesOrd:B'") == []
    assert account.query("SELECT BUILTIN.DF(status) AS s FROM transaction WHERE status = 'B'") == [
        {"s": "Sales Order : Pending Fulfillment"}
    ]


def test_a_shipment_has_lines_of_its_cost_beside_those_of_goods(account: Account, order: int) -> None:
    made = account.fulfil(order, {"shipStatus": "C"})
    rows = account.query("SELECT iscogs, COUNT(*) AS n FROM transactionline WHERE transaction = ? AND mainline = 'F' "
                         "GROUP BY iscogs ORDER BY iscogs", made)  # fmt: skip
    assert rows == [{"iscogs": "F", "n": "2"}, {"iscogs": "T", "n": "2"}]


def test_links_between_lines_tell_what_was_made_from_what(account: Account, order: int) -> None:
    made = account.fulfil(order, {"shipStatus": "C"})
    rows = account.query("SELECT previousline, nextdoc, nexttype, linktype FROM NextTransactionLineLink "
                         "WHERE previousdoc = ? ORDER BY previousline", order)  # fmt: skip
    same = {"nextdoc": str(made), "nexttype": "ItemShip", "linktype": "ShipRcpt"}
    assert rows == [{"previousline": "1", **same}, {"previousline": "4", **same}]


def test_changes_are_polled_by_time(account: Account, order: int) -> None:
    account.clock.forward(minutes=10)
    account.act("edit_record", record=f"salesOrder/{order}", body={"memo": "x"})
    q = ("SELECT id, TO_CHAR(lastmodifieddate, 'YYYY-MM-DD HH24:MI:SS') AS at FROM transaction "
         "WHERE lastmodifieddate >= TO_DATE(?, 'YYYY-MM-DD HH24:MI:SS') ORDER BY lastmodifieddate, id")  # fmt: skip
    assert account.query(q, "2026-11-21 12:31:00") == [{"id": str(order), "at": "2026-11-21 12:40:00"}]
    assert account.query("SELECT id FROM transaction WHERE lastmodifieddate > SYSDATE - 1/1440") == [{"id": str(order)}]


def test_dates_are_shown_as_the_account_writes_them() -> None:
    for form, shown in (("M/D/YYYY", "11/21/2026"), ("D/M/YYYY", "21/11/2026"), ("YYYY-MM-DD", "2026-11-21")):
        account = Account(date_format=form)
        account.stocked("A")
        q = "SELECT trandate, lastmodifieddate FROM transaction WHERE trandate = ?"
        assert account.query(q, shown) == [{"trandate": shown, "lastmodifieddate": shown}]


HAVING_B = """
    SELECT t.tranid FROM transaction t
    WHERE t.trandate BETWEEN TO_DATE('2026-11-21','YYYY-MM-DD') AND '11/21/2026'
    AND EXISTS (SELECT 1 FROM transactionline l WHERE l.transaction = t.id AND l.item = 2) ORDER BY t.id
"""


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("SELECT id FROM item ORDER BY id FETCH FIRST 1 ROWS ONLY", [{"id": "1"}]),
        ("SELECT id FROM item ORDER BY id OFFSET 1 ROWS FETCH NEXT 1 ROWS ONLY", [{"id": "2"}]),
        ("SELECT * FROM (SELECT id FROM item ORDER BY id DESC) WHERE ROWNUM <= 1", [{"id": "2"}]),
        ("SELECT COUNT(*) FROM item", [{"expr1": "2"}]),
        ("SELECT MAX(lastmodifieddate) AS latest FROM item", [{"latest": "11/21/2026"}]),
        ("SELECT i.itemid, l.quantityonhand AS n FROM item i, inventoryItemLocations l WHERE l.item(+)=i.id AND i.id=2",
         [{"itemid": "B", "n": "7"}]),
        ("SELECT item.itemid FROM item JOIN aggregateItemLocation a ON a.item = item.id WHERE a.quantityonhand > 50",
         [{"itemid": "A"}]),
        ("WITH x AS (SELECT type AS k FROM transaction) SELECT k, COUNT(*) AS n FROM x GROUP BY k ORDER BY k DESC",
         [{"k": "SalesOrd", "n": "1"}, {"k": "InvAdjst", "n": "2"}]),
        ("SELECT transaction FROM transactionline WHERE mainline='T' ORDER BY transaction DESC FETCH FIRST 1 ROWS ONLY",
         [{"transaction": "3"}]),
        ("SELECT DECODE(islotitem, 'F', 'no', 'yes') AS lots, NVL2(upccode, 'y', 'n') AS u FROM item WHERE id = 1",
         [{"lots": "no", "u": "n"}]),
        ("SELECT TRUNC(SYSDATE,'MM') AS m, ADD_MONTHS(SYSDATE,1) AS n, TO_CHAR(SYSDATE-1,'DD.MM.YYYY') AS y FROM dual",
         [{"m": "11/1/2026", "n": "12/21/2026", "y": "20.11.2026"}]),
        ("SELECT itemid || '-' || id AS c FROM item WHERE LOWER(itemid) LIKE 'a%'", [{"c": "A-1"}]),
        ("SELECT id FROM item WHERE itemid LIKE 'a%'", []),
        (HAVING_B,
         [{"tranid": "IA2"}, {"tranid": "SO1"}]),
        ("SELECT BUILTIN.DF(entity) AS who, BUILTIN.DF(location) AS where_ FROM transaction WHERE otherrefnum='WEB-1'",
         [{"who": "C-1", "where_": "Main Warehouse"}]),
    ],
)  # fmt: skip
def test_the_dialect_is_oracles(account: Account, order: int, q: str, found: list[dict[str, str]]) -> None:
    assert account.query(q) == found


UNKNOWN = "Search error occurred: Unknown identifier 'x'. Available identifiers are:"
INVALID = "Search error occurred: Invalid or unsupported search."


@pytest.mark.parametrize(
    ("q", "text"),
    [
        ("SELECT x FROM transaction", f"{UNKNOWN} {{transaction=transaction}}."),
        ("SELECT t.x FROM item t", f"{UNKNOWN} {{t=item}}."),
        ("SELECT id FROM tablename", "Invalid search type: tablename."),
        ("SELECT id FROM item LIMIT 5", INVALID),
        ("SELECT FROM", INVALID),
        ("DELETE FROM item", INVALID),
        ("SELECT id FROM item; SELECT id FROM item", INVALID),
        ("SELECT id FROM location WHERE lastmodifieddate > 'yesterday'", INVALID),
        ("SELECT id FROM item WHERE id = ?", INVALID),
    ],
)  # fmt: skip
def test_a_query_that_cannot_be_run_answers_as_seen_live(account: Account, q: str, text: str) -> None:
    assert account.refused_query(q) == text


def test_pages_go_by_limit_and_offset(account: Account) -> None:
    q = "SELECT id FROM accountingperiod ORDER BY id"
    content = json.loads(account.ask(q, page="?limit=20&offset=20").body)
    assert (content["count"], content["hasMore"], content["totalResults"]) == (20, True, 48)
    assert {one["rel"] for one in content["links"]} == {"first", "previous", "next", "last", "self"}
    for page in ("?limit=1001", "?limit=20&offset=30", "?limit=1000&offset=100000"):
        reply = account.ask(q, page=page)
        assert (reply.status, json.loads(reply.body)["o:errorDetails"][0]["o:errorCode"]) == (400, "INVALID_PARAMETER")


def test_pages_without_an_order_repeat_and_skip_rows(account: Account) -> None:
    def pages(q: str) -> list[str]:
        return [row["id"] for offset in (0, 16, 32) for row in account.query(q, page=f"?limit=16&offset={offset}")]

    assert len(set(pages("SELECT id FROM accountingperiod ORDER BY id"))) == 48
    assert len(set(pages("SELECT id FROM accountingperiod"))) < 48


def test_what_was_rolled_back_is_not_seen(account: Account, order: int) -> None:
    before = account.query("SELECT id FROM transaction ORDER BY id")
    body = {"shipStatus": "C", "item": {"items": [{"orderLine": 1, "quantity": 99}]}}
    account.refused("POST", f"record/v1/salesOrder/{order}/!transform/itemFulfillment", body)
    assert account.query("SELECT id FROM transaction ORDER BY id") == before
    assert account.query("SELECT quantityonhand AS n FROM inventoryitemlocations WHERE item = 1") == [{"n": "100"}]


def test_stock_units_and_periods_can_be_asked_for(account: Account) -> None:
    account.act("create_item", item="A", units=True, body={"stockUnit": "2"})
    account.act("receive_stock", item="A", quantity=3)
    assert account.query("SELECT quantityonhand AS n FROM inventoryItemLocations") == [{"n": "3"}]
    rows = account.query("SELECT internalid, unitname, conversionrate AS r FROM unitstypeuom ORDER BY internalid")
    assert rows == [
        {"internalid": "1", "unitname": "Each", "r": "1"},
        {"internalid": "2", "unitname": "Case", "r": "12"},
    ]
    account.act("close_period", month="2026-10")
    assert account.query("SELECT periodname FROM accountingperiod WHERE closed = 'T'") == [{"periodname": "Oct 2026"}]
