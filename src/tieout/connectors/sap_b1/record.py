"""One object of JSON with typed ways to look into it. A value that is not what it should be is `Unreadable`."""

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal

from tieout.connectors.contract import Unreadable
from tieout.connectors.sap_b1.wire import Json, as_object, loads

WHOLE_DIGITS = 19
"""No whole number of Service Layer is longer: its largest have 64 bits (2)."""


class Record:
    """An entity or complex value as Service Layer writes it (2)."""

    def __init__(self, fields: Mapping[str, Json], name: str) -> None:
        self.fields = fields
        self._name = name

    @classmethod
    def parse(cls, raw: str, name: str) -> "Record":
        """A record from its JSON text. Raises `Unreadable`."""
        try:
            fields = as_object(loads(raw))
        except ValueError as error:
            raise Unreadable(f"{name} is not JSON: {error}") from error
        if fields is None:
            raise Unreadable(f"{name} is not a JSON object")
        return cls(fields, name)

    def text(self, field: str) -> str:
        """A text that must be there."""
        found = self.text_or_none(field)
        if found is None:
            raise Unreadable(f"{self._name} has no {field}")
        return found

    def text_or_none(self, field: str) -> str | None:
        """A text, or None where it is null, empty or absent: SAP Business One does not tell these apart."""
        value = self.fields.get(field)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            raise self._odd(field, "a text")
        return value

    def whole(self, field: str) -> int:
        """A whole number that must be there."""
        value = self.whole_or_none(field)
        if value is None:
            raise Unreadable(f"{self._name} has no {field}")
        return value

    def whole_or_none(self, field: str) -> int | None:
        """A whole number, or None where it is null or absent."""
        value = self.number_or_none(field)
        if value is not None and (value.adjusted() >= WHOLE_DIGITS or value != int(value)):
            raise self._odd(field, "a whole number")
        return None if value is None else int(value)

    def number(self, field: str) -> Decimal:
        """A number that must be there."""
        value = self.number_or_none(field)
        if value is None:
            raise Unreadable(f"{self._name} has no {field}")
        return value

    def number_or_none(self, field: str) -> Decimal | None:
        """A number, or None where it is null or absent."""
        value = self.fields.get(field)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise self._odd(field, "a number")
        return Decimal(value)

    def yes(self, field: str) -> bool:
        """Whether a yes/no is yes; by name or by code (2). Absent counts as no."""
        return self.fields.get(field) in ("tYES", "Y")

    def day(self, field: str) -> date:
        """A date that must be there."""
        found = self.day_or_none(field)
        if found is None:
            raise Unreadable(f"{self._name} has no {field}")
        return found

    def day_or_none(self, field: str) -> date | None:
        """A date, or None. Written `2026-01-31`, or with a time of midnight that means nothing (2)."""
        written = self.text_or_none(field)
        try:
            return None if written is None else date.fromisoformat(written[:10])
        except ValueError as error:
            raise self._odd(field, "a date") from error

    def clock_time_or_none(self, field: str) -> time | None:
        """A time of day, or None. Written `13:14:45` (2)."""
        written = self.text_or_none(field)
        try:
            return None if written is None else time.fromisoformat(written)
        except ValueError as error:
            raise self._odd(field, "a time of day") from error

    def changed_at(self) -> datetime:
        """`UpdateDate` and `UpdateTime` together, in the server's local time, without a zone.

        A record never changed may have no such date (7: assumption); then it is the day it was made.
        """
        made = self.day_or_none("CreateDate") or self.day_or_none("CreationDate")
        day = self.day_or_none("UpdateDate") or made or self.day("UpdateDate")
        return datetime.combine(day, self.clock_time_or_none("UpdateTime") or time())

    def rows(self, field: str) -> list["Record"]:
        """A collection; empty where it is null or absent."""
        value = self.fields.get(field)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self._odd(field, "a list")
        found = [as_object(one) for one in value]
        return [Record(one or {}, f"{self._name}, {field}[{place}]") for place, one in enumerate(found)]

    def part(self, field: str) -> "Record":
        """A complex value; without fields where it is null or absent."""
        return Record(as_object(self.fields.get(field)) or {}, f"{self._name}, {field}")

    def _odd(self, field: str, wanted: str) -> Unreadable:
        return Unreadable(f"{self._name}: {field} is not {wanted}: {self.fields.get(field)!r}")
