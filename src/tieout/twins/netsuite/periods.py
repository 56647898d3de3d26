"""Accounting periods: a month each, open, locked or closed (8.7)."""

from calendar import monthrange

from tieout.twins.netsuite.errors import bad_value, business
from tieout.twins.netsuite.schema import Row
from tieout.twins.netsuite.state import State


def start_periods(state: State) -> None:
    """Makes the months that the settings ask for."""
    year, month = map(int, state.settings.first_period.split("-"))
    shape = state.schema.records["accountingPeriod"]
    for _ in range(state.settings.periods):
        name = f"{year}-{month:02}"
        row: Row = {"startDate": f"{name}-01", "endDate": f"{name}-{monthrange(year, month)[1]}", "isPosting": True}
        row |= {"periodName": _title(year, month), "closed": False, "allLocked": False, "isAdjust": False}
        row |= {"isYear": False, "isQuarter": False, "arLocked": False, "apLocked": False, "allowNonGLChanges": False}
        state.insert(shape, row)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def _title(year: int, month: int) -> str:
    months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # noqa: SIM905  reads as a calendar
    return f"{months[month - 1]} {year}"


def period_of(state: State, day: str) -> Row | None:
    """The period a day is in."""
    rows = state.records["accountingPeriod"].values()
    return next((row for row in rows if row["startDate"] <= day <= row["endDate"]), None)


def check_period(state: State, row: Row, *, posting: bool) -> None:
    """Gives a transaction its posting period. Refuses one that is not open, or not of its date (8.7)."""
    if not posting:
        return
    day = period_of(state, row["tranDate"])
    named = state.get("accountingPeriod", row.get("postingPeriod"))
    if row.get("postingPeriod") is not None and named is None:
        raise bad_value(row["postingPeriod"], "postingPeriod", "postingPeriod")
    if named is not None and named is not day and state.settings.date_outside_period == "disallow":
        raise business("The transaction date you specified is not within the date range of your accounting period.")
    period = named or day
    if period is None or period["closed"] or period["allLocked"]:
        raise business(state.settings.closed_period_text)
    state.tx.put(row, "postingPeriod", period["id"])
