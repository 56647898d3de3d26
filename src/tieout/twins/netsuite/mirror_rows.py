"""From the twin's rows to the rows of SuiteQL's tables (7)."""

from decimal import Decimal

from tieout.twins.netsuite.kinds import KINDS, SHIP_STATUS
from tieout.twins.netsuite.orders import is_fulfillable
from tieout.twins.netsuite.schema import Row
from tieout.twins.netsuite.sources import order_line, source_of
from tieout.twins.netsuite.state import GOOD, ZERO, State
from tieout.twins.netsuite.stock import is_stocked
from tieout.twins.netsuite.units import conversion, stock_rate

SAME = ("id", "tranId", "tranDate", "entity", "otherRefNum", "externalId", "memo", "createdDate", "lastModifiedDate",
        "shipMethod", "postingPeriod", "location", "transferLocation", "subsidiary", "shipDate", "shipComplete",
        "shipStatus", "createdFrom", "status")  # fmt: skip
TRACKING = (("package", "packageTrackingNumber"), ("packageUps", "packageTrackingNumberUps"),
            ("packageFedex", "packageTrackingNumberFedEx"), ("packageUsps", "packageTrackingNumberUsps"))  # fmt: skip
LINKS = {"itemFulfillment": "ShipRcpt", "itemReceipt": "ShipRcpt", "invoice": "OrdBill", "creditMemo": "OrdBill",
         "returnAuthorization": "SaleRet"}  # fmt: skip


def transaction_row(state: State, row: Row) -> Row:
    """The row of `transaction`."""
    kind = KINDS[row["_type"]]
    made = {name.lower(): row.get(name) for name in SAME}
    status = kind.statuses.get(row.get("status", ""), "")
    made |= {"type": kind.code, "recordtype": kind.name.lower(), "posting": row["id"] in state.posted, "voided": False}
    made |= {"status__df": f"{kind.title} : {status}" if status else None, "foreigntotal": row.get("total")}
    made |= {"shipstatus__df": SHIP_STATUS.get(row.get("shipStatus", "")), "actualshipdate": row.get("shippedDate")}
    return made | {"trackingnumberlist": ", ".join(_tracking_numbers(row)) or None}


def _tracking_numbers(row: Row) -> list[str]:
    numbers: list[str] = []
    for sublist, name in TRACKING:
        packages: list[Row] = row.get(sublist) or []
        numbers += [one[name] for one in packages if one.get(name)]
    return numbers


def line_rows(state: State, row: Row) -> list[Row]:
    """The rows of `transactionline`: the main line, then each line, and beside a shipped one its cost of sales."""
    kind = KINDS[row["_type"]]
    shared: Row = {"transaction": row["id"], "taxline": False, "iscogs": False, "assemblycomponent": False}
    shared |= {"entity": row.get("entity"), "subsidiary": row.get("subsidiary"), "donotprintline": False}
    main: Row = {**shared, "id": 0, "linesequencenumber": 0, "mainline": True, "memo": row.get("memo")}
    main |= {"foreignamount": row.get("total"), "netamount": row.get("total"), "createdfrom": row.get("createdFrom")}
    main |= {"uniquekey": row["id"] * 10**6, "location": row.get("location")}
    rows = [main]
    for line in row[kind.lines]:
        made = {**shared, **_line(state, row, line)}
        rows.append(made)
        if row["_type"] == "itemFulfillment" and row["id"] in state.posted and line["itemType"] == "InvtPart":
            rows.append({**made, "id": made["id"] + 1, "iscogs": True, "uniquekey": made["uniquekey"] * 10**6})
    return rows


def _line(state: State, row: Row, line: Row) -> Row:
    """One line; sales lines have quantities and amounts below zero, in base units."""
    kind = KINDS[row["_type"]]
    item = state.must("item", line["item"])
    rate = conversion(state, item, line.get("units") or (item.get("stockUnit") if kind.lines == "inventory" else None))
    quantity: Decimal = line.get("quantity") or line.get("adjustQtyBy") or ZERO
    made: Row = {"id": order_line(row, line), "linesequencenumber": order_line(row, line), "mainline": False}
    made |= {"uniquekey": line["lineUniqueKey"], "item": item["id"], "itemtype": line.get("itemType", "InvtPart")}
    made |= {"quantity": kind.sign * quantity * rate, "rate": line.get("rate"), "units": line.get("units")}
    amount = line.get("amount")
    signed = None if amount is None else kind.sign * amount
    made |= {"foreignamount": signed, "netamount": signed, "location": line.get("location") or row.get("location")}
    done = line.get("quantityFulfilled" if "quantityFulfilled" in line else "quantityReceived")
    made["quantityshiprecv"] = None if done is None else done * rate
    for ours in ("quantityBilled", "quantityCommitted", "quantityBackOrdered", "quantityPicked", "quantityPacked"):
        value = line.get(ours)
        made[ours.lower()] = None if value is None else value * rate
    made |= {
        "isclosed": line.get("isClosed", False),
        "memo": line.get("description"),
        "createdfrom": row.get("createdFrom"),
    }
    return made | {"fulfillable": is_fulfillable(line) if kind.name == "salesOrder" else is_stocked(item)}


def account_rows(state: State, row: Row) -> list[Row]:
    """The rows of `transactionaccountingline`."""
    posted = state.posted.get(row["id"])
    return [
        {
            "transaction": row["id"],
            "transactionline": entry.line,
            "account": entry.account,
            "amount": entry.amount,
            "debit": entry.amount if entry.amount > 0 else None,
            "credit": -entry.amount if entry.amount < 0 else None,
            "posting": True,
            "accountingbook": 1,
        }
        for entry in (posted.entries if posted else [])
    ]


def assignment_rows(state: State, row: Row) -> list[Row]:
    """The rows of `inventoryassignment`: what moved with a detail, in base units."""
    posted = state.posted.get(row["id"])
    detailed = {line["line"] for line in row[KINDS[row["_type"]].lines] if line.get("inventoryDetail")}
    moves = [one for one in (posted.moves if posted else []) if one.line in detailed or one.place.status != GOOD]
    return [
        {
            "id": row["id"] * 1000 + index,
            "transaction": row["id"],
            "transactionline": one.line,
            "quantity": one.quantity,
            "inventorynumber": one.place.number or None,
            "bin": one.place.bin or None,
            "inventorystatus": one.place.status,
            "item": one.place.item,
        }
        for index, one in enumerate(moves, 1)
    ]


def link_rows(state: State, row: Row) -> list[Row]:
    """The rows of `PreviousTransactionLineLink`: which line was made from which."""
    source = source_of(state, row)
    if source is None or row["_type"] not in LINKS:
        return []
    before: Row = {"previousdoc": source["id"], "previoustype": KINDS[source["_type"]].code}
    after: Row = {"nextdoc": row["id"], "nexttype": KINDS[row["_type"]].code, "linktype": LINKS[row["_type"]]}
    return [
        {**before, **after, "previousline": line["orderLine"], "nextline": line["line"]}
        for line in row["item"]
        if line.get("orderLine") is not None
    ]


def item_row(row: Row) -> Row:
    """The row of `item`."""
    made = {name.lower(): value for name, value in row.items() if not isinstance(value, list | dict)}
    kind = "InvtPart" if is_stocked(row) else "NonInvtPart"
    made |= {"itemtype": kind, "type": kind, "fullname": row["itemId"], "primaryunitstype": row.get("unitsType")}
    return made | {
        "isfulfillable": is_stocked(row) or bool(row.get("isFulfillable")),
        "description": row.get("displayName"),
    }


def entity_row(row: Row) -> Row:
    """The row of `entity`."""
    return {**list_rows(row)[0], "type": "CustJob" if row["_type"] == "customer" else "Vendor"}


def list_rows(row: Row | None) -> list[Row]:
    """The row of a table whose columns are named as the record's fields."""
    if row is None:
        return []
    made = {name.lower(): value for name, value in row.items() if not isinstance(value, list | dict)}
    made.setdefault("fullname", row.get("name") or row.get("acctName"))
    made["accountsearchdisplayname"] = f"{row.get('acctNumber')} {row.get('acctName')}"
    if row["_type"] == "deletedrecord":
        made["recordtypeid"] = row["type"]
    return [made]


def location_row(state: State, shelf: Row) -> Row:
    """The row of `inventoryItemLocations`, in stock units."""
    rate = stock_rate(state, state.must("item", shelf["item"]))
    made: Row = {"item": shelf["item"], "location": shelf["location"], "quantityonhand": shelf["onHand"] / rate}
    made |= {"quantityavailable": (shelf["usable"] - shelf["committed"]) / rate}
    made |= {"quantitycommitted": shelf["committed"] / rate, "quantitybackordered": shelf["backOrdered"] / rate}
    made |= {"quantityonorder": shelf["onOrder"] / rate, "quantityintransit": shelf["inTransit"] / rate}
    return made | {"averagecostmli": shelf["average"] * rate}


def balance_rows(state: State, item: int, location: int) -> list[Row]:
    """The rows of `inventoryBalance`: stock by bin, inventory number and status."""
    rate = stock_rate(state, state.must("item", item))
    rows: list[Row] = []
    for place in state.places.get((item, location), {}):
        held: Decimal = state.on_hand.get(place, ZERO) / rate
        if held:
            status = state.must("inventoryStatus", place.status)
            row: Row = {"item": item, "location": location, "quantityonhand": held, "inventorystatus": place.status}
            row |= {"binnumber": place.bin or None, "inventorynumber": place.number or None}
            rows.append(row | {"quantityavailable": held if status.get("inventoryAvailable", True) else ZERO})
    return rows
