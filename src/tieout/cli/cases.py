"""`tieout cases`: what a person can do about an exception."""

import getpass
from typing import Annotated

import typer

from tieout.bootstrap import open_journal
from tieout.cases.actions import Cases
from tieout.cli.output import CONFIG, Config, Json, explained, show
from tieout.domain.clock import SystemClock
from tieout.settings import read_settings

app = typer.Typer(no_args_is_help=True, help="Exceptions: what people must decide.")
Actor = Annotated[str, typer.Option("--actor", help="Who acts.", default_factory=getpass.getuser)]


def _cases(config: Config) -> Cases:
    return Cases(open_journal(read_settings(config)), SystemClock())


@app.command()
def assign(case: int, to: str, actor: Actor, config: Config = CONFIG, as_json: Json = False) -> None:
    """Gives a case to a person."""
    with explained():
        _cases(config).assign(case, to, actor=actor)
        show({"assigned": case, "to": to}, f"case {case} is now {to}'s", as_json=as_json)


@app.command()
def comment(case: int, text: str, actor: Actor, config: Config = CONFIG, as_json: Json = False) -> None:
    """Adds a remark to a case."""
    with explained():
        _cases(config).comment(case, text, actor=actor)
        show({"commented": case}, f"case {case}: remark added", as_json=as_json)


@app.command()
def resolve(case: int, reason: str, actor: Actor, config: Config = CONFIG, as_json: Json = False) -> None:
    """Ends a case by hand; what it held is ignored. Needs a reason."""
    with explained():
        _cases(config).resolve(case, reason, actor=actor)
        show({"resolved": case}, f"case {case} is resolved", as_json=as_json)


@app.command()
def replay(cases: list[int], actor: Actor, config: Config = CONFIG, as_json: Json = False) -> None:
    """Lets what one or several cases hold be decided again."""
    with explained():
        _cases(config).replay(cases, actor=actor)
        show({"replayed": cases}, f"replayed: {', '.join(map(str, cases))}", as_json=as_json)
