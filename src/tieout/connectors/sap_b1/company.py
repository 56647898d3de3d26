"""What the company itself tells: whether the connection is right, and its posting periods."""

import logging
from collections.abc import Mapping
from datetime import datetime, time, timedelta

from tieout.connectors.contract import Unreadable
from tieout.connectors.sap_b1.kinds import MADE
from tieout.connectors.sap_b1.reader import Reader
from tieout.connectors.sap_b1.record import Record
from tieout.connectors.sap_b1.settings import Settings
from tieout.connectors.sap_b1.wire import Json, rows
from tieout.domain.periods import Period

SKEW_MAX = timedelta(minutes=2)
"""A difference of clocks that is worth telling."""

CLOSED_LOOKED_AT = 20
"""Closed orders that are looked at."""

_TIME_ACTIONS = (
    ("CompanyService_GetCurrentServerTime", "ServerDate", "ServerTime"),
    ("MobileAppService_GetCurrentServerDateTime", "Date", "Time"),
)
"""Actions that tell the time, and where (9: changes). The first one's field names are an assumption."""

_log = logging.getLogger(__name__)


class Company:
    """Reads about the company. Every method raises `RetryLater` and `Misconfigured`."""

    def __init__(self, reader: Reader, settings: Settings) -> None:
        self._reader = reader
        self._settings = settings
        self._told: set[str] = set()

    def check(self, server_now: datetime) -> str:
        """Signs in, reads the reference field where it is needed, and compares clocks. `server_now` is our view."""
        field = self._settings.reference_field
        for entity_set in (*(kind.entity_set for kind in MADE.values()), "Drafts"):
            self._reader.page(entity_set, {"$select": f"DocEntry,{field}", "$top": "1"})
        signed_in = f"signed in to company {self._settings.company}; our reference travels in {field}"
        return f"{signed_in}; {self._clock(server_now)}{self._closed_short()}"

    def _closed_short(self) -> str:
        """What the latest closed orders show of a ledger that closes them by itself; no fault, since people may too."""
        options = {
            "$filter": "DocumentStatus eq 'bost_Close' and Cancelled eq 'tNO'",
            "$select": "DocEntry,DocNum,DocumentLines",
            "$orderby": "DocEntry desc",
            "$top": str(CLOSED_LOOKED_AT),
        }
        orders = [Record(row, "order") for row in self._reader.page("Orders", options).rows]
        short = [order for order in orders if any(_is_short(line) for line in order.rows("DocumentLines"))]
        if not short:
            return ""
        numbers = ", ".join(str(order.fields.get("DocNum")) for order in short[:3])
        found = f"{len(short)} of the last {len(orders)} closed orders were closed with goods open, such as {numbers}"
        return f"; {found}: if nobody did that by hand, the ledger backorders by itself"

    def _clock(self, server_now: datetime) -> str:
        there = self._server_time()
        if there is None:
            return "the server does not tell its time"
        skew = there - server_now
        if abs(skew) <= SKEW_MAX:
            return "clocks agree"
        return f"the server's clock differs by {skew.total_seconds():.0f} s: see to the clocks or the time_zone setting"

    def _server_time(self) -> datetime | None:
        """The server's local time, by the first action that tells it; a server that refuses them is no fault."""
        for action, day, clock_time in _TIME_ACTIONS:
            told = self._reader.act(action, {})
            record = Record(told or {}, action)
            found = record.day_or_none(day)
            if found is not None:
                return datetime.combine(found, record.clock_time_or_none(clock_time) or time())
        return None

    def periods(self) -> list[Period]:
        """Posting periods of all fiscal years; empty where the server does not tell them.

        One that cannot be understood is left out, as one that is not open: the days in it are held rather than posted.
        """
        years = self._reader.act("CompanyService_GetPeriods", {})
        found: list[Period] = []
        for year in _listed(years, "posting periods"):
            asked: dict[str, Json] = {"PeriodCategoryParams": {"AbsoluteEntry": year.get("AbsoluteEntry")}}
            months = self._reader.act("CompanyService_GetFinancePeriods", asked)
            listed = _listed(months, f"posting periods of {year.get('AbsoluteEntry')}")
            found.extend(period for month in listed if (period := self._understood(month)) is not None)
        return sorted(found, key=lambda period: period.first)

    def _understood(self, month: Mapping[str, Json]) -> Period | None:
        try:
            return _period(month)
        except Unreadable as error:
            if str(error) not in self._told:
                self._told.add(str(error))
                _log.warning("a posting period is left out, and nothing is posted into it: %s", error)
            return None


def _is_short(line: Record) -> bool:
    """A line keeps what was open when it was closed (7: assumption)."""
    drawn_on = line.number_or_none("Quantity") != line.number_or_none("RemainingOpenQuantity")
    return drawn_on and (line.number_or_none("RemainingOpenQuantity") or 0) > 0


def _listed(told: Mapping[str, Json] | None, what: str) -> list[dict[str, Json]]:
    """What an action lists; nothing where the server has no such action."""
    return [] if told is None else rows(told, what)


def _period(month: Mapping[str, Json]) -> Period:
    """Open only when fully unlocked: "unlocked except sales" is closed to deliveries and invoices, so to all."""
    record = Record(month, f"posting period {month.get('PeriodCode')}")
    status = record.text_or_none("PeriodStatus")
    is_open = not record.yes("Locked") if status is None else status == "ltUnlocked"
    first, last = record.day("PostingDateFrom"), record.day("PostingDateTo")
    if first > last:
        raise Unreadable(f"posting period {month.get('PeriodCode')} ends before it begins")
    return Period(first=first, last=last, open=is_open)
