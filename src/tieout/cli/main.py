"""The command line. Each command is thin: it reads the configuration, calls one view or action, and prints."""

import typer

from tieout.bootstrap import open_journal
from tieout.cli import cases
from tieout.cli.demo import demo
from tieout.cli.output import ATTENTION, CONFIG, Config, Json, explained, show
from tieout.cli.serving import run, worker
from tieout.cli.twin import twin
from tieout.settings import read_settings
from tieout.views.status import status as status_now

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="Keeps a warehouse and a ledger in step.",
)
app.command()(run)
app.command()(worker)
app.command()(demo)
app.command()(twin)
app.add_typer(cases.app, name="cases")


@app.command("check-config")
def check_config(config: Config = CONFIG, as_json: Json = False) -> None:
    """Reads the configuration and tells every fault in it. Calls no outside system."""
    with explained():
        links = [link.name for link in read_settings(config).link]
        show({"links": links}, f"{config} is right; links: {', '.join(links)}", as_json=as_json)


@app.command()
def status(config: Config = CONFIG, as_json: Json = False) -> None:
    """Shows lanes with work, open cases and feeds. Exit code 1 when a case is open."""
    with explained():
        with open_journal(read_settings(config)).read() as connection:
            found = status_now(connection)
        lines = [f"{link}: {lanes} lanes have work" for link, lanes in found.pending.items()]
        lines += [f"  {one.link} {one.lane} rests: {one.why}" for one in found.resting]
        lines += [f"{one.link}: {one.count} open, {one.reason} ({one.owner})" for one in found.cases]
        lines += [f"{one.link}: {one.side} {one.feed} answered {one.beat_at:%Y-%m-%d %H:%M:%S}" for one in found.feeds]
        show(found, "\n".join(lines) or "nothing waits", as_json=as_json)
        if found.cases:
            raise typer.Exit(ATTENTION)


def main() -> None:
    """The entry point."""
    app()
