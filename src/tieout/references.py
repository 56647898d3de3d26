"""Values by reference in the configuration: `{ env = "NAME" }` and `{ file = "path" }`, resolved before validation."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

Place = tuple[str | int, ...]
"""Where a value stands, such as `("link", 0, "ledger", "password")`."""


def written(place: Place) -> str:
    """A place as people write it.

    >>> written(("link", 0, "ledger", "password"))
    'link[0].ledger.password'
    """
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


@dataclass
class References:
    """Resolves references in one configuration, and remembers where they stood and which could not be resolved.

    `folder`: what the path of a `file` is relative to.
    """

    folder: Path
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    resolved: set[Place] = field(default_factory=set[Place])
    failed: dict[Place, str] = field(default_factory=dict[Place, str])

    def resolve(self, value: Any, place: Place = ()) -> Any:
        """The same tree with every reference replaced by the text it stands for."""
        if isinstance(value, list):
            return [self.resolve(one, (*place, i)) for i, one in enumerate(cast("list[Any]", value))]
        if not isinstance(value, dict):
            return value
        table = cast("dict[str, Any]", value)
        if len(table) == 1 and isinstance(target := next(iter(table.values())), str):
            if "env" in table:
                return self._variable(target, place)
            if "file" in table:
                return self._file(target, place)
        return {key: self.resolve(one, (*place, key)) for key, one in table.items()}

    def _variable(self, name: str, place: Place) -> str:
        text = self.environment.get(name)
        if not text:
            self.failed[place] = f"the environment variable {name} is {'not set' if text is None else 'empty'}"
        elif any("\ud800" <= character <= "\udfff" for character in text):
            self.failed[place] = f"the environment variable {name} is not UTF-8 text"
        self.resolved.add(place)
        return text or ""

    def _file(self, name: str, place: Place) -> str:
        self.resolved.add(place)
        try:
            text = (self.folder / name).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not text"
            self.failed[place] = f"the file {name} cannot be read: {why}"
            return ""
        if not text:
            self.failed[place] = f"the file {name} is empty"
        return text
