"""Sets the shop up in SAP Business One and takes its orders there, as its staff would: over the public API."""

from tieout.demo.systems import ServiceLayer
from tieout.demo.trade import NOT_STOCK, Trade, TradeLine

CARRIERS = ("1", "2", "3")
"""Shipping types the SAP twin starts with; a customer always has the same one."""


def open_shop(sap: ServiceLayer, trade: Trade) -> None:
    """Items, customers, and enough stock of every item."""
    for code, description in trade.items().items():
        stocked = "tNO" if code in NOT_STOCK else "tYES"
        sap.create("Items", {"ItemCode": code, "ItemName": description or code, "InventoryItem": stocked,
                             "InventoryUOM": "EACH"})  # fmt: skip
    for customer in trade.customers():
        sap.create(
            "BusinessPartners", {"CardCode": customer, "CardName": f"Customer {customer}", "CardType": "cCustomer"}
        )
    lines = [
        {"ItemCode": code, "Quantity": units, "UnitPrice": 1, "WarehouseCode": "01"}
        for code, units in trade.demand().items()
    ]
    sap.create("InventoryGenEntries", {"DocumentLines": lines})


def take_order(sap: ServiceLayer, lines: list[TradeLine]) -> None:
    """One of the retailer's invoices as a sales order."""
    first = lines[0]
    sap.create(
        "Orders",
        {
            "CardCode": first.customer,
            "NumAtCard": first.invoice,
            "DocDueDate": first.at.date().isoformat(),
            "TransportationCode": CARRIERS[sum(map(ord, first.customer)) % len(CARRIERS)],
            "DocumentLines": [
                {
                    "ItemCode": line.item,
                    "Quantity": line.quantity,
                    "UnitPrice": float(line.price),
                    "WarehouseCode": "01",
                }
                for line in lines
            ],
        },
    )
