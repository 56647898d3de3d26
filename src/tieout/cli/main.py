"""The command line. Each command is thin: it reads the configuration, calls one view or action, and prints.

What some commands need takes a second to import, and every start would pay it. So each stands here by name and one
line, and its module is imported when it is called.
"""

from importlib import import_module
from typing import Any, NamedTuple

import typer
from typer.core import TyperGroup
from typer.main import get_group


class Listed(NamedTuple):
    """A command before it is imported: where it is below `tieout.cli` (`module:name`), and what it does."""

    place: str
    line: str


COMMANDS = {
    "demo": Listed("demo:demo", "Replay a retailer's days through twins of both systems, with faults, and tie out."),
    "bench": Listed("bench:bench", "Measure intake, posting, latency and memory against limits of the same run."),
    "simulate": Listed("simulate:simulate", "Run the real flow in virtual time, full of faults, and audit it."),
    "run": Listed("serving:run", "Work and receive webhooks, in one process, until told to stop."),
    "worker": Listed("serving:worker", "Work, without receiving webhooks, until told to stop."),
    "twin": Listed("twin:twin", "Run a twin of one system by itself until interrupted."),
    "act": Listed("act:act", "Do in a twin what people do in its system: take an order, pick, count, cancel."),
    "check-config": Listed("check:check_config", "Read the configuration and tell every fault in it."),
    "status": Listed("status:status", "Show lanes, queues, open exceptions, troubles and feeds."),
    "cases": Listed("cases:app", "Exceptions: see what people must decide, and act on it."),
    "alerts": Listed("alerts:app", "Alerts: try them, and see what was told to whom."),
    "trace": Listed("trace:trace", "Show every hop of one order through both systems, with times."),
    "mappings": Listed("mappings:app", "Mappings: codes of the ledger and their counterparts in the warehouse."),
    "audit": Listed("audit:app", "The audit trail: who changed what, and whether it stands as it was written."),
}


class Commands(TyperGroup):
    """Lists every command from `COMMANDS`, and imports the one that is called."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """What is not text was typed by mistake: it names nothing here, and neither database would take it."""
        for place, argument in enumerate(args, 1):
            if any("\ud800" <= character <= "\udfff" for character in argument):
                ctx.fail(f"argument {place} is not UTF-8 text: {argument!r}")
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that was called, with what is left of the arguments."""
        name, listed, rest = super().resolve_command(ctx, args)
        return name, command(name) if name else listed, rest


def command(name: str) -> Any:
    """One command, imported."""
    module, _, attribute = COMMANDS[name].place.partition(":")
    found = getattr(import_module(f"tieout.cli.{module}"), attribute)
    alone = typer.Typer()
    if isinstance(found, typer.Typer):
        alone.add_typer(found, name=name)
    else:
        alone.command(name)(found)
    return get_group(alone).commands[name]


def _not_imported() -> None:
    """Stands for a command in the list of all."""


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="Keeps a warehouse and a ledger in step.",
)
for _name, _listed in COMMANDS.items():
    app.command(_name, help=_listed.line)(_not_imported)


def main() -> None:
    """The entry point."""
    app()
