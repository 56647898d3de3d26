"""`$batch` (5): several posts in one request, each a change set of its own, so that each stands or falls alone.

The server works in order and stops at the first failure, so there may be fewer answers than posts. What comes after a
failure was not carried out; where a reply ends in any other way than that, nothing is known of the posts without an
answer.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tieout.connectors.sap_b1.wire import Call, Reply

_BOUNDARY = "batch_tieout"
_CRLF = "\r\n"
_MULTIPART = re.compile(
    r"\s*multipart/[^;]+;(?:.*;)?\s*boundary\s*=\s*(?:\"(?P<quoted>[^\"]+)\"|(?P<plain>[^\s;\"]+))\s*(?:;.*)?",
    re.IGNORECASE,
)
_STATUS_LINE = re.compile(rb"\s*HTTP/\d(?:\.\d)? (\d{3})[^\n]*\n")


class Malformed(Exception):
    """The answer to a batch is not one: nothing is known of any post in it."""


@dataclass(frozen=True)
class Answers:
    """The answers to the first posts, in order. `stopped` tells that the posts after them were not carried out."""

    replies: tuple[Reply, ...]
    stopped: bool


def request(calls: Sequence[Call], root: str) -> Call:
    """One call holding all `calls`, whose targets are put under `root` (`/b1s/v2`)."""
    sets = [_change_set(number, call, root) for number, call in enumerate(calls, start=1)]
    content = _CRLF.join([*sets, f"--{_BOUNDARY}--", ""]).encode()
    return Call("POST", "$batch", content, {"Content-Type": f"multipart/mixed;boundary={_BOUNDARY}"})


def _change_set(number: int, call: Call, root: str) -> str:
    boundary = f"changeset_{number}"
    lines = (
        f"--{_BOUNDARY}",
        f"Content-Type: multipart/mixed;boundary={boundary}",
        "",
        f"--{boundary}",
        "Content-Type: application/http",
        "Content-Transfer-Encoding: binary",
        f"Content-ID: {number}",
        "",
        f"{call.method} {root}/{call.target} HTTP/1.1",
        "Content-Type: application/json",
        "",
        call.content.decode(),
        f"--{boundary}--",
    )
    return _CRLF.join(lines)


def answers(reply: Reply, sent: int) -> Answers:
    """Reads the answer to a batch of `sent` posts. Raises `Malformed`."""
    parts, whole = _parts(reply.headers.get("content-type", ""), reply.content.replace(b"\r\n", b"\n"))
    if len(parts) > sent:
        raise Malformed(f"{len(parts)} answers came to {sent} posts")
    if not whole:
        parts = parts[:-1]  # the last one may be cut off
    replies = tuple(_answer(part, number) for number, part in enumerate(parts, start=1))
    return Answers(replies, stopped=whole and bool(replies) and 400 <= replies[-1].status < 500)


@dataclass(frozen=True)
class _Part:
    """Header names are lower case."""

    headers: Mapping[str, str]
    content: bytes


def _parts(content_type: str, content: bytes) -> tuple[list[_Part], bool]:
    """The parts of a multipart body whose lines end with LF, and whether its end is there. Raises `Malformed`.

    The standard library's parser is made for mail: half of all our time in a batch went into it.
    """
    boundary = _MULTIPART.fullmatch(content_type)
    if boundary is None:
        raise Malformed("the answer has no parts")
    _, *pieces = (b"\n" + content).split(b"\n--" + (boundary["quoted"] or boundary["plain"]).encode())
    whole = bool(pieces) and pieces[-1].startswith(b"--")
    return [_part(piece) for piece in (pieces[:-1] if whole else pieces)], whole


def _part(piece: bytes) -> _Part:
    if piece.lstrip(b" \t")[:1] not in (b"\n", b""):
        raise Malformed("a boundary goes on where it should end")
    head, _, content = piece.lstrip(b" \t")[1:].partition(b"\n\n")
    return _Part(_headers(head), content)


def _headers(head: bytes) -> dict[str, str]:
    named = (line.partition(":") for line in head.decode("latin-1").split("\n"))
    return {name.strip().lower(): value.strip() for name, _, value in named if name.strip()}


def _answer(part: _Part, number: int) -> Reply:
    """The one reply in a part: inside a change set of its own (carried out), or bare (the change set failed)."""
    kind = part.headers.get("content-type", "")
    if kind.lower().startswith("multipart/"):
        inner, _ = _parts(kind, part.content)
        if len(inner) != 1:
            raise Malformed(f"a change set of one is answered by {len(inner)} parts")
        part = inner[0]
    status = _STATUS_LINE.match(part.content)
    if status is None:
        raise Malformed(f"answer {number} has no status line")
    head, _, body = part.content[status.end() :].partition(b"\n\n")
    headers = _headers(head)
    named = part.headers.get("content-id") or headers.get("content-id")
    if named is not None and named != str(number):
        raise Malformed(f"the answer in place {number} is to post {named}")
    return Reply(int(status.group(1)), body, headers)
