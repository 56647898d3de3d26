"""The warehouse can keep an item's code exactly as the ledger writes it."""

from tieout.domain.documents import Item
from tieout.domain.reasons import Problem
from tieout.rules.facts import Facts


def code_fits(item: Item, facts: Facts) -> list[Problem]:
    """A code that would be cut, trimmed or not shown is another code in the warehouse."""
    longest = facts.limits.item_code
    if longest is not None and len(item.code) > longest:
        wrong = f"is longer than the {longest} characters the warehouse keeps"
    elif item.code != item.code.strip() or not item.code.isprintable():
        wrong = "has spaces around it or a character that cannot be printed"
    else:
        return []
    return [Problem("item_code_unusable", f"the item code {item.code!r} {wrong}", about=item.code)]
