"""Workers are killed, at random, while goods move. In the end both systems' own books agree, despatch by despatch."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.kills.books import read_books
from tests.kills.trade import Trade, UnderWay, under_way, until
from tieout.local import Between, Installed, TieoutProcess, install, prepare_journal
from tieout.twins.clients import ServiceLayer
from tieout.twins.process import TwinProcess

SEED = 20
KILLS = 20
LEASE_S = 1.0
AT_IT_WITHIN_S = 30.0
LEDGER = {"post_timeout_s": 2, "read_timeout_s": 4, "settle_s": 4}
FLOOR = {"timeout_s": 2, "settle_s": 4}


@dataclass
class Crew:
    """The worker processes of one installation, by command. A killed one is replaced at once."""

    installed: Installed
    trade: Trade
    chance: random.Random
    processes: dict[str, TieoutProcess]

    def kill_one(self, number: int) -> UnderWay:
        """Kills the process whose turn it is: at any moment, or while it works, or while it waits for an answer."""
        command = list(self.processes)[number % len(self.processes)]
        victim = self.processes[command]
        match (number // len(self.processes)) % 3:
            case 0:
                time.sleep(self.chance.uniform(0.0, 1.5))
            case 1:
                self._until(victim, lambda now: now.leases > 0)
                time.sleep(self.chance.uniform(0.0, 0.03))
            case _:
                self._until(victim, lambda now: now.requests > 0)
        assert victim.process.poll() is None, f"{command} ended by itself: {victim.log.read_text()[-2000:]}"
        victim.kill()
        struck = under_way(self.trade.journal, victim.pid)
        self.processes[command] = TieoutProcess(self.installed, command)
        return struck

    def _until(self, victim: TieoutProcess, true: Callable[[UnderWay], bool]) -> None:
        until(
            lambda: victim.process.poll() is not None or true(under_way(self.trade.journal, victim.pid)),
            lambda: f"{victim.command} to be at it: {self.trade.standing()}; {victim.log.read_text()[-2000:]}",
            AT_IT_WITHIN_S,
        )


@dataclass
class Site:
    """Both systems, and where tieout is to be installed between them."""

    trade: Trade
    installed: Installed


@pytest.fixture
def site(migrated_url: str, tmp_path: Path) -> Iterator[Site]:
    """Two twins as processes, with the shop open, and a journal of either kind."""
    with TwinProcess("sap-b1") as ledger, TwinProcess("clarus") as floor:
        between = Between(ledger.url, floor.url, feeds_s=1.0, lease_s=LEASE_S, ledger_more=LEDGER, floor_more=FLOOR)
        installed = install(tmp_path, migrated_url, between)
        journal = prepare_journal(migrated_url)
        trade = Trade(ledger, floor, journal, SEED)
        trade.open(installed)
        yield Site(trade, installed)
        journal.close()


@contextmanager
def at_work(site: Site, commands: Sequence[str]) -> Iterator[Crew]:
    """The workers, until the block ends; then each is stopped, and must end well."""
    processes = {command: TieoutProcess(site.installed, command) for command in commands}
    crew = Crew(site.installed, site.trade, random.Random(SEED), processes)  # noqa: S311  seeded, so that a run can be told again
    try:
        yield crew
        assert [process.stop() for process in crew.processes.values()] == [0] * len(commands)
    finally:
        for process in crew.processes.values():
            process.kill()


def test_workers_killed_at_random_while_goods_move_lose_nothing_and_double_nothing(site: Site) -> None:
    """One process on SQLite; on PostgreSQL two, of which one or the other is killed in turn."""
    trade = site.trade
    with at_work(site, ["run"] if trade.journal.is_sqlite else ["run", "worker"]) as crew:
        trade.stock_the_floor()
        with trade.going_on():
            struck = [crew.kill_one(number) for number in range(KILLS)]
        trade.come_to_rest()
    assert trade.standing() == {what: [] for what in trade.standing()}
    assert sum(one.leases > 0 for one in struck) > KILLS // 2, f"too few kills met a turn under way: {struck}"
    assert sum(one.requests > 0 for one in struck) > KILLS // 5, f"too few kills met a request under way: {struck}"
    books = read_books(ServiceLayer(trade.ledger.url), trade.clarus)
    assert len(books.orders) == trade.orders > KILLS
    assert sorted(books.goods_outs) == sorted(books.orders)
    assert books.despatched.total() > trade.orders
    assert books.delivered == books.despatched
    assert books.invoiced == books.delivered
    assert books.repeated_references == []
