"""`query/v1/suiteql`: a query, run by SQLite over the mirror of the state, page by page (7)."""

import random
import sqlite3
from typing import Any

from tieout.twins.netsuite.call import Answer, Call
from tieout.twins.netsuite.collection import page_links, page_of
from tieout.twins.netsuite.dialect import (
    UNSUPPORTED,
    Translated,
    invalid,
    sources_of,
    translate,
    unknown_identifier,
)
from tieout.twins.netsuite.errors import bad_content, bad_header, bad_parameter, bad_request, not_allowed
from tieout.twins.netsuite.mirror import Mirror
from tieout.twins.netsuite.schema import is_list, is_object
from tieout.twins.netsuite.sql_functions import install, shown
from tieout.twins.netsuite.state import State

MOST_ROWS = 100_000
KEPT_QUERIES, KEPT_RESULTS = 256, 8

Result = list[dict[str, str]]


class SuiteQL:
    """Answers queries. What was translated is kept, and what was found until something changes."""

    def __init__(self, state: State, seed: int) -> None:
        self._state = state
        self._seed = seed
        self._mirror: Mirror | None = None
        self._translated: dict[str, Translated] = {}
        self._results: dict[Any, Result] = {}
        self._at = -1

    def answer(self, call: Call) -> Answer:
        """One call below `query/v1`. Raises `Refusal`."""
        if call.path[2:] != ("suiteql",):
            raise bad_request("The request URL is not valid.")
        if call.method != "POST":
            raise not_allowed(call.method)
        if not call.prefers("transient"):
            raise bad_header("The required request header 'Prefer' is missing or invalid. Use transient.", "Prefer")
        body = call.json()
        given: dict[str, Any] = body if is_object(body) else {}
        query, params = given.get("q"), given.get("params", [])
        if not isinstance(query, str) or not is_list(params):
            raise bad_content("Invalid content in the request body: 'q' is expected.", "q")
        limit, offset = page_of(call)
        if offset >= MOST_ROWS:
            raise bad_parameter(f"Only the first {MOST_ROWS} rows can be read.", "offset")
        rows = self._rows(query, params, limit, offset)
        items: list[dict[str, Any]] = [{"links": [], **row} for row in rows[offset : offset + limit]]
        whole: dict[str, Any] = {"links": page_links(call, limit, offset, len(rows)), "count": len(items)}
        whole |= {"hasMore": offset + limit < len(rows), "items": items, "offset": offset, "totalResults": len(rows)}
        return Answer(200, whole, (("Preference-Applied", "transient"),), kind="collection")

    def _rows(self, query: str, params: list[Any], limit: int, offset: int) -> Result:
        """All rows. Those of a query that orders nothing come in another order for every page (7)."""
        wanted = self._translate(query)
        if wanted.params != len(params):
            raise invalid(UNSUPPORTED)
        if self._at != self._state.version:
            self._results.clear()
            self._at = self._state.version
        key = (wanted.sql, tuple(map(str, params)))
        rows = self._results.get(key)
        if rows is None or wanted.uses_now:
            rows = self._run(query, wanted, params)
            if len(self._results) >= KEPT_RESULTS:
                self._results.clear()
            self._results[key] = rows
        if wanted.ordered or len(rows) <= limit:
            return rows
        return random.Random(f"{self._seed} {offset}").sample(rows, len(rows))

    def _translate(self, query: str) -> Translated:
        known = self._translated.get(query)
        if known is None:
            forbidden = tuple(name.lower() for name in self._state.settings.missing_permissions)
            known = translate(query, forbidden)
            if len(self._translated) >= KEPT_QUERIES:
                self._translated.clear()
            self._translated[query] = known
        return known

    def _run(self, query: str, wanted: Translated, params: list[Any]) -> Result:
        if self._mirror is None:
            self._mirror = Mirror(self._state)
            install(self._mirror.db, self._state)
        self._mirror.refresh()
        try:
            cursor = self._mirror.db.execute(wanted.sql, [str(one) for one in params])
            names = [_name(column[0], index) for index, column in enumerate(cursor.description, 1)]
            found = cursor.fetchmany(MOST_ROWS)
        except sqlite3.Error as error:
            text = str(error)
            if text.startswith("no such column: "):
                raise unknown_identifier(
                    text.rpartition(":")[2].strip().rpartition(".")[2], sources_of(query)
                ) from None
            raise invalid(UNSUPPORTED) from None
        form = self._state.settings.date_format
        return [
            {name: shown(value, form) for name, value in zip(names, row, strict=True) if value is not None and name}
            for row in found
        ]


def _name(given: str, index: int) -> str:
    """A column's name: lower case; `expr1` where the query gives none (assumption); none for the twin's own."""
    name = given.lower()
    if name.endswith("__df"):
        return ""
    return name if name.replace("_", "").replace("$", "").isalnum() else f"expr{index}"
