"""`tieout alerts`: whether alerts arrive, and what was told to whom."""

from pathlib import Path
from typing import Annotated

import typer

from tieout.alerts.config import AlertSettings
from tieout.alerts.sending import fault, send
from tieout.alerts.text import Said
from tieout.cli.opening import opened
from tieout.cli.output import ATTENTION, CONFIG, CONFIGURATION, MOST, Config, Json, Refused, explained, show, table
from tieout.settings import Fault, Settings, SettingsError, read_settings
from tieout.views.alerts import told_to
from tieout.views.words import moment

app = typer.Typer(no_args_is_help=True, help="Alerts: try them, and see what was told to whom.")
LIMIT = 50
TRIAL = Said("tieout: a test", "This is a test of an alert. Nothing is wrong, and nothing is to be done.")


def must_be_addresses(file: Path, settings: Settings) -> None:
    """Raises `SettingsError` with every alert whose address Apprise does not understand. Makes no call."""
    addresses = [one.to.get_secret_value() for one in settings.alert]
    wrong = [(i, said) for i, address in enumerate(addresses) if (said := fault(address)) is not None]
    if wrong:
        raise SettingsError(file, [Fault(f"alert[{i}].to", said) for i, said in wrong])


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option(help="How many to show, the newest first.", min=1, max=MOST)] = LIMIT,
    config: Config = CONFIG,
    as_json: Json = False,
) -> None:
    """Lists what was told to whom about which cause, and what is still to be told."""
    with explained(as_json=as_json), opened(config) as here:
        with here.journal.read() as connection:
            found = told_to(connection, limit)
        made = table("Alert", "What", "Cause", "Link", "State", "Told (UTC)", "Tries")
        for one in found:
            told = moment(one.told_at) if one.told_at else ""
            made.add_row(one.target, one.kind, one.cause, one.link, one.state, told, str(one.tries))
        show(found, made if found else "nobody was told of anything yet", as_json=as_json)


@app.command("test")
def try_(
    name: Annotated[str | None, typer.Argument(help="The alert's name; without it, every alert.")] = None,
    config: Config = CONFIG,
    as_json: Json = False,
) -> None:
    """Sends a test message, at any hour. Exit code 1 when one was not taken."""
    with explained(as_json=as_json):
        settings = read_settings(config)
        must_be_addresses(config, settings)
        answers = {one.name: send(one.to.get_secret_value(), TRIAL) for one in _wanted(settings, name)}
        data = [{"alert": one, "ok": failed is None, "text": failed or "sent"} for one, failed in answers.items()]
        show(data, *(f"{one['alert']}: {'' if one['ok'] else 'NOT SENT: '}{one['text']}" for one in data),
             as_json=as_json)  # fmt: skip
        if any(answers.values()):
            raise typer.Exit(ATTENTION)


def _wanted(settings: Settings, name: str | None) -> list[AlertSettings]:
    if not settings.alert:
        raise Refused("no [[alert]] is configured; see docs/reference/configuration.md", CONFIGURATION)
    wanted = [one for one in settings.alert if name in (None, one.name)]
    if not wanted:
        raise Refused(f"no alert is called {name!r}; there are: {', '.join(one.name for one in settings.alert)}",
                      CONFIGURATION)  # fmt: skip
    return wanted
