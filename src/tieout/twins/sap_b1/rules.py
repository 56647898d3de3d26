"""What the company refuses when a document is posted: one small rule each, in the order they are asked.

The reference's section 8 gives the sources. A text marked `assumption` has no public source.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal

from tieout.twins.sap_b1.draft import Draft, Line, require_due_date
from tieout.twins.sap_b1.errors import Refusal, business
from tieout.twins.sap_b1.inventory import check_complete, is_stocked
from tieout.twins.sap_b1.kinds import CREDIT, DELIVERY, ORDER, RETURN, moves_stock
from tieout.twins.sap_b1.kits import broken_kit
from tieout.twins.sap_b1.periods import refuse_closed_period
from tieout.twins.sap_b1.schema import Row
from tieout.twins.sap_b1.state import State

Rule = Callable[[State, Draft], Refusal | None]


def check(state: State, draft: Draft) -> None:
    """Raises the first refusal."""
    for rule in RULES:
        refusal = rule(state, draft)
        if refusal is not None:
            raise refusal


def nothing_is_locked(state: State, draft: Draft) -> Refusal | None:
    """A posting touches its items, its partner and its base documents."""
    if state.locks:
        state.refuse_if_locked("BusinessPartners", draft.header.get("CardCode"))
        for line in draft.lines:
            state.refuse_if_locked("Items", line.item["ItemCode"])
            if line.base_kind and line.base_document:
                state.refuse_if_locked(line.base_kind.entity_set, line.base_document["DocEntry"])
    return None


def period_is_open(state: State, draft: Draft) -> Refusal | None:
    """The posting date lies in an open period. Orders post nothing, so they pass (assumption)."""
    if not draft.kind.promises:
        refuse_closed_period(state, draft.header.get("DocDate") or state.today())
    return None


def partner_is_active(_: State, draft: Draft) -> Refusal | None:
    """A frozen partner. Clients classify texts with `is inactive` [code 1]; the whole text is an assumption."""
    if draft.partner.get("Frozen") == "tYES":
        return business(f"Business partner '{draft.partner['CardCode']}' is inactive", "CardCode")
    return None


def items_are_active(state: State, draft: Draft) -> Refusal | None:
    """A frozen item. No public text: code and text are settings."""
    date = draft.header.get("DocDate") or state.today()
    for line in draft.lines:
        if is_frozen(line.item, date):
            where = f" [DocumentLines.ItemCode][line: {line.number}]"
            return Refusal(state.settings.inactive_item_code, state.settings.inactive_item_text + where)
    return None


def is_frozen(item: Row, date: str) -> bool:
    """Whether an item may not be used on a date."""
    since, until = item.get("FrozenFrom") or "", item.get("FrozenTo") or "9999-12-31"
    return item.get("Frozen") == "tYES" and since <= date <= until


def shipping_type_exists(state: State, draft: Draft) -> Refusal | None:
    """-1 means none."""
    code = draft.header.get("TransportationCode")
    if code not in (None, -1) and state.get("ShippingTypes", code) is None:
        return Refusal(-2028, f"No matching records found (ODBC -2028) [TransportationCode] , '{code}'")
    return None


def _based(draft: Draft) -> Iterator[tuple[Line, Row, Row]]:
    for line in draft.lines:
        if line.base_document is not None and line.base_line is not None:
            yield line, line.base_document, line.base_line


def bases_are_open(state: State, draft: Draft) -> Refusal | None:
    """A closed base, line or header. [code 3] Code and text are settings: sources have -10 and -5002."""
    for line, document, base in _based(draft):
        if document["DocumentStatus"] != "bost_Open" or base["LineStatus"] != "bost_Open":
            where = f" [DocumentLines.BaseEntry][line: {line.number}]"
            return Refusal(state.settings.base_closed_code, state.settings.base_closed_text + where)
    return None


def bases_match(_: State, draft: Draft) -> Refusal | None:
    """The same partner and the same item as the base. [code 1]"""
    for line, document, base in _based(draft):
        if document["CardCode"] != draft.header["CardCode"]:
            return business("Base document card and target document card do not match.")
        if base["ItemCode"] != line.row["ItemCode"]:
            return business("target item number does not match", "DocumentLines.ItemCode", line.number)
    return None


def bases_are_confirmed(state: State, draft: Draft) -> Refusal | None:
    """`Confirmed` tNO means not approved (assumption, as is the text)."""
    for line, document, _ in _based(draft):
        if state.settings.require_confirmed and document.get("Confirmed") == "tNO":
            return business("Base document is not approved", "DocumentLines.BaseEntry", line.number)
    return None


def deliveries_do_not_exceed(state: State, draft: Draft) -> Refusal | None:
    """More than is open: allowed by default [PG]; the text is an assumption."""
    for line, _, base in _based(draft):
        over = line.row["InventoryQuantity"] > base["RemainingOpenInventoryQuantity"]
        if over and not state.settings.allow_over_delivery:
            return business("Quantity exceeds open quantity of base document", "DocumentLines.Quantity", line.number)
    return None


def returns_do_not_exceed(_: State, draft: Draft) -> Refusal | None:
    """Not more comes back than left and has not come back yet, whatever the setting; the text is an assumption."""
    left: dict[tuple[int, int, int], Decimal] = {}
    for line, document, base in _based(draft):
        key = (line.row["BaseType"], document["DocEntry"], base["LineNum"])
        left[key] = left.get(key, base["RemainingOpenInventoryQuantity"]) - line.row["InventoryQuantity"]
        if draft.kind in (RETURN, CREDIT) and left[key] < 0:
            return business("Quantity exceeds open quantity of base document", "DocumentLines.Quantity", line.number)
    return None


def partial_delivery_is_allowed(state: State, draft: Draft) -> Refusal | None:
    """An order with `PartialSupply` tNO goes whole [PD]; which property decides, and the text, are assumptions."""
    if not state.settings.enforce_partial_delivery:
        return None
    drawn = {
        (doc["DocEntry"], base["LineNum"]): line.row for line, doc, base in _based(draft) if line.base_kind is ORDER
    }
    for line, document, _ in _based(draft):
        if line.base_kind is not ORDER or document.get("PartialSupply", "tYES") == "tYES":
            continue
        for base in document["DocumentLines"]:
            row = drawn.get((document["DocEntry"], base["LineNum"]))
            missing = row is None or row["InventoryQuantity"] < base["RemainingOpenInventoryQuantity"]
            if base["LineStatus"] == "bost_Open" and missing:
                return business(
                    "Partial delivery is not allowed for sales order", "DocumentLines.Quantity", line.number
                )
    return None


def kits_are_whole(state: State, draft: Draft) -> Refusal | None:
    """A delivery draws a kit and its parts as the order has them (assumption; a setting takes it away)."""
    if draft.kind is not DELIVERY or not state.settings.kits_are_tied:
        return None
    drawn: dict[int, dict[int, Decimal]] = {}
    for line, document, base in _based(draft):
        own = drawn.setdefault(document["DocEntry"], {})
        own[base["LineNum"]] = own.get(base["LineNum"], Decimal(0)) + line.row["InventoryQuantity"]
    for line, document, _ in _based(draft):
        refusal = broken_kit(document, drawn.get(document["DocEntry"], {}), line.number)
        if refusal is not None:
            return refusal
    return None


def items_are_stocked(_: State, draft: Draft) -> Refusal | None:
    """A goods receipt or issue of an item that keeps no stock. [code 1]"""
    for line in draft.lines:
        if not draft.kind.partner and not is_stocked(line.item):
            return business("Item is not defined as an inventory item", "DocumentLines.ItemCode", line.number)
    return None


def batches_and_serials_are_complete(_: State, draft: Draft) -> Refusal | None:
    """Lists whose quantities sum to the line, each naming its line by place in the body. [code 2, 6]"""
    for line in draft.lines:
        if not moves_stock(draft.kind, line.row):
            continue
        batches, serials = _own(line, "BatchNumbers"), _own(line, "SerialNumbers")
        check_complete(line.item, batches, serials, line.row["InventoryQuantity"])
    return None


def _own(line: Line, name: str) -> list[Row]:
    """The rows of a line's list; none of them when one names another line, so that the list is not complete."""
    rows: list[Row] = line.row.get(name) or []
    return rows if all(one.get("BaseLineNumber") in (None, line.number - 1) for one in rows) else []


def reference_is_unique(state: State, draft: Draft) -> Refusal | None:
    """A company's own `SBO_SP_TransactionNotification` refusing a second document with one reference. [TN]"""
    name = state.settings.unique_reference_field
    value = draft.header.get(name) if name else None
    if name is None or not value:
        return None
    for other in live_with(state, draft.kind.entity_set, name, value):
        text = f"(1000) Duplicate reference {value} in {name}: already used by document {other['DocNum']}"
        return Refusal(state.settings.unique_reference_code, text)
    return None


def live_with(state: State, entity_set: str, name: str, value: str) -> list[Row]:
    """The documents of a set that carry a value and are not cancelled; transfers do not say so, thus the open ones."""
    quoted = value.replace("'", "''")
    kind = state.schema.type_of(entity_set)
    live = "CancelStatus eq 'csNo'" if "CancelStatus" in kind.properties else "DocumentStatus eq 'bost_Open'"
    wanted = state.filters.compile(kind, f"{name} eq '{quoted}' and {live}", any_case=False)
    table = state.tables[entity_set]
    return [table.rows[key] for key in table.find(wanted, ("reference", name, value))]


RULES: tuple[Rule, ...] = (
    nothing_is_locked,
    period_is_open,
    partner_is_active,
    items_are_active,
    shipping_type_exists,
    require_due_date,
    bases_are_open,
    bases_match,
    bases_are_confirmed,
    deliveries_do_not_exceed,
    returns_do_not_exceed,
    partial_delivery_is_allowed,
    kits_are_whole,
    items_are_stocked,
    batches_and_serials_are_complete,
    reference_is_unique,
)
