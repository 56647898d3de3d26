"""Calls to Clarus: signing, one new token on 401, and writes in the vendor's envelope.

Assumption (seam `PathPrefix`): REST lives under `/api`; the setting `path_prefix` says otherwise.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import httpx

from tieout.connectors.clarus import errors
from tieout.connectors.clarus.auth import Tokens
from tieout.connectors.clarus.errors import OutcomeUnknown
from tieout.connectors.clarus.settings import Settings
from tieout.connectors.clarus.values import Node, NotJson, as_id, as_node, parse, unwrap
from tieout.connectors.trust import trusted
from tieout.domain.clock import Clock
from tieout.governor import Wire

GRAPHQL_PATH = "/graphql"
T = TypeVar("T")


class Rest:
    """One tenant over HTTP. Used by several threads at once."""

    def __init__(
        self, settings: Settings, clock: Clock, transport: httpx.BaseTransport | None, wire: Wire = httpx.Client.send
    ) -> None:
        self._prefix, self._wire = settings.path_prefix, wire
        limits = httpx.Limits(max_connections=settings.concurrency)
        verify = settings.base_url.startswith("https") or trusted(settings.base_url)
        self._http = httpx.Client(
            base_url=settings.base_url, transport=transport, timeout=settings.timeout_s, limits=limits, verify=verify
        )
        self._tokens = Tokens(self._http, settings, clock, wire)

    def create(
        self, path: str, kind: str, attributes: Mapping[str, Any], relationships: Mapping[str, Any] | None = None
    ) -> str:
        """POSTs a record and returns its id. Raises `Refused`, `OutcomeUnknown`, `RetryLater`, `Misconfigured`."""
        reply = self._send("POST", self._prefix + path, _envelope(kind, attributes, relationships), write=True)
        try:
            created = as_id(unwrap(parse(reply.content)).get("id"))
        except NotJson:
            created = None
        if created is None:
            raise OutcomeUnknown(f"Clarus answered POST {path} with {reply.status_code} but named no id")
        return created

    def update(
        self, path: str, kind: str, attributes: Mapping[str, Any], relationships: Mapping[str, Any] | None = None
    ) -> None:
        """PATCHes a record. Raises as `create`."""
        self._send("PATCH", self._prefix + path, _envelope(kind, attributes, relationships), write=True)

    def act(self, path: str) -> None:
        """POSTs an action without a body. Raises as `create`."""
        self._send("POST", self._prefix + path, None, write=True)

    def delete(self, path: str) -> None:
        """DELETEs a record. Raises as `create`; assumption (seam `DeleteRefusal`): a refusal is a 422 like others."""
        self._send("DELETE", self._prefix + path, None, write=True)

    def graphql(self, query: str, variables: Mapping[str, Any]) -> Node:
        """Asks one GraphQL query; returns the body as it came. Raises `RetryLater`, `Misconfigured`."""
        return self._asked(query, variables, _as_body)

    def introspect(self, query: str, read: Callable[[bytes], T]) -> T:
        """What a query without variables tells, as `read` makes it of the body; `NotJson` is for a body it cannot read.

        Raises as `graphql`.
        """
        return self._asked(query, {}, read)

    def _asked(self, query: str, variables: Mapping[str, Any], read: Callable[[bytes], T]) -> T:
        reply = self._send("POST", GRAPHQL_PATH, {"query": query, "variables": variables}, write=False)
        try:
            return read(reply.content)
        except NotJson as error:
            raise errors.unusable(reply, error) from None

    def close(self) -> None:
        """Closes all connections."""
        self._http.close()

    def _send(self, method: str, path: str, body: Any, *, write: bool) -> httpx.Response:
        token = self._tokens.current()
        reply = self._try(method, path, body, token, write=write)
        if reply.status_code == 401:  # refused before anything was done, so even a write may be sent again
            reply = self._try(method, path, body, self._tokens.renewed(token), write=write)
        failure = errors.of_reply(reply, write=write)
        if failure is not None:
            raise failure
        return reply

    def _try(self, method: str, path: str, body: Any, token: str, *, write: bool) -> httpx.Response:
        headers = {**self._tokens.headers(token), "Content-Type": "application/json", "Accept": "application/json"}
        request = self._http.build_request(method, path, json=body, headers=headers)
        try:
            return self._wire(self._http, request)
        except httpx.RequestError as error:
            raise errors.of_wire(error, request, write=write) from None


def _as_body(content: bytes) -> Node:
    body = as_node(parse(content))
    if body is None:
        raise NotJson("not a JSON object")
    return body


def _envelope(kind: str, attributes: Mapping[str, Any], relationships: Mapping[str, Any] | None) -> dict[str, Any]:
    data: dict[str, Any] = {"type": kind, "attributes": attributes}
    if relationships:
        data["relationships"] = relationships
    return {"data": data}
