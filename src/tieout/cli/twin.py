"""`tieout twin NAME`: runs one twin alone, on loopback."""

from enum import StrEnum
from typing import Annotated

import typer

from tieout.cli.listening import listen
from tieout.cli.output import Json, explained
from tieout.twins.__main__ import main as serve_twin


class TwinName(StrEnum):
    """The systems that have a twin."""

    CLARUS = "clarus"
    NETSUITE = "netsuite"
    SAP_B1 = "sap-b1"


def twin(
    name: Annotated[TwinName, typer.Argument(help="Which system to stand in for.")],
    port: Annotated[int, typer.Option(help="Where to listen on loopback; 0 picks a free port.", min=0, max=65535)] = 0,
    as_json: Json = False,
) -> None:
    """Run a twin by itself until interrupted. Prints its address as JSON; `/_twin/` is its control panel."""
    with explained(as_json=as_json):
        # The twin takes its port by itself; tried here first, one in use is told in a sentence.
        listen("127.0.0.1", port, "--port").close()
        serve_twin(name, port)
