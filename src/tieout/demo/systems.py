"""The two outside systems of the demo: twins, each a process of its own, spoken to as anybody would."""

import json
import subprocess
import sys
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import httpx

CALL_TIMEOUT_S = 30.0


class DemoError(Exception):
    """The demo cannot go on. The text says which step failed and what was answered."""


class System:
    """A twin in a process of its own. Use as a context: the process ends with it."""

    def __init__(self, name: str) -> None:
        command = [sys.executable, "-m", "tieout.twins", name, "0"]
        self._process = subprocess.Popen(  # noqa: S603  our own program; Ctrl-C is for us, and we end it
            command, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise DemoError(f"the twin {name} did not start (exit code {self._process.wait()})")
        self.url: str = json.loads(line)["url"]
        self._http = httpx.Client(base_url=self.url, timeout=CALL_TIMEOUT_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()
        self._process.terminate()
        self._process.wait()

    def act(self, name: str, **arguments: Any) -> dict[str, Any]:
        """Does what a person would do in that system. Raises `DemoError` when it refuses."""
        return self._post("/_twin/act", {"act": name, **arguments})

    def set_up(self, settings: Mapping[str, Any]) -> None:
        """Begins again with other settings than the twin's own."""
        self._post("/_twin/reset", {"settings": dict(settings)})

    def state(self) -> dict[str, Any]:
        """What the twin tells of itself."""
        state: dict[str, Any] = self._http.get("/_twin/state").json()
        return state

    def set_faults(self, seed: int, rates: Mapping[str, float]) -> None:
        """Which faults strike from now on."""
        self._post("/_twin/faults", {"seed": seed, "rates": dict(rates), "late_s": 0.5})

    def fault_counts(self) -> dict[str, int]:
        """How often each fault has struck."""
        counts: dict[str, int] = self._http.get("/_twin/faults").json()["counts"]
        return counts

    def _post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        reply = self._http.post(path, json=body)
        if not reply.is_success:
            raise DemoError(f"{self.url}{path} answered {reply.status_code}: {reply.text[:300]}")
        answer: dict[str, Any] = reply.json()
        return answer


class ServiceLayer:
    """A plain client of the SAP twin's public API, for what a shop's own staff and reports would do."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=f"{url}/b1s/v2/", timeout=CALL_TIMEOUT_S)
        self._ok("POST", "Login", {"CompanyDB": "TIEOUT", "UserName": "manager", "Password": "manager"})

    def create(self, entity_set: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Creates one record."""
        return self._ok("POST", entity_set, body)

    def all(self, path: str) -> list[dict[str, Any]]:
        """Every row behind a path, page by page."""
        rows: list[dict[str, Any]] = []
        link: str | None = path
        while link:
            page = self._ok("GET", link, None)
            rows += page["value"]
            link = page.get("@odata.nextLink")
        return rows

    def _ok(self, method: str, path: str, body: Mapping[str, Any] | None) -> dict[str, Any]:
        reply = self._http.request(method, path, json=body, headers={"Prefer": "odata.maxpagesize=500"})
        if not reply.is_success:
            raise DemoError(f"{method} {path} was answered {reply.status_code}: {reply.text[:300]}")
        answer: dict[str, Any] = reply.json()
        return answer


class Graph:
    """A plain client of the Clarus twin's public API."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=CALL_TIMEOUT_S, headers={"X-Clarus-Subdomain": "tieout"})
        form = {"grant_type": "client_credentials", "client_id": "tieout", "client_secret": "tieout"}
        token = self._http.post("/oauth/token", data=form)
        if not token.is_success:
            raise DemoError(f"signing in to Clarus was answered {token.status_code}: {token.text[:300]}")
        self._http.headers["Authorization"] = f"Bearer {token.json()['access_token']}"

    def call_on(self, resource: str, event: str, url: str) -> int:
        """Makes an automation that calls `url` at each such event; returns its id."""
        given = (("webhook_url", url), ("webhook_method", "POST"))
        parameters = [{"type": "ADD", "attributes": {"parameter_code": code, "value": value}} for code, value in given]
        action = {"destination_type": "webhook", "parameters_changes": parameters}
        attributes = {"resource_name": resource, "event": event, "enabled": True,
                      "actions_changes": [{"type": "ADD", "attributes": action}]}  # fmt: skip
        reply = self._http.post("/api/automations", json={"data": {"type": "automations", "attributes": attributes}})
        if not reply.is_success:
            raise DemoError(f"making an automation was answered {reply.status_code}: {reply.text[:300]}")
        made: int = reply.json()["data"]["id"]
        return made

    def all(self, root: str, fields: str) -> list[dict[str, Any]]:
        """Every node of a root, page by page."""
        query = (
            f"query($after: String) {{ {root} {{ all(first: 50, after: $after) "
            f"{{ pageInfo {{ hasNextPage endCursor }} edges {{ node {{ {fields} }} }} }} }} }}"
        )
        nodes: list[dict[str, Any]] = []
        after: str | None = None
        while True:
            reply = self._http.post("/graphql", json={"query": query, "variables": {"after": after}})
            answer = reply.json()
            if "errors" in answer or not reply.is_success:
                raise DemoError(f"reading {root} was answered {reply.status_code}: {reply.text[:300]}")
            page = answer["data"][root]["all"]
            nodes += [edge["node"] for edge in page["edges"]]
            if not page["pageInfo"]["hasNextPage"]:
                return nodes
            after = page["pageInfo"]["endCursor"]
