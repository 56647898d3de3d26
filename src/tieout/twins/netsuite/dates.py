"""Dates as the account's users write them."""

DATE_FORMATS = {"M/D/YYYY": "%m/%d/%Y", "D/M/YYYY": "%d/%m/%Y", "YYYY-MM-DD": "%Y-%m-%d"}
"""The account's date formats that the twin knows, for reading."""


def show_date(iso: str, form: str) -> str:
    """A date `YYYY-MM-DD` in one of those formats, without leading zeros where there are none."""
    year, month, day = iso[:10].split("-")
    if form == "YYYY-MM-DD":
        return iso[:10]
    first, second = (month, day) if form == "M/D/YYYY" else (day, month)
    return f"{int(first)}/{int(second)}/{year}"
