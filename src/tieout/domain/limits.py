"""What a warehouse system takes, as data: what is longer is told to a person instead of being sent."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Lengths are in characters. None: no limit is known.

    A name that is longer than `item_name` is cut on its way, so two names are the same where they agree so far.
    """

    item_code: int | None = None
    item_name: int | None = None
    order_lines: int | None = None


NO_LIMITS = Limits()
"""Where nothing is known of what a system takes."""
