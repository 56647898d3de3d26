"""`tieout check-config`: whether the configuration is right, and on demand whether both systems take it."""

from dataclasses import asdict, dataclass
from typing import Annotated

import typer

from tieout.bootstrap import connected
from tieout.cli.alerts import must_be_addresses
from tieout.cli.output import ATTENTION, CONFIG, Config, Json, explained, show
from tieout.connectors.contract import ConnectorError
from tieout.domain.clock import SystemClock
from tieout.domain.documents import Side
from tieout.settings import LinkSettings, read_settings


@dataclass(frozen=True)
class Checked:
    """What one system answered."""

    link: str
    side: str
    system: str
    ok: bool
    text: str


def check_config(
    connect: Annotated[bool, typer.Option("--connect", help="Also sign in to both systems of every link.")] = False,
    config: Config = CONFIG,
    as_json: Json = False,
) -> None:
    """Reads the configuration and tells every fault in it; with --connect also what each system answers."""
    with explained(as_json=as_json):
        settings = read_settings(config)
        must_be_addresses(config, settings)
        links = [link.name for link in settings.link]
        answers = [_check(link, side) for link in settings.link for side in Side] if connect else []
        lines = [
            f"{one.link} {one.side} ({one.system}): {'' if one.ok else 'NOT USABLE: '}{one.text}" for one in answers
        ]
        data = {"ok": all(one.ok for one in answers), "links": links, "connections": [asdict(one) for one in answers]}
        show(data, f"{config} is right; links: {', '.join(links)}", *lines, as_json=as_json)
        if not all(one.ok for one in answers):
            raise typer.Exit(ATTENTION)


def _check(link: LinkSettings, side: Side) -> Checked:
    configured = link.warehouse if side is Side.WAREHOUSE else link.ledger
    connector = connected(configured, side, SystemClock())
    try:
        return Checked(link.name, side, configured.system, ok=True, text=connector.check())
    except ConnectorError as error:
        return Checked(link.name, side, configured.system, ok=False, text=str(error))
    finally:
        connector.close()
