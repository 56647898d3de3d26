"""A company that backorders by itself: an add-on, or a rule of its own, that acts when an order is delivered in part.

SAP Business One does not do so: what is not delivered stays open on the order. A setting has the twin's company do it.
"""

from tieout.twins.sap_b1.kinds import DELIVERY, ORDER, Kind
from tieout.twins.sap_b1.lifecycle import close
from tieout.twins.sap_b1.posting import post_document
from tieout.twins.sap_b1.schema import Row
from tieout.twins.sap_b1.state import State

_KEPT = ("ItemCode", "WarehouseCode", "UnitPrice", "UoMEntry")


def post(state: State, kind: Kind, body: Row) -> Row:
    """Posts a document, and does what the company does of its own accord after a part delivery. Raises `Refusal`."""
    made = post_document(state, kind, body)
    if kind is DELIVERY and state.settings.backorders != "stay open":
        for entry in sorted({line["BaseEntry"] for line in made["DocumentLines"] if line["BaseType"] == ORDER.number}):
            _backorder(state, entry)
    return made


def _backorder(state: State, entry: int) -> None:
    order = state.get(ORDER.entity_set, entry)
    if order is None or order["DocumentStatus"] != "bost_Open":
        return
    rest = [
        {**{name: line[name] for name in _KEPT}, "Quantity": line["RemainingOpenQuantity"]}
        for line in order["DocumentLines"]
        if line["LineStatus"] == "bost_Open"
    ]
    close(state, ORDER, order)
    if state.settings.backorders == "new order":
        header = {"CardCode": order["CardCode"], "DocDueDate": order["DocDueDate"]}
        post_document(state, ORDER, {**header, "DocumentLines": rest})
