"""How a bug is planted: attributes of modules and classes are replaced, and put back.

This is the one place where the code under test is patched: nothing else can show that the simulator would notice.
"""

import inspect
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

Planting = Callable[[], AbstractContextManager[Any]]


@contextmanager
def replaced(*changes: tuple[Any, str, Any]) -> Generator[None]:
    """Replaces attributes of modules and classes, and puts the real ones back."""
    with ExitStack() as stack:
        for owner, name, other in changes:
            stack.callback(setattr, owner, name, inspect.getattr_static(owner, name))
            setattr(owner, name, other)
        yield


@dataclass(frozen=True)
class Plant:
    """A planted bug, the invariants that tell of it, and seeds that have caught it, if any has yet."""

    name: str
    caught_by: frozenset[str]
    planted: Planting
    seeds: tuple[int, ...] = ()
