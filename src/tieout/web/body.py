"""Reads a request's body, within its limits of size and time."""

import asyncio

from starlette.requests import ClientDisconnect, Request

from tieout.web.limits import Limits


class BodyFault(Exception):
    """The body cannot be taken. `status` is what to answer; the text says why."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


async def json_body(request: Request, limits: Limits) -> bytes:
    """The body of a request that says it is JSON, or says nothing. Raises `BodyFault`."""
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise BodyFault(415, f"the content type is {kind[:100]!r}; only JSON is taken")
    try:
        async with asyncio.timeout(limits.body_within_s):
            return await _read(request, limits.body_max_bytes)
    except TimeoutError:
        raise BodyFault(408, f"the body was not there within {limits.body_within_s:g} seconds") from None
    except ClientDisconnect:
        raise BodyFault(400, "the body ended too soon") from None


async def _read(request: Request, most: int) -> bytes:
    """All of it. What is too long is read to twice the limit: most senders hear an answer only after they have sent."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size <= most:
            parts.append(part)
        elif size > 2 * most:
            break
    if size > most:
        raise BodyFault(413, f"the body is longer than {most} bytes")
    return b"".join(parts)
