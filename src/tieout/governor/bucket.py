"""A token bucket: so many calls a second over time, and a few more at once after a quiet time. Not thread-safe."""

LEAST_S = 1e-6
"""A shorter wait is a fraction that rounding left behind."""


class Bucket:
    """`per_second` tokens drip in, up to `burst`; each call takes one. Times are the caller's monotonic seconds."""

    def __init__(self, per_second: float, burst: int, now_s: float) -> None:
        self._per_second, self._burst = per_second, burst
        self._tokens, self._at_s = float(burst), now_s

    def wait_s(self, now_s: float) -> float:
        """Seconds until a token is there; 0 now."""
        self._drip(now_s)
        lacking_s = (1.0 - self._tokens) / self._per_second
        return lacking_s if lacking_s > LEAST_S else 0.0

    def take(self, now_s: float) -> None:
        """Takes a token, whether it is there or not: the next one waits for it."""
        self._drip(now_s)
        self._tokens -= 1.0

    def _drip(self, now_s: float) -> None:
        gone_s = max(0.0, now_s - self._at_s)
        self._tokens, self._at_s = min(self._burst, self._tokens + gone_s * self._per_second), max(now_s, self._at_s)
