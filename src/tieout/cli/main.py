"""The command line. Each command is thin: it reads the configuration, calls one view or action, and prints."""

import typer

from tieout.cli import cases, mappings
from tieout.cli.bench import bench
from tieout.cli.check import check_config
from tieout.cli.demo import demo
from tieout.cli.serving import run, worker
from tieout.cli.simulate import simulate
from tieout.cli.status import status
from tieout.cli.trace import trace
from tieout.cli.twin import twin

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="Keeps a warehouse and a ledger in step.",
)
app.command("demo")(demo)
app.command("bench")(bench)
app.command("simulate")(simulate)
app.command("run")(run)
app.command("worker")(worker)
app.command("twin")(twin)
app.command("check-config")(check_config)
app.command("status")(status)
app.add_typer(cases.app, name="cases")
app.command("trace")(trace)
app.add_typer(mappings.app, name="mappings")


def main() -> None:
    """The entry point."""
    app()
