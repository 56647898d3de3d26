"""`tieout demo`: a real retailer's days, with faults, tied out at the end."""

import signal
import sys
import time
from typing import Annotated

import typer
from rich.console import Console
from rich.live import Live
from rich.table import Table

from tieout.cli.output import ATTENTION, Json, Refused, explained, show
from tieout.demo.result import Result
from tieout.demo.run import Demo, Step
from tieout.demo.run import demo as run_demo
from tieout.domain.reasons import REASONS
from tieout.local import SECRETS
from tieout.twins.process import ProcessError

TERMINATED = 143
"""Exit code when it was told to end (SIGTERM), and everything it had started has ended too."""
WORTH_TRYING = ("status", "cases list", "trace 1")
STOCK_COLUMNS = ("floor", "ledger", "differing", "explained", "unexplained")
COUNTED = {"put_item": "items in the warehouse", "goods_receipt": "goods receipts in the ledger",
           "goods_out": "orders in the warehouse",
           "delivery": "deliveries in the ledger", "invoice": "invoices in the ledger",
           "goods_return": "returns in the ledger", "stock_loss": "write-offs in the ledger"}  # fmt: skip


def demo(
    *,
    seed: Annotated[int, typer.Option(help="What decides which faults strike.")] = 1,
    orders: Annotated[int | None, typer.Option(help="Only the first so many orders.", min=1)] = None,
    hide: Annotated[int, typer.Option(help="Change so much stock that nobody is told of it.", min=0, max=20)] = 0,
    keep: Annotated[bool, typer.Option("--keep", help="Leave everything running afterwards, until Ctrl-C.")] = False,
    as_json: Json = False,
) -> None:
    """Replay a retailer's days through twins of Clarus WMS and SAP Business One, with faults, and tie out."""
    board = Board(Console(stderr=True, quiet=as_json))
    signal.signal(signal.SIGTERM, _terminated)
    with explained(as_json=as_json):
        try:
            with run_demo(seed, orders, hide, board.show) as (run, result):
                board.close()
                if as_json:
                    show(result.as_json() | (_addresses(run) if keep else {}), as_json=True)
                else:
                    _show(Console(), result)
                if keep:
                    _keep(Console(stderr=True), run)
        except ProcessError as error:
            raise Refused(f"the demo stopped: {error}", ATTENTION) from error
        finally:
            board.close()
    if not result.ties:
        raise typer.Exit(ATTENTION)


def _terminated(_number: int, _frame: object) -> None:
    """Ends in order, so that every process started here ends too."""
    sys.exit(TERMINATED)


class Board:
    """The progress display: what the demo is doing, and how much stands in each system. Plain lines off a terminal."""

    def __init__(self, console: Console) -> None:
        self._console, self._said, self._began_s = console, "", time.monotonic()
        self._live = Live(console=console, refresh_per_second=4, transient=True)
        if console.is_terminal:
            self._live.start()

    def show(self, step: Step) -> None:
        """How far it is now."""
        if step.text != self._said:
            self._console.print(f"{time.monotonic() - self._began_s:5.0f} s  {step.text}", highlight=False)
            self._said = step.text
        rows = Table.grid(padding=(0, 2))
        rows.add_row("orders taken", f"{step.orders:,}")
        for kind, text in COUNTED.items():
            rows.add_row(text, f"{step.standing.get(kind, 0):,}")
        rows.add_row("open exceptions", f"{step.cases:,}")
        rows.add_row("lanes at work", f"{step.busy_lanes:,}")
        self._live.update(rows)

    def close(self) -> None:
        """Ends the display."""
        self._live.stop()


def _show(console: Console, result: Result) -> None:
    """The table and the tie-out, as people read them."""
    facts = result.as_json()
    console.print(_table("What crossed", "count", facts, "orders", "goods_outs", "despatches", "deliveries", "invoices",
                         "purchase_orders", "receipts", "goods_receipts", "goods_ins_returned", "returns",
                         "credit_memos", "adjustments", "stock_documents", "faults_injected"))  # fmt: skip
    console.print(_table("Tie-out, read back from both systems", "units", facts, "units_received",
                         "units_received_in_ledger", "units_despatched", "units_delivered", "units_invoiced",
                         "units_held_by_cases", "units_came_back", "units_returned", "units_credited",
                         "returned_units_held_by_cases", "lost", "duplicates"))  # fmt: skip
    console.print(_stock(result))
    console.print("`tieout demo --json` lists each difference with the document and the exception it waits for.")
    if result.told.cases:
        table = Table("open exceptions", "count", "whose", "what to do", title="What waits for a person")
        for code, count in sorted(result.told.cases.items()):
            reason = REASONS[code]
            table.add_row(reason.sentence, str(count), reason.owner, reason.what_to_do)
        console.print(table)
    without = result.told.without_goods
    console.print(f"Lines of the trade without goods (postage, discounts), which stay in the ledger: {without}.")
    for (warehouse, item), units in result.stock.unexplained().items():
        known = ", which nobody was told of" if (warehouse, item) in result.hidden else ""
        console.print(f"[red]Unexplained[/red]: {units:+} of {item} in {warehouse}{known}", highlight=False)
    console.print("[green]It ties out[/green]" if result.ties else "[red]It does not tie out[/red]", end="")
    console.print(f" ({result.told.wall_s:.0f} s).")


def _stock(result: Result) -> Table:
    """Stock of both systems by the ledger's warehouses: units, and items that differ."""
    by_warehouse = result.stock.by_warehouse()
    table = Table("warehouse", *STOCK_COLUMNS, title="Stock by item and warehouse, read back from both systems")
    for warehouse, figures in by_warehouse.items():
        table.add_row(warehouse, *(f"{figures[name]:,}" for name in STOCK_COLUMNS))
    return table


def _table(title: str, what: str, facts: dict[str, object], *names: str) -> Table:
    table = Table("", what, title=title)
    for name in names:
        table.add_row(name.replace("_", " "), f"{facts[name]:,}")
    return table


def _addresses(run: Demo) -> dict[str, str]:
    return {"sap_b1": run.ledger.url, "clarus": run.floor_system.url, "configuration": str(run.tieout.installed.file)}


def _keep(console: Console, run: Demo) -> None:
    """Prints where everything is, then waits for Ctrl-C."""
    lines = [
        "Still running, until Ctrl-C:",
        f"  SAP Business One twin  {run.ledger.url}/b1s/v2/  (company TIEOUT, manager / manager)",
        f"  Clarus WMS twin        {run.floor_system.url}  (tenant tieout, client tieout / tieout)",
        "  tieout, from another terminal:",
        *(f"    export {name}={value}" for name, value in SECRETS.items()),
        *(f"    {sys.argv[0]} {command} --config {run.tieout.installed.file}" for command in WORTH_TRYING),
    ]
    console.print("\n".join(lines), soft_wrap=True, highlight=False)
    try:
        signal.pause()
    except KeyboardInterrupt:
        console.print("ended")
