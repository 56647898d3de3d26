"""`run` and `worker`: the processes that stay."""

import logging
import os
import signal
import socket
import threading

import uvicorn

from tieout.bootstrap import Installation, build, drain_job
from tieout.cli.output import CONFIG, Config, explained
from tieout.engine.durable import DurableEngine
from tieout.settings import read_settings
from tieout.web.receiver import Hook, receiver


def run(config: Config = CONFIG) -> None:
    """Works and receives webhooks, in one process, until told to stop."""
    _serve(config, web=True)


def worker(config: Config = CONFIG) -> None:
    """Works, without receiving webhooks, until told to stop. Any number may run on PostgreSQL."""
    _serve(config, web=False)


def _serve(config: Config, *, web: bool) -> None:
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    with explained():
        settings = read_settings(config)
        installation = build(settings)
        try:
            engine = DurableEngine(installation.jobs, settings.engine_url, f"{socket.gethostname()}-{os.getpid()}")
            installation.bell.connect(engine.wake)
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, lambda _number, _frame: engine.stop())
            if web:
                _with_receiver(installation, engine)
            else:
                engine.run()
        finally:
            installation.close()


def _with_receiver(installation: Installation, engine: DurableEngine) -> None:
    settings = installation.settings
    hooks = {
        link.name: Hook(installation.links[link.name], link.webhook_secret.get_secret_value()) for link in settings.link
    }
    app, writer = receiver(
        hooks,
        installation.intake,
        installation.journal,
        stored=lambda link: installation.bell.ring(drain_job(link)),
        troubles=lambda: list(installation.troubles.now),
    )
    at = uvicorn.Config(
        app, host=settings.web.host, port=settings.web.port, access_log=False, log_level="warning", lifespan="off"
    )
    server = uvicorn.Server(at)

    def serve() -> None:
        """Without its receiver (a port in use, say) the process is of no use: the engine stops too."""
        try:
            server.run()
        finally:
            engine.stop()

    thread = threading.Thread(target=serve, name="receiver", daemon=True)
    thread.start()
    try:
        engine.run()
    finally:
        server.should_exit = True
        thread.join()
        writer.close()
