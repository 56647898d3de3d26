"""`$batch` (5): several posts in one request, each a change set of its own, so that each stands or falls alone.

The server works in order and stops at the first failure, so there may be fewer answers than posts. What comes after a
failure was not carried out; where a reply ends in any other way than that, nothing is known of the posts without an
answer.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.errors import CloseBoundaryNotFoundDefect
from email.message import MIMEPart
from email.parser import BytesParser
from email.policy import HTTP

from tieout.connectors.sap_b1.wire import Call, Reply

_BOUNDARY = "batch_tieout"
_CRLF = "\r\n"
_STATUS_LINE = re.compile(rb"\s*HTTP/\d(?:\.\d)? (\d{3})[^\r\n]*\r?\n")


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
    head = f"Content-Type: {reply.headers.get('content-type', '')}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + reply.content)
    if message.get_content_maintype() != "multipart":
        raise Malformed("the answer has no parts")
    whole = not any(isinstance(defect, CloseBoundaryNotFoundDefect) for defect in message.defects)
    parts = list(message.iter_parts())
    if len(parts) > sent:
        raise Malformed(f"{len(parts)} answers came to {sent} posts")
    if not whole:
        parts = parts[:-1]  # the last one may be cut off
    replies = tuple(_answer(part, number) for number, part in enumerate(parts, start=1))
    return Answers(replies, stopped=whole and bool(replies) and 400 <= replies[-1].status < 500)


def _answer(part: MIMEPart, number: int) -> Reply:
    """The one reply in a part: inside a change set of its own (carried out), or bare (the change set failed)."""
    if part.get_content_maintype() == "multipart":
        inner = list(part.iter_parts())
        if len(inner) != 1:
            raise Malformed(f"a change set of one is answered by {len(inner)} parts")
        part = inner[0]
    content = part.get_payload(decode=True)
    status = _STATUS_LINE.match(content) if isinstance(content, bytes) else None
    if status is None or not isinstance(content, bytes):
        raise Malformed(f"answer {number} has no status line")
    http = BytesParser(policy=HTTP).parsebytes(content[status.end() :])
    named = part.get("Content-ID") or http.get("Content-ID")
    if named is not None and str(named).strip() != str(number):
        raise Malformed(f"the answer in place {number} is to post {named}")
    body = content[status.end() :].replace(b"\r\n", b"\n").partition(b"\n\n")[2]
    return Reply(int(status.group(1)), body, {name.lower(): str(value) for name, value in http.items()})
