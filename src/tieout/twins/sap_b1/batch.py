"""`$batch`: a multipart body of requests and change sets, run in order, stopped at the first failure. [M]"""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from tieout.twins.sap_b1.errors import unreadable
from tieout.twins.wire import Reply, Request

Send = Callable[[Request], Reply]
"""Answers one request of the batch, without keeping or undoing anything."""

_BOUNDARY = re.compile(r'boundary="?([^";\s]+)"?')
_REFERENCE = re.compile(r"^/?(?:b1s/v[12]/)?\$(\d+)")
REASONS = {
    200: "OK",
    201: "Created",
    204: "No Content",
    400: "Bad Request",
    404: "Not Found",
    412: "Precondition Failed",
}


@dataclass(frozen=True)
class Part:
    """One request of a batch, with its `Content-ID`."""

    request: Request
    content_id: str | None


ChangeSet = list[Part]


def incomplete() -> Exception:
    """The form of the batch is not valid. [M]"""
    return unreadable("Incomplete Batch Request Body!")


def boundary_of(content_type: str) -> str:
    """The boundary named in a content type. Raises `Refusal`."""
    match = _BOUNDARY.search(content_type)
    if match is None:
        raise incomplete()
    return match.group(1)


def read_batch(request: Request, version: int) -> list[Part | ChangeSet]:
    """The requests and change sets of a batch body. Raises `Refusal` when its form is wrong."""
    text = request.body.decode("utf-8", "replace").replace("\r\n", "\n")
    parts = _split(text, boundary_of(request.headers.get("content-type", "")))
    return [_read_part(part, request, version) for part in parts]


def _split(text: str, boundary: str) -> list[str]:
    pieces = re.split(rf"(?m)^--{re.escape(boundary)}(--)?[ \t]*$", text)
    # re.split keeps the group: text, None, text, ..., "--", rest
    if "--" not in pieces[1::2]:
        raise incomplete()
    last = pieces[1::2].index("--")
    return [piece.removeprefix("\n") for piece in pieces[2::2][:last]]


def _read_part(text: str, outer: Request, version: int) -> Part | ChangeSet:
    headers, body = _headers(text)
    kind = headers.get("content-type", "")
    if kind.startswith("multipart/mixed"):
        inner = [_read_part(piece, outer, version) for piece in _split(body, boundary_of(kind))]
        return [_checked(part, version) for part in inner]
    if not kind.startswith("application/http"):
        raise incomplete()
    return _read_request(headers, body, outer)


def _checked(part: Part | ChangeSet, version: int) -> Part:
    """No GET and no nested change set in a change set; `Content-ID` is mandatory in v2. [M]"""
    if isinstance(part, list) or part.request.method == "GET":
        raise incomplete()
    if version == 2 and part.content_id is None:
        raise unreadable("Content-ID is missing in change set")  # text: assumption
    return part


def _headers(text: str) -> tuple[dict[str, str], str]:
    head, _, body = text.lstrip("\n").partition("\n\n")
    pairs = (line.partition(":") for line in head.splitlines() if ":" in line)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}, body


def _read_request(part: dict[str, str], text: str, outer: Request) -> Part:
    line, _, rest = text.lstrip("\n").partition("\n")
    words = line.split()
    if len(words) < 2:
        raise incomplete()
    # A body-less request may have no headers at all, so its rest starts with the empty line.
    headers, body = ({}, rest) if rest.startswith("\n") or not rest.strip() else _headers(rest)
    target = " ".join(words[1:-1]) if words[-1].startswith("HTTP/") else " ".join(words[1:])
    path, _, query = target.partition("?")
    kept = {name: value for name, value in outer.headers.items() if name in ("host", "cookie")}
    request = Request(words[0], re.sub(r"^https?://[^/]+", "", path), query, {**kept, **headers}, body.strip().encode())
    return Part(request, part.get("content-id") or headers.get("content-id"))


class Boundaries:
    """Makes boundaries from a seed, so that runs repeat."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def new(self, kind: str) -> str:
        """`batchresponse_<guid>` or `changesetresponse_<guid>`. [M]"""
        return f"{kind}response_{self._random.getrandbits(128):032x}"


def run_change_set(parts: ChangeSet, root: str, send: Send) -> tuple[list[tuple[Part, Reply]], bool]:
    """Runs the requests of a change set up to the first failure. Says whether all went well."""
    made: dict[str, str] = {}
    done: list[tuple[Part, Reply]] = []
    for part in parts:
        reply = send(_resolved(part.request, made, root))
        done.append((part, reply))
        if reply.status >= 400:
            return done, False
        location = dict(reply.headers).get("Location")
        if part.content_id and location:
            made[part.content_id] = location
    return done, True


def _resolved(request: Request, made: dict[str, str], root: str) -> Request:
    """`$1` stands for the entity the request with that `Content-ID` made, with or without the root before it. [M]"""
    match = _REFERENCE.match(request.path)
    if match is None:
        return request if request.path.startswith("/") else replace(request, path=f"{root}/{request.path}")
    location = made.get(match.group(1))
    if location is None:
        raise unreadable(f"Content-ID reference '${match.group(1)}' is invalid")  # text: assumption
    return replace(request, path=location + request.path[match.end() :])


def absolute(request: Request, root: str) -> Request:
    """A request whose path may lack the service root."""
    return _resolved(request, {}, root)


def write_reply(reply: Reply, content_id: str | None) -> str:
    """One response part, without its boundary. 204 parts have no headers of their own. [M]"""
    lines = ["Content-Type: application/http", "Content-Transfer-Encoding: binary"]
    if content_id:
        lines.append(f"Content-ID: {content_id}")
    lines += ["", f"HTTP/1.1 {reply.status} {REASONS.get(reply.status, 'Error')}"]
    if reply.status != 204:
        kept = [(name, value) for name, value in reply.headers if name in ("Content-Type", "Location", "ETag")]
        lines += [f"{name}: {value}" for name, value in (*kept, ("Content-Length", str(len(reply.body))))]
    return "\r\n".join([*lines, "", reply.body.decode(), ""])


def write_parts(parts: list[str], boundary: str) -> str:
    """Parts between boundaries."""
    return "".join(f"--{boundary}\r\n{part}\r\n" for part in parts) + f"--{boundary}--\r\n"


def write_change_set(done: list[tuple[Part, Reply]], boundary: str) -> str:
    """The part of a change set that succeeded."""
    inner = write_parts([write_reply(reply, part.content_id) for part, reply in done], boundary)
    return f"Content-Type: multipart/mixed;boundary={boundary}\r\n\r\n{inner}"
