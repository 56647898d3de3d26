"""The calls the twin owes: queued when an event happens, tried until answered, given up after the last try.

Number of tries, gaps and order are assumptions (seam `WebhookRetryPolicy`): at least once, possibly out of order.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tieout.twins.clarus.settings import ClarusSettings
from tieout.twins.faults import FaultPlan
from tieout.twins.wire import Webhook


@dataclass
class Outbox:
    """Calls not yet delivered, by id. `given_up` counts those dropped after the last try."""

    settings: ClarusSettings
    seed: int
    faults: Callable[[], FaultPlan]
    owed: dict[int, Webhook] = field(default_factory=dict[int, Webhook])
    given_up: int = 0
    queued: int = 0

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)

    def queue(self, url: str, headers: dict[str, str], body: bytes, now: datetime) -> None:
        """Queues one call, or none, or two, and at once or later, as the fault plan has it."""
        faults = self.faults()
        if faults.strikes("webhook_lost"):
            return
        copies = 2 if faults.strikes("webhook_doubled") else 1
        for _ in range(copies):
            self.queued += 1
            due_at = now + timedelta(seconds=self._delay_s(faults))
            self.owed[self.queued] = Webhook(self.queued, url, headers, body, due_at)

    def answered(self, webhook_id: int, now: datetime, *, ok: bool) -> None:
        """Strikes a call off, or sets its next try; an id that is not owed is ignored."""
        webhook = self.owed.pop(webhook_id, None)
        if webhook is None or ok:
            return
        if webhook.attempt >= self.settings.webhook_tries:
            self.given_up += 1
            return
        gap_s = self.settings.webhook_first_gap_s * self.settings.webhook_gap_growth ** (webhook.attempt - 1)
        self.owed[webhook_id] = replace(webhook, attempt=webhook.attempt + 1, due_at=now + timedelta(seconds=gap_s))

    def _delay_s(self, faults: FaultPlan) -> float:
        if faults.strikes("webhook_late"):
            return self._chance.uniform(0, self.settings.webhook_late_max_s)
        if faults.strikes("webhook_reordered"):
            return self._chance.uniform(0, self.settings.webhook_reordered_s)
        return 0.0
