"""The GraphQL schema, built from the data in `graph_nodes.py`. Type names beyond the published ones are assumptions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any, cast

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLEnumValue,
    GraphQLField,
    GraphQLFloat,
    GraphQLID,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLString,
)

from tieout.twins.clarus.automations import ALL_EVENTS, EVENTS
from tieout.twins.clarus.graph_filters import Filter
from tieout.twins.clarus.graph_node import Node
from tieout.twins.clarus.graph_nodes import NODES
from tieout.twins.clarus.graph_pages import page
from tieout.twins.clarus.graph_values import Read, moment_of, reader
from tieout.twins.clarus.records import Record, Status
from tieout.twins.clarus.resources import REASON_TYPES
from tieout.twins.clarus.settings import ClarusSettings
from tieout.twins.clarus.state import State
from tieout.twins.clarus.wiring import iso


def _write_moment(value: Any) -> str:
    moment = moment_of(value)
    return "" if moment is None else iso(moment)


def _write_date(value: Any) -> str:
    return _write_moment(value)[:10]


@dataclass
class Kinds:
    """The scalar, enum and filter types of one schema."""

    outputs: Mapping[str, Any]
    filters: Mapping[str, Any]


def _operators(name: str, of: Any, single: tuple[str, ...], many: tuple[str, ...] = ()) -> GraphQLInputObjectType:
    fields = {operator: GraphQLInputField(of) for operator in single}
    fields |= {operator: GraphQLInputField(GraphQLList(GraphQLNonNull(of))) for operator in many}
    return GraphQLInputObjectType(name, fields)


def _enum(name: str, values: tuple[str, ...]) -> GraphQLInputObjectType:
    enum = GraphQLEnumType(name, {value: GraphQLEnumValue(value) for value in values})
    return _operators(f"{name}InputType", enum, ("eq",), ("in",))


def _kinds(settings: ClarusSettings) -> Kinds:
    moment = GraphQLScalarType("ISO8601DateTime", serialize=_write_moment)
    date = GraphQLScalarType("ISO8601Date", serialize=_write_date)
    steps = ("eq", "gt", "gteq", "lt", "lteq")
    ids = _operators("IdInputType", GraphQLID, steps, ("in",))
    ids.fields["filled"] = GraphQLInputField(GraphQLBoolean)
    moments = _operators("DatetimeInputType", moment, ("eq", "from", "to"), ("between",))
    subtypes = ("RCV", "PWAY", "PICK", "TRAN", "DISP", "ATTRUP")
    own = (
        settings.adjustment_up_subtype,
        settings.adjustment_down_subtype,
        settings.undispatch_subtype,
        settings.unreceive_subtype,
    )
    truth = GraphQLInputObjectType("BooleanInputType", {"eq": GraphQLInputField(GraphQLNonNull(GraphQLBoolean))})
    filters: dict[str, Any] = {
        "S": _operators("StringInputType", GraphQLString, ("eq", "ilike", "like"), ("in", "between")),
        "I": _operators("IntegerInputType", GraphQLInt, steps, ("between",)),
        "N": _operators("DecimalInputType", GraphQLFloat, steps, ("between",)),
        "D": moments,
        "Y": moments,
        "B": truth,
        "#": ids,
        "E:SubtypeType": _enum("SubtypeType", tuple(dict.fromkeys(subtypes + own))),
        "E:StatusCode": _enum("StatusCode", tuple(status.name for status in Status)),
        "E:PickProcessingStatus": _enum("Status", ("pending", "completed", "failed")),
        "E:ReasonType": _enum("ReasonType", REASON_TYPES),
        "E:AutomationResource": _enum("ResourceName", tuple(EVENTS)),
        "E:AutomationEvent": _enum("Event", ALL_EVENTS),
    }
    texts: Any = GraphQLList(GraphQLNonNull(GraphQLString))
    outputs: dict[str, Any] = {
        "S": GraphQLString,
        "I": GraphQLInt,
        "N": GraphQLFloat,
        "D": moment,
        "Y": date,
        "B": GraphQLBoolean,
        "#": GraphQLID,
        "L": texts,
    }
    return Kinds(MappingProxyType(outputs), MappingProxyType(filters))


def _resolver(read: Read) -> Callable[[Any, GraphQLResolveInfo[State]], Any]:
    return lambda row, info: read(info.context, row)


def _id(_: State, row: Record) -> str:
    return str(row.id)


def _fields(
    node: Node, kinds: Kinds, types: Mapping[str, GraphQLObjectType], *, extra: bool
) -> dict[str, GraphQLField]:
    fields: dict[str, GraphQLField] = {}
    if node.table:
        fields["id"] = GraphQLField(GraphQLNonNull(GraphQLID), resolve=_resolver(_id))
    for entry in (node.fields + (" " + node.extra_fields if extra else "")).split():
        name, _, kind = entry.partition(":")
        output = types[kind] if kind in types else kinds.outputs[kind]
        fields[name] = GraphQLField(output, resolve=_resolver(reader(node.name, name)))
    return fields


def _filters(node: Node, *, extra: bool) -> dict[str, Filter]:
    found: dict[str, Filter] = {}
    for entry in (node.filters + (" " + node.extra_filters if extra else "")).split():
        target, _, kind = entry.partition(":")
        name, _, path = target.partition("=")
        path = path or name
        index = {"goods_out_status.code": "", "product.code": ""}.get(path, path)
        found[name] = Filter(name, reader(node.name, path), kind, index)
    return found


def _root(
    node: Node, kinds: Kinds, node_type: GraphQLObjectType, info_type: GraphQLObjectType, *, extra: bool
) -> GraphQLField:
    """`<plural> { all(filter, first, after) { pageInfo edges { cursor node } } }`."""
    filters = _filters(node, extra=extra)
    arguments = {"first": GraphQLArgument(GraphQLInt), "after": GraphQLArgument(GraphQLString)}
    if filters:
        given = {name: GraphQLInputField(kinds.filters[filter_.kind]) for name, filter_ in filters.items()}
        arguments["filter"] = GraphQLArgument(GraphQLInputObjectType(node.filter_type, given))
    if node.name == "Transaction":
        arguments["include_archived"] = GraphQLArgument(GraphQLBoolean)
    edge = GraphQLObjectType(
        f"{node.name}Edge",
        {"cursor": GraphQLField(GraphQLNonNull(GraphQLString)), "node": GraphQLField(node_type)},
    )
    connection = GraphQLObjectType(
        f"{node.name}Connection",
        {"pageInfo": GraphQLField(GraphQLNonNull(info_type)), "edges": GraphQLField(GraphQLList(edge))},
    )
    resolve = partial(page, node.table, filters)
    listing = GraphQLObjectType(
        f"{node.name}Query", {"all": GraphQLField(GraphQLNonNull(connection), arguments, resolve=resolve)}
    )
    return GraphQLField(GraphQLNonNull(listing), resolve=lambda *_: node)


def build_schema(settings: ClarusSettings) -> GraphQLSchema:
    """The schema of one tenant: with or without the fields that the published reference does not list."""
    kinds, extra = _kinds(settings), settings.extra_fields
    types: dict[str, GraphQLObjectType] = {}
    for node in NODES:
        types[node.name] = GraphQLObjectType(node.name, partial(_fields, node, kinds, types, extra=extra))
    info_type = GraphQLObjectType(
        "PageInfo",
        {
            "hasNextPage": GraphQLField(GraphQLNonNull(GraphQLBoolean)),
            "hasPreviousPage": GraphQLField(GraphQLNonNull(GraphQLBoolean)),
            "startCursor": GraphQLField(GraphQLString),
            "endCursor": GraphQLField(GraphQLString),
        },
    )
    roots = {
        node.table: _root(node, kinds, types[node.name], info_type, extra=extra)
        for node in NODES
        if node.root and node.table and (extra or not node.extra_root)
    }
    return GraphQLSchema(GraphQLObjectType("Query", cast("dict[str, Any]", roots)))
