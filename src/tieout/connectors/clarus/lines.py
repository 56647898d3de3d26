"""Lines of what the warehouse is asked to do, out or in: how they are sent and how they compare with others. Pure.

`products` is Clarus's own ids by item code; `quantity` is what a line's quantity is called. `numbered`: this tenant
shows our line numbers.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from tieout.connectors.clarus.values import Node, as_id, at, number_at, text_at, wire_id, wire_number
from tieout.domain.identity import item_identity
from tieout.domain.postings import Asked, AskedLine


def products_of(asked: Asked, known: Mapping[str, str]) -> dict[str, str]:
    """The product ids of an order's items."""
    return {line.item: known[item_identity(line.item)] for line in asked.lines}


def all_added(asked: Asked, reference: str, products: Mapping[str, str], quantity: str) -> list[dict[str, Any]]:
    """Every line, to be added."""
    return [_added(line, reference, products, quantity) for line in asked.lines]


def same(asked: Asked, products: Mapping[str, str], there: Sequence[Node], quantity: str, *, numbered: bool) -> bool:
    """Whether the lines in Clarus say what was asked for."""
    wanted = Counter((line.line if numbered else None, products[line.item], line.qty_base) for line in asked.lines)
    found = Counter(
        (text_at(node, "alt_line_number") if numbered else None, _product(node), number_at(node, quantity))
        for node in there
    )
    return wanted == found


def changes(
    asked: Asked,
    reference: str,
    products: Mapping[str, str],
    lines: Sequence[Node],
    quantity: str,
    *,
    numbered: bool,
    remove: str,
) -> list[dict[str, Any]]:
    """What must change so that the lines in Clarus say what is asked for; empty when they do.

    Assumption (seam `LineChangeVerb`): `remove` is `DESTROY` or `REMOVE`.
    """
    there: dict[str | None, list[Node]] = {}
    for node in lines:
        there.setdefault(text_at(node, "alt_line_number") if numbered else _product(node), []).append(node)
    added: list[dict[str, Any]] = []
    updated: list[dict[str, Any]] = []
    for line in asked.lines:
        found = _take(there, line.line if numbered else products[line.item])
        if found is None or _product(found) != products[line.item]:
            if found is not None:
                there.setdefault(None, []).append(found)
            added.append(_added(line, reference, products, quantity))
        elif number_at(found, quantity) != line.qty_base:
            updated.append(_line_change("UPDATE", found) | {"attributes": {quantity: wire_number(line.qty_base)}})
    removed = [_line_change(remove, node) for nodes in there.values() for node in nodes]
    return removed + updated + added


def _take(there: dict[str | None, list[Node]], key: str) -> Node | None:
    nodes = there.get(key)
    return nodes.pop(0) if nodes else None


def _added(line: AskedLine, reference: str, products: Mapping[str, str], quantity: str) -> dict[str, Any]:
    made = {
        "product_id": wire_id(products[line.item]),
        quantity: wire_number(line.qty_base),
        "alt_line_number": line.line,
        "external_system_reference1": f"{reference}/{line.line}",
    }
    return {"type": "ADD", "attributes": made}


def _line_change(verb: str, node: Node) -> dict[str, Any]:
    return {"type": verb, "id": wire_id(str(as_id(node.get("id"))))}


def _product(node: Node) -> str | None:
    return as_id(at(node, "product.id"))
