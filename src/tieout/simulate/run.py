"""One seed from beginning to end: faults, then calm, then the audit."""

import time
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import Engine, text

from tieout.journal import reference
from tieout.journal.store import Journal
from tieout.journal.tables import metadata
from tieout.simulate.auditor import Auditor, Violation
from tieout.simulate.options import Options, draw
from tieout.simulate.parties import Parties
from tieout.simulate.processes import FEEDS, LINK, Receiver, Worker
from tieout.simulate.workload import Floor, Office
from tieout.simulate.world import World

LIVENESS_S = 12 * 3600.0
LOOK_EVERY_S = 120.0


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


def run(seed: int, *, keep_log: bool = False) -> Result:
    """Runs one seed."""
    began_s = time.perf_counter()
    options = draw(seed)
    world = World(options, keep_log=keep_log)
    parties = Parties(world)
    journal = _journal()
    try:
        violations = _live(world, parties, journal.engine, options)
        with journal.engine.connect() as connection:
            postings = connection.execute(text("SELECT count(*) FROM posting")).scalar_one()
    finally:
        journal.close()
    took_s = time.perf_counter() - began_s
    return Result(
        seed, asdict(options), violations, dict(world.counts), postings, world.now_s, took_s, world.history, world.log
    )


def _live(world: World, parties: Parties, engine: Engine, options: Options) -> list[Violation]:
    workers = [Worker(world, parties, engine, f"worker {number}") for number in range(options.workers)]
    receiver = Receiver(world, parties, engine, "receiver")
    office = Office(world, parties)
    floor = Floor(world, parties, office.items)
    for part in (office.work, floor.work, receiver.live, *(worker.live for worker in workers)):
        world.start(part)
    world.run_until(options.faults_s)
    world.calm = True
    parties.calm()
    while world.now_s < options.faults_s + LIVENESS_S:
        world.run_until(world.now_s + LOOK_EVERY_S)
        if _at_rest(engine, parties, workers):
            break
    violations = Auditor(parties, engine).audit()
    violations += [Violation("I9", f"{one} was acknowledged and is not stored") for one in receiver.unsound]
    world.over = True
    return violations


def _at_rest(engine: Engine, parties: Parties, workers: list[Worker]) -> bool:
    swept = all(any(worker.sweeps.get(feed, 0) >= 2 for worker in workers) for _, feed in FEEDS)
    if not swept or parties.warehouse.webhooks():
        return False
    with engine.connect() as connection:
        busy = connection.execute(text("SELECT count(*) FROM lane WHERE arrived > handled")).scalar_one()
        held = connection.execute(text("SELECT count(*) FROM lease")).scalar_one()
    return not busy and not held


def _journal() -> Journal:
    journal = Journal("sqlite://")
    metadata.create_all(journal.engine)
    with journal.write("mappings") as connection:
        reference.set_mapping(connection, LINK, "warehouse", "01", "WH1")
        for ours, theirs in (("1", "ROYALMAIL"), ("2", "DHL"), ("3", "DPD")):
            reference.set_mapping(connection, LINK, "carrier", ours, theirs)
        for unit in ("Each", "EA", "Manual"):
            reference.set_mapping(connection, LINK, "unit", unit, "EACH")
    return journal
