"""One entity set at work: reading, creating, changing, deleting, and the actions bound to a document."""

import json
from collections.abc import Callable

from tieout.twins.sap_b1 import backorders, drafts, editing, lifecycle, masterdata
from tieout.twins.sap_b1.call import Answer, Call, key_text, read_key
from tieout.twins.sap_b1.errors import Refusal, changed_meanwhile, not_found, not_supported
from tieout.twins.sap_b1.kinds import KINDS, Kind
from tieout.twins.sap_b1.query import Shape, matching, read_collection, related
from tieout.twins.sap_b1.reading import read_row
from tieout.twins.sap_b1.schema import EntitySet, Property, Row
from tieout.twins.sap_b1.state import State, key_of
from tieout.twins.sap_b1.writing import PREFIX, Writer, etag

ACTIONS: dict[str, Callable[[State, Kind, Row], None]] = {
    "Close": lifecycle.close,
    "Cancel": lifecycle.cancel,
    "Reopen": lifecycle.reopen,
}
"""Bound actions that answer 204. [E][R]"""

READ_ONLY_SETS = frozenset({"JournalEntries"})


class Entities:
    """Answers calls on entity sets. `on_schema_change` runs after a user-defined field was added."""

    def __init__(self, state: State, on_schema_change: Callable[[], None]) -> None:
        self._state = state
        self._on_schema_change = on_schema_change

    def answer(self, writer: Writer, call: Call, entity_set: EntitySet) -> Answer:
        """Answers one call. Raises `Refusal`."""
        if call.key is None:
            return self._on_set(writer, call, entity_set)
        row = self._find(call, entity_set)
        if call.tail:
            return self._below(writer, call, entity_set, row)
        if call.method == "GET":
            return self._read(writer, call, entity_set, row)
        self._guard(call, entity_set, row)
        if call.method in ("PATCH", "PUT", "MERGE"):
            self._change(call, entity_set, row)
            return Answer(204)
        if call.method == "DELETE":
            self._delete(entity_set, row)
            return Answer(204)
        raise not_supported()

    def _on_set(self, writer: Writer, call: Call, entity_set: EntitySet) -> Answer:
        if call.method == "GET" and call.tail == ("$count",):
            return Answer(200, str(len(matching(self._state, call, entity_set))), content_type="text/plain")
        if call.tail:
            raise not_found()
        if call.method == "GET":
            text, headers = read_collection(self._state, writer, call, entity_set)
            return Answer(200, text, headers + _version_header(call))
        if call.method == "POST":
            return self._create(writer, call, entity_set)
        raise not_supported()

    def _find(self, call: Call, entity_set: EntitySet) -> Row:
        kind = self._state.schema.types[entity_set.type]
        row = self._state.get(entity_set.name, read_key(kind, call.key or ""))
        if row is None:
            raise not_found()
        return row

    def _key(self, entity_set: EntitySet, row: Row) -> object:
        return key_of(row, self._state.tables[entity_set.name].key)

    def _read(self, writer: Writer, call: Call, entity_set: EntitySet, row: Row) -> Answer:
        shape = Shape(self._state, writer, call, entity_set)
        tag = shape.etag(row)
        headers = (("ETag", tag),) if tag else ()
        return Answer(200, shape.single(call, row), headers + _version_header(call))

    def _create(self, writer: Writer, call: Call, entity_set: EntitySet) -> Answer:
        if entity_set.name in READ_ONLY_SETS:
            raise not_supported()
        body = read_row(self._state.schema, self._state.schema.types[entity_set.type], call.json())
        row = self._make(entity_set.name, body)
        if entity_set.name == "UserFieldsMD":
            self._on_schema_change()
        return self._created(writer, call, entity_set, row)

    def _make(self, name: str, body: Row) -> Row:
        if name == drafts.DRAFTS:
            return drafts.save_draft(self._state, body)
        kind = KINDS.get(name)
        return backorders.post(self._state, kind, body) if kind else masterdata.create(self._state, name, body)

    def _created(self, writer: Writer, call: Call, entity_set: EntitySet, row: Row) -> Answer:
        key = key_text(self._state.schema.types[entity_set.type], self._key(entity_set, row))
        location = ("Location", f"{call.root}/{entity_set.name}({key})")
        if call.prefers("return-no-content"):
            return Answer(204, "", (location, ("Preference-Applied", "return-no-content")))
        shape = Shape(self._state, writer, call, entity_set)
        tag = (("ETag", etag(row["DataVersion"])),) if entity_set.etag else ()
        return Answer(201, shape.single(call, row), (location, *tag, *_version_header(call)))

    def _guard(self, call: Call, entity_set: EntitySet, row: Row) -> None:
        """A lock, or an `If-Match` that no longer holds. Only `W/` values are checked, and none in `$batch`. [V]"""
        self._state.refuse_if_locked(entity_set.name, self._key(entity_set, row))
        seen = call.headers.get("if-match", "")
        if entity_set.etag and not call.in_batch and seen.startswith("W/") and seen != etag(row["DataVersion"]):
            raise changed_meanwhile()

    def _change(self, call: Call, entity_set: EntitySet, row: Row) -> None:
        state = self._state
        if entity_set.name in READ_ONLY_SETS:
            raise not_supported()
        body = read_row(state.schema, state.schema.types[entity_set.type], call.json())
        if call.method == "PUT":
            body = {**_blank(row), **body}
        replace = call.headers.get("b1s-replacecollectionsonpatch", "").lower() == "true"
        if entity_set.name == drafts.DRAFTS:
            drafts.edit_draft(state, row, body, replace_lines=replace)
            return
        kind = KINDS.get(entity_set.name)
        if kind is None:
            masterdata.change(state, entity_set.name, row, body)
            return
        editing.edit_document(state, kind, row, body, replace_lines=replace)

    def _delete(self, entity_set: EntitySet, row: Row) -> None:
        if entity_set.name == drafts.DRAFTS:
            drafts.delete_draft(self._state, row)
        else:
            masterdata.delete(self._state, entity_set.name, self._key(entity_set, row))

    def _below(self, writer: Writer, call: Call, entity_set: EntitySet, row: Row) -> Answer:
        word = call.tail[0]
        if call.method == "POST":
            return self._act(writer, call, entity_set, row, word)
        if call.method != "GET":
            raise not_supported()
        kind = self._state.schema.types[entity_set.type]
        nav = kind.navigations.get(word)
        if nav is not None:
            return self._navigate(writer, call, [*related(self._state, row, nav)], nav.target, many=nav.many)
        prop = kind.find(word)
        if prop is None or prop.kind in self._state.schema.types:
            raise not_found()
        return _one_property(writer, call, prop, row.get(prop.name, prop.default))

    def _act(self, writer: Writer, call: Call, entity_set: EntitySet, row: Row, word: str) -> Answer:
        kind = KINDS.get(entity_set.name)
        if kind is None or word not in (*ACTIONS, "CreateCancellationDocument"):
            raise not_supported()
        self._guard(call, entity_set, row)
        if word == "CreateCancellationDocument":
            made = lifecycle.cancellation_document(self._state, kind, row)
            return Answer(200, Shape(self._state, writer, call, entity_set).single(call, made), _version_header(call))
        ACTIONS[word](self._state, kind, row)
        return Answer(204)

    def _navigate(self, writer: Writer, call: Call, rows: list[Row], target: str, *, many: bool) -> Answer:
        shape = Shape(self._state, writer, call, self._state.schema.sets[target])
        if not many:
            if not rows:
                raise not_found()
            return Answer(200, shape.single(call, rows[0]), _version_header(call))
        values = ",".join(shape.member(row) for row in rows)
        name = "odata.metadata" if writer.version == 1 else "@odata.context"
        return Answer(200, f'{{"{name}":"{call.service}$metadata#{target}","value":[{values}]}}', _version_header(call))


def _blank(row: Row) -> Row:
    """`PUT` resets what is not sent: the user's own fields and remarks here (what else it resets: assumption)."""
    return {name: None for name in row if name.startswith("U_") or name in ("Comments", "NumAtCard", "ForeignName")}


def _version_header(call: Call) -> tuple[tuple[str, str], ...]:
    """On data reads of v2. [W]"""
    return (("OData-Version", "4.0"),) if call.version == 2 else ()


def _one_property(writer: Writer, call: Call, prop: Property, value: object) -> Answer:
    """A property on its own, or raw with `/$value`. [M]"""
    raw = call.tail[1:] == ("$value",)
    if value is None:
        if raw:
            raise Refusal(-2028, f"Resource not found for the property: {prop.name}", 404)
        return Answer(200, json.dumps({f"{PREFIX[writer.version]}.null": True}))
    plain = writer.plain(prop, value)
    return Answer(200, str(plain), content_type="text/plain") if raw else Answer(200, json.dumps({"value": plain}))
