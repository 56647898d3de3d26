"""Plain clients of the two systems over their public APIs, as anybody would write them, to play with twins."""

from collections.abc import Mapping
from typing import Any

import httpx

from tieout.twins.process import ProcessError

CALL_TIMEOUT_S = 30.0


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
            raise ProcessError(f"{method} {path} was answered {reply.status_code}: {reply.text[:300]}")
        answer: dict[str, Any] = reply.json()
        return answer


class Clarus:
    """A plain client of the Clarus twin's public API."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=CALL_TIMEOUT_S, headers={"X-Clarus-Subdomain": "tieout"})
        form = {"grant_type": "client_credentials", "client_id": "tieout", "client_secret": "tieout"}
        token = self._http.post("/oauth/token", data=form)
        if not token.is_success:
            raise ProcessError(f"signing in to Clarus was answered {token.status_code}: {token.text[:300]}")
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
            raise ProcessError(f"making an automation was answered {reply.status_code}: {reply.text[:300]}")
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
                raise ProcessError(f"reading {root} was answered {reply.status_code}: {reply.text[:300]}")
            page = answer["data"][root]["all"]
            nodes += [edge["node"] for edge in page["edges"]]
            if not page["pageInfo"]["hasNextPage"]:
                return nodes
            after = page["pageInfo"]["endCursor"]
