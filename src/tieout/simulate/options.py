"""What a seed decides before anything happens: which faults may strike and how often, and how the link is set up."""

import random
from dataclasses import dataclass

LIKELIHOODS = (0.0, 0.0, 0.02, 0.1, 0.3)
WIRE = ("lost_before", "lost_after", "late_commit", "error_before", "error_after", "throttled", "late_reply")
WEBHOOK = ("webhook_lost", "webhook_doubled", "webhook_late", "webhook_reordered")
PROCESS = ("crash_in_call", "crash_at_commit", "busy", "pause", "clock_jump")
WORLD = ("outage", "session_gone", "lock", "late_row")
FAULTS = (*WIRE, *WEBHOOK, *PROCESS, *WORLD)


@dataclass(frozen=True)
class Options:
    """One seed's world. `rates` hold a likelihood for every name in `FAULTS`."""

    seed: int
    rates: dict[str, float]
    orders: int
    items: int
    workers: int
    batch_size: int
    lanes_at_once: int
    invoice: bool
    unique_reference: bool
    ledger_skew_s: float
    faults_s: float


def draw(seed: int) -> Options:
    """The options of a seed: always the same for the same seed."""
    chance = random.Random(f"options/{seed}")
    return Options(
        seed=seed,
        rates={name: chance.choice(LIKELIHOODS) for name in FAULTS},
        orders=chance.randint(6, 10),
        items=chance.randint(2, 5),
        workers=chance.choice((1, 2, 2, 2)),
        batch_size=chance.randint(1, 4),
        lanes_at_once=chance.choice((1, 4, 16)),
        invoice=chance.random() < 0.6,
        unique_reference=chance.random() < 0.2,
        ledger_skew_s=chance.choice((0.0, 0.0, -40.0, 40.0)),
        faults_s=chance.choice((1800.0, 3600.0, 7200.0)),
    )
