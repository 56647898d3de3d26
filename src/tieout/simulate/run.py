"""One seed from beginning to end: faults, then calm, then the audit."""

import gc
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import Engine, text

from tieout.connectors.sap_b1.feeds import LOOKS_BACK
from tieout.simulate.auditor import audit
from tieout.simulate.books import Books, Violation
from tieout.simulate.buying import Bay, Buyers
from tieout.simulate.journals import empty_journal, plainly
from tieout.simulate.options import draw
from tieout.simulate.parties import Parties
from tieout.simulate.processes import Receiver, Sweeps, Worker, feeds_of
from tieout.simulate.returning import Finance, ReturnsDesk
from tieout.simulate.stocking import Clerk, Stockroom
from tieout.simulate.workload import Floor, Office
from tieout.simulate.world import World

LIVENESS_S = 4 * 3600.0
"""Longer than the latest webhook, the longest wait between two tries, and a clock that is two hours wrong."""
LOOK_EVERY_S = 60.0
WAITING = """
SELECT coalesce(sum(arrived), 0), coalesce(sum(arrived > handled OR coalesce(alarm_at, '9') <= :now), 0),
  (SELECT count(*) FROM lease)
FROM lane
"""


@dataclass
class Result:
    """What became of a seed. `history` is the same whenever the seed and the code are."""

    seed: int
    options: dict[str, Any]
    violations: list[Violation]
    faults: dict[str, int]
    postings: int
    virtual_s: float
    took_s: float
    history: str
    log: list[str] = field(default_factory=list[str])


def run(seed: int, *, keep_log: bool = False, liveness_s: float = LIVENESS_S) -> Result:
    """Runs one seed. After `liveness_s` of calm it is audited even where it has not come to rest."""
    began_s = time.perf_counter()
    options = draw(seed)
    world = World(options, keep_log=keep_log)
    parties = Parties(world)
    engine = empty_journal(options)
    try:
        with _uncollected():
            violations = _live(world, parties, engine, liveness_s)
    finally:
        world.end()
    with engine.connect() as connection:
        postings = connection.execute(text("SELECT count(*) FROM posting")).scalar_one()
    took_s = time.perf_counter() - began_s
    return Result(
        seed, asdict(options), violations, dict(world.counts), postings, world.now_s, took_s, world.history, world.log
    )


@contextmanager
def _uncollected() -> Generator[None]:
    """A world is short and leaves little behind; looking for garbage in the midst of it is a fifth of its price."""
    wanted = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if wanted:
            gc.enable()


def _live(world: World, parties: Parties, engine: Engine, liveness_s: float) -> list[Violation]:
    options = world.options
    sweeps = Sweeps()
    workers = [Worker(world, parties, engine, f"worker {number}", sweeps) for number in range(options.workers)]
    receiver = Receiver(world, parties, engine, "receiver")
    office = Office(world, parties)
    selling = (office.work, Floor(world, parties, office).work) if options.sells else (office.open,)
    buying = (Buyers(world, parties, office.items).work, Bay(world, parties, office.items).work) if options.buys else ()
    shelves = Stockroom(world, parties, office.items)
    stocking = (shelves.work, Clerk(world, parties, office.items).work) if options.stocks else ()
    returning = (ReturnsDesk(world, parties).work, Finance(world, parties).work) if options.returns else ()
    for part in (*selling, *buying, *stocking, *returning, receiver.live, *(worker.live for worker in workers)):
        world.start(part)
    world.run_until(options.faults_s)
    world.calm = True
    parties.calm()
    rest = Rest(world, engine, parties, sweeps)
    while world.now_s < options.faults_s + liveness_s:
        world.run_until(world.now_s + LOOK_EVERY_S)
        if rest.reached():
            break
    violations = audit(Books(parties, engine))
    violations += [Violation("I8", text) for one in (receiver, *workers) for text in one.broken]
    violations += [Violation("I9", f"{one} was acknowledged and is not stored") for one in receiver.unsound]
    return violations


class Rest:
    """Tells when all is at rest: quiet, and every feed read to its end since, with nothing found to do.

    The sweep must begin after it grew quiet: our own last delivery is a change of its order, to be read as any other.
    And so much later that the ledger's feeds have looked back since, for rows that were committed late.
    """

    def __init__(self, world: World, engine: Engine, parties: Parties, sweeps: Sweeps) -> None:
        self._world, self._plain, self._parties, self._sweeps = world, plainly(engine), parties, sweeps
        self._seen: tuple[int, int] | None = None
        self._since_s = 0.0

    def reached(self) -> bool:
        """Asked again and again."""
        arrived, busy, held = self._plain.execute(
            WAITING, {"now": f"{self._world.wall():%Y-%m-%d %H:%M:%S.%f}"}
        ).fetchone()
        if busy or held or self._world.in_flight or self._parties.warehouse.webhooks():
            self._seen = None
            return False
        if self._seen != (arrived, busy):
            self._seen, self._since_s = (arrived, busy), self._world.now_s
        looked_back_s = self._since_s + self._world.options.overlap_s / LOOKS_BACK
        return all(self._sweeps.since_s(feed) >= looked_back_s for _, feed in feeds_of(self._world.options))
