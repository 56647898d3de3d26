"""A twin in a process of its own on loopback, for whoever plays with one: the demo, the benchmark, tests."""

import json
import subprocess
import sys
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import httpx

CALL_TIMEOUT_S = 30.0
END_WITHIN_S = 30.0


class ProcessError(Exception):
    """A program did not do what it was started for. The text says which, and what it said."""


class TwinProcess:
    """A twin, by its name. Use as a context: the process ends with it."""

    def __init__(self, name: str) -> None:
        command = [sys.executable, "-m", "tieout.twins", name, "0"]
        self._process = subprocess.Popen(  # noqa: S603  our own program; Ctrl-C is for us, and we end it
            command, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise ProcessError(f"the twin {name} did not start (exit code {self._process.wait()})")
        self.url: str = json.loads(line)["url"]
        self.http = httpx.Client(base_url=self.url, timeout=CALL_TIMEOUT_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.http.close()
        self._process.terminate()
        self._process.wait(END_WITHIN_S)

    def act(self, name: str, **arguments: Any) -> dict[str, Any]:
        """Does what a person would do in that system. Raises `ProcessError` when it refuses."""
        return self.post("/_twin/act", {"act": name, **arguments})

    def set_up(self, settings: Mapping[str, Any]) -> None:
        """Begins again with other settings than the twin's own."""
        self.post("/_twin/reset", {"settings": dict(settings)})

    def state(self) -> dict[str, Any]:
        """What the twin tells of itself."""
        state: dict[str, Any] = self.http.get("/_twin/state").json()
        return state

    def set_faults(self, seed: int, rates: Mapping[str, float], late_s: float = 0.5) -> None:
        """Which faults strike from now on; `late_s` is how late a late request is carried out."""
        self.post("/_twin/faults", {"seed": seed, "rates": dict(rates), "late_s": late_s})

    def fault_counts(self) -> dict[str, int]:
        """How often each fault has struck."""
        counts: dict[str, int] = self.http.get("/_twin/faults").json()["counts"]
        return counts

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """One call that must succeed. Raises `ProcessError`."""
        reply = self.http.post(path, json=body)
        if not reply.is_success:
            raise ProcessError(f"{self.url}{path} answered {reply.status_code}: {reply.text[:300]}")
        answer: dict[str, Any] = reply.json()
        return answer
