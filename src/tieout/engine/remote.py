"""Wakes from a process that runs no engine, such as a webhook receiver beside the workers.

A lost wake costs time, never a document: the job's own tick (``every_s``) finds what the journal holds.
"""

from __future__ import annotations

import logging
import threading

from tieout.engine.transact import WakeQueue

PAUSE_S = 0.2
PAUSE_AFTER_ERROR_S = 5.0
CLOSE_WITHIN_S = 5.0

_log = logging.getLogger(__name__)


class RemoteWaker:
    """Has the ``wake`` of an engine; a worker process sees it within about a second.

    Wakes coalesce twice: here, to a few a second for each job, and in the queue, where at most one for each job waits
    for all senders together, so nothing piles up while no worker runs.
    """

    def __init__(self, database_url: str) -> None:
        """``database_url``: the one the workers' engine has. Connects in the background, at the first wake."""
        self._queue = WakeQueue(database_url)
        self._changed = threading.Condition()
        self._names: set[str] = set()
        self._closing = False
        self._thread = threading.Thread(target=self._send_until_closed, name="remote waker", daemon=True)
        self._thread.start()

    def wake(self, name: str) -> None:
        """Say that there is something to do for this job. Thread-safe, and never waits for the database."""
        with self._changed:
            if name not in self._names:
                self._names.add(name)
                self._changed.notify()

    def close(self) -> None:
        """Send what is left once more, then close."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(CLOSE_WITHIN_S)
        self._queue.close()

    def _send_until_closed(self) -> None:
        well = True
        while not self._closing:
            with self._changed:
                self._changed.wait_for(lambda: self._names or self._closing)
                names, self._names = self._names, set()
            well = self._send(names, well=well)
            with self._changed:
                self._changed.wait_for(lambda: self._closing, PAUSE_S if well else PAUSE_AFTER_ERROR_S)
        self._send(self._names, well=well)

    def _send(self, names: set[str], *, well: bool) -> bool:
        """Put these wakes on the queue, and keep for later what did not go. True when the database answered."""
        for name in names:
            try:
                sent = self._queue.put(name)
            except Exception:  # noqa: BLE001  whatever the database raises, the receiver's work is stored and goes on
                if well:
                    _log.warning("workers cannot be woken; their own ticks will do", exc_info=True)
                with self._changed:
                    self._names |= names
                return False
            if not sent:
                # The earlier wake may already have been acted on, before what this one is about: send it again later.
                with self._changed:
                    self._names.add(name)
        return True
