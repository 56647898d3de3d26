"""The general ledger: a small chart of accounts (assumption), and the journal entry each document makes. [PERP]"""

from dataclasses import dataclass
from decimal import Decimal

from tieout.twins.sap_b1.schema import Row
from tieout.twins.sap_b1.state import ZERO, State

RECEIVABLES = "130000"
INVENTORY = "140000"
INVENTORY_OFFSET = "145000"
ALLOCATION = "220000"
REVENUE = "400000"
COGS = "500000"
PRICE_DIFFERENCES = "510000"

CHART = {
    RECEIVABLES: "Trade Receivables",
    INVENTORY: "Inventory",
    INVENTORY_OFFSET: "Inventory Offset",
    ALLOCATION: "Goods Received Not Invoiced",
    REVENUE: "Sales Revenue",
    COGS: "Cost of Goods Sold",
    PRICE_DIFFERENCES: "Price Differences",
}

ORIGIN = {
    "DeliveryNotes": "ttDelivery",
    "Invoices": "ttARInvoice",
    "Returns": "ttReturn",
    "CreditNotes": "ttARCredItnote",
    "PurchaseDeliveryNotes": "ttPurchaseDeliveryNote",
    "StockTransfers": "ttTransferBetweenWarehouses",
    "InventoryGenEntries": "ttGeneralReceiptToStock",
    "InventoryGenExits": "ttGeneralReleaseFromStock",
}


@dataclass(frozen=True)
class Amount:
    """One side of an entry: positive debits the account, negative credits it. `name` is a partner's code, if any."""

    account: str
    value: Decimal
    name: str | None = None


def post(state: State, entity_set: str, document: Row, amounts: list[Amount]) -> int | None:
    """Makes the journal entry of a document, unless it moves no value. Returns its `JdtNum`."""
    moved = [amount for amount in amounts if amount.value]
    if not moved:
        return None
    number = state.next("JournalEntries")
    lines = [_line(index, amount, moved) for index, amount in enumerate(moved)]
    entry: Row = {
        "JdtNum": number,
        "Number": number,
        "ReferenceDate": document["DocDate"],
        "TaxDate": document["TaxDate"],
    }
    entry |= {"DueDate": document.get("DocDueDate"), "Memo": document.get("JournalMemo")}
    entry |= {"OriginalJournal": ORIGIN[entity_set], "Original": document["DocEntry"]}
    entry |= {"BaseReference": str(document["DocNum"]), "Reference": str(document["DocNum"])}
    entry |= {"Reference2": document.get("Reference2"), "JournalEntryLines": lines}
    state.insert("JournalEntries", entry)
    for amount in moved:
        balance = state.balances.get(amount.account, ZERO) + amount.value
        state.tx.put(state.balances, amount.account, balance)
    return number


def _line(index: int, amount: Amount, entry: list[Amount]) -> Row:
    debit, credit = max(amount.value, ZERO), max(-amount.value, ZERO)
    contra = next((one for one in entry if (one.value > 0) != (amount.value > 0)), amount)
    line: Row = {"Line_ID": index, "AccountCode": amount.account, "Debit": debit, "Credit": credit}
    return line | {"ShortName": amount.name or amount.account, "ContraAccount": contra.name or contra.account}


def goods_out(cost: Decimal) -> list[Amount]:
    """Goods sold: cost of sales against inventory. A negative cost brings them back."""
    return [Amount(COGS, cost), Amount(INVENTORY, -cost)]


def sale(total: Decimal, partner: str) -> list[Amount]:
    """An invoice: receivables against revenue. A negative total takes it back."""
    return [Amount(RECEIVABLES, total, partner), Amount(REVENUE, -total)]


def stock_change(value: Decimal) -> list[Amount]:
    """A goods receipt: inventory against the offset account. A negative value is a goods issue."""
    return [Amount(INVENTORY, value), Amount(INVENTORY_OFFSET, -value)]


def goods_received(value: Decimal) -> list[Amount]:
    """A receipt from a supplier: inventory against goods received not invoiced. A negative value takes it back."""
    return [Amount(INVENTORY, value), Amount(ALLOCATION, -value)]


def moved_between(value: Decimal) -> list[Amount]:
    """Goods moved between warehouses: inventory against itself."""
    return [Amount(INVENTORY, value), Amount(INVENTORY, -value)]


def difference(value: Decimal) -> list[Amount]:
    """Stock that left at another value than it came in with: the rest is a price difference."""
    return [Amount(INVENTORY, value), Amount(PRICE_DIFFERENCES, -value)]
