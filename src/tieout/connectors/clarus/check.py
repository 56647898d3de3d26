"""Whether a connection is fit for work: signing in, and everything the settings name by code or id."""

from tieout.connectors.clarus import on_hold, stock_changes
from tieout.connectors.clarus.flows import Flow, inward
from tieout.connectors.clarus.graph import Ask, Graph
from tieout.connectors.clarus.lookup import Lookup
from tieout.connectors.clarus.queries import (
    AUTOMATIONS,
    GOODS_IN_MOVES,
    GOODS_IN_RECEIPTS,
    GOODS_IN_TRANSACTIONS,
    GOODS_OUT_LINES,
    GOODS_OUTS,
    INBOUND_ITEMS,
    RECEIPT_HEADERS,
    SITES,
    STORAGE_UNIT_TYPES,
    TRANSACTIONS,
    WAREHOUSES,
    Listing,
)
from tieout.connectors.clarus.settings import Settings
from tieout.connectors.clarus.values import Node, as_id, at
from tieout.connectors.contract import Misconfigured

WISHED = (
    (GOODS_OUTS, "external_system_reference1"),
    (GOODS_OUT_LINES, "alt_line_number"),
    (TRANSACTIONS, "goods_out.id"),
    (TRANSACTIONS, "goods_out_line.id"),
    (TRANSACTIONS, "shipment.id"),
    (GOODS_IN_RECEIPTS, "external_system_reference1"),
    (INBOUND_ITEMS, "alt_line_number"),
    (RECEIPT_HEADERS, "external_system_reference2"),
    (GOODS_IN_MOVES, "stock_status"),
    (GOODS_IN_TRANSACTIONS, "goods_in_receipt.id"),
    (GOODS_IN_TRANSACTIONS, "goods_in_receipt_line.id"),
)
"""Fields outside the published reference that make work exact; without one, tieout makes do."""


def check(graph: Graph, lookup: Lookup, settings: Settings) -> str:
    """A sentence for people. Raises `Misconfigured` with every fault found, or `RetryLater`."""
    sites = graph.pages({"sites": Ask(SITES)})["sites"].nodes
    lookup.account()
    faults = [
        *(f"there is no warehouse {code!r}" for code in settings.warehouses if lookup.id(WAREHOUSES, code) is None),
        *_storage_faults(lookup, settings),
        *_subtype_faults(graph, settings),
        *_automation_faults(graph.all(AUTOMATIONS) if settings.webhook_automations else [], settings),
    ]
    if faults:
        raise Misconfigured(f"Clarus tenant {settings.tenant}: {'; '.join(faults)}")
    return (
        f"Signed in to Clarus tenant {settings.tenant}, account {settings.account}, {len(sites)} sites."
        f"{_lacks(graph)}{_receipts(graph, inward(settings))}{_stock_changes(graph, settings)}"
    )


def _storage_faults(lookup: Lookup, settings: Settings) -> list[str]:
    code = settings.storage_unit_type
    if code is None or lookup.id(STORAGE_UNIT_TYPES, code) is not None:
        return []
    return [f"there is no storage unit type {code!r}"]


def _subtype_faults(graph: Graph, settings: Settings) -> list[str]:
    known = graph.schema.enum_of_filter(TRANSACTIONS, "subtype")
    named = (*settings.dispatch_subtypes, *settings.undispatch_subtypes)
    return [f"movements have no subtype {subtype!r}" for subtype in named if known is not None and subtype not in known]


def _automation_faults(automations: list[Node], settings: Settings) -> list[str]:
    by_id = {as_id(node.get("id")): node for node in automations}
    faults = [_automation_fault(by_id.get(one), one, event) for one, event in settings.webhook_automations.items()]
    return [fault for fault in faults if fault]


def _automation_fault(node: Node | None, automation: str, event: str) -> str | None:
    if node is None:
        return f"there is no automation {automation}"
    told = f"{at(node, 'resource_name')}/{at(node, 'event')}"
    if told != event:
        return f"automation {automation} is for {told}, not {event}"
    return None if at(node, "enabled") is True else f"automation {automation} is switched off"


def _receipts(graph: Graph, flow: Flow) -> str:
    """What keeps receipts from being read. No fault: the tenant may have none to do with us."""
    lacking = flow.lacking(graph)
    if lacking:
        return f" Nothing can be read of receipts: it does not show {' and '.join(lacking)}."
    unknown = [one for one in (*flow.forth, *flow.back) if one not in flow.subtypes(graph)]
    return f" Movements of receipts have no subtype {', '.join(unknown)}." if unknown else ""


def _stock_changes(graph: Graph, settings: Settings) -> str:
    """What keeps changes of stock from being read. No fault: they may be counted elsewhere."""
    lacking = [*stock_changes.lacking(graph, settings), *on_hold.lacking(graph, settings)]
    if lacking:
        return f" Nothing can be read of changes of stock: it does not show {' and '.join(lacking)}."
    unknown = stock_changes.unknown_subtypes(graph, settings)
    return f" Movements of changes of stock have no subtype {', '.join(unknown)}." if unknown else ""


def _lacks(graph: Graph) -> str:
    lacking = [f"{of.root}.{path}" for of, path in WISHED if not _offered(graph, of, path)]
    return f" This tenant does not show {', '.join(lacking)}." if lacking else ""


def _offered(graph: Graph, of: Listing, path: str) -> bool:
    return graph.schema.has(of, path) or graph.schema.has(of, path.replace(".", "_"))
