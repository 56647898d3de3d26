"""`tieout audit`: who changed what, whether anybody changed the past, and whether both systems have the same items."""

from typing import Annotated

import typer

from tieout.cli.audit_items import items
from tieout.cli.opening import opened
from tieout.cli.output import ATTENTION, CONFIG, MOST, Config, Json, explained, show, table
from tieout.views.audit import Verified, newest, verified
from tieout.views.words import moment

app = typer.Typer(
    no_args_is_help=True, help="Looks back and looks across: who changed what; whether both have the same items."
)
LIMIT = 50

app.command("items")(items)


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option(help="How many to show, the newest first.", min=1, max=MOST)] = LIMIT,
    config: Config = CONFIG,
    as_json: Json = False,
) -> None:
    """Lists the newest entries: when, who, what was done, to what, and its details."""
    with explained(as_json=as_json), opened(config) as here:
        with here.journal.read() as connection:
            found = newest(connection, limit)
        made = table("Entry", "When (UTC)", "Who", "What", "To", "Details")
        for one in found.entries:
            details = ", ".join(f"{name}: {value}" for name, value in one.detail.items() if value is not None)
            made.add_row(str(one.seq), moment(one.at), one.actor, one.action, one.object, details)
        hidden = found.total - len(found.entries)
        more = [f"{hidden:,} older not shown; see --limit"] if hidden else []
        show(found, made if found.entries else "nobody has changed anything yet", *more, as_json=as_json)


@app.command()
def verify(config: Config = CONFIG, as_json: Json = False) -> None:
    """Checks that no entry was changed, taken out or put in since it was written. Exit code 1 when one was.

    Each entry carries the hash of the one before. Entries taken away from the end leave no gap, so note how many there
    are, and the newest hash, somewhere else.
    """
    with explained(as_json=as_json), opened(config) as here:
        with here.journal.read() as connection:
            found = verified(connection)
        show(found, *_text(found), as_json=as_json)
        if not found.ok:
            raise typer.Exit(ATTENTION)


def _text(found: Verified) -> list[str]:
    if found.first_at is None or found.last_at is None:
        return ["the audit trail is empty"]
    entries = "entry" if found.entries == 1 else "entries"
    said = f"{found.entries:,} {entries}, from {moment(found.first_at)} to {moment(found.last_at)} UTC"
    if found.ok:
        return [f"the audit trail is whole: {said}", f"newest hash: {found.newest_hash}"]
    return [f"the audit trail is BROKEN at entry {found.broken_at}: {found.why} ({said})"]
