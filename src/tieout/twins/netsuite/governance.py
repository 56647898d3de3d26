"""Concurrency: requests under way at once, for the whole account (10)."""

from datetime import datetime, timedelta
from typing import Any

from tieout.twins.netsuite.errors import Refusal, too_many
from tieout.twins.netsuite.settings import Settings
from tieout.twins.wire import Clock


class Governance:
    """The slots of the account. A request holds one for as long as the twin takes to answer it."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._busy: list[datetime] = []
        self._others: list[datetime | None] = [None] * settings.slots_of_others
        self.refused = 0
        self.most = 0

    def take(self) -> float:
        """Takes a slot and tells how long it is held, in seconds. Raises `Refusal` when there is none."""
        now = self._clock()
        self._busy = [end for end in self._busy if end > now]
        limit = self._settings.concurrency_limit - len(self.others())
        own = self._settings.integration_limit
        if len(self._busy) >= (limit if own is None else min(limit, own)):
            raise self.no_slot()
        held_s = self._settings.latency_ms / 1000
        if held_s:
            self._busy.append(now + timedelta(seconds=held_s))
            self.most = max(self.most, len(self._busy))
        return held_s

    def no_slot(self) -> Refusal:
        """The refusal of a request for which there is no slot."""
        self.refused += 1
        return too_many(self._settings.retry_after_s)

    def others(self) -> list[datetime | None]:
        """Slots that other integrations and people hold, each until when; none: until freed."""
        now = self._clock()
        self._others = [end for end in self._others if end is None or end > now]
        return self._others

    def others_take(self, slots: int, seconds: float | None) -> int:
        """Somebody else takes slots. Returns how many are theirs now."""
        until = None if seconds is None else self._clock() + timedelta(seconds=seconds)
        self._others = [*self.others(), *[until] * slots]
        return len(self._others)

    def others_go(self) -> int:
        """All slots of others are free again."""
        count = len(self.others())
        self._others = []
        return count

    def limits(self) -> dict[str, Any]:
        """What `governanceLimits` tells."""
        limit, own = self._settings.concurrency_limit, self._settings.integration_limit
        told: dict[str, Any] = {
            "accountConcurrencyLimit": limit,
            "accountUnallocatedConcurrencyLimit": limit - (own or 0),
        }
        if own is None:
            return told | {"integrationLimitType": "accountLimit"}
        return told | {"integrationConcurrencyLimit": own, "integrationLimitType": "integrationSpecific"}

    def summary(self) -> dict[str, int]:
        """For auditors: how many slots there are, are held, were held at most, and how often none was free."""
        busy = len([end for end in self._busy if end > self._clock()])
        counts = {"limit": self._settings.concurrency_limit, "held": busy, "others": len(self.others())}
        return counts | {"most": self.most, "refused": self.refused}
