"""A bare client of Service Layer: posts deliveries and their invoices, and does nothing else.

Run as a process: `python -m tieout.bench.bare` reads pairs of bodies as JSON on stdin, posts them over some connections
at once, each invoice after its delivery, and prints the seconds it took.
"""

import http.client
import json
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import local
from typing import Any
from urllib.parse import urlsplit

LOGIN = {"CompanyDB": "TIEOUT", "UserName": "manager", "Password": "manager"}
TIMEOUT_S = 60.0


class Client:
    """One connection and session for each thread."""

    def __init__(self, url: str) -> None:
        self._host = urlsplit(url).netloc
        self._mine = local()

    def post(self, entity_set: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Creates a document. Raises `RuntimeError` when it is refused."""
        if not hasattr(self._mine, "wire"):
            self._mine.wire = http.client.HTTPConnection(self._host, timeout=TIMEOUT_S)
            self._mine.headers = {"Content-Type": "application/json"}
            session = self._call("Login", LOGIN)
            self._mine.headers["Cookie"] = f"B1SESSION={session['SessionId']}"
        return self._call(entity_set, body)

    def _call(self, target: str, body: Mapping[str, Any]) -> dict[str, Any]:
        self._mine.wire.request("POST", f"/b1s/v2/{target}", json.dumps(body).encode(), self._mine.headers)
        reply = self._mine.wire.getresponse()
        raw: bytes = reply.read()
        if reply.status >= 300:
            raise RuntimeError(f"{target} was answered {reply.status}: {raw[:300]!r}")
        answer: dict[str, Any] = json.loads(raw)
        return answer


def post_all(url: str, pairs: list[list[dict[str, Any]]], at_once: int) -> float:
    """Seconds for all pairs of a delivery and its invoice."""
    client = Client(url)

    def post(pair: list[dict[str, Any]]) -> None:
        delivery, invoice = pair
        entry = client.post("DeliveryNotes", delivery)["DocEntry"]
        lines = [{**line, "BaseEntry": entry} for line in invoice["DocumentLines"]]
        client.post("Invoices", {**invoice, "DocumentLines": lines})

    began_s = time.perf_counter()
    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(post, pairs))
    return time.perf_counter() - began_s


if __name__ == "__main__":
    order = json.load(sys.stdin)
    sys.stdout.write(json.dumps({"seconds": post_all(order["url"], order["pairs"], order["at_once"])}) + "\n")
