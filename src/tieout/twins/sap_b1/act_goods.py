"""Acts that move goods or money: stock put in and out, and documents posted by hand."""

from collections.abc import Callable
from typing import Any

from tieout.twins.sap_b1.acting import Arguments, document_of, ensure_partner, line_of, post, tracking_of
from tieout.twins.sap_b1.kinds import (
    CREDIT,
    DELIVERY,
    GOODS_IN,
    GOODS_OUT,
    INVOICE,
    ORDER,
    PURCHASE_ORDER,
    RECEIPT,
    RETURN,
    SUPPLIER,
    TRANSFER,
    Kind,
)
from tieout.twins.sap_b1.schema import Row
from tieout.twins.sap_b1.state import State

Act = Callable[[State, Arguments], dict[str, Any]]


def _move_stock(kind: Kind) -> Act:
    def doing(state: State, arguments: Arguments) -> dict[str, Any]:
        line: Arguments = {"ItemCode": arguments["item"], "Quantity": arguments["quantity"], **tracking_of(arguments)}
        line |= {"WarehouseCode": arguments.get("warehouse", "01")}
        if kind is GOODS_IN:
            line["UnitPrice"] = arguments.get("cost", 1)
        return post(state, kind, arguments, {"DocumentLines": [line]})

    return doing


def _draw(kind: Kind, base: Kind, argument: str) -> Act:
    """Posts a document of another one: of all that is open on it, or of the lines that are named."""

    def doing(state: State, arguments: Arguments) -> dict[str, Any]:
        if argument not in arguments:
            return _without_base(state, kind, arguments)
        return draw(state, kind, base, document_of(state, base, arguments[argument]), arguments)

    return doing


def draw(state: State, kind: Kind, base: Kind, document: Row, arguments: Arguments) -> dict[str, Any]:
    """Posts a document of a base document."""
    wanted = arguments.get("lines") or _all_open(document)
    named = {"BaseType": base.number, "BaseEntry": document["DocEntry"]}
    lines = [_of_base(one, named) for one in wanted]
    return post(state, kind, arguments, {"CardCode": document["CardCode"], "DocumentLines": lines})


def _all_open(document: Row) -> list[Arguments]:
    return [
        {"line": line["LineNum"], "quantity": line["RemainingOpenQuantity"]}
        for line in document["DocumentLines"]
        if line["LineStatus"] == "bost_Open"
    ]


def _of_base(one: Arguments, named: Arguments) -> Arguments:
    if "line" not in one:
        return {**line_of(one), **tracking_of(one)}
    rest = line_of({name: value for name, value in one.items() if name != "line"})
    return {**named, "BaseLine": one["line"], **rest, **tracking_of(one)}


def _without_base(state: State, kind: Kind, arguments: Arguments) -> dict[str, Any]:
    word, usual = ("supplier", "S-1") if kind.partner == SUPPLIER else ("customer", "C-1")
    partner = arguments.get(word, usual)
    ensure_partner(state, partner, supplier=kind.partner == SUPPLIER)
    lines = [{**line_of(one), **tracking_of(one)} for one in arguments["lines"]]
    return post(state, kind, arguments, {"CardCode": partner, "DocumentLines": lines})


def _invoice(state: State, arguments: Arguments) -> dict[str, Any]:
    delivery = document_of(state, DELIVERY, arguments["delivery"])
    base = {"BaseType": DELIVERY.number, "BaseEntry": delivery["DocEntry"]}
    lines = [{**base, "BaseLine": line["LineNum"]} for line in delivery["DocumentLines"]]
    return post(state, INVOICE, arguments, {"CardCode": delivery["CardCode"], "DocumentLines": lines})


def _credit(state: State, arguments: Arguments) -> dict[str, Any]:
    base, argument = (INVOICE, "invoice") if "invoice" in arguments else (RETURN, "goods_return")
    return _draw(CREDIT, base, argument)(state, arguments)


def _transfer(state: State, arguments: Arguments) -> dict[str, Any]:
    line: Arguments = {"ItemCode": arguments["item"], "Quantity": arguments["quantity"], **tracking_of(arguments)}
    way = {"FromWarehouse": arguments.get("warehouse", "01"), "ToWarehouse": arguments.get("to", "02")}
    return post(state, TRANSFER, arguments, {**way, "StockTransferLines": [line]})


def _deliver(state: State, arguments: Arguments) -> dict[str, Any]:
    order = document_of(state, ORDER, arguments["order"])
    return draw(state, DELIVERY, ORDER, order, arguments)


GOODS_ACTS: dict[str, Act] = {
    "receive_stock": _move_stock(GOODS_IN),
    "issue_stock": _move_stock(GOODS_OUT),
    "post_delivery_by_hand": _deliver,
    "post_invoice_by_hand": _invoice,
    "post_receipt_by_hand": _draw(RECEIPT, PURCHASE_ORDER, "order"),
    "post_return_by_hand": _draw(RETURN, DELIVERY, "delivery"),
    "post_credit_by_hand": _credit,
    "transfer_stock": _transfer,
}
