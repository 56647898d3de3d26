"""Runs one twin as a process: `python -m tieout.twins clarus 0` (port 0: any free one). Prints its address."""

import sys
from datetime import UTC, datetime
from importlib import import_module

from tieout.twins.serve import run

TWINS = {
    "clarus": ("clarus", "ClarusTwin"),
    "netsuite": ("netsuite", "NetSuiteTwin"),
    "sap-b1": ("sap_b1", "SapB1Twin"),
}
"""The folder and class of each. Only the one that is run is imported: some bring large libraries."""


def main(name: str, port: int) -> None:
    """Serves the twin on loopback until interrupted."""
    folder, twin = TWINS[name]
    run(getattr(import_module(f"tieout.twins.{folder}"), twin)(lambda: datetime.now(UTC)), port)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
