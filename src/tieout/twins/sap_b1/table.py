"""The rows of one entity set, with what makes finding them cheap: equality indexes and a log of changes.

Indexes only ever gain entries. They give candidates, which the filter then tests, so an entry left behind by a change
or a rollback costs a little time and never a wrong answer.
"""

from bisect import bisect_left
from collections.abc import Iterable
from typing import Any

from tieout.twins.sap_b1.odata_filter import Filter
from tieout.twins.sap_b1.schema import Row
from tieout.twins.tx import Tx

RESULTS_KEPT = 64
LOG_SLACK = 1000


class Table:
    """Rows by key. Every write goes through a `Tx`."""

    def __init__(self, key: tuple[str, ...]) -> None:
        self.key = key
        self.rows: dict[Any, Row] = {}
        self._sorted: list[Any] | None = None
        self._equal: dict[str, dict[Any, dict[Any, None]]] = {}
        self._log: list[tuple[str, str, Any]] = []
        self._results: dict[Any, list[Any]] = {}

    def insert(self, tx: Tx, key: Any, row: Row) -> None:
        """Adds a row."""
        tx.put(self.rows, key, row)
        if self._sorted is not None and (not self._sorted or key > self._sorted[-1]):
            self._sorted.append(key)
        else:
            self._sorted = None
        self._note(key, row)

    def change(self, tx: Tx, key: Any, values: Row) -> None:
        """Changes properties of a row."""
        tx.put_all(self.rows[key], values)
        self._note(key, self.rows[key])

    def remove(self, tx: Tx, key: Any) -> None:
        """Takes a row away."""
        tx.drop(self.rows, key)
        self.reset()

    def forget_answers(self) -> None:
        """Forgets what was found: a row may have changed without a note, as an item's quantities do."""
        self._results.clear()

    def reset(self) -> None:
        """Forgets what was derived from the rows, after a removal or a rollback."""
        self._sorted = None
        self._results.clear()

    def keys(self) -> list[Any]:
        """All keys, ascending."""
        if self._sorted is None:
            self._sorted = sorted(self.rows)
        return self._sorted

    def find(self, wanted: Filter, cache_as: Any) -> list[Any]:
        """The keys of the rows that pass, ascending. The answer is kept until the table changes."""
        kept = self._results.get(cache_as)
        if kept is None:
            rows, test = self.rows, wanted.test
            kept = [key for key in self._candidates(wanted) if test(rows[key])]
            if len(self._results) >= RESULTS_KEPT:
                self._results.clear()
            self._results[cache_as] = kept
        return kept

    def _note(self, key: Any, row: Row) -> None:
        self._results.clear()
        for name, values in self._equal.items():
            values.setdefault(row.get(name), {})[key] = None
        date = row.get("UpdateDate")
        if date is not None:
            self._log.append((date, row.get("UpdateTime") or "", key))
            if len(self._log) > 2 * len(self.rows) + LOG_SLACK:
                self._log = sorted({entry[2]: entry for entry in self._log}.values())

    def _candidates(self, wanted: Filter) -> Iterable[Any]:
        for name, value in wanted.equal.items():
            if name in self.key and len(self.key) == 1:
                return [value] if value in self.rows else []
        for name, value in wanted.equal.items():
            found = self._index(name).get(value, {})
            return sorted(key for key in found if key in self.rows)
        return self._after(wanted.above)

    def _after(self, above: dict[str, Any]) -> Iterable[Any]:
        if len(self.key) == 1 and self.key[0] in above:
            keys = self.keys()
            return keys[bisect_left(keys, above[self.key[0]]) :]
        if "UpdateDate" in above:
            start = bisect_left(self._log, (above["UpdateDate"], ""), key=lambda entry: entry[:2])
            return sorted({entry[2] for entry in self._log[start:] if entry[2] in self.rows})
        return self.keys()

    def _index(self, name: str) -> dict[Any, dict[Any, None]]:
        index = self._equal.get(name)
        if index is None:
            index = self._equal[name] = {}
            for key, row in self.rows.items():
                index.setdefault(row.get(name), {})[key] = None
        return index
