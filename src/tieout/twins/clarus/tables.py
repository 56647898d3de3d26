"""A table of records in memory: ids that only grow, indexes by value, and the order of the last change."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Generic, TypeVar

from tieout.twins.clarus.records import Record

R_co = TypeVar("R_co", bound=Record, covariant=True)


class Table(Generic[R_co]):
    """Rows by id. `indexed` names the values that can be looked up without a scan; `touch` after changing one."""

    def __init__(self, *indexed: str) -> None:
        self._rows: dict[int, Any] = {}
        self._changed: dict[int, None] = {}
        self._indexes: dict[str, dict[Any, dict[int, None]]] = {name: {} for name in indexed}
        self._filed: dict[int, tuple[Any, ...]] = {}
        self._last_id = 0

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[R_co]:
        return iter(tuple(self._rows.values()))

    def __getitem__(self, record_id: int) -> R_co:
        return self._rows[record_id]

    def get(self, record_id: Any) -> R_co | None:
        """The row, or None when there is none (any more)."""
        return self._rows.get(record_id)

    def ids(self) -> list[int]:
        """All ids, ascending."""
        return list(self._rows)

    def add(self, row: Any, now: datetime) -> None:
        """Takes a row in and gives it the next id. The parameter is wide so that a table may be covariant."""
        self._last_id += 1
        row.id, row.created_at, row.updated_at = self._last_id, now, now
        self._rows[row.id] = row
        self._file(row)

    def touch(self, row: Any, now: datetime) -> None:
        """Notes that a row has changed: its time, and what it is found under."""
        row.updated_at = now
        self._unfile(row)
        self._file(row)

    def remove(self, row: Any) -> None:
        """Takes a row out. Its id is never given again."""
        self._unfile(row)
        del self._rows[row.id]

    def indexed(self, name: str) -> bool:
        """Whether `found` answers for this value."""
        return name in self._indexes

    def found(self, name: str, value: Any) -> list[int]:
        """The ids of the rows with this value, ascending."""
        return sorted(self._indexes[name].get(value, ()))

    def where(self, name: str, value: Any) -> list[R_co]:
        """The rows with this indexed value, by id."""
        return [self._rows[record_id] for record_id in self.found(name, value)]

    def first(self, name: str, value: Any) -> R_co | None:
        """The oldest row with this indexed value."""
        return next(iter(self.where(name, value)), None)

    def since(self, name: str, moment: datetime) -> list[int]:
        """The ids of rows with `created_at` or `updated_at` at or after a moment, ascending."""
        newest_first = reversed(self._rows if name == "created_at" else self._changed)
        ids: list[int] = []
        for record_id in newest_first:
            if getattr(self._rows[record_id], name) < moment:
                break
            ids.append(record_id)
        return sorted(ids)

    def _file(self, row: Any) -> None:
        keys = tuple(row.read(name) for name in self._indexes)
        self._filed[row.id] = keys
        for index, key in zip(self._indexes.values(), keys, strict=True):
            index.setdefault(key, {})[row.id] = None
        self._changed[row.id] = None

    def _unfile(self, row: Any) -> None:
        for index, key in zip(self._indexes.values(), self._filed.pop(row.id), strict=True):
            filed = index[key]
            del filed[row.id]
            if not filed:
                del index[key]
        del self._changed[row.id]
