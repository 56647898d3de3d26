"""Everything at once on a real socket: many threads, every fault of the twin, and each delivery stands once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from b1_ledger import Company, Heard, delivery, line, served, settings

from tieout.connectors.contract import RetryLater, Send
from tieout.connectors.sap_b1 import connect
from tieout.connectors.sap_b1.connector import SapB1
from tieout.domain.clock import SystemClock
from tieout.domain.postings import Ended, Outcome
from tieout.twins.faults import FaultPlan
from tieout.twins.sap_b1 import FAULTS

DELIVERIES = 48
TRIES = 60
THREADS = 4
RATES = {name: 0.06 for name in FAULTS if name != "late"}


def carried_through(b1: SapB1, sends: list[Send]) -> None:
    """Posts until all stand; what is unknown is looked up, and posted again only when it is not there."""
    todo, unknown = list(sends), list[Send]()
    for _ in range(TRIES):
        unknown = [one for one in unknown if not settled(b1, one, todo)]
        outcomes = b1.post(todo)
        pairs = list(zip(todo, outcomes, strict=True))
        unknown += [one for one, outcome in pairs if outcome.ended is Ended.UNKNOWN]
        todo = [one for one, outcome in pairs if outcome.ended is Ended.RETRY_LATER]
        assert all(fair(outcome) for outcome in outcomes)
        if not todo and not unknown:
            return
    raise AssertionError("not all were carried through")


def settled(b1: SapB1, send: Send, todo: list[Send]) -> bool:
    try:
        found = b1.find(send)
    except RetryLater:
        return False
    if found is None:
        todo.append(send)
    return found is None or found.ended is Ended.EXISTS


def fair(outcome: Outcome) -> bool:
    return outcome.stands or outcome.ended in (Ended.UNKNOWN, Ended.RETRY_LATER)


@pytest.mark.parametrize("batch_size", [1, 5])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_under_every_fault_each_delivery_stands_exactly_once(seed: int, batch_size: int) -> None:
    company = Company()
    company.stock("A", 1000)
    sends = [
        delivery(company.order(("A", 2)), line(qty="2"), reference=f"demo.DN.{place}") for place in range(DELIVERIES)
    ]
    heard = Heard(company.twin)
    with served(heard) as address:
        b1 = connect(settings(base_url=address, batch_size=batch_size), clock=SystemClock())
        heard.faults = company.twin.faults = FaultPlan(FAULTS, seed=seed, rates=RATES)
        share = DELIVERIES // THREADS
        with ThreadPoolExecutor(THREADS) as pool:
            parts = [sends[start : start + share] for start in range(0, DELIVERIES, share)]
            for part in [pool.submit(carried_through, b1, part) for part in parts]:
                part.result()
        heard.faults = company.twin.faults = FaultPlan(FAULTS)
        b1.close()
    rows = company.twin.state.tables["DeliveryNotes"].rows.values()
    assert Counter(row["U_TieoutRef"] for row in rows) == {send.reference: 1 for send in sends}
    assert company.twin.state.stock["A", "01"]["InStock"] == 1000 - 2 * DELIVERIES
