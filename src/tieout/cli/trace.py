"""`tieout trace REF`: every hop of one order through both systems, with times."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from tieout.cli.opening import opened
from tieout.cli.output import CONFIG, Config, Json, Refused, explained, show, table
from tieout.domain.clock import SystemClock
from tieout.views.hops import hops
from tieout.views.lane_story import Posted, Story, story
from tieout.views.trace import Match, find
from tieout.views.words import length, moment, posting_kind


def trace(
    ref: Annotated[
        str, typer.Argument(help="An order number or key, our reference, an item code, or an id of either system.")
    ],
    config: Config = CONFIG,
    as_json: Json = False,
) -> None:
    """Shows every hop of one order through both systems, with times."""
    with explained(as_json=as_json), opened(config) as here:
        with here.journal.read() as connection:
            found = find(connection, ref.strip())
            if not found:
                raise Refused(_not_found(ref))
            told = story(connection, found[0].link, found[0].lane, ref.strip())
        show(_data(ref, found, told), *_text(ref, found, told, SystemClock().now()), as_json=as_json)


def _not_found(ref: str) -> str:
    return (
        f"nothing here is called {ref!r}: it is no order number or key, no reference of ours, no item, and no id that "
        "either system gave to something of ours. `tieout status` tells whether everything has been read"
    )


def _data(ref: str, found: list[Match], told: Story) -> dict[str, Any]:
    also = [asdict(match) for match in found[1:]]
    return {"ref": ref, "means": found[0].means, "also": also, **asdict(told), "hops": [asdict(h) for h in hops(told)]}


def _text(ref: str, found: list[Match], told: Story, now: datetime) -> Iterator[RenderableType]:
    customer = f", customer {told.customer}" if told.customer else ""
    yield f"{told.title}{customer}, link {told.link} ({ref} is its {found[0].means}; lane {told.lane})"
    yield from _others(ref, found[1:])
    yield from _ids(told)
    yield ""
    yield _table(told)
    yield f"\nNow: {_now(told, now)}"


def _others(ref: str, also: list[Match]) -> Iterator[str]:
    for match in also:
        yield f"  {ref} is also: {match.means}, link {match.link}: tieout trace {match.lane}"


def _ids(told: Story) -> Iterator[str]:
    kinds = {one.reference: posting_kind(one.kind) for one in told.postings}
    for one in told.ids:
        yield f"  {kinds.get(one.ours, one.ours)} in the {one.side}: id {one.theirs}, our reference {one.ours}"


def _table(told: Story) -> RenderableType:
    made = table("When (UTC)", "Where", "Hop", "What happened")
    for hop in hops(told):
        made.add_row(f"{moment(hop.at)}.{hop.at.microsecond // 1000:03}", hop.where, hop.hop, hop.what)
    return made


def _now(told: Story, now: datetime) -> str:
    """Where it stands: held, waiting, or done."""
    held = sorted({one.case for one in told.documents if one.state == "held" and one.case is not None})
    if held:
        return f"held by exception {', '.join(map(str, held))}; see: tieout cases show {held[0]}"
    if told.waits is not None:
        until = told.waits.until
        again = f", looked at again in {length((until - now).total_seconds())}" if until and until > now else ""
        return f"waits for {told.waits.why.removeprefix('waits for ')}{again}"
    standing = [one for one in told.postings if one.state == "done"]
    return f"nothing left to do; {_standing(standing)}" if standing else "nothing left to do; nothing was posted"


def _standing(postings: list[Posted]) -> str:
    verb = "stands" if len(postings) == 1 else "stand"
    return ", ".join(f"{posting_kind(one.kind)} {one.theirs or one.reference}" for one in postings) + f" {verb}"
