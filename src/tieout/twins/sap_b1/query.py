"""Reading entity sets: `$filter`, `$select`, `$orderby`, `$expand`, `$top`, `$skip`, counts and pages. [M]"""

import re
from typing import Any
from urllib.parse import quote

from tieout.twins.sap_b1.call import Call
from tieout.twins.sap_b1.errors import unknown_in_query, unreadable
from tieout.twins.sap_b1.odata_filter import Filter
from tieout.twins.sap_b1.schema import EntitySet, Navigation, Row, TypeDef
from tieout.twins.sap_b1.state import State
from tieout.twins.sap_b1.writing import PREFIX, Writer, etag, value_reader

ALL = Filter(lambda _: True)
_EXPAND = re.compile(r"\s*(\w+)(?:\(\s*\$select=([^)]*)\))?\s*(?:,|$)")


def matching(state: State, call: Call, entity_set: EntitySet) -> list[Any]:
    """The keys of all rows that pass `$filter`, in the order asked for."""
    kind = state.schema.types[entity_set.type]
    table = state.tables[entity_set.name]
    text, order = call.options.get("$filter", "").strip(), call.options.get("$orderby", "").strip()
    if not text and not order:
        return table.keys()
    any_case = call.headers.get("b1s-caseinsensitive", "").lower() == "true"
    wanted = state.filters.compile(kind, text, any_case=any_case) if text else ALL
    keys = table.find(wanted, (text, any_case))
    return _ordered(kind, keys, table.rows, order) if order else keys


def _ordered(kind: TypeDef, keys: list[Any], rows: dict[Any, Row], order: str) -> list[Any]:
    keys = list(keys)
    for part in reversed(order.split(",")):
        name, _, direction = part.strip().partition(" ")
        prop = kind.find(name)
        if prop is None:
            raise unknown_in_query(name)
        read = value_reader(prop)
        keys.sort(key=lambda key: _sortable(read(rows[key])), reverse=direction.strip() == "desc")
    return keys


def _sortable(value: Any) -> tuple[bool, Any]:
    return (value is not None, 0 if value is None else value)


def _count_option(call: Call) -> bool:
    """Whether the count is wanted inline: `$inlinecount` in v1, `$count` in v2. [M][P]"""
    inline = call.options.get("$inlinecount")
    if inline is not None and inline not in ("allpages", "none"):
        raise unreadable(f"Invalid value '{inline}' of $inlinecount")  # text: assumption
    return inline == "allpages" or call.options.get("$count") == "true"


def whole_number(call: Call, option: str) -> int | None:
    """A non-negative number among the options."""
    text = call.options.get(option)
    if text is None:
        return None
    if not text.isdigit():
        raise unreadable(f"Invalid value '{text}' of {option}")  # text: assumption
    return int(text)


def page_size(state: State, call: Call) -> tuple[int, tuple[tuple[str, str], ...]]:
    """Rows per page (0: all), and the header that says a preference was applied. The request beats the settings. [M]"""
    match = re.search(r"odata\.maxpagesize=(\d+)", call.headers.get("prefer", ""))
    if match:
        return int(match.group(1)), (("Preference-Applied", match.group(0)),)
    own = call.headers.get("b1s-pagesize", "")
    return (int(own) if own.isdigit() else state.settings.page_size), ()


def read_collection(
    state: State, writer: Writer, call: Call, entity_set: EntitySet
) -> tuple[str, tuple[tuple[str, str], ...]]:
    """One page of an entity set as JSON, with headers for the reply."""
    keys = matching(state, call, entity_set)
    skip, top = whole_number(call, "$skip") or 0, whole_number(call, "$top")
    size, headers = page_size(state, call)
    end = len(keys) if top is None else min(len(keys), skip + top)
    stop = min(end, skip + size) if size else end
    rows = state.tables[entity_set.name].rows
    shape = Shape(state, writer, call, entity_set)
    values = ",".join(shape.member(rows[key]) for key in keys[skip:stop])
    prefix = PREFIX[writer.version]
    parts = [f'"{_context_name(writer)}":"{call.service}$metadata#{entity_set.name}"']
    if _count_option(call):
        parts.append(f'"{prefix}.count":' + (f'"{len(keys)}"' if writer.version == 1 else str(len(keys))))
    parts.append(f'"value":[{values}]')
    if stop < end:
        parts.append(f'"{prefix}.nextLink":"{_next_link(state, call, entity_set, stop, end - stop, top)}"')
    return "{" + ",".join(parts) + "}", headers


def _context_name(writer: Writer) -> str:
    return "odata.metadata" if writer.version == 1 else "@odata.context"


def _next_link(state: State, call: Call, entity_set: EntitySet, skip: int, left: int, top: int | None) -> str:
    """Root-relative in v1 [M], relative to the service in v2 [N]; a setting fixes one form, or drops the options [P].

    With `$top`, a page is never larger than the page size, and the link asks for what is left of it (assumption).
    """
    kept = {name: value for name, value in call.options.items() if name != "$skip"}
    if not state.settings.next_link_keeps_options:
        kept = {}
    if top is not None:
        kept["$top"] = str(left)
    parts = [f"{name}={quote(value, safe='$,()')}" for name, value in kept.items()]
    link = f"{entity_set.name}?{'&'.join([*parts, f'$skip={skip}'])}"
    form = state.settings.next_link
    if form == "by_version":
        form = "root" if call.version == 1 else "service"
    return {"service": "", "root": f"{call.root}/", "absolute": call.service}[form] + link


class Shape:
    """How the rows of one call are written: what is selected, what is expanded, with which annotations."""

    def __init__(self, state: State, writer: Writer, call: Call, entity_set: EntitySet) -> None:
        self._state = state
        self._writer = writer
        self._set = entity_set
        self._kind = state.schema.types[entity_set.type]
        self.select = _selected(self._kind, call.options.get("$select", ""))
        self._expand = self._expanded(call.options.get("$expand", ""))

    def member(self, row: Row) -> str:
        """One row of a collection."""
        return "{" + self._inside(row) + "}"

    def single(self, call: Call, row: Row) -> str:
        """One row on its own, with its context."""
        ending = "@Element" if call.version == 1 else "$entity"
        context = f'"{_context_name(self._writer)}":"{call.service}$metadata#{self._set.name}/{ending}"'
        return "{" + context + "," + self._inside(row) + "}"

    def etag(self, row: Row) -> str | None:
        """The header: absent on sets without ETags, and with `$select`. [Q]"""
        return etag(row["DataVersion"]) if self._set.etag and self.select is None else None

    def _inside(self, row: Row) -> str:
        parts: list[str] = []
        if self._set.etag:
            # With `$select` the version was never loaded, so the body's value is always that of 1. [Q]
            value = etag(row["DataVersion"] if self.select is None else 1)
            parts.append(f'"{PREFIX[self._writer.version]}.etag":"{value.replace(chr(34), chr(92) + chr(34))}"')
        if self.select is None:
            parts.append(self._writer.members(self._kind, row))
        else:
            parts.append(self._writer.selected(self._kind, row, self.select))
        parts.extend(self._related(row, nav, names) for nav, names in self._expand)
        return ",".join(part for part in parts if part)

    def _expanded(self, text: str) -> list[tuple[Navigation, list[str] | None]]:
        found: list[tuple[Navigation, list[str] | None]] = []
        at = 0
        while at < len(text):
            match = _EXPAND.match(text, at)
            nav = self._kind.navigations.get(match.group(1)) if match else None
            if match is None or nav is None:
                raise unknown_in_query(text[at:])
            found.append((nav, _selected(self._state.schema.types[nav.type], match.group(2) or "")))
            at = match.end()
        return found

    def _related(self, row: Row, nav: Navigation, names: list[str] | None) -> str:
        kind = self._state.schema.types[nav.type]
        texts = [
            self._writer.row(kind, one) if names is None else "{" + self._writer.selected(kind, one, names) + "}"
            for one in related(self._state, row, nav)
        ]
        if nav.many:
            return f'"{nav.name}":[{",".join(texts)}]'
        return f'"{nav.name}":{texts[0] if texts else "null"}'


def related(state: State, row: Row, nav: Navigation) -> list[Row]:
    """The rows a navigation property leads to."""
    own = row.get(nav.own)
    table = state.tables[nav.target]
    if own is None:
        return []
    if not nav.many and table.key == (nav.theirs,):
        return [table.rows[own]] if own in table.rows else []
    wanted = Filter(lambda other: other.get(nav.theirs) == own, {nav.theirs: own})
    return [table.rows[key] for key in table.find(wanted, ("navigation", nav.theirs, own))]


def _selected(kind: TypeDef, text: str) -> list[str] | None:
    """The properties `$select` names; none means all. `Nav/Name` is V3's way of expanding, and passed over."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names or "*" in names:
        return None
    found: list[str] = []
    for name in names:
        head = name.partition("/")[0]
        prop = kind.find(head)
        if prop is None and head not in kind.navigations:
            raise unknown_in_query(name)
        if prop is not None:
            found.append(prop.name)
    return found
