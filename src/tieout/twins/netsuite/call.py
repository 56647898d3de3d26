"""One call to the REST services, taken apart, and what is answered to it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, unquote

from tieout.twins.netsuite.errors import bad_content, bad_parameter
from tieout.twins.wire import Reply, Request

ROOT = "/services/rest"
MEDIA = "application/vnd.oracle.resource+json; type={}; charset=UTF-8"
"""Content type of answers: `singular`, `collection`, `error` (3)."""

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Call:
    """One call. `path` is what follows the root, decoded; `options` are the query's, with names as sent."""

    method: str
    path: tuple[str, ...]
    options: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""
    query: str = ""

    @property
    def base(self) -> str:
        """Where the services begin, as this caller addressed them: plain HTTP on a machine of one's own."""
        host = self.headers.get("host", "localhost")
        scheme = "http" if ":" in host or host in ("localhost", "testserver") else "https"
        return f"{scheme}://{host}{ROOT}"

    @property
    def url(self) -> str:
        """The address of this call, without its query."""
        return "/".join((self.base, *self.path))

    def json(self) -> Any:
        """The body. Raises `Refusal` when it is not JSON."""
        try:
            return json.loads(self.body or b"{}")
        except ValueError:
            raise bad_content("Invalid content in the request body: it is not JSON.") from None

    def flag(self, name: str) -> bool:
        """Whether an option is `true`."""
        return self.options.get(name, "").lower() == "true"

    def names(self, option: str) -> tuple[str, ...]:
        """The names an option lists, lower case."""
        return tuple(name.strip().lower() for name in self.options.get(option, "").split(",") if name.strip())

    def prefers(self, word: str) -> bool:
        """Whether the `Prefer` header asks for it."""
        return any(part.strip() == word for part in re.split("[,;]", self.headers.get("prefer", "").lower()))

    def number(self, option: str, usual: int) -> int:
        """An option that is a whole number from nothing up. Raises `Refusal`."""
        text = self.options.get(option, str(usual))
        if not text.isdigit():
            raise bad_parameter(f"Invalid value '{text}' of the parameter '{option}'.", option)
        return int(text)

    def with_body(self, body: Any, *path: str, method: str = "") -> "Call":
        """The same call with another body, and another address and method if given."""
        return replace(
            self, method=method or self.method, path=path or self.path, body=json.dumps(body).encode(), options={}
        )


def read_call(request: Request) -> Call | None:
    """The call in a request, or none if it is not below `/services/rest`."""
    if not request.path.startswith(ROOT + "/"):
        return None
    path = tuple(unquote(part) for part in request.path.removeprefix(ROOT).split("/") if part)
    options = dict(parse_qsl(request.query, keep_blank_values=True))
    return Call(request.method, path, options, request.headers, request.body, request.query)


@dataclass(frozen=True)
class Answer:
    """What to answer, before it becomes a reply."""

    status: int
    content: Any = None
    headers: Headers = field(default_factory=tuple)
    kind: str = "singular"
    media: str = ""

    def reply(self) -> Reply:
        """The answer as a reply."""
        if self.content is None:
            return Reply(self.status, b"", self.headers)
        media = ("Content-Type", self.media or MEDIA.format(self.kind))
        return Reply(self.status, json.dumps(self.content).encode(), (media, *self.headers))


def link(rel: str, href: str) -> dict[str, str]:
    """One HATEOAS link, with the method that answers since about 2026 bear (3)."""
    return {"rel": rel, "href": href, "method": "GET"}
