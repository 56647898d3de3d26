"""The shop's office: sets the shop up in SAP Business One over its public API, buys its stock and takes its orders."""

from collections.abc import Sequence
from math import ceil
from zlib import crc32

from tieout.demo.trade import NOT_STOCK, Trade, TradeLine
from tieout.twins.clients import ServiceLayer
from tieout.twins.process import TwinProcess

CARRIERS = ("1", "2", "3")
"""Shipping types the SAP twin starts with; a customer always has the same one."""
NEW_CARRIER = "New courier"
"""A shipping type the office has begun to use and nobody has mapped yet: orders with it wait for a person."""
NEW_CARRIER_EVERY = 40
"""One customer in so many has the new carrier."""
SUPPLIERS = ("S-1", "S-2", "S-3", "S-4")
BOUGHT, BOUGHT_AT_ONCE = 1.1, 50
"""How much of what will leave is bought, and items of one purchase order."""


class Office:
    """What its staff do. They key orders in at the system itself, so faults of the wire do not meet them."""

    def __init__(self, sap: ServiceLayer, ledger: TwinProcess) -> None:
        self._sap, self._ledger, self._new_carrier = sap, ledger, ""

    def open_shop(self, trade: Trade) -> None:
        """Items, customers, suppliers and carriers."""
        for code, description in trade.items().items():
            stocked = "tNO" if code in NOT_STOCK else "tYES"
            self._sap.create("Items", {"ItemCode": code, "ItemName": description or code, "InventoryItem": stocked,
                                       "InventoryUOM": "EACH"})  # fmt: skip
        for customer in trade.customers():
            body = {"CardCode": customer, "CardName": f"Customer {customer}", "CardType": "cCustomer"}
            self._sap.create("BusinessPartners", body)
        for supplier in SUPPLIERS:
            body = {"CardCode": supplier, "CardName": f"Supplier {supplier}", "CardType": "cSupplier"}
            self._sap.create("BusinessPartners", body)
        self._new_carrier = str(self._sap.create("ShippingTypes", {"Name": NEW_CARRIER})["Code"])

    def buy(self, trade: Trade) -> None:
        """Somewhat more of every item than will leave, from one supplier after the other."""
        lines = [
            {"item": code, "quantity": ceil(units * BOUGHT), "price": 1, "warehouse": "01"}
            for code, units in trade.demand().items()
        ]
        for number, start in enumerate(range(0, len(lines), BOUGHT_AT_ONCE)):
            supplier = SUPPLIERS[number % len(SUPPLIERS)]
            some = lines[start : start + BOUGHT_AT_ONCE]
            self._ledger.act("create_purchase_order", supplier=supplier, lines=some)

    def take_order(self, invoice: Sequence[TradeLine]) -> None:
        """One of the retailer's invoices as a sales order."""
        first = invoice[0]
        lines = [
            {"item": line.item, "quantity": line.quantity, "price": float(line.price), "warehouse": "01"}
            for line in invoice
        ]
        body = {"NumAtCard": first.invoice, "TransportationCode": int(self._carrier(first.customer))}
        due = first.at.date().isoformat()
        self._ledger.act("create_order", customer=first.customer, due=due, lines=lines, body=body)

    def give_allowance(self, lines: Sequence[TradeLine]) -> None:
        """A discount or the like, given back by a credit memo: it moves no goods, and stays in the ledger."""
        given = [{"item": line.item, "quantity": -line.quantity, "price": float(line.price)} for line in lines]
        self._ledger.act("post_credit_by_hand", customer=lines[0].customer, lines=given)

    def _carrier(self, customer: str) -> str:
        number = crc32(customer.encode())
        return CARRIERS[number % len(CARRIERS)] if number % NEW_CARRIER_EVERY else self._new_carrier
