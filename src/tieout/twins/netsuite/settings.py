"""What can be set on the twin. A setting exists where public sources disagree, or where an account decides."""

from dataclasses import dataclass, field, fields
from typing import Any, Literal


class UnknownSetting(ValueError):
    """A setting was named that the twin does not have."""


@dataclass(frozen=True)
class Settings:
    """All settings, with what a small account would have. The reference page lists them."""

    account: str = "1234567_SB1"
    client_id: str = "tieout-client"
    certificates: dict[str, str] = field(default_factory=dict[str, str])
    consumer_key: str = "tieout-consumer"
    consumer_secret: str = "tieout-consumer-secret"  # noqa: S105  the twin's own
    token_id: str = "tieout-token"  # noqa: S105  the twin's own
    token_secret: str = "tieout-token-secret"  # noqa: S105  the twin's own
    token_s: int = 3600
    clock_skew_s: int = 300
    administrator: bool = True
    missing_permissions: tuple[str, ...] = ()
    concurrency_limit: int = 5
    integration_limit: int | None = None
    slots_of_others: int = 0
    latency_ms: int = 0
    retry_after_s: int | None = None
    job_s: float = 1.0
    date_format: Literal["M/D/YYYY", "D/M/YYYY", "YYYY-MM-DD"] = "M/D/YYYY"
    utc_offset_min: int = 0
    line_step: int = 3
    approve_orders: bool = False
    pick_pack_ship: bool = True
    allow_overage: bool = False
    allow_negative_stock: bool = True
    inventory_status: bool = True
    date_outside_period: Literal["disallow", "allow"] = "disallow"
    duplicate_text: str = "This record already exists."
    changed_text: str = "Record has been changed"
    closed_period_text: str = (
        "The transaction date you specified is not within the date range of your accounting period."
    )
    first_period: str = "2024-01"
    periods: int = 48


def settings_from(values: dict[str, Any]) -> Settings:
    """Settings from plain values. Raises `UnknownSetting` for a name that is none."""
    known = {field.name for field in fields(Settings)}
    unknown = sorted(set(values) - known)
    if unknown:
        raise UnknownSetting(f"no setting is called {', '.join(unknown)}; the settings are {', '.join(sorted(known))}")
    if "missing_permissions" in values:
        values = {**values, "missing_permissions": tuple(values["missing_permissions"])}
    return Settings(**values)
