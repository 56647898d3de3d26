"""What a warehouse system takes, as data: what is longer is told to a person instead of being sent."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Lengths are in characters. None: no limit is known.

    A name that is longer than `item_name` is cut on its way, so two names are the same where they agree so far.
    `order_lines` is how many lines one request may bring; with `drafts` an order of more is made in several, and nobody
    starts on it before it is whole.
    """

    item_code: int | None = None
    item_name: int | None = None
    order_lines: int | None = None
    drafts: bool = False


NO_LIMITS = Limits()
"""Where nothing is known of what a system takes."""
