"""`tieout cases`: see exceptions, and what a person can do about them."""

import getpass
from typing import Annotated

import typer

from tieout.cases.actions import Cases
from tieout.cases.fixing import Fixing
from tieout.cases.mappings import Mappings
from tieout.cases.suggestions import suggestions_for
from tieout.cli import dry_runs, exception_text
from tieout.cli.opening import opened
from tieout.cli.output import CONFIG, CONFIGURATION, MOST, Config, Json, Refused, explained, show, visible
from tieout.domain.clock import SystemClock
from tieout.domain.reasons import REASONS, Team
from tieout.views.exception import shown
from tieout.views.exceptions import Wanted, listed, shared_causes

app = typer.Typer(no_args_is_help=True, help="Exceptions: see what people must decide, and act on it.")
LIMIT = 100


def user() -> str:
    """Who runs the command; empty where the system does not tell."""
    try:
        return visible(getpass.getuser())
    except (OSError, KeyError):
        return ""


Actor = Annotated[str, typer.Option("--actor", help="Who acts; kept in the audit trail.", default_factory=user)]
Number = Annotated[int, typer.Argument(metavar="NUMBER", help="The exception's number.", min=0, max=MOST)]


@app.command("list")
def list_(
    owner: Annotated[str | None, typer.Option(help="Only of this team, such as warehouse.")] = None,
    reason: Annotated[str | None, typer.Option(help="Only for this reason, such as tracking_missing.")] = None,
    link: Annotated[str | None, typer.Option(help="Only of this link.")] = None,
    state: Annotated[str, typer.Option(help="open, resolved or all.")] = "open",
    by_cause: Annotated[bool, typer.Option("--by-cause", help="Those with one cause together.")] = False,
    limit: Annotated[int, typer.Option(help="How many to show, the oldest first.", min=1, max=MOST)] = LIMIT,
    config: Config = CONFIG,
    as_json: Json = False,
) -> None:
    """Lists exceptions: number, reason, owner, age, what it blocks, and the document."""
    with explained(as_json=as_json), opened(config) as here:
        wanted = _wanted(owner, reason, link, state, here.links)
        none = "no exception is open" if wanted == Wanted() else "no exception fits"
        now = SystemClock().now()
        with here.journal.read() as connection:
            if by_cause:
                groups = shared_causes(connection, wanted, now)
                show(groups, *exception_text.groups(groups, none), as_json=as_json)
                return
            found = listed(connection, wanted, now, limit)
        show(found, *exception_text.listing(found, none), as_json=as_json)


def _wanted(owner: str | None, reason: str | None, link: str | None, state: str, links: list[str]) -> Wanted:
    """Raises `Refused` for a filter that can never fit: an empty list would say that all is well."""
    _one_of("owner", owner, [str(team) for team in Team])
    _one_of("reason", reason, list(REASONS))
    _one_of("link", link, links)
    _one_of("state", state, ["open", "resolved", "all"])
    return Wanted(link, owner, reason, None if state == "all" else state)


def _one_of(what: str, value: str | None, known: list[str]) -> None:
    if value is not None and value not in known:
        raise Refused(f"--{what} {value!r} is not known; there are: {', '.join(known)}", CONFIGURATION)


@app.command("show")
def show_(number: Number, config: Config = CONFIG, as_json: Json = False) -> None:
    """Shows one exception: what is wrong, what to do, what it blocks, its history and its document."""
    with explained(as_json=as_json), opened(config) as here:
        now = SystemClock().now()
        with here.journal.read() as connection:
            found = shown(connection, number, now)
            proposed = suggestions_for(connection, number) if found and found.exception.state == "open" else []
        if found is None:
            raise Refused(f"there is no exception {number}; `tieout cases list` shows those that are open")
        data = {**vars(found), "suggestions": proposed}
        show(data, *exception_text.one(found, proposed, now), as_json=as_json)


@app.command()
def assign(
    number: Number,
    to: Annotated[str, typer.Argument(metavar="WHO", help="The person.")],
    actor: Actor,
    config: Config = CONFIG,
    as_json: Json = False,
) -> None:
    """Gives an exception to a person."""
    with explained(as_json=as_json), opened(config) as here:
        Cases(here.journal, SystemClock()).assign(number, to, actor=actor)
        show({"assigned": number, "to": to}, f"exception {number} is with {to} now", as_json=as_json)


@app.command()
def comment(
    number: Number,
    text: Annotated[str, typer.Argument(help="The remark.")],
    actor: Actor,
    config: Config = CONFIG,
    as_json: Json = False,
) -> None:
    """Adds a remark to an exception."""
    with explained(as_json=as_json), opened(config) as here:
        Cases(here.journal, SystemClock()).comment(number, text, actor=actor)
        show({"commented": number}, f"exception {number}: remark added", as_json=as_json)


@app.command()
def resolve(
    number: Number,
    reason: Annotated[str, typer.Option("--reason", help="Why it needs no more work; kept with it.")],
    actor: Actor,
    config: Config = CONFIG,
    as_json: Json = False,
) -> None:
    """Ends an exception by hand: what it holds never crosses. Needs a reason."""
    with explained(as_json=as_json), opened(config) as here:
        Cases(here.journal, SystemClock()).resolve(number, reason, actor=actor)
        show({"resolved": number}, f"exception {number} is resolved; what it held is ignored", as_json=as_json)


@app.command()
def replay(
    actor: Actor,
    numbers: Annotated[
        list[int] | None, typer.Argument(metavar="[NUMBER]...", help="The exceptions.", min=0, max=MOST)
    ] = None,
    cause: Annotated[
        str | None, typer.Option(help="All that share this cause: its text, or the number of one of them.")
    ] = None,
    link: Annotated[str | None, typer.Option(help="With --cause: only of this link.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would come of it.")] = False,
    config: Config = CONFIG,
    as_json: Json = False,
) -> None:
    """Lets what exceptions hold be decided again: some by number, or all that share a cause."""
    with explained(as_json=as_json), opened(config) as here:
        if bool(numbers) is bool(cause):
            raise Refused("name the exceptions by number, or their cause with --cause", CONFIGURATION)
        cases = Cases(here.journal, SystemClock())
        if dry_run:
            wanted = cases.with_cause(*_cause(cases, link, cause)) if cause else cases.open_ones(numbers or [])
            dry_runs.show_rehearsal(here, wanted, as_json=as_json)
            return
        if cause:
            replayed = _replay_cause(cases, link, cause, actor)
        else:
            replayed = sorted(set(numbers or []))
            cases.replay(replayed, actor=actor)
        show({"replayed": replayed}, exception_text.replayed(replayed), as_json=as_json)


def _replay_cause(cases: Cases, link: str | None, cause: str, actor: str) -> list[int]:
    return cases.replay_cause(*_cause(cases, link, cause), actor=actor)


def _cause(cases: Cases, link: str | None, cause: str) -> tuple[str | None, str]:
    """The link and the text of a cause. Its text always holds a colon, so a bare number can only be an exception's."""
    if not cause.isdecimal():
        return link, cause
    if len(cause) > len(str(MOST)) or int(cause) > MOST:
        raise Refused(f"there is no exception {cause}; `tieout cases list` shows those that are open")
    return cases.cause(int(cause))


@app.command()
def fix(
    actor: Actor,
    number: Annotated[int | None, typer.Argument(metavar="[NUMBER]", help="The exception.", min=0, max=MOST)] = None,
    cause: Annotated[str | None, typer.Option(help="Instead of a number: the text of a cause.")] = None,
    to: Annotated[
        str | None, typer.Option(help="What the unknown code stands for, where several are proposed.")
    ] = None,
    link: Annotated[str | None, typer.Option(help="With --cause: only of this link.")] = None,
    config: Config = CONFIG,
    as_json: Json = False,
) -> None:
    """Confirms what `show` proposes: makes the mapping, and replays every exception of that cause."""
    with explained(as_json=as_json), opened(config) as here:
        if (number is None) is (cause is None):
            raise Refused("name the exception by number, or its cause with --cause", CONFIGURATION)
        clock = SystemClock()
        cases = Cases(here.journal, clock)
        if number is None:
            number = min(one for held in cases.with_cause(*_cause(cases, link, cause or "")).values() for one in held)
        fixing = Fixing(cases, Mappings(here.journal, clock, here.links))
        fixed = fixing.fix(number, to, actor=actor)
        show(fixed, *exception_text.fixed(fixed), as_json=as_json)
