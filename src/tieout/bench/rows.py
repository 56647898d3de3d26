"""What a measurement says: a figure, the limit it is held against, and whether it clears the bar."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line of the table. `ratio` is measured to limit; `at_least` and `at_most` are bars, where there is one."""

    what: str
    measured: float
    unit: str
    limit: float | None = None
    at_least: float | None = None
    at_most: float | None = None

    @property
    def ratio(self) -> float | None:
        """How much of the limit was reached."""
        return self.measured / self.limit if self.limit else None

    @property
    def bar(self) -> str:
        """The bar, in words."""
        if self.at_least is not None:
            return f"ratio >= {self.at_least:g}"
        return f"< {self.at_most:g} {self.unit}" if self.at_most is not None else ""

    @property
    def ok(self) -> bool:
        """Whether it clears its bar; what has none always does."""
        if self.at_least is not None:
            return (self.ratio or 0.0) >= self.at_least
        return self.at_most is None or self.measured < self.at_most


@dataclass(frozen=True)
class Sizes:
    """How much of everything is done: it bounds how long a run takes."""

    webhooks: int = 3000
    """In one round of the intake, against each of the two servers."""
    rounds: int = 5
    despatches: int = 500
    """In one burst, posted end to end as fast as it goes."""
    bursts: int = 3
    steady_s: float = 10.0
    """How long despatches come at `a_second`."""
    a_second: float = 20.0
    adjustments: int = 10_000
    """Changes of stock in one window, all in batches; and as many with one among them that the ledger refuses."""
    contended: int = 5000
    """Changes of stock beside locked items; as many go before, with nothing locked."""
    locked_s: float = 30.0
    """How long a user keeps one item in twenty locked."""
    documents: int = 50_000
    """In the large journal; the small one has 10,000."""


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(share * len(ranked)) - 1)]
