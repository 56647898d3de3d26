"""Posting periods: one per month, each open or locked."""

from calendar import monthrange
from typing import Any

from tieout.twins.sap_b1.errors import Refusal, not_found
from tieout.twins.sap_b1.schema import Row
from tieout.twins.sap_b1.state import State


def months(state: State) -> list[str]:
    """The months the company has periods for, as `yyyy-mm`."""
    year, month = (int(part) for part in state.settings.first_period.split("-"))
    first = year * 12 + month - 1
    return [f"{index // 12}-{index % 12 + 1:02}" for index in range(first, first + state.settings.periods)]


def refuse_closed_period(state: State, date: str) -> None:
    """Refuses a posting date in a locked month, or in none. Code and text are settings (assumption)."""
    month = date[:7]
    if state.closed_periods.get(month) or month not in months(state):
        raise Refusal(state.settings.closed_period_code, state.settings.closed_period_text)


def period_row(state: State, month: str) -> Row:
    """One period in the shape of `FinancePeriod`. [E]"""
    year, number = (int(part) for part in month.split("-"))
    first, last = f"{month}-01", f"{month}-{monthrange(year, number)[1]:02}"
    locked = bool(state.closed_periods.get(month))
    row: Row = {"AbsoluteEntry": months(state).index(month) + 1, "PeriodCode": month, "PeriodName": month}
    row |= {"PostingDateFrom": first, "PostingDateTo": last, "ValueDateFrom": first, "ValueDateTo": last}
    row |= {"TaxDateFrom": first, "TaxDateTo": last, "PeriodIndicator": "Default", "SubNum": number}
    row |= {"PeriodStatus": "ltLocked" if locked else "ltUnlocked", "Locked": "tYES" if locked else "tNO"}
    return row


def find_month(state: State, entry: Any) -> str:
    """The month of a period's `AbsoluteEntry`."""
    known = months(state)
    if not isinstance(entry, int) or not 1 <= entry <= len(known):
        raise not_found()
    return known[entry - 1]
