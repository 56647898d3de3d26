"""`record/v1`: records read, made, changed and deleted, their sub-resources, and transforms (4, 5)."""

from collections.abc import Callable

from tieout.twins.netsuite import catalog, editing
from tieout.twins.netsuite.call import Answer, Call
from tieout.twins.netsuite.collection import list_records
from tieout.twins.netsuite.errors import bad_content, bad_request, no_record, no_type, not_allowed, not_permitted
from tieout.twins.netsuite.reading import Reader
from tieout.twins.netsuite.schema import Row, Shape, is_object
from tieout.twins.netsuite.shapes import with_shelves
from tieout.twins.netsuite.state import State
from tieout.twins.netsuite.transform import transform
from tieout.twins.netsuite.writing import Writer, line_key, writer_for

WRITES = ("POST", "PATCH", "PUT", "DELETE")


def answer_record(state: State, call: Call, before_write: Callable[[], None]) -> Answer:
    """Answers one call below `record/v1`. `before_write` may refuse any write. Raises `Refusal`."""
    _, _, *rest = call.path
    if not rest:
        raise bad_request("The request URL is not valid.")
    if rest[0] == "metadata-catalog":
        return catalog.answer_catalog(state, call, tuple(rest[1:]))
    shape = state.schema.find(rest[0])
    if shape is None:
        raise no_type(rest[0], call.url)
    if shape.name in state.settings.missing_permissions:
        raise not_permitted()
    if call.method in WRITES:
        before_write()
    return _on_type(state, call, shape) if len(rest) == 1 else _on_record(state, call, shape, rest[1], tuple(rest[2:]))


def _on_type(state: State, call: Call, shape: Shape) -> Answer:
    if call.method == "GET":
        return list_records(state, call, shape)
    if call.method != "POST":
        raise not_allowed(call.method)
    reader = reader_for(state, call)
    row = editing.create(state, shape, reader.read(shape, call.json()))
    return _saved(call, row, reader)


def _on_record(state: State, call: Call, shape: Shape, ident: str, below: tuple[str, ...]) -> Answer:
    if call.method == "PUT" and not below:
        return _upsert(state, call, shape, ident)
    row = state.find(shape, ident)
    if below:
        return _below(state, call, shape, row, below)
    if call.method == "GET":
        return Answer(200, writer_for(state, call).record(with_shelves(state, row), call.names("fields")))
    if call.method == "PATCH":
        reader = reader_for(state, call)
        editing.change(state, row, reader.read(shape, call.json()), frozenset(call.names("replace")))
        return _saved(call, row, reader)
    if call.method == "DELETE":
        editing.delete(state, row)
        return Answer(204)
    raise not_allowed(call.method)


def _upsert(state: State, call: Call, shape: Shape, ident: str) -> Answer:
    """PUT goes by external id alone (4)."""
    if not ident.startswith("eid:"):
        raise bad_request("A record can be upserted by its external ID only: use eid:<externalId>.")  # text: assumption
    reader = reader_for(state, call)
    body = {**reader.read(shape, call.json()), "externalId": ident.removeprefix("eid:")}
    known = state.external.get((state.external_space(shape), body["externalId"]))
    if known is None or known[0] != shape.name:
        row = editing.create(state, shape, body)
    else:
        row = state.find(shape, ident)
        editing.change(state, row, body, frozenset(call.names("replace")))
    return _saved(call, row, reader)


def reader_for(state: State, call: Call) -> Reader:
    """A reader as the call's headers ask for it (3)."""
    if not is_object(call.json()):
        raise bad_content("Invalid content in the request body: an object is expected.")
    return Reader(state, call.headers.get("x-netsuite-propertynamevalidation", "warning").lower())


def _saved(call: Call, row: Row, reader: Reader) -> Answer:
    """204 and where the record is; what was passed over is told in a header (3)."""
    headers = [("Location", f"{call.base}/record/v1/{row['_type']}/{row['id']}")]
    if reader.warnings:
        headers.append(("X-NetSuite-PropertyValidation", "; ".join(reader.warnings)))
    return Answer(204, headers=tuple(headers))


def _below(state: State, call: Call, shape: Shape, row: Row, below: tuple[str, ...]) -> Answer:
    if below[0] == "!transform":
        return _transform(state, call, row, below[1:])
    if call.method != "GET":
        raise not_allowed(call.method)
    return _sub_resource(writer_for(state, call), shape, with_shelves(state, row), call.url, below)


def _transform(state: State, call: Call, row: Row, below: tuple[str, ...]) -> Answer:
    target = state.schema.find(below[0]) if len(below) == 1 else None
    if target is None:
        raise no_type("/".join(below), call.url)
    if call.method != "POST":
        raise not_allowed(call.method)
    state.refuse_if_locked(row)
    reader = reader_for(state, call)
    made = transform(state, row, target.name, reader.read(target, call.json()), frozenset(call.names("replace")))
    return _saved(call, made, reader)


def _sub_resource(writer: Writer, shape: Shape, row: Row, href: str, below: tuple[str, ...]) -> Answer:
    """A sublist, a line of it, a subrecord, or what a reference leads to (4)."""
    field = shape.find(below[0])
    value = row.get(field.name) if field is not None else None
    if field is None or value is None:
        raise no_record()
    rest = below[1:]
    if field.kind == "R":
        target = writer.state.get(field.of, value if isinstance(value, int) else None)
        if target is None:
            raise no_record()
        found = writer.state.shape_of(target)
        return _sub_resource(writer, found, target, href, rest) if rest else Answer(200, writer.record(target))
    if field.kind not in "[{":
        raise no_record()
    sub = writer.state.schema.subs[field.of]
    if field.kind == "[":
        if not rest:
            return Answer(200, writer.sublist(sub, value, href), kind="collection")
        keyed = {str(line_key(line, index)): line for index, line in enumerate(value, 1)}
        if rest[0] not in keyed:
            raise no_record()
        value, rest = keyed[rest[0]], rest[1:]
    return _sub_resource(writer, sub, value, href, rest) if rest else Answer(200, writer.line(sub, value, href))
