"""POST /graphql: reads, checks, remembers and answers queries."""

from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    execute_sync,  # pyright: ignore[reportUnknownVariableType]  a parameter we do not use is untyped there
    parse,
    validate,
)

from tieout.twins.clarus.graph_schema import build_schema
from tieout.twins.clarus.settings import ClarusSettings
from tieout.twins.clarus.state import State
from tieout.twins.clarus.wiring import as_object, decode, reply
from tieout.twins.wire import Reply

REMEMBERED_QUERIES = 256
MOST_TOKENS = 5000


class Graph:
    """A schema and the queries it has seen, so that each text is parsed and checked once.

    What is asked about the schema alone is answered once too: to work it out costs as much as many a test.
    """

    def __init__(self, settings: ClarusSettings) -> None:
        self._schema = schema_of(settings.with_changes({}))
        self._known: dict[str, DocumentNode | list[GraphQLError]] = {}
        self._of_schema: dict[bytes, Reply] = {}

    def answer(self, state: State, body: bytes) -> Reply:
        """Runs one query. Whatever is wrong with it, the status is 200: no other is declared."""
        known = self._of_schema.get(body)
        return known if known is not None else self._answer(state, body)

    def _answer(self, state: State, body: bytes) -> Reply:
        try:
            asked = decode(body, number=float)
        except ValueError as broken:
            return _errors([GraphQLError(f"the body is not JSON: {broken}")])
        text, variables = _asked(asked)
        if text is None:
            return _errors([GraphQLError("query must be given")])
        document = self._document(text)
        if isinstance(document, list):
            return _errors(document)
        name = (as_object(asked) or {}).get("operationName")
        try:
            result = execute_sync(
                self._schema,
                document,
                context_value=state,
                variable_values=variables,
                operation_name=name if isinstance(name, str) else None,
            )
        except RecursionError:
            return _errors([GraphQLError("the query is nested too deeply")])
        told = _answer(result.data, result.errors)
        if _is_of_schema(document) and len(self._of_schema) < REMEMBERED_QUERIES:
            self._of_schema[body] = told
        return told

    def _document(self, text: str) -> DocumentNode | list[GraphQLError]:
        known = self._known.get(text)
        if known is None:
            if len(self._known) >= REMEMBERED_QUERIES:
                self._known.clear()
            known = self._known[text] = self._read(text)
        return known

    def _read(self, text: str) -> DocumentNode | list[GraphQLError]:
        try:
            document = parse(text, max_tokens=MOST_TOKENS)
            return validate(self._schema, document) or document
        except GraphQLError as broken:
            return [broken]
        except RecursionError:
            return [GraphQLError("the query is nested too deeply")]


@lru_cache(maxsize=8)
def schema_of(settings: ClarusSettings) -> GraphQLSchema:
    """The schema for some settings. It holds no state, so twins share it."""
    return build_schema(settings)


@lru_cache(maxsize=8)
def graph_of(settings: ClarusSettings) -> Graph:
    """The graph for some settings: it holds nothing of a tenant, so a new twin knows the queries of those before."""
    return Graph(settings)


def _is_of_schema(document: DocumentNode) -> bool:
    """Whether nothing is asked but the schema: then the answer is the same in every tenant with these settings."""
    return all(
        isinstance(definition, OperationDefinitionNode)
        and all(
            isinstance(one, FieldNode) and one.name.value in ("__schema", "__type")
            for one in definition.selection_set.selections
        )
        for definition in document.definitions
    )


def _asked(body: Any) -> tuple[str | None, dict[str, Any]]:
    asked = as_object(body) or {}
    text = asked.get("query")
    return text if isinstance(text, str) else None, as_object(asked.get("variables")) or {}


def _errors(errors: list[GraphQLError]) -> Reply:
    return reply(200, {"errors": [error.formatted for error in errors]})


def _answer(data: dict[str, Any] | None, errors: list[GraphQLError] | None) -> Reply:
    content: dict[str, Any] = {"data": data}
    if errors:
        content["errors"] = [error.formatted for error in errors]
    return reply(200, content)
