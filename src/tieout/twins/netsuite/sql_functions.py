"""Oracle's functions of dates and names, for SQLite (7)."""

import sqlite3
from calendar import monthrange
from datetime import datetime, timedelta
from typing import Any

from tieout.twins.netsuite.dates import DATE_FORMATS, show_date
from tieout.twins.netsuite.mirror import DATE_MARK
from tieout.twins.netsuite.names import display
from tieout.twins.netsuite.state import State

FORM = "%Y-%m-%d %H:%M:%S"
ORACLE = (("YYYY", "%Y"), ("HH24", "%H"), ("HH12", "%I"), ("MM", "%m"), ("MON", "%b"), ("DD", "%d"), ("MI", "%M"),
          ("SS", "%S"), ("HH", "%I"), ("AM", "%p"), ("PM", "%p"), ('"', ""))  # fmt: skip
UNITS = {"DD": FORM[:8], "MM": "%Y-%m-01", "MONTH": "%Y-%m-01", "YYYY": "%Y-01-01", "YEAR": "%Y-01-01"}


def install(db: sqlite3.Connection, state: State) -> None:
    """Makes the functions known to a database."""
    own = Functions(state)
    for name, count in (("now", 0), ("display", 2), ("date_of", 1), ("to_date", 2), ("to_char", 2), ("strftime", 2),
                        ("trunc", 2), ("add_months", 2), ("add_days", 2), ("days_between", 2)):  # fmt: skip
        db.create_function(f"ns_{name}", count, getattr(own, name), deterministic=True)


def marked(at: datetime) -> str:
    """A time as the mirror's columns hold it."""
    return DATE_MARK + at.strftime(FORM)


def _read(value: Any) -> datetime:
    if not isinstance(value, str) or not value.startswith(DATE_MARK):
        raise ValueError(value)
    return datetime.strptime(value[1:], FORM)  # noqa: DTZ007  the account's own time


class Functions:
    """The functions; a null gives a null."""

    def __init__(self, state: State) -> None:
        self._state = state

    def now(self) -> str:
        """SYSDATE."""
        return marked(self._state.clock() + timedelta(minutes=self._state.settings.utc_offset_min))

    def display(self, target: str, value: Any) -> str | None:
        """`BUILTIN.DF` of a reference."""
        return None if value is None else display(self._state, target, int(value)) or str(value)

    def date_of(self, value: Any) -> str | None:
        """A text that is compared with a date: in the account's own form (assumption: no other)."""
        if value is None or (isinstance(value, str) and value.startswith(DATE_MARK)):
            return value
        form = DATE_FORMATS[self._state.settings.date_format]
        return marked(datetime.strptime(str(value), form))  # noqa: DTZ007  the account's own time

    def to_date(self, value: Any, form: str) -> str | None:
        """TO_DATE; SQLGlot has put the format in Python's words."""
        if value is None:
            return None
        if not form:
            return self.date_of(value)
        return marked(datetime.strptime(str(value), form))  # noqa: DTZ007  the account's own time

    def to_char(self, value: Any, form: str) -> str | None:
        """TO_CHAR of a date, or of a number without a format."""
        if value is None:
            return None
        if not isinstance(value, str) or not value.startswith(DATE_MARK):
            return shown(value, self._state.settings.date_format)
        for oracle, ours in ORACLE:
            form = form.replace(oracle, ours).replace(oracle.lower(), ours)
        return self.strftime(value, form) if form else shown(value, self._state.settings.date_format)

    def strftime(self, value: Any, form: str) -> str | None:
        """TO_CHAR whose format is already in Python's words."""
        return None if value is None else _read(value).strftime(form)

    def trunc(self, value: Any, unit: str) -> Any:
        """TRUNC of a date to the day, month or year, or of a number."""
        if value is None:
            return None
        if not isinstance(value, str):
            return int(value)
        return marked(datetime.fromisoformat(_read(value).strftime(UNITS[unit.upper()])))

    def add_days(self, value: Any, days: Any) -> str | None:
        """A date and a number of days."""
        return None if value is None or days is None else marked(_read(value) + timedelta(days=float(days)))

    def add_months(self, value: Any, months: Any) -> str | None:
        """ADD_MONTHS."""
        if value is None or months is None:
            return None
        at = _read(value)
        year, month = divmod(at.year * 12 + at.month - 1 + int(months), 12)
        return marked(at.replace(year=year, month=month + 1, day=min(at.day, monthrange(year, month + 1)[1])))

    def days_between(self, value: Any, other: Any) -> float | None:
        """One date less another, in days."""
        if value is None or other is None:
            return None
        return (_read(value) - _read(other)).total_seconds() / 86400


def shown(value: Any, date_format: str) -> str:
    """A value as an answer has it: always a text; a date in the account's form, without its time (7)."""
    if isinstance(value, str):
        return show_date(value[1:], date_format) if value.startswith(DATE_MARK) else value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return repr(round(value, 10)) if isinstance(value, float) else str(value)
