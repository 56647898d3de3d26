"""What a seed decides before anything happens: which faults may strike and how often, and how the link is set up.

Most worlds are small, because a small world full of faults costs a fraction of a big one and sees nearly as much; one
in twelve is big, for what only a crowd of orders shows.
"""

import random
from dataclasses import dataclass
from typing import Literal

LIKELIHOODS = (0.0, 0.02, 0.1, 0.3)
WIRE = ("lost_before", "lost_after", "late_commit", "error_before", "error_after", "throttled", "late_reply", "lag")
WEBHOOK = ("webhook_lost", "webhook_doubled", "webhook_late", "webhook_reordered")
PROCESS = ("crash_in_call", "crash_at_commit", "busy", "pause", "clock_jump")
WORLD = ("outage", "session_gone", "lock", "late_row", "product_stopped")
FAULTS = (*WIRE, *WEBHOOK, *PROCESS, *WORLD)
MORE = {"webhook_lost": 2.0}
"""An order has several webhooks, and any of them would do: only the loss of its last one is felt."""
TRADES = ("sells", "sells returns", "buys", "stocks", "sells stocks", "sells buys")
"""What a world does. Two at once are rare: that costs as much as the two do."""
CREDITS: tuple[Literal["none", "draft", "final"], ...] = ("none", "draft", "draft", "final")
LORRIES = 0.4
"""How often goods leave by lorry, where a world only sells."""
OFTEN = (4, 3, 4, 4, 1, 1)
"""How often a world does which of them."""
LATE_HOOK_S = (60.0, 900.0, 3600.0)
"""The longest a webhook is late; the longest of all is rare, since all wait for it."""


@dataclass(frozen=True)
class Options:
    """One seed's world. `rates` hold a likelihood for every name in `FAULTS`.

    `overlap_s`: how far both feeds look back, and so the most a row may be late. `lag_s`: the most a look-up may lag
    behind. `outage_s`: how long one lasts. `over_delivery`: the ledger takes more than is open on an order's line.
    `lorries`: goods leave when a lorry is there, parts of many orders at one moment and not order by order, while
    records are often locked: what it takes for a batch to succeed in part. `purchases`: purchase orders, where it buys.
    `stocks`: stock is found, lost, moved and put on hold. Of that, `window_s` and `batch_lines` say what is one batch;
    `returns`: customers send goods back; `credit` and `credit_days` are the policy of credit memos.
    `quarantine`: the ledger keeps what may not be sold in warehouses of its own.
    """

    seed: int
    rates: dict[str, float]
    sells: bool
    buys: bool
    stocks: bool
    returns: bool
    quarantine: bool
    credit: Literal["none", "draft", "final"]
    credit_days: int
    window_s: int
    batch_lines: int
    purchases: int
    orders: int
    items: int
    workers: int
    batch_size: int
    page_size: int
    lanes_at_once: int
    lorries: bool
    invoice: bool
    unique_reference: bool
    over_delivery: bool
    ledger_skew_s: float
    faults_s: float
    poll_every_s: float
    overlap_s: float
    lag_s: float
    outage_s: float
    late_hook_s: float


def draw(seed: int) -> Options:
    """The options of a seed: always the same for the same seed."""
    chance = random.Random(f"options/{seed}")
    big = chance.random() < 1 / 12
    unique = chance.random() < 0.15
    trade = random.Random(f"trade/{seed}")
    does = trade.choices(TRADES, OFTEN)[0].split()
    lorries = chance.random() < LORRIES and does == ["sells"]
    big = big and does == ["sells"]
    rates = {name: MORE.get(name, 1.0) * chance.choice(LIKELIHOODS) for name in FAULTS}
    return Options(
        seed=seed,
        sells="sells" in does,
        buys="buys" in does,
        stocks="stocks" in does,
        returns="returns" in does,
        quarantine=trade.random() < 0.8,
        credit=trade.choice(CREDITS),
        credit_days=trade.choice((0, 14)),
        window_s=trade.choice((60, 300, 900)),
        batch_lines=trade.choice((2, 200, 200)),
        purchases=trade.randint(2, 4),
        rates=rates | ({"lock": LIKELIHOODS[-1]} if lorries else {}),
        orders=chance.randint(4, 6) if big or lorries else chance.randint(2, 3),
        items=chance.randint(2, 4) if big or lorries else chance.randint(1, 2),
        workers=chance.choice((1, 2, 2, 2)),
        batch_size=4 if lorries else chance.randint(1, 4),
        page_size=chance.choice((3, 20, 50)),
        lanes_at_once=16 if lorries else chance.choice((1, 4, 16, 16)),
        lorries=lorries,
        invoice=chance.random() < 0.65,
        unique_reference=unique,
        over_delivery=chance.random() < 0.8,
        ledger_skew_s=chance.choice((0.0, 0.0, -40.0, 40.0)),
        faults_s=chance.choice((5000.0, 7000.0, 9000.0)),
        poll_every_s=chance.choice((600.0, 800.0, 1200.0)),
        overlap_s=chance.choice((60.0, 900.0, 3600.0)),
        # A ledger that keeps references unique knows them at once, so nothing that asks it may lag behind.
        lag_s=0.0 if unique else chance.choice((5.0, 20.0)),
        outage_s=chance.choice((100.0, 600.0)),
        late_hook_s=chance.choices(LATE_HOOK_S, (5, 4, 1))[0],
    )
