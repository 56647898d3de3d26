"""`metadata-catalog`: what the record types are, as JSON Schema and as OpenAPI (12)."""

from typing import Any

from tieout.twins.netsuite.call import Answer, Call
from tieout.twins.netsuite.errors import no_type
from tieout.twins.netsuite.schema import Field, Shape
from tieout.twins.netsuite.sources import OPEN
from tieout.twins.netsuite.state import State

SCHEMA, SWAGGER = "application/schema+json", "application/swagger+json"
PLAIN: dict[str, dict[str, Any]] = {
    "S": {"type": "string"},
    "I": {"type": "integer", "format": "int64"},
    "F": {"type": "number", "format": "double"},
    "B": {"type": "boolean"},
    "D": {"type": "string", "format": "date"},
    "T": {"type": "string", "format": "date-time"},
    "E": {"type": "object", "properties": {"id": {"type": "string"}, "refName": {"type": "string"}}},
    "R": {"$ref": "#/components/schemas/nsResource"},
    "M": {"$ref": "#/components/schemas/nsResourceCollection"},
}


def answer_catalog(state: State, call: Call, rest: tuple[str, ...]) -> Answer:
    """The list of types, one type, or those of `?select=`; `Accept` says in which form."""
    accept = call.headers.get("accept", "")
    names = list(rest[:1]) or [name for name in call.options.get("select", "").split(",") if name]
    shapes = [_find(state, call, name) for name in names]
    if rest and SWAGGER not in accept:
        return Answer(200, _json_schema(shapes[0]), media=SCHEMA)
    if SWAGGER in accept:
        return Answer(200, _openapi(state, call, shapes or list(state.schema.records.values())), media=SWAGGER)
    shown = shapes or list(state.schema.records.values())
    items = [_item(call, shape) for shape in shown]
    return Answer(200, {"items": items, "links": [{"rel": "self", "href": call.url}]}, kind="collection")


def _find(state: State, call: Call, name: str) -> Shape:
    shape = state.schema.find(name)
    if shape is None:
        raise no_type(name, call.url)
    return shape


def _item(call: Call, shape: Shape) -> dict[str, Any]:
    own = f"{call.base}/record/v1/metadata-catalog/{shape.name}"
    links = [("canonical", own, SCHEMA), ("alternate", own, SWAGGER)]
    listed = [{"rel": rel, "href": href, "mediaType": media} for rel, href, media in links]
    listed.append({"rel": "describes", "href": f"{call.base}/record/v1/{shape.name}", "mediaType": "application/json"})
    return {"name": shape.name, "links": listed}


def _json_schema(shape: Shape) -> dict[str, Any]:
    return {"$schema": "http://json-schema.org/draft-06/hyper-schema#", **_schema(shape)}


def _schema(shape: Shape) -> dict[str, Any]:
    fields: dict[str, Any] = {"id": {"type": "string"}, "refName": {"type": "string"}}
    fields |= {one.name: _field(one) for one in shape.fields.values()}
    filterable = [one.name for one in shape.fields.values() if one.kind not in "[{M"]
    return {"type": "object", "properties": fields, "x-ns-filterable": filterable}


def _field(one: Field) -> dict[str, Any]:
    if one.kind == "[":
        inner: dict[str, Any] = {"$ref": f"#/components/schemas/{one.of.replace('.', '-')}Collection"}
    elif one.kind == "{":
        inner = {"$ref": f"#/components/schemas/{one.of.replace('.', '-')}"}
    else:
        inner = dict(PLAIN[one.kind])
    return {**inner, "readOnly": True} if one.read_only else inner


def _openapi(state: State, call: Call, shapes: list[Shape]) -> dict[str, Any]:
    schemas: dict[str, Any] = {"nsResource": _RESOURCE, "nsResourceCollection": _collection("nsResource")}
    for shape in shapes:
        schemas[shape.name] = _schema(shape)
        _add_subs(state, shape, schemas)
    paths: dict[str, Any] = {}
    for shape in shapes:
        paths |= _paths(shape)
    info = {"title": "NetSuite REST Record API", "version": "v1"}
    servers = [{"url": f"{call.base}/record/v1"}]
    return {"openapi": "3.0.1", "info": info, "servers": servers, "paths": paths, "components": {"schemas": schemas}}


def _add_subs(state: State, shape: Shape, schemas: dict[str, Any]) -> None:
    for one in shape.fields.values():
        name = one.of.replace(".", "-")
        if one.kind in "[{" and (name if one.kind == "{" else f"{name}Element") not in schemas:
            sub = state.schema.subs[one.of]
            if one.kind == "[":
                keys = [key for key in ("line", "internalId") if key in sub.fields]
                keyed = {"x-ns-sublistkey": {"value": {"existing": keys}}} if keys else {}
                schemas[f"{name}Element"] = _schema(sub) | keyed
                schemas[f"{name}Collection"] = _collection(f"{name}Element")
            else:
                schemas[name] = _schema(sub)
            _add_subs(state, sub, schemas)


def _collection(of: str) -> dict[str, Any]:
    items = {"type": "array", "items": {"$ref": f"#/components/schemas/{of}"}}
    return {"type": "object", "properties": {"totalResults": {"type": "integer"}, "items": items}}


def _paths(shape: Shape) -> dict[str, Any]:
    own = {"$ref": f"#/components/schemas/{shape.name}"}
    given = {"requestBody": {"content": {"application/vnd.oracle.resource+json; type=singular": {"schema": own}}}}
    found = {"200": {"description": "Retrieved", "content": {"application/json": {"schema": own}}}}
    saved = {"204": {"description": "Saved"}}
    whole = {"get": {"responses": {"200": {"description": "Listed"}}}, "post": {**given, "responses": saved}}
    one = {"get": {"responses": found}, "patch": {**given, "responses": saved}}
    one |= {"put": {**given, "responses": saved}, "delete": {"responses": {"204": {"description": "Deleted"}}}}
    ways: dict[str, Any] = {
        f"/{shape.name}/{{id}}/!transform/{target}": {"post": {"responses": saved}}
        for source, target in OPEN
        if source == shape.name
    }
    return {f"/{shape.name}": whole, f"/{shape.name}/{{id}}": one, **ways}


_RESOURCE: dict[str, Any] = {
    "type": "object",
    "properties": {"id": {"type": "string"}, "refName": {"type": "string"}, "externalId": {"type": "string"}},
}
