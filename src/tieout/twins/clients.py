"""Plain clients of the two systems over their public APIs, as anybody would write them, to play with twins.

What only reads is asked again where a fault of the wire struck; what writes is not.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from tieout.twins.process import ProcessError

CALL_TIMEOUT_S = 30.0
UNAUTHORIZED, TOO_MANY_REQUESTS = 401, 429
TRIES, WAIT_S = 10, 0.3
"""How often a question is put, and the pause in between: longer than what a fault of the wire lasts."""


def _asked(ask: Callable[[], httpx.Response], sign_in: Callable[[], None], what: str) -> httpx.Response:
    """The reply to a question that changes nothing. Raises `ProcessError` when none comes."""
    said = ""
    for _ in range(TRIES):
        try:
            reply = ask()
        except httpx.TransportError as error:
            said = str(error)
        else:
            if reply.is_success:
                return reply
            said = f"{reply.status_code}: {reply.text[:300]}"
            if reply.status_code == UNAUTHORIZED:
                sign_in()
            elif reply.status_code < TOO_MANY_REQUESTS:
                break
        time.sleep(WAIT_S)
    raise ProcessError(f"{what} was answered {said}")


class ServiceLayer:
    """A plain client of the SAP twin's public API, for what a shop's own staff and reports would do."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=f"{url}/b1s/v2/", timeout=CALL_TIMEOUT_S)
        self._sign_in()

    def _sign_in(self) -> None:
        body = {"CompanyDB": "TIEOUT", "UserName": "manager", "Password": "manager"}
        _asked(lambda: self._http.post("Login", json=body), lambda: None, "signing in to SAP Business One")

    def create(self, entity_set: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Creates one record. Raises `ProcessError`."""
        reply = self._http.post(entity_set, json=body)
        if not reply.is_success:
            raise ProcessError(f"POST {entity_set} was answered {reply.status_code}: {reply.text[:300]}")
        answer: dict[str, Any] = reply.json()
        return answer

    def all(self, path: str) -> list[dict[str, Any]]:
        """Every row behind a path, page by page. Raises `ProcessError`."""
        rows: list[dict[str, Any]] = []
        link: str | None = path
        while link:
            page = self._page(link)
            rows += page["value"]
            link = page.get("@odata.nextLink")
        return rows

    def _page(self, link: str) -> dict[str, Any]:
        large = {"Prefer": "odata.maxpagesize=500"}
        page: dict[str, Any] = _asked(
            lambda: self._http.get(link, headers=large), self._sign_in, f"reading {link}"
        ).json()
        return page


class Clarus:
    """A plain client of the Clarus twin's public API."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=CALL_TIMEOUT_S, headers={"X-Clarus-Subdomain": "tieout"})
        self._sign_in()

    def _sign_in(self) -> None:
        form = {"grant_type": "client_credentials", "client_id": "tieout", "client_secret": "tieout"}
        token = _asked(lambda: self._http.post("/oauth/token", data=form), lambda: None, "signing in to Clarus")
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

    def all(self, root: str, fields: str, filter_type: str | None = None, **where: Any) -> list[dict[str, Any]]:
        """Every node of a root, page by page; with the name of its filter's type, those that fit `where`. Raises
        `ProcessError`."""
        declared, given = ("", "") if filter_type is None else (f", $where: {filter_type}", ", filter: $where")
        query = (
            f"query($after: String{declared}) {{ {root} {{ all(first: 50, after: $after{given}) "
            f"{{ pageInfo {{ hasNextPage endCursor }} edges {{ node {{ {fields} }} }} }} }} }}"
        )
        nodes: list[dict[str, Any]] = []
        after: str | None = None
        while True:
            page = self._page(root, {"query": query, "variables": {"after": after, "where": where}})
            nodes += [edge["node"] for edge in page["edges"]]
            if not page["pageInfo"]["hasNextPage"]:
                return nodes
            after = page["pageInfo"]["endCursor"]

    def _page(self, root: str, question: Mapping[str, Any]) -> dict[str, Any]:
        reply = _asked(lambda: self._http.post("/graphql", json=question), self._sign_in, f"reading {root}")
        answer = reply.json()
        if "errors" in answer:
            raise ProcessError(f"reading {root} was answered {reply.text[:300]}")
        page: dict[str, Any] = answer["data"][root]["all"]
        return page
