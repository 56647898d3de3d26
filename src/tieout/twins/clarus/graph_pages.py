"""One page of a list: filtered, by id ascending, after a cursor (seam `GraphqlPageSize`)."""

import base64
import binascii
from bisect import bisect_right
from collections.abc import Mapping
from datetime import timedelta
from itertools import islice
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo

from tieout.twins.clarus.graph_filters import Filter, narrowed, passes, understood
from tieout.twins.clarus.records import Record
from tieout.twins.clarus.state import State

Page = dict[str, Any]


def page(
    table_name: str,
    filters: Mapping[str, Filter],
    _: object,
    info: GraphQLResolveInfo[State],
    first: int | None = None,
    after: str | None = None,
    filter: Mapping[str, Any] | None = None,  # noqa: A002  the name is the API's
    include_archived: bool | None = None,  # noqa: FBT001  as above
) -> Page:
    """Resolves `all`. `first` is cut to the most a page may hold; a cursor that was never given is an error."""
    state = info.context
    given = _conditions(filters, filter or {})
    table = state.table(table_name)
    ids = narrowed(table, given)
    start = bisect_right(ids, _position(after)) if after else 0
    rows = (table[record_id] for record_id in islice(ids, start, None))
    kept = (row for row in rows if all(passes(state, row, name, conditions) for name, conditions in given.items()))
    if table_name == "transactions" and state.settings.archive_after_days and not include_archived:
        oldest = state.now() - timedelta(days=state.settings.archive_after_days)
        kept = (row for row in kept if row.created_at >= oldest)
    size = _size(state, first)
    found = list(islice(kept, size + 1))
    return _page(found[:size], more=len(found) > size, before=start > 0)


def _conditions(filters: Mapping[str, Filter], given: Mapping[str, Any]) -> dict[Filter, dict[str, Any]]:
    try:
        return {
            filters[name]: understood(filters[name].kind, conditions)
            for name, conditions in given.items()
            if conditions is not None
        }
    except (TypeError, ValueError) as fault:
        raise GraphQLError(f"a filter holds a value that is no date or time: {fault}") from fault


def _size(state: State, first: int | None) -> int:
    if first is not None and first < 0:
        raise GraphQLError("first must not be negative")
    return min(state.settings.page_default if first is None else first, state.settings.page_max)


def _page(rows: list[Record], *, more: bool, before: bool) -> Page:
    edges = [{"cursor": cursor(row), "node": row} for row in rows]
    return {
        "pageInfo": {
            "hasNextPage": more,
            "hasPreviousPage": before,
            "startCursor": edges[0]["cursor"] if edges else None,
            "endCursor": edges[-1]["cursor"] if edges else None,
        },
        "edges": edges,
    }


def cursor(row: Record) -> str:
    """Where a record stands in any list, in a form nobody should read."""
    return base64.urlsafe_b64encode(f"c{row.id}".encode()).decode().rstrip("=")


def _position(after: str) -> int:
    try:
        text = base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)).decode("ascii")
    except (binascii.Error, ValueError) as fault:
        raise GraphQLError(f"{after!r} is not a cursor") from fault
    if not text.startswith("c") or not text[1:].isdecimal() or len(text) > 20:
        raise GraphQLError(f"{after!r} is not a cursor")
    return int(text[1:])
