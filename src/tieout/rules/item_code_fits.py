"""The warehouse can keep an item's code exactly as it is written: the ledger's, or the one it is mapped to."""

from tieout.domain.documents import Item
from tieout.domain.reasons import Problem
from tieout.rules.facts import Facts


def code_fits(item: Item, facts: Facts) -> list[Problem]:
    """A code that would be cut, trimmed or not shown is another code in the warehouse."""
    longest, product = facts.limits.item_code, facts.codes.product(item.code)
    if longest is not None and len(product) > longest:
        wrong = f"is longer than the {longest} characters the warehouse keeps"
    elif product != product.strip() or not product.isprintable():
        wrong = "has spaces around it or a character that cannot be printed"
    else:
        return []
    return [Problem("item_code_unusable", f"the item code {product!r} {wrong}", about=item.code)]
