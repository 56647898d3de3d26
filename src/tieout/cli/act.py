"""`tieout act`: does in a twin what a person would do in the system it stands for."""

import json
from typing import Annotated, Any

import httpx
import typer

from tieout.cli.output import CONFIGURATION, NOT_POSSIBLE, Json, Refused, explained, show

WITHIN_S = 30.0


def act(
    url: Annotated[str, typer.Argument(help="The twin's address, such as http://127.0.0.1:8101.")],
    name: Annotated[str, typer.Argument(help="What happens, such as create_order.", metavar="ACT")],
    arguments: Annotated[
        list[str] | None, typer.Argument(help="How: NAME=VALUE each; a value may be JSON.", metavar="[NAME=VALUE]...")
    ] = None,
    as_json: Json = False,
) -> None:
    """Do in a twin what people do in its system: take an order, pick, count, cancel."""
    with explained(as_json=as_json):
        done = _done(url, {"act": name, **dict(map(_argument, arguments or ()))})
        show(done, json.dumps(done), as_json=as_json)


def _argument(written: str) -> tuple[str, Any]:
    """A name and its value. Raises `Refused`."""
    name, equals, value = written.partition("=")
    if not name or not equals:
        raise Refused(f"{written!r} is not NAME=VALUE, such as item=MUG", CONFIGURATION)
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _done(url: str, body: dict[str, Any]) -> Any:
    """What the twin answers. Raises `Refused`."""
    try:
        reply = httpx.post(f"{url.rstrip('/')}/_twin/act", json=body, timeout=WITHIN_S)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Refused(f"no twin answers at {url}: {error}; start one with `tieout twin NAME --port PORT`") from None
    if not reply.is_success:
        raise Refused(f"the twin refused {body['act']}: {reply.text[:500]}", NOT_POSSIBLE)
    try:
        return reply.json()
    except ValueError:
        raise Refused(f"what answers at {url} is no twin") from None
