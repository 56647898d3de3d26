"""The ledger's posting periods."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class Period:
    """A posting period of the ledger. Both days are inside it."""

    first: date
    last: date
    open: bool
