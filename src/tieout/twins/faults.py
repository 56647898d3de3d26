"""Faults of the wire that any system shows, struck by name from a seed.

| Fault | What the caller sees | What happened in the system |
| --- | --- | --- |
| `lost_before` | connection dropped, no reply | nothing |
| `lost_after` | connection dropped, no reply | the request was carried out |
| `error_before` | HTTP 500 | nothing |
| `error_after` | HTTP 500 | the request was carried out |
| `throttled` | HTTP 429 with `Retry-After: 1` | nothing |
| `late` | the reply, after `late_s` seconds | the request was carried out at once |

A twin's own faults (a locked record, a dead session, a webhook that goes missing) have names of their own and are
drawn from the same plan.
"""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

WIRE_FAULTS = ("lost_before", "lost_after", "error_before", "error_after", "throttled", "late")


class UnknownFault(ValueError):
    """A fault was named that this twin does not have, or a rate is not a number from 0 to 1."""


@dataclass
class FaultPlan:
    """Which faults may strike, how often, and how often each has.

    `names` are all the faults the twin knows; `rates` give a chance from 0 to 1 for some of them. Two plans with the
    same seed and rates, asked the same questions, answer alike.
    """

    names: tuple[str, ...] = WIRE_FAULTS
    seed: int = 0
    rates: Mapping[str, float] = field(default_factory=dict[str, float])
    late_s: float = 2.0
    counts: Counter[str] = field(default_factory=Counter[str])

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        for name, rate in self.rates.items():
            if name not in self.names:
                raise UnknownFault(f"no fault is called {name!r}; the faults are {', '.join(self.names)}")
            if not 0 <= rate <= 1:
                raise UnknownFault(f"the rate of {name!r} must be from 0 to 1, not {rate!r}")

    def strikes(self, name: str) -> bool:
        """Draws once for one fault, and counts it if it strikes."""
        rate = self.rates.get(name, 0.0)
        struck = rate > 0 and self._random.random() < rate
        if struck:
            self.counts[name] += 1
        return struck

    def wire(self) -> str | None:
        """Draws for the faults of the wire in the order of `WIRE_FAULTS`; the first that strikes, or none."""
        return next((name for name in WIRE_FAULTS if self.strikes(name)), None)

    def shown(self) -> dict[str, Any]:
        """Rates and counts, as `GET /_twin/faults` tells them."""
        told: dict[str, Any] = {"names": list(self.names), "seed": self.seed, "rates": dict(self.rates)}
        return told | {"late_s": self.late_s, "counts": dict(self.counts)}
