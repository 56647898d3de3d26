"""The circuit breaker: after some calls in a row that met no system none is made for a while; then one looks.

Pure and not thread-safe. Times are the caller's monotonic seconds.
"""

from dataclasses import dataclass, field
from random import Random

from tieout.governor.limits import Limits

CLOSED, OPEN, HALF_OPEN = "closed", "open", "half-open"


@dataclass
class Breaker:
    """`closed`: calls are made. `open`: none is. `half-open`: one may look whether the system is back."""

    limits: Limits
    chance: Random
    failures: int = 0
    times_opened: int = 0
    why: str = ""
    opened_s: float | None = None
    _until_s: float = 0.0
    _rest_s: float = 0.0
    _looking: bool = field(default=False)

    def state(self, now_s: float) -> str:
        """Closed, open or half-open."""
        if self.opened_s is None:
            return CLOSED
        return OPEN if now_s < self._until_s else HALF_OPEN

    def rests_s(self, now_s: float) -> float:
        """Seconds until a call may be made: 0 now. While one looks, a second or so: its answer may come any moment."""
        if self.opened_s is None:
            return 0.0
        return max(self._until_s - now_s, 1.0 if self._looking else 0.0)

    def begin(self) -> bool:
        """A call goes out. True where it is the one that looks."""
        self._looking = self._looking or self.opened_s is not None
        return self._looking

    def reached(self) -> bool:
        """A call was answered. True where this closes the breaker."""
        closes = self.opened_s is not None
        self.failures, self.opened_s, self._rest_s, self._looking, self.why = 0, None, 0.0, False, ""
        return closes

    def missed(self, now_s: float, why: str, *, looking: bool, retry_after_s: float | None) -> None:
        """A call did not reach the system, or was throttled. One sent before the breaker opened tells nothing new."""
        self.failures += 1
        if looking or (self.opened_s is None and self.failures >= self.limits.opens_after):
            self._open(now_s, why, retry_after_s or 0.0)

    def gave_up(self) -> None:
        """The call that looked ended without an answer either way: another may look."""
        self._looking = False

    def _open(self, now_s: float, why: str, at_least_s: float) -> None:
        longest = self.limits.longest_rest_s
        self._rest_s = min(self._rest_s * 2, longest) if self._rest_s else self.limits.rest_s
        if self.opened_s is None:
            self.opened_s, self.times_opened = now_s, self.times_opened + 1
        self._until_s = now_s + max(at_least_s, self._rest_s * self.chance.uniform(0.5, 1.0))
        self._looking, self.why = False, why
