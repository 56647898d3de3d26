"""Webhooks a second: durable before they are answered, against the same server that only answers."""

import json
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from tieout.bench.load import Order, Sent
from tieout.bench.rows import Row, Sizes
from tieout.journal.store import Journal
from tieout.journal.tables import message
from tieout.local import END_WITHIN_S, LINK, SECRET, free_port, prepare_journal, webhook_headers
from tieout.twins.process import ProcessError

CONNECTIONS = 64
LOAD_WITHIN_S = 300.0
START_WITHIN_S = 60.0


def intake(folder: Path, sizes: Sizes) -> list[Row]:
    """Rounds against one server and the other in turn, so that whatever else the machine does meets both alike."""
    url = f"sqlite:///{folder / 'intake.sqlite'}"
    journal = prepare_journal(url)
    with _door("storing", url) as storing, _door("answering", url) as answering:
        rates: dict[str, list[float]] = {storing: [], answering: []}
        for number in range(sizes.rounds + 1):  # the first round warms up and does not count
            for hook, found in rates.items():
                found.append(_round(hook, number, sizes.webhooks))
    _must_all_be_there(journal, (sizes.rounds + 1) * sizes.webhooks)
    measured, limit = (statistics.median(rates[hook][1:]) for hook in (storing, answering))
    return [Row("webhook intake, durable before the answer", measured, "a second", limit, at_least=0.5)]


@contextmanager
def _door(kind: str, journal_url: str) -> Generator[str]:
    """A receiver in a process of its own; gives its webhook address."""
    port = free_port()
    command = [sys.executable, "-m", "tieout.bench.door", kind, str(port), journal_url]
    process = subprocess.Popen(command)  # noqa: S603  our own program
    try:
        _until_listening(port, process)
        yield f"http://127.0.0.1:{port}/hooks/{LINK}/{SECRET}"
    finally:
        process.terminate()
        process.wait(END_WITHIN_S)


def _until_listening(port: int, process: "subprocess.Popen[bytes]") -> None:
    ends_s = time.monotonic() + START_WITHIN_S
    while process.poll() is None and time.monotonic() < ends_s:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1.0).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise ProcessError("the receiver did not start")


def _round(hook: str, number: int, count: int) -> float:
    """Sends that many webhooks, each about another order; returns how many a second were accepted."""
    bodies = [body(number * count + one) for one in range(count)]
    sent = loaded(Order(hook, bodies, webhook_headers(), CONNECTIONS))
    if sent.accepted != count:
        raise ProcessError(f"{count - sent.accepted} of {count} webhooks were not accepted")
    return count / sent.seconds


def loaded(order: Order) -> Sent:
    """Has an order carried out by a process of its own. Raises `ProcessError`."""
    command = [sys.executable, "-m", "tieout.bench.load"]
    ran = subprocess.run(  # noqa: S603  our own program
        command, input=json.dumps(asdict(order)), capture_output=True, text=True, timeout=LOAD_WITHIN_S, check=False
    )
    if ran.returncode:
        raise ProcessError(f"the load could not be sent: {ran.stderr[-500:]}")
    told = json.loads(ran.stdout)
    return Sent(told["seconds"], told["accepted"], {int(place): at for place, at in told["sent_at"].items()})


def body(number: int) -> str:
    """A webhook as Clarus sends it: the order with its lines."""
    lines = [
        {"id": str(number * 3 + n), "line_number": n, "product": {"id": str(n), "code": f"ITEM-{n}"},
         "order_quantity": 6, "dispatch_quantity": 6}
        for n in range(3)
    ]  # fmt: skip
    record = {"id": str(number + 1), "reference": str(number + 1), "goods_out_status": {"code": "COMPLETED"},
              "external_system_reference1": f"{LINK}.SO.{number + 1}", "goods_out_lines": lines}  # fmt: skip
    return json.dumps({"data": record})


def _must_all_be_there(journal: Journal, count: int) -> None:
    """A rate of what was not stored is no rate. Raises `ProcessError`."""
    with journal.read() as connection:
        stored = len(connection.execute(message.select()).all())
    journal.close()
    if stored != count:
        raise ProcessError(f"{count} webhooks were accepted and {stored} are in the journal")
