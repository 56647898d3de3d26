"""What senders are answered when something is wrong: JSON that says what, and where to look. Never a stack trace."""

import logging
from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

_log = logging.getLogger(__name__)
_ROUTES = "POST /hooks/LINK/SECRET and GET /health are served"


def fault(status: int, what: str, where: str, headers: Mapping[str, str] | None = None) -> Response:
    """A refusal: nothing was stored, and the same again will be refused again."""
    return JSONResponse({"error": what, "where": where}, status, headers=headers)


def later(what: str, retry_after_s: int) -> Response:
    """Nothing is known to be stored; the same again is right, and is stored once whatever became of this one."""
    return JSONResponse({"error": what, "where": "here"}, 503, headers={"Retry-After": str(retry_after_s)})


def no_route(_: Request, error: Exception) -> Response:
    """No such path, or not by this method."""
    status = error.status_code if isinstance(error, HTTPException) else 404
    headers = error.headers if isinstance(error, HTTPException) else None
    what, where = (_ROUTES, "the method") if status == 405 else (_ROUTES, "the path")
    return fault(status, what, where, headers)


def crashed(_: Request, error: Exception) -> Response:
    """A bug of ours: the log has all of it, the sender only that it was not their doing."""
    _log.error("a request could not be answered", exc_info=error)
    return fault(500, "tieout could not handle this; its log says why", "here")
