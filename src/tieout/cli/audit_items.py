"""`tieout audit items`: both systems' items, read live and compared field by field."""

import csv
import io
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from tieout.bootstrap import linked
from tieout.cases.mapping_file import guarded
from tieout.cli.opening import opened
from tieout.cli.output import (
    ATTENTION,
    CONFIG,
    CONFIGURATION,
    Config,
    Json,
    Refused,
    errors,
    explained,
    show,
    table,
    visible,
)
from tieout.connectors.contract import ConnectorError
from tieout.domain.clock import SystemClock
from tieout.journal.mappings import mapped
from tieout.journal.store import JournalError
from tieout.rules.facts import Codes
from tieout.settings import LinkSettings, read_settings
from tieout.sync.facts import codes_of
from tieout.views.item_audit import Finding, ItemAudit, audit_items
from tieout.views.words import counted, moment

SHOWN = 100
"""Findings of a link that are printed; all of them are in the JSON and in the CSV."""
COLUMNS = ("link", "finding", "item", "field", "ledger", "warehouse")


def items(
    link: Annotated[str | None, typer.Option(help="Only of this link.")] = None,
    file: Annotated[Path | None, typer.Option("--csv", help="Also write every finding to this CSV file.")] = None,
    config: Config = CONFIG,
    as_json: Json = False,
) -> None:
    """Reads all items of both systems, live, and compares every key field. Exit code 1 when anything is not the same.

    It changes nothing, and needs no journal: mappings are read from it where there is one.
    """
    with explained(as_json=as_json):
        links = _links(read_settings(config).link, link)
        found = [_audited(one, config, as_json=as_json) for one in links]
        if file is not None:
            _write(file, found)
        same = all(one.same for one in found)
        data = {"same": same, "links": [{**vars(one), "same": one.same} for one in found]}
        show(data, *_texts(found, file), as_json=as_json)
        if not same:
            raise typer.Exit(ATTENTION)


def _links(links: tuple[LinkSettings, ...], name: str | None) -> list[LinkSettings]:
    chosen = [link for link in links if name in (None, link.name)]
    if not chosen:
        known = ", ".join(link.name for link in links)
        raise Refused(f"no link is called {name!r}; there are: {known}", CONFIGURATION)
    return chosen


def _audited(link: LinkSettings, config: Path, *, as_json: bool) -> ItemAudit:
    clock, codes = SystemClock(), _codes(link.name, config, as_json=as_json)
    with ExitStack() as stack:
        both = linked(link, clock)
        stack.callback(both.ledger.close)
        stack.callback(both.warehouse.close)
        try:
            return audit_items(link.name, both.ledger, both.warehouse, codes, clock)
        except ConnectorError as error:
            raise Refused(f"the items of link {link.name} cannot be compared: {error}", ATTENTION) from error


def _codes(link: str, config: Path, *, as_json: bool) -> Codes:
    """The mappings; none where there is no journal yet, which is said."""
    try:
        with opened(config) as here, here.journal.read() as connection:
            return codes_of(mapped(connection, link=link))
    except JournalError as error:
        if not as_json:
            errors.print(visible(f"items are compared without mappings: {error}"))
        return Codes()


def _texts(found: list[ItemAudit], file: Path | None) -> list[str | Table]:
    texts: list[str | Table] = []
    for one in found:
        texts.append(_summary(one))
        if one.findings:
            texts.append(_table(one.findings[:SHOWN]))
        if len(one.findings) > SHOWN:
            texts.append(f"{len(one.findings) - SHOWN:,} more not shown; see --csv or --json")
    return texts if file is None else [*texts, f"written to {file}"]


def _summary(one: ItemAudit) -> str:
    when = f"read from {moment(one.began_at)} to {moment(one.ended_at)} UTC"
    read = f"{one.ledger_items:,} items in the ledger, {one.warehouse_items:,} in the warehouse, {when}"
    compared = f"{one.compared:,} compared, {one.left_out:,} left out as not kept in stock or not in use"
    return f"{one.link}: {read}; {compared}: {counted(len(one.findings), 'finding')}"


def _table(findings: list[Finding]) -> Table:
    made = table("Item", "Finding", "Field", "Ledger", "Warehouse")
    for one in findings:
        made.add_row(one.item, one.finding.replace("_", " "), one.field.replace("_", " "), one.ledger, one.warehouse)
    return made


def _write(file: Path, found: list[ItemAudit]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in found:
        rows = ((one.link, f.finding, f.item, f.field, f.ledger, f.warehouse) for f in one.findings)
        writer.writerows(map(guarded, row) for row in rows)
    try:
        file.write_bytes(text.getvalue().encode())
    except OSError as error:
        raise Refused(f"{file} cannot be written: {error.strerror}", CONFIGURATION) from error
