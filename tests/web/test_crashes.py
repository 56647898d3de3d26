"""The real program, killed and stopped while webhooks arrive: whatever was answered with success is in the journal."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.web.conftest import NOWHERE, record, stored_in, until
from tieout.journal.store import Journal
from tieout.local import Between, TieoutProcess, install, prepare_journal, webhook_headers

SENDERS = 8


@pytest.fixture
def ready(migrated_url: str, tmp_path: Path) -> Iterator[TieoutProcess]:
    """`tieout run`, on a new journal, receiving; neither of its systems is there."""
    prepare_journal(migrated_url).close()
    process = TieoutProcess(install(tmp_path, migrated_url, Between(NOWHERE, NOWHERE, feeds_s=3600)))
    try:
        yield process.until_ready()
    finally:
        process.kill()


class Senders:
    """Several senders, each with one webhook after another. `thanked` were answered with success."""

    def __init__(self, hook: str) -> None:
        self._hook = hook
        self._stopped = threading.Event()
        self.thanked: list[str] = []
        self.turned_away: list[int] = []
        self._threads = [threading.Thread(target=self._send, args=(number,)) for number in range(SENDERS)]

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """They send until the block ends."""
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._stopped.set()
            for thread in self._threads:
                thread.join()

    def _send(self, number: int) -> None:
        with httpx.Client(timeout=20.0) as http:
            while not self._stopped.is_set():
                number += SENDERS
                try:
                    reply = http.post(self._hook, content=record(number), headers=webhook_headers())
                except httpx.HTTPError:
                    return
                if reply.is_success:
                    self.thanked.append(str(number))
                else:
                    self.turned_away.append(reply.status_code)


def kept(url: str) -> set[str]:
    """The keys in the journal, read by a process that had no part in it."""
    journal = Journal(url)
    found = set(stored_in(journal))
    journal.close()
    return found


def test_a_receiver_killed_the_moment_it_has_answered_has_the_webhook_in_its_journal(ready: TieoutProcess) -> None:
    reply = httpx.post(ready.installed.hook, content=record(7), headers=webhook_headers())
    ready.kill()
    assert reply.json() == {"stored": 1}
    assert kept(ready.installed.journal_url) == {"7"}


def test_a_receiver_killed_under_a_flood_keeps_all_it_has_thanked_for(ready: TieoutProcess) -> None:
    senders = Senders(ready.installed.hook)
    with senders.at_work():
        until(lambda: len(senders.thanked) >= 200, "the flood to flow")
        ready.kill()
    assert senders.turned_away == []
    assert set(senders.thanked) <= kept(ready.installed.journal_url)


def test_a_receiver_stopped_under_a_flood_answers_who_is_inside_and_keeps_all_it_has_thanked_for(
    ready: TieoutProcess,
) -> None:
    senders = Senders(ready.installed.hook)
    with senders.at_work():
        until(lambda: len(senders.thanked) >= 200, "the flood to flow")
        ready.process.send_signal(signal.SIGTERM)
        assert ready.process.wait(30) == 0
    assert senders.turned_away == []
    assert set(senders.thanked) == kept(ready.installed.journal_url)
    assert "Traceback" not in ready.log.read_text()
