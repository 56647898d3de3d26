"""All or nothing: every change of the twin's state goes through a transaction that can take it back."""

from typing import Any

_ABSENT = object()


class Tx:
    """Remembers what each written key held before. State is dictionaries only, so that is enough to undo all."""

    def __init__(self) -> None:
        self._before: list[tuple[dict[Any, Any], Any, Any]] = []

    @property
    def wrote(self) -> bool:
        """Whether anything was written."""
        return bool(self._before)

    def put(self, mapping: dict[Any, Any], key: Any, value: Any) -> None:
        """Sets `mapping[key]`."""
        self._before.append((mapping, key, mapping.get(key, _ABSENT)))
        mapping[key] = value

    def put_all(self, mapping: dict[Any, Any], values: dict[Any, Any]) -> None:
        """Sets many keys of one mapping."""
        for key, value in values.items():
            self.put(mapping, key, value)

    def drop(self, mapping: dict[Any, Any], key: Any) -> None:
        """Takes a key away."""
        self._before.append((mapping, key, mapping.get(key, _ABSENT)))
        mapping.pop(key, None)

    def roll_back(self) -> None:
        """Puts everything back as it was when the transaction began."""
        while self._before:
            mapping, key, value = self._before.pop()
            if value is _ABSENT:
                mapping.pop(key, None)
            else:
                mapping[key] = value
