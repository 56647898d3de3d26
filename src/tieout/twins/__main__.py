"""Runs one twin as a process: `python -m tieout.twins clarus 0` (port 0: any free one). Prints its address."""

import sys
from datetime import UTC, datetime

from tieout.twins.clarus import ClarusTwin
from tieout.twins.sap_b1 import SapB1Twin
from tieout.twins.serve import run

TWINS = {"clarus": ClarusTwin, "sap-b1": SapB1Twin}


def main(name: str, port: int) -> None:
    """Serves the twin on loopback until interrupted."""
    run(TWINS[name](lambda: datetime.now(UTC)), port)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
