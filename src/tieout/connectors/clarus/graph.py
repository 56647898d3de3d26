"""Reading by GraphQL: several lists in one request, every page of each, and one listing page by page for the feeds.

Section 3.1 of the Clarus facts gives the form. The schema is read once, at first use; when a query is refused it is
read again, since the tenant may have changed, and the query is asked once more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any

from tieout.connectors.clarus.queries import Listing
from tieout.connectors.clarus.rest import Rest
from tieout.connectors.clarus.schema import INTROSPECTION, Schema, read_schema
from tieout.connectors.clarus.values import Node, as_list, as_node, at, nodes_at, text_at
from tieout.connectors.contract import Misconfigured, RetryLater

PAGES_MAX = 10_000
"""No list we read whole is longer than this; a cursor that never ends is stopped here."""


class QueryRefused(Misconfigured):
    """Clarus would not answer a query as put: a field, a filter or a type it does not know."""


class AnsweredInPart(RetryLater):
    """Clarus answered a query with errors: it stumbled, or does not know a page mark any more."""


@dataclass(frozen=True)
class Ask:
    """One list to read. `where` is its filter; `after` the cursor to go on from."""

    of: Listing
    where: Mapping[str, Any] = field(default_factory=dict[str, Any])
    archived: bool = False
    after: str | None = None


@dataclass(frozen=True)
class Page:
    """Some records, and where the next are: None at the end."""

    nodes: tuple[Node, ...]
    after: str | None


class Graph:
    """The readable side of one tenant."""

    def __init__(self, rest: Rest, page_size: int) -> None:
        self._rest = rest
        self._page_size = page_size
        self._lock = Lock()
        self._schema: Schema | None = None

    @property
    def schema(self) -> Schema:
        """What this tenant offers. Raises `RetryLater`, `Misconfigured`."""
        with self._lock:
            if self._schema is None:
                self._schema = self._rest.introspect(INTROSPECTION, read_schema)
            return self._schema

    def all(self, of: Listing, **where: Any) -> list[Node]:
        """Every record of one list that a filter lets through."""
        return self.together({"only": Ask(of, where)})["only"]

    def together(self, asks: Mapping[str, Ask]) -> dict[str, list[Node]]:
        """Every record of several lists, by the names given; one request for all first pages, and so on."""
        found: dict[str, list[Node]] = {name: [] for name in asks}
        for _ in range(PAGES_MAX):
            if not asks:
                return found
            pages = self.pages(asks)
            for name, page in pages.items():
                found[name].extend(page.nodes)
            asks = {name: replace(ask, after=pages[name].after) for name, ask in asks.items() if pages[name].after}
        raise RetryLater(f"Clarus gave more than {PAGES_MAX} pages of {', '.join(asks)}", cause="down")

    def pages(self, asks: Mapping[str, Ask]) -> dict[str, Page]:
        """One page of each list. Raises `QueryRefused`, `RetryLater`, `Misconfigured`."""
        try:
            data = self._data(asks)
        except QueryRefused:
            with self._lock:
                self._schema = None
            data = self._data(asks)
        return {name: _page(data, name) for name in asks}

    def _data(self, asks: Mapping[str, Ask]) -> Node:
        body = self._rest.graphql(*_question(asks, self.schema, self._page_size))
        data, said = as_node(body.get("data")), _said(body)
        if data is not None and not said:
            return data
        if data is not None:
            raise AnsweredInPart(f"Clarus could answer only in part: {said}", cause="down")
        raise QueryRefused(f"Clarus refused a GraphQL query ({', '.join(a.of.root for a in asks.values())}): {said}")


def _question(asks: Mapping[str, Ask], schema: Schema, first: int) -> tuple[str, dict[str, Any]]:
    declared, parts = ["$first: Int"], list[str]()
    variables: dict[str, Any] = {"first": first}
    for name, ask in asks.items():
        given = {"first": "$first", "after": f"${name}_after"}
        declared.append(f"${name}_after: String")
        variables[f"{name}_after"] = ask.after
        if ask.where:
            given["filter"] = f"${name}"
            declared.append(f"${name}: {ask.of.filter_type}")
            variables[name] = ask.where
        if ask.archived:
            given["include_archived"] = "true"
        parts.append(_part(name, ask.of.root, given, schema.selection(ask.of)))
    return f"query({', '.join(declared)}) {{ {' '.join(parts)} }}", variables


def _part(name: str, root: str, given: Mapping[str, str], selection: str) -> str:
    arguments = ", ".join(f"{argument}: {value}" for argument, value in given.items())
    page = f"pageInfo {{ hasNextPage endCursor }} edges {{ node {{ {selection} }} }}"
    return f"{name}: {root} {{ all({arguments}) {{ {page} }} }}"


def _page(data: Node, name: str) -> Page:
    """One list of a reply, whole or not at all: a look-up that missed a record would have it made twice."""
    edges = at(data, f"{name}.all.edges")
    if not isinstance(edges, list):
        raise RetryLater(f"Clarus left out a list it was asked for ({name})", cause="down")
    nodes = tuple(nodes_at({"nodes": [at(as_node(edge), "node") for edge in as_list(edges)]}, "nodes"))
    if len(nodes) != len(as_list(edges)):
        raise RetryLater(f"Clarus left out a record of a list ({name})", cause="down")
    more = at(data, f"{name}.all.pageInfo.hasNextPage")
    if more is False:
        return Page(nodes, None)
    if more is not True:
        raise RetryLater(f"Clarus does not say whether it has more of a list ({name})", cause="down")
    after = text_at(data, f"{name}.all.pageInfo.endCursor")
    if after is None:
        raise RetryLater(f"Clarus has more of a list ({name}) but does not say where", cause="down")
    return Page(nodes, after)


def _said(body: Node) -> str:
    return "; ".join(text_at(error, "message") or "an error without a message" for error in nodes_at(body, "errors"))
