"""Resident memory of `tieout run` with nothing to do."""

import subprocess
from pathlib import Path

from sqlalchemy import func, select

from tieout.bench.rows import Row
from tieout.bench.shop import open_shop
from tieout.journal.tables import cursor
from tieout.local import TieoutProcess
from tieout.twins.process import TwinProcess

FEEDS = 8
IDLE_MAX_MB = 200.0


def memory(folder: Path) -> list[Row]:
    """Measured once every feed has been read, so that every part has been at work."""
    with TwinProcess("sap-b1") as ledger, TwinProcess("clarus") as floor:
        shop = open_shop(folder, ledger, floor)
        idle = TieoutProcess(shop.installed).until_ready()

        def read() -> bool:
            with shop.journal.read() as connection:
                return connection.execute(select(func.count()).select_from(cursor)).scalar_one() >= FEEDS

        try:
            shop.wait(read, "every feed to be read")
            resident_mb = _resident_mb(idle.pid)
        finally:
            idle.stop()
            shop.journal.close()
    return [Row("resident memory of an idle process", resident_mb, "MB", at_most=IDLE_MAX_MB)]


def _resident_mb(pid: int) -> float:
    """As the kernel tells it, or `ps` where it does not."""
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024
    told = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True)  # noqa: S603, S607
    return int(told.stdout) / 1024
