"""The general ledger: a small chart of accounts (assumption), and what each kind of line does to it (8)."""

from decimal import Decimal

from tieout.twins.netsuite.state import Entry

RECEIVABLE, INVENTORY, IN_TRANSIT, ACCRUED, SALES, COGS, ADJUSTMENTS = range(1, 8)

CHART = {
    RECEIVABLE: ("1100", "Accounts Receivable", "AcctRec"),
    INVENTORY: ("1200", "Inventory Asset", "OthCurrAsset"),
    IN_TRANSIT: ("1210", "Inventory In Transit", "OthCurrAsset"),
    ACCRUED: ("2100", "Inventory Received Not Billed", "OthCurrLiab"),
    SALES: ("4000", "Sales", "Income"),
    COGS: ("5000", "Cost of Goods Sold", "COGS"),
    ADJUSTMENTS: ("6000", "Inventory Adjustments", "Expense"),
}
"""Account ids are their places in this chart, in order."""

CENT = Decimal("0.01")


def both(line: int, debit: int, credit: int, amount: Decimal, location: int | None) -> list[Entry]:
    """An amount from one account to another; nothing for no amount."""
    value = amount.quantize(CENT)
    return [Entry(line, debit, value, location), Entry(line, credit, -value, location)] if value else []
