"""One call to Service Layer, taken apart: version, resource, options, headers."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

from tieout.twins.sap_b1.errors import not_found, unreadable
from tieout.twins.sap_b1.schema import TypeDef
from tieout.twins.wire import Reply, Request

JSON = {
    1: "application/json;odata=minimalmetadata;charset=utf-8",
    2: "application/json;odata.metadata=minimal;charset=utf-8",
}
"""Content types. [M][W]"""

_ROOT = re.compile(r"/b1s/v([12])(?:/(.*))?")
_HEAD = re.compile(r"(?P<name>[$\w]+)(?:\((?P<key>.*)\))?")
_KEY_PART = re.compile(r"\s*(?:(?P<name>\w+)\s*=\s*)?(?P<value>'(?:[^']|'')*'|[^',]+)\s*(?:,|$)")


@dataclass(frozen=True)
class Call:
    """One call. `name` is the entity set or operation, `key` the text in its parentheses, `tail` what follows."""

    version: int
    method: str
    name: str
    key: str | None
    tail: tuple[str, ...]
    options: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""
    query: str = ""
    in_batch: bool = False

    @property
    def root(self) -> str:
        """Where this version's service begins, without the host."""
        return f"/b1s/v{self.version}"

    @property
    def service(self) -> str:
        """Where this version's service begins, as this caller addressed it."""
        return f"http://{self.headers.get('host', 'localhost:50000')}{self.root}/"

    def json(self) -> Any:
        """The body. Raises `Refusal` when it is not JSON."""
        try:
            return json.loads(self.body or b"{}")
        except ValueError:
            raise unreadable("Invalid JSON in request body") from None  # text: assumption

    def prefers(self, word: str) -> bool:
        """Whether the `Prefer` header asks for it."""
        return any(part.strip() == word for part in re.split("[,;]", self.headers.get("prefer", "")))


def read_call(request: Request, *, in_batch: bool = False) -> Call | None:
    """The call in a request, or none if it is not under `/b1s/v1` or `/b1s/v2`."""
    match = _ROOT.fullmatch(request.path)
    if match is None:
        return None
    version, rest = int(match.group(1)), match.group(2) or ""
    head, *tail = _segments(rest) or [""]
    named = _HEAD.fullmatch(head)
    if named is None and head:
        return None
    name, key = (named.group("name"), named.group("key")) if named else ("", None)
    method = (
        request.headers.get("x-http-method-override", request.method) if request.method == "POST" else request.method
    )
    options = dict(parse_qsl(request.query, keep_blank_values=True))
    where = tuple(part.rpartition(".")[2] for part in tail if part)
    return Call(
        version, method, name, key or None, where, options, request.headers, request.body, request.query, in_batch
    )


def _segments(path: str) -> list[str]:
    """Cuts at slashes outside quotes, so that a key may hold one."""
    parts = re.findall(r"(?:[^/']|'(?:[^']|'')*')+", unquote(path))
    return parts if parts or not path.strip("/") else [path]


def read_key(kind: TypeDef, text: str) -> Any:
    """The key in the parentheses: `'A1'`, `22`, `ItemCode='A1'`, `TableName='OCRD',FieldID=0`. [M]"""
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        match = _KEY_PART.match(text, at)
        if match is None or match.end() == at:
            raise unreadable(f"Invalid key '{text}'")  # text: assumption
        found[match.group("name") or kind.key[0]] = match.group("value")
        at = match.end()
    if set(found) != set(kind.key):
        raise unreadable(f"Invalid key '{text}'")  # text: assumption
    values = [_key_value(kind, name, found[name]) for name in kind.key]
    return values[0] if len(values) == 1 else tuple(values)


def _key_value(kind: TypeDef, name: str, text: str) -> Any:
    quoted = text.startswith("'")
    plain = text[1:-1].replace("''", "'") if quoted else text
    if kind.properties[name].kind != "I":
        return plain
    if not plain.lstrip("-").isdigit():
        raise not_found()
    return int(plain)


def key_text(kind: TypeDef, key: Any) -> str:
    """A key as it stands in a link."""
    values = (key,) if len(kind.key) == 1 else tuple(key)
    texts = [str(one) if isinstance(one, int) else "'" + str(one).replace("'", "''") + "'" for one in values]
    if len(texts) == 1:
        return texts[0]
    return ",".join(f"{name}={text}" for name, text in zip(kind.key, texts, strict=True))


@dataclass(frozen=True)
class Answer:
    """What to answer, before it becomes a reply."""

    status: int
    text: str = ""
    headers: tuple[tuple[str, str], ...] = field(default_factory=tuple)
    content_type: str | None = None

    def reply(self, version: int) -> Reply:
        """The answer as a reply of one version."""
        if not self.text:
            return Reply(self.status, b"", self.headers)
        kind = self.content_type or JSON[version]
        return Reply(self.status, self.text.encode(), (("Content-Type", kind), *self.headers))
