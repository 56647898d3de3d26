"""What can be set on the twin. A setting exists where public sources disagree, or where a company decides."""

from dataclasses import dataclass, fields
from typing import Any, Literal


class UnknownSetting(ValueError):
    """A setting was named that the twin does not have."""


@dataclass(frozen=True)
class Settings:
    """All settings, with what a company out of the box would have. The page `docs` of this package lists them."""

    company: str = "TIEOUT"
    user: str = "manager"
    password: str = user
    server_version: str = "1000310"
    session_timeout_min: int = 30
    page_size: int = 20
    next_link: Literal["by_version", "service", "root", "absolute"] = "by_version"
    next_link_keeps_options: bool = True
    utc_offset_min: int = 0
    write_nulls: bool = True
    currency: str = "GBP"
    read_only_user: bool = False
    block_negative_stock: bool = True
    allow_over_delivery: bool = True
    enforce_partial_delivery: bool = True
    backorders: Literal["stay open", "close", "new order"] = "stay open"
    kits_are_tied: bool = True
    kits_explode_again: bool = False
    require_confirmed: bool = True
    require_due_date: bool = True
    return_cost: Literal["average", "zero"] = "average"
    credit_restocks_delivered: bool = False
    unique_reference_field: str | None = None
    unique_reference_code: int = -1116
    lock_style: Literal["locked", "clash"] = "locked"
    lock_code: int = -2035
    lock_text: str = "Object locked"
    inactive_item_code: int = -5002
    inactive_item_text: str = "Invalid Item"
    base_closed_code: int = -10
    base_closed_text: str = "One of the base documents has already been closed"
    closed_period_code: int = -5002
    closed_period_text: str = "Date deviates from permissible range"
    first_period: str = "2024-01"
    periods: int = 48


def settings_from(values: dict[str, Any]) -> Settings:
    """Settings from plain values. Raises `UnknownSetting` for a name that is none."""
    known = {field.name for field in fields(Settings)}
    unknown = sorted(set(values) - known)
    if unknown:
        raise UnknownSetting(f"no setting is called {', '.join(unknown)}; the settings are {', '.join(sorted(known))}")
    return Settings(**values)
