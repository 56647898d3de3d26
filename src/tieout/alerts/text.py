"""What is said: plain and short. What, how many, how old, what it blocks, what to do, and by which command."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from tieout.alerts.planning import OVERDUE
from tieout.views.exceptions import SharedCause
from tieout.views.words import clears_when, counted, ends_by, length, moment, money, units, what_to_do

CAUSES_SHOWN = 10
NAME_MAX = 120
"""Characters of a name from outside."""


@dataclass(frozen=True)
class Said:
    """One message."""

    title: str
    text: str


@dataclass(frozen=True)
class Day:
    """What a digest tells of one team: its open causes, and how many exceptions ended since the last digest."""

    team: str
    causes: Sequence[SharedCause]
    cleared: int


def alert(told: Sequence[tuple[str, SharedCause]], now: datetime) -> Said:
    """Of causes that are new, or overdue: each with its kind."""
    overdue = sum(kind == OVERDUE for kind, _ in told)
    parts = [f"{overdue:,} overdue"] if overdue else []
    parts = [f"{len(told) - overdue:,} new", *parts] if len(told) > overdue else parts
    cases = sum(cause.count for _, cause in told)
    title = f"tieout: {' and '.join(parts)} ({counted(cases, 'exception')})"
    shown = [line for kind, cause in told[:CAUSES_SHOWN] for line in _cause(kind, cause, now)]
    return Said(title, "\n".join([*shown, *_rest(len(told))]))


def _cause(kind: str, cause: SharedCause, now: datetime) -> Iterator[str]:
    late = " OVERDUE:" if kind == OVERDUE else ""
    yield f"[{cause.severity}]{late} {cause.sentence}"
    yield f"  {plain(cause.cause)} (link {cause.link}, owner: {cause.owner})"
    due = f"due {moment(cause.due_at)} UTC" if cause.due_at >= now else f"was due {moment(cause.due_at)} UTC"
    yield f"  {counted(cause.count, 'exception')}, the oldest open for {length(cause.age_s)}, {due}; {_blocks(cause)}"
    yield f"  To do: {what_to_do(cause.reason)}"
    yield f"  See: tieout cases show {cause.cases[0]}   {_then(cause)}"


def _then(cause: SharedCause) -> str:
    first, ways = cause.cases[0], ends_by([cause.reason])
    commands = {
        "replay": f"tieout cases replay --cause {first}",
        "resolve": f"tieout cases resolve {first} --reason WHY",
    }
    return f"Then: {' or '.join(commands[way] for way in ways)}" if ways else f"It ends {clears_when(cause.reason)}."


def _blocks(cause: SharedCause) -> str:
    value = f", worth {money(cause.blocks_value)}" if cause.blocks_value else ""
    return f"blocks {units(cause.blocks_units)} units{value} in {counted(cause.blocks_documents, 'document')}"


def _rest(count: int) -> list[str]:
    hidden = count - CAUSES_SHOWN
    return [f"and {counted(hidden, 'more cause')}: tieout cases list --by-cause"] if hidden > 0 else []


def digest(day: str, teams: Iterable[Day]) -> Said:
    """How things stand, by team."""
    told = list(teams)
    open_cases = sum(cause.count for team in told for cause in team.causes)
    overdue = sum(cause.overdue for team in told for cause in team.causes)
    title = f"tieout, {day}: {counted(open_cases, 'open exception')}, {overdue:,} overdue"
    return Said(title, "\n".join(line for team in told for line in _team(team)))


def _team(team: Day) -> Iterator[str]:
    count, overdue = sum(one.count for one in team.causes), sum(one.overdue for one in team.causes)
    cleared = f"{counted(team.cleared, 'exception')} ended since the last digest"
    yield f"{team.team}: {count:,} open, {overdue:,} overdue, {cleared}"
    for one in team.causes[:CAUSES_SHOWN]:
        late = f", {one.overdue:,} overdue" if one.overdue else ""
        yield f"  {one.count:,} x {one.sentence} {plain(one.cause)}: oldest {length(one.age_s)}{late}; {_blocks(one)}"
    yield from (f"  {line}" for line in _rest(len(team.causes)))


def plain(name: str) -> str:
    """A name from outside, in one line: nothing in it that is not read but obeyed."""
    kept = "".join(sign if sign.isprintable() else " " for sign in name)
    return kept if len(kept) <= NAME_MAX else f"{kept[:NAME_MAX]}..."
