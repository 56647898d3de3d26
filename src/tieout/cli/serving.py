"""`run` and `worker`: the processes that stay."""

import ctypes
import gc
import signal
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from tieout.bootstrap import Installation, build, drain_job, worker_id
from tieout.cli.alerts import must_be_addresses
from tieout.cli.listening import listen, url_of
from tieout.cli.logs import log_to_stderr
from tieout.cli.opening import journal_of
from tieout.cli.output import CONFIG, Config, Json, explained, said, show
from tieout.engine.durable import DurableEngine
from tieout.engine.seam import Job
from tieout.journal.store import JournalError
from tieout.journal.urls import shown
from tieout.settings import Settings, read_settings
from tieout.web.limits import Limits
from tieout.web.receiver import Hook, receiver
from tieout.web.server import server as server_of

GARBAGE_AFTER = 50_000
"""New objects, less those let go, after which Python looks for garbage; by itself it does after 700."""
M_ARENA_MAX, M_MMAP_THRESHOLD = -8, -3
"""The allocator's names for what it is told (glibc, malloc.h)."""
MAPPED_FROM = 128 * 1024
"""Bytes from which a piece of memory is a mapping of its own, and is the system's again once it is let go."""
ONCE_S = 10 * 365 * 86_400.0
"""Between the turns of a job that has only one: longer than a process lives."""


def run(config: Config = CONFIG, as_json: Json = False) -> None:
    """Works and receives webhooks, in one process, until told to stop."""
    with explained(as_json=as_json):
        settings = _settings(config)
        listening = listen(settings.web.host, settings.web.port, "web.host, web.port")
        _serve(settings, "run", listening, as_json=as_json)


def worker(config: Config = CONFIG, as_json: Json = False) -> None:
    """Works, without receiving webhooks, until told to stop. Any number may run on PostgreSQL."""
    with explained(as_json=as_json):
        _serve(_settings(config), "worker", None, as_json=as_json)


def _settings(config: Path) -> Settings:
    """Checked whole, alerts too: who is never told notices it last."""
    settings = read_settings(config)
    must_be_addresses(config, settings)
    return settings


def _serve(settings: Settings, command: str, listening: socket.socket | None, *, as_json: bool) -> None:
    journal_of(settings, make=True).close()
    log_to_stderr(as_json=as_json)
    installation = build(settings)
    _collect_garbage_seldom()
    _give_memory_back()
    try:
        ready = Job("ready", lambda: _announce(installation, command, listening, as_json=as_json), ONCE_S)
        engine = DurableEngine((*installation.jobs, ready), settings.engine_url, worker_id())
        installation.bell.connect(engine.wake)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda _number, _frame: engine.stop())
        with _receiving(installation, listening, engine.stop) if listening else nullcontext():
            engine.run()
    except SQLAlchemyError as error:
        raise JournalError(_engine_fault(settings, error)) from error
    finally:
        installation.close()


def _collect_garbage_seldom() -> None:
    """What a process holds when it starts it holds to its end, and what a batch makes is let go by counting references.

    Looking through all of it as often as Python does by itself costs a twentieth of all time, and finds nothing.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_AFTER, *gc.get_threshold()[1:])


def _give_memory_back() -> None:
    """Tells the C library's allocator, where it is one that can be told, to part with memory that is no longer used.

    By itself glibc keeps a heap for each thread, and texts of megabytes in them: they grow for hours and never shrink.
    """
    with suppress(AttributeError, OSError, TypeError):
        tell = ctypes.CDLL(None).mallopt
        tell(ctypes.c_int(M_ARENA_MAX), ctypes.c_int(2))
        tell(ctypes.c_int(M_MMAP_THRESHOLD), ctypes.c_int(MAPPED_FROM))


def _engine_fault(settings: Settings, error: SQLAlchemyError) -> str:
    """The journal was opened before, so what fails later is the engine's own database."""
    place = shown(settings.engine_url)
    return f"the engine's database at {place} cannot be used: {said(error)}. See that engine.url is right"


def _announce(installation: Installation, command: str, listening: socket.socket | None, *, as_json: bool) -> bool:
    """The engine gives this turn once its database is open, as it does every other: then the process works."""
    links = [link.name for link in installation.settings.link]
    at = url_of(listening) if listening else None
    hooks = {name: f"{at}/hooks/{name}/SECRET" for name in links} if at else {}
    jobs = [job.name for job in installation.jobs]
    data = {"ready": command, "worker": worker_id(), "url": at, "hooks": hooks, "jobs": jobs}
    lines = [f"webhooks of link {name}: {hook} (the link's webhook_secret in place of SECRET)"
             for name, hook in hooks.items()]  # fmt: skip
    show(data, f"ready: {len(jobs)} jobs for {', '.join(links)}", *lines, as_json=as_json)
    return False


@contextmanager
def _receiving(installation: Installation, listening: socket.socket, stop: Callable[[], None]) -> Generator[None]:
    """Receives webhooks beside the engine. Without its receiver the process is of no use: the engine stops too."""
    hooks = {
        link.name: Hook(installation.links[link.name], link.webhook_secret.get_secret_value())
        for link in installation.settings.link
    }
    app, writer = receiver(
        hooks,
        installation.intake,
        installation.journal,
        stored=lambda link: installation.bell.ring(drain_job(link)),
        troubles=lambda: list(installation.troubles.now),
    )
    server = server_of(app, Limits())

    def serve() -> None:
        try:
            server.run(sockets=[listening])
        finally:
            stop()

    thread = threading.Thread(target=serve, name="receiver", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()
        writer.close()
