"""What one tenant's GraphQL offers beyond the published reference, found by introspection.

A tenant that does not answer introspection is taken to offer just what is published.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from tieout.connectors.clarus.queries import Listing
from tieout.connectors.clarus.values import Node, NotJson, as_node, at, nodes_at, parse, text_at

_TYPE = "type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }"
INTROSPECTION = f"""
query {{ __schema {{ queryType {{ name }} types {{
  kind name
  fields {{ name {_TYPE} args {{ name {_TYPE} }} }}
  inputFields {{ name {_TYPE} }}
  enumValues {{ name }}
}} }} }}
"""
_LEAVES = ("SCALAR", "ENUM")


@dataclass(frozen=True)
class Schema:
    """Types by name, each as introspection describes it. Empty: nothing but the published reference is known."""

    query: str = ""
    types: Mapping[str, Node] = field(default_factory=dict[str, Node])
    _selections: dict[Listing, str] = field(default_factory=dict[Listing, str], compare=False, repr=False)
    """Worked out once for each list: every read of an order needs them, and the schema is fixed."""

    def selection(self, listing: Listing) -> str:
        """The fields to ask for: the documented ones and those extra ones this tenant has."""
        if listing not in self._selections:
            node = self._node(listing.root)
            offered = [path for path in listing.extra if self._is_leaf(node, path)]
            twice = {path for path in offered if path.endswith(".id") and path.removesuffix(".id") + "_id" in offered}
            extra = (_braced(path) for path in offered if path not in twice)
            self._selections[listing] = " ".join((listing.documented, *extra))
        return self._selections[listing]

    def has(self, listing: Listing, path: str) -> bool:
        """Whether an extra field of a list can be read here."""
        return path in listing.extra and self._is_leaf(self._node(listing.root), path)

    def filters_by(self, listing: Listing, name: str) -> bool:
        """Whether a list can be filtered by a name that is not published for it."""
        return _entry(self.types.get(listing.filter_type), "inputFields", name) is not None

    def enum_of_filter(self, listing: Listing, name: str) -> frozenset[str] | None:
        """The values an enum filter takes, or None when the tenant does not tell."""
        values = self._named(_entry(self.types.get(listing.filter_type), "inputFields", name))
        names = nodes_at(self._named(_entry(values, "inputFields", "in")), "enumValues")
        return frozenset(str(value.get("name")) for value in names) or None

    def _named_query(self) -> Node | None:
        return self.types.get(self.query)

    def _field(self, owner: Node | None, name: str) -> Node | None:
        return self._named(_entry(owner, "fields", name))

    def _node(self, root: str) -> Node | None:
        found = self._named_query()
        for name in (root, "all", "edges", "node"):
            found = self._field(found, name)
        return found

    def _is_leaf(self, node: Node | None, path: str) -> bool:
        for name in path.split("."):
            node = self._field(node, name)
        return at(node, "kind") in _LEAVES

    def _named(self, entry: Node | None) -> Node | None:
        """The type an entry has, without its lists and non-nulls."""
        kind = at(entry, "type")
        while at(kind, "ofType"):
            kind = at(kind, "ofType")
        name = at(kind, "name")
        return self.types.get(name) if isinstance(name, str) else None


@lru_cache(maxsize=4)
def read_schema(body: bytes) -> Schema:
    """The schema from an introspection answer; empty when there is none. Raises `NotJson`.

    The same answer is understood once: it is long, and every connection of a tenant is given the same.
    """
    answer = as_node(parse(body))
    if answer is None:
        raise NotJson("not a JSON object")
    types = nodes_at(answer, "data.__schema.types")
    return Schema(
        text_at(answer, "data.__schema.queryType.name") or "", {str(entry.get("name")): entry for entry in types}
    )


def _entry(owner: Node | None, group: str, name: str) -> Node | None:
    return next((entry for entry in nodes_at(owner, group) if entry.get("name") == name), None)


def _braced(path: str) -> str:
    *outer, leaf = path.split(".")
    return "".join(f"{name} {{ " for name in outer) + leaf + " }" * len(outer)
