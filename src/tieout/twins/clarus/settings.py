"""What can be set on the twin of Clarus WMS. Everything the vendor does not publish is a setting with a default."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

PICK_RULES = ("fifo", "lifo", "sell_by_date")


class UnknownSettingError(ValueError):
    """A setting was named that this twin does not have, or its value is of another type than the default."""


@dataclass(frozen=True)
class ClarusSettings:
    """The choices of one twin. Each default is an assumption about the real system."""

    tenant: str = "tieout"
    client_id: str = "tieout"
    client_secret: str = "tieout"  # noqa: S105  a double's fixed credential, known to everybody
    token_life_s: int = 7200
    extra_fields: bool = True
    """Whether GraphQL offers the fields and filters that the published reference does not list."""
    page_default: int = 50
    page_max: int = 50
    refuse_unknown_attributes: bool = False
    lines_max: int = 0
    """A request that brings more lines of an order is refused. 0: no limit."""
    codes_ignore_case: bool = False
    """Whether a product may not be called as another one that differs only by capital letters."""
    archive_after_days: int = 0
    """Transactions older than this are listed only with `include_archived`. 0: nothing is ever archived."""
    pick_rule: str = "fifo"
    """`fifo`, `lifo` or `sell_by_date`."""
    auto_dispatch_on_last_pick: bool = True
    """Whether an order of strategy `auto` or `auto_shipment` leaves by itself when its last pick is done."""
    adjustment_up_subtype: str = "ADJUP"
    adjustment_down_subtype: str = "ADJDOWN"
    undispatch_subtype: str = "UNDISP"
    unreceive_subtype: str = "UNRCV"
    login_url: str = "https://tieout.claruswms.test"
    api_url: str = "https://clarus-api.test"
    webhook_tries: int = 5
    webhook_first_gap_s: float = 10.0
    """The wait before the second try; each further wait is `webhook_gap_growth` times the one before."""
    webhook_gap_growth: float = 3.0
    webhook_late_max_s: float = 3600.0
    webhook_reordered_s: float = 5.0

    def with_changes(self, changes: dict[str, Any]) -> "ClarusSettings":
        """A copy with some settings changed. Raises `UnknownSettingError` for a wrong name or type."""
        for name, value in changes.items():
            if name not in self.__dataclass_fields__:
                raise UnknownSettingError(f"no setting is called {name!r}")
            default: object = getattr(self, name)
            if not _alike(default, value):
                raise UnknownSettingError(f"{name} must be of type {default.__class__.__name__}")
        exact = {name: float(value) if isinstance(value, Decimal) else value for name, value in changes.items()}
        changed = replace(self, **exact)
        if changed.pick_rule not in PICK_RULES:
            raise UnknownSettingError(f"pick_rule must be one of {', '.join(PICK_RULES)}")
        return changed


def _alike(default: object, value: object) -> bool:
    """Whether a value may stand where a default stood: the same type, or any number for a float."""
    if isinstance(default, float):
        return isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return value.__class__ is default.__class__
