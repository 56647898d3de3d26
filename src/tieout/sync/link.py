"""One configured pair: a warehouse side and a ledger side, with the merchant's policy."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from tieout.connectors.contract import Connector
from tieout.domain.documents import Side
from tieout.governor import Governor
from tieout.rules.facts import Policy

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Link:
    """A link, put together. `name` is part of every reference and never changes.

    Calls to a side that has no governor are not bounded.
    """

    name: str
    warehouse: Connector
    ledger: Connector
    policy: Policy
    governors: Mapping[Side, Governor] = field(default_factory=dict[Side, Governor])

    def connector(self, side: Side) -> Connector:
        """The connector of one side."""
        return self.warehouse if side is Side.WAREHOUSE else self.ledger

    def rests(self, side: Side) -> bool:
        """True while this process makes no call to one side's system."""
        governor = self.governors.get(side)
        return governor is not None and governor.rests_s() > 0

    def resting(self) -> tuple[Side, ...]:
        """The sides whose systems are left alone now."""
        return tuple(side for side in self.governors if self.rests(side))

    def looks(self) -> bool:
        """True while one call may look whether a system is back."""
        return any(governor.looks for governor in self.governors.values())


class Spread(Protocol):
    """Does one thing to each of many, several at a time; results in order; the first failure is raised."""

    def __call__(self, work: Callable[[T], R], things: Sequence[T], at_once: int) -> list[R]:
        """`at_once` bounds how many are under way together."""
        ...


def one_by_one(work: Callable[[T], R], things: Sequence[T], at_once: int) -> list[R]:
    """A `Spread` that spreads nothing: for tests and for work that must be in one thread."""
    del at_once
    return [work(thing) for thing in things]
