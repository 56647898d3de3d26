"""Exceptions as text for a terminal."""

import json
import shlex
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from rich.console import RenderableType

from tieout.cases.fixing import Fixed
from tieout.cases.suggestions import Suggestion
from tieout.cli.output import table
from tieout.domain.documents import Side
from tieout.views.exception import HeldDocument, Shown
from tieout.views.exceptions import Exceptional, Listed, SharedCause
from tieout.views.words import clears_when, counted, ends_by, length, moment, money, short, since, units

NEXT_OF_A_CAUSE = (
    "`tieout cases show NUMBER` tells what to do; `tieout cases replay --cause NUMBER` replays all that share the "
    "cause of one, and with --dry-run shows what would come of it."
)
RAW_SHOWN = 1000
"""Characters of a message that could not be read."""


def listing(found: Listed, none: str) -> list[RenderableType]:
    """The list, and how to go on; `none` where there is nothing to list."""
    if not found.exceptions:
        return [none]
    made = table("Number", "Reason", "Owner", "Age", "Blocks", "Document", "With")
    for one in found.exceptions:
        made.add_row(str(one.case), one.sentence, one.owner, _age(one), _blocks(one), one.document, one.assignee or "")
    hidden = found.total - len(found.exceptions)
    more = [f"{counted(hidden, 'more exception')} not shown; see --limit"] if hidden else []
    return [made, *more, "`tieout cases show NUMBER` tells what to do about one."]


def groups(found: list[SharedCause], none: str) -> list[RenderableType]:
    """One row for each cause; `none` where there is none."""
    if not found:
        return [none]
    made = table("Count", "Reason", "Owner", "Urgent", "Oldest", "Due", "Blocks", "Cause", "First")
    for one in found:
        oldest, due = length(one.age_s), _due(one)
        what = (str(one.count), one.sentence, one.owner, one.severity, oldest, due, _blocks(one), one.cause)
        made.add_row(*what, str(one.cases[0]))
    return [made, NEXT_OF_A_CAUSE]


def _due(one: SharedCause) -> str:
    if not one.overdue:
        return f"{moment(one.due_at)} UTC"
    return f"{one.overdue:,} overdue" + (f", {one.escalated_to} told" if one.escalated_to else "")


def replayed(numbers: list[int]) -> str:
    """What was done."""
    count = counted(len(numbers), "exception")
    return f"{count} replayed: {', '.join(map(str, numbers))}. What they held is decided again by a running worker."


def fixed(done: Fixed) -> Iterator[str]:
    """What was confirmed, and what came of it."""
    yield from (f"confirmed: {one.text}" for one in done.confirmed)
    yield replayed(done.replayed)


def one(found: Shown, proposed: list[Suggestion], now: datetime) -> list[RenderableType]:
    """One exception, whole."""
    return ["\n".join(_lines(found, proposed, now))]


def _lines(found: Shown, proposed: list[Suggestion], now: datetime) -> Iterator[str]:
    yield from _head(found, now)
    yield from _problems(found)
    yield from _proposed(found, proposed)
    yield from _document(found)
    yield from _behind(found)
    yield "\nHistory (UTC)"
    for event in found.history:
        yield f"  {moment(event.at)}  {event.action} by {event.actor}: {event.text}"
    yield from _next_steps(found)


def _head(found: Shown, now: datetime) -> Iterator[str]:
    about = found.exception
    yield f"Exception {about.case}: {about.sentence}"
    yield f"  {about.document}, link {about.link}"
    if about.state == "open":
        due = f"overdue since {since(found.due_at, now)}" if about.overdue else f"due {moment(found.due_at)} UTC"
        with_whom = f", with {about.assignee}" if about.assignee else ", not assigned"
        yield f"  open for {length(about.age_s)}, {due}; {about.severity}; owner: {about.owner}{with_whom}"
        behind = sum((one.units for one in found.behind if one.state == "held"), Decimal(0))
        yield f"  blocks {_blocks(about, f', {units(behind)} of them behind the first document' if behind else '')}"
    elif found.resolved_at is not None:
        yield f"  resolved {moment(found.resolved_at)} UTC: {found.resolution}"


def _problems(found: Shown) -> Iterator[str]:
    yield "\nWhat is wrong"
    for fault in found.problems:
        line = f" (line {fault.line})" if fault.line else ""
        yield f"  - {fault.detail}{line}"
    yield "\nWhat to do"
    for advice in dict.fromkeys(fault.what_to_do for fault in found.problems):
        yield f"  - {advice}"
    for carrier in dict.fromkeys(one.about for one in found.problems if one.reason == "carrier_not_mapped"):
        yield from _map_carrier(found, carrier)


def _map_carrier(found: Shown, carrier: str | None) -> Iterator[str]:
    """The command, with the code that is known: an order names the ledger's carrier, a despatch the warehouse's."""
    if carrier and found.held:
        named = shlex.quote(carrier)
        codes = f"{named} THEIRS" if found.held[0].side == Side.LEDGER else f"OURS {named}"
        yield f"    tieout mappings set carrier {codes}"


def _proposed(found: Shown, proposed: list[Suggestion]) -> Iterator[str]:
    if not proposed:
        return
    yield "\nPerhaps (nothing is done before a person confirms it)"
    for one in proposed:
        yield f"  - {one.text}? ({one.score}% alike)"
        yield f"    tieout cases fix {found.exception.case} --to {shlex.quote(one.like)}"


def _document(found: Shown) -> Iterator[str]:
    for held in found.held:
        which = f"{held.side}, revision {short(held.revision)}, {moment(held.happened_at)} UTC"
        yield f"\nDocument: {held.document} ({which})"
        yield from (f"  {line}" for line in _content(held.content))
    for raw in found.messages:
        yield f"\nMessage {raw.topic} {raw.key} from the {raw.side}, received {moment(raw.received_at)} UTC"
        rest = len(raw.raw) - RAW_SHOWN
        yield f"  {raw.raw[:RAW_SHOWN]}" + (f" ... and {rest} characters more, see --json" if rest > 0 else "")


def _content(content: dict[str, Any]) -> Iterator[str]:
    """Every field that says something; each line of the document on a line of its own."""
    for name, value in content.items():
        if name == "lines":
            yield from (f"line: {_fields(line)}" for line in cast("list[dict[str, Any]]", value))
        elif isinstance(value, dict):
            yield f"{name}: {_fields(cast('dict[str, Any]', value))}"
        elif value not in (None, [], "") and name != "kind":
            yield f"{name}: {_word(value)}"


def _fields(values: dict[str, Any]) -> str:
    said = {name: value for name, value in values.items() if value not in (None, [], "", False)}
    return ", ".join(f"{name} {_word(value)}" for name, value in said.items())


def _word(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, cast("list[object]", value)))
    return value if isinstance(value, str) else json.dumps(value)


def _behind(found: Shown) -> Iterator[str]:
    if found.behind or found.lanes_behind:
        yield "\nWaiting behind it"
    yield from (_waits(one) for one in found.behind)
    for lane in found.lanes_behind:
        yield f"  {lane.lane}: {lane.why}"


def _waits(one: HeldDocument) -> str:
    return f"  {one.document}, {units(one.units)} units, {moment(one.happened_at)} UTC"


def _next_steps(found: Shown) -> Iterator[str]:
    number = found.exception.case
    if found.exception.state != "open":
        return
    ways = ends_by(fault.reason for fault in found.problems)
    yield ""
    if "replay" in ways:
        yield f"Once it is mended: tieout cases replay {number}"
    if "resolve" in ways:
        yield f'Once it is settled by hand: tieout cases resolve {number} --reason "WHAT WAS DONE"'
    if not ways:
        yield f"It ends by itself {clears_when(found.exception.reason)}"
    if found.same_cause and "replay" in ways:
        others = counted(len(found.same_cause), "other open exception")
        yield f"{others} with the same cause; all together: tieout cases replay --cause {number}"


def _age(one: Exceptional) -> str:
    return f"{length(one.age_s)}{', overdue' if one.overdue else ''}"


def _blocks(one: Exceptional | SharedCause, behind: str = "") -> str:
    value = f", worth {money(one.blocks_value)}" if one.blocks_value else ""
    invoices = f", {counted(one.blocks_invoices, 'invoice')}" if one.blocks_invoices else ""
    return f"{units(one.blocks_units)} units{behind}{value}{invoices}"
