"""The shop's office: sets the shop up in SAP Business One over its public API, and takes its orders there."""

from collections.abc import Sequence
from zlib import crc32

from tieout.demo.systems import ServiceLayer, System
from tieout.demo.trade import NOT_STOCK, Trade, TradeLine

CARRIERS = ("1", "2", "3")
"""Shipping types the SAP twin starts with; a customer always has the same one."""
NEW_CARRIER = "9"
"""A shipping type the office has begun to use and nobody has mapped yet: orders with it wait for a person."""
NEW_CARRIER_EVERY = 40
"""One customer in so many has the new carrier."""


def open_shop(sap: ServiceLayer, trade: Trade) -> None:
    """Items, customers, carriers, and enough stock of every item."""
    for code, description in trade.items().items():
        stocked = "tNO" if code in NOT_STOCK else "tYES"
        sap.create("Items", {"ItemCode": code, "ItemName": description or code, "InventoryItem": stocked,
                             "InventoryUOM": "EACH"})  # fmt: skip
    for customer in trade.customers():
        sap.create(
            "BusinessPartners", {"CardCode": customer, "CardName": f"Customer {customer}", "CardType": "cCustomer"}
        )
    sap.create("ShippingTypes", {"Code": int(NEW_CARRIER), "Name": "New courier"})
    lines = [
        {"ItemCode": code, "Quantity": units, "UnitPrice": 1, "WarehouseCode": "01"}
        for code, units in trade.demand().items()
    ]
    sap.create("InventoryGenEntries", {"DocumentLines": lines})


def take_order(ledger: System, lines: Sequence[TradeLine]) -> None:
    """One of the retailer's invoices as a sales order, keyed in by the staff: faults of the wire do not meet them."""
    first = lines[0]
    body = {
        "NumAtCard": first.invoice,
        "TransportationCode": int(_carrier(first.customer)),
    }
    ledger.act(
        "create_order",
        customer=first.customer,
        due=first.at.date().isoformat(),
        lines=[
            {"item": line.item, "quantity": line.quantity, "price": float(line.price), "warehouse": "01"}
            for line in lines
        ],
        body=body,
    )


def _carrier(customer: str) -> str:
    number = crc32(customer.encode())
    return NEW_CARRIER if number % NEW_CARRIER_EVERY == 0 else CARRIERS[number % len(CARRIERS)]
