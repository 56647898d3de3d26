"""Numbers and dates every transaction gets: `tranId`, `tranDate`, the numbers of its lines."""

from tieout.twins.netsuite.kinds import Kind
from tieout.twins.netsuite.schema import Row
from tieout.twins.netsuite.state import State


def prepare(state: State, kind: Kind, row: Row) -> None:
    """Fills in what is left out of a new transaction's head."""
    if not row.get("tranDate"):
        row["tranDate"] = state.today()
    row.setdefault("subsidiary", 1)
    if not row.get("tranId"):
        row["tranId"] = f"{kind.prefix}{state.next(kind.name)}"


def number_lines(state: State, row: Row, lines: list[Row], step: int) -> None:
    """Numbers lines that have none: 1, 4, 7 on a sales order, since other lines may come between (5)."""
    last = max((line["line"] for line in lines if line.get("lineUniqueKey")), default=1 - step)
    last = max(last, row.get("_last_line", last))
    for line in lines:
        if line.get("lineUniqueKey") is None:
            last += step
            line["line"], line["lineUniqueKey"] = last, state.next("lineUniqueKey")
    row["_last_line"] = last
