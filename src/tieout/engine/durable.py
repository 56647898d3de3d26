"""The engine of a worker process: drains as durable workflows, on SQLite or PostgreSQL.

A *drain* is one durable workflow: it gives its job turn after turn until nothing is due, a turn fails, or its time is
up and a new drain follows. One thread (``run``) looks at the timetable and starts drains, each in a thread of its own.
Why this shape, and what DBOS does and does not do here: docs/decisions/0002-engine.md.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterable

from tieout.engine.seam import Job
from tieout.engine.timetable import Failure, Timetable, UnknownJobError
from tieout.engine.transact import Transact

HOUSEKEEPING = "engine:housekeeping"
HOUSEKEEPING_EVERY_S = 60.0
# After stop: how often to name the turns we wait for, and how long a drain may take to record its end.
NAME_RUNNING_TURNS_EVERY_S = 10.0
RECORD_END_WITHIN_S = 5.0

_log = logging.getLogger(__name__)


class DurableEngine:
    """Runs jobs in this process until told to stop; any number of such processes may share one database.

    Runs once: after ``stop``, make a new one. One at a time in a process, since DBOS is process-wide.
    """

    def __init__(
        self,
        jobs: Iterable[Job],
        database_url: str,
        worker_id: str,
        *,
        drain_limit_s: float = 10.0,
        keep_finished_s: float = 3600.0,
        abandoned_after_s: float = 600.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Nothing is opened before ``run``.

        ``database_url``: an SQLAlchemy URL of an SQLite file or a PostgreSQL database, where DBOS keeps its tables (in
        PostgreSQL, in a schema ``dbos``). ``worker_id``: unique among the processes that share it, and best the same
        after a restart. ``drain_limit_s``: after this long a drain ends and a new one follows. ``keep_finished_s``:
        how long rows of finished drains are kept. ``abandoned_after_s``: a drain's row still open after this long was
        left by a process that died, and is cancelled; well above ``drain_limit_s`` and the longest turn. Raises
        ``ValueError`` as ``Timetable`` does.
        """
        self._drain_limit_s = drain_limit_s
        self._keep_finished_s = keep_finished_s
        self._clock = clock
        housekeeping = Job(HOUSEKEEPING, self._delete_finished_drains, HOUSEKEEPING_EVERY_S)
        self._timetable = Timetable((*jobs, housekeeping), clock())
        self._transact = Transact(database_url, worker_id, self._drain, timeout_s=abandoned_after_s)
        # Tells our own drains from one that an earlier process of this worker left and DBOS starts again.
        self._life = uuid.uuid4().hex
        # Guards the timetable. Re-entrant: a signal handler may call stop() in the thread that holds it.
        self._changed = threading.Condition(threading.RLock())
        self._stopping = False

    def run(self) -> None:
        """Work until ``stop``; return when every running turn has ended. Raises what opening the database raises."""
        with self._transact:
            self._start_drains_until_stopped()
            self._wait_for_turns()

    def stop(self) -> None:
        """Ask ``run`` to return; safe in a signal handler."""
        self._stopping = True
        with self._changed:
            self._changed.notify_all()

    def wake(self, name: str) -> None:
        """Give this job a turn soon. Raises ``UnknownJobError``."""
        with self._changed:
            if self._timetable.wake(name):
                self._changed.notify_all()

    def failures(self) -> dict[str, Failure]:
        """The jobs whose last turn failed: how often in a row, and how."""
        with self._changed:
            return self._timetable.failures()

    def _start_drains_until_stopped(self) -> None:
        with self._changed:
            while not self._stopping:
                for name in self._timetable.start_drains(self._clock()):
                    # Daemon: a drain blocked on a database that is away must not keep a stopped process alive.
                    threading.Thread(target=self._run_drain, args=(name,), name=f"drain {name}", daemon=True).start()
                self._changed.wait(self._timetable.next_start_in_s(self._clock()))

    def _wait_for_turns(self) -> None:
        with self._changed:
            while not self._changed.wait_for(lambda: not self._timetable.turns(), NAME_RUNNING_TURNS_EVERY_S):
                _log.warning("stopping; still in a turn: %s", ", ".join(self._timetable.turns()))
            if not self._changed.wait_for(lambda: not self._timetable.drains(), RECORD_END_WITHIN_S):
                _log.warning("stopped; end of drain not recorded: %s", ", ".join(self._timetable.drains()))

    def _run_drain(self, name: str) -> None:
        """A drain's thread: the workflow, then room for the next."""
        try:
            self._transact.drain(name, self._life)
        except Exception as error:  # noqa: BLE001  turns report their own; this is the engine's database, and may return
            _log.warning("drain of job %s could not be started or recorded: %s", name, _text(error))
            with self._changed:
                self._timetable.fail_drain(name, _text(error), self._clock())
        finally:
            with self._changed:
                self._timetable.end_drain(name)
                self._changed.notify_all()

    def _drain(self, name: str, life: str) -> int:
        """The workflow's body: turns until nothing is due. Returns how many, which DBOS keeps with the row."""
        if life != self._life:
            self._take_over(name)
            return 0
        turns = 0
        again = True
        ends_at = self._clock() + self._drain_limit_s
        while again and not self._stopping:
            # Cut off by time, the job is still woken, and so a new drain follows.
            again = self._turn(name) and self._clock() < ends_at
            turns += 1
        return turns

    def _take_over(self, name: str) -> None:
        """An earlier process of this worker left this drain behind: here it is no more than a wake."""
        try:
            self.wake(name)
        except UnknownJobError as unknown:
            _log.warning("a drain was left behind that this worker cannot run: %s", unknown)

    def _turn(self, name: str) -> bool:
        """One turn; True when the drain should go on."""
        with self._changed:
            self._timetable.begin_turn(name, self._clock())
            turn = self._timetable.job(name).turn
        try:
            more = turn()
        except (Exception, SystemExit) as error:  # noqa: BLE001
            # A turn is other people's code and the engine outlives whatever it raises; SystemExit in a thread would
            # otherwise vanish without a word. It is logged, counted and shown, and the job is tried again.
            with self._changed:
                failure = self._timetable.fail_turn(name, _text(error), self._clock())
                self._changed.notify_all()
            _log.exception("job %s failed, %d in a row", name, failure.consecutive)
            return False
        with self._changed:
            self._changed.notify_all()
            return self._timetable.end_turn(name, more=more)

    def _delete_finished_drains(self) -> bool:
        return self._transact.delete_finished(older_than_s=self._keep_finished_s)


def _text(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"
