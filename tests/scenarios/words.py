"""What the words of the scenarios mean: goods, teams, documents of the ledger."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from pytest_bdd import parsers

from tieout.domain.reasons import Team

DOCUMENTS = {
    "delivery": "DeliveryNotes",
    "invoice": "Invoices",
    "goods receipt PO": "PurchaseDeliveryNotes",
    "return": "Returns",
    "draft credit memo": "Drafts",
    "credit memo": "CreditNotes",
    "goods receipt": "InventoryGenEntries",
    "goods issue": "InventoryGenExits",
    "stock transfer": "StockTransfers",
}
"""Documents of the ledger, as finance calls them, and the sets that hold them."""
PLURALS = {"deliveries": "delivery", "goods receipt POs": "goods receipt PO"}
Goods = tuple[tuple[str, int], ...]
"""Items and how many of each, in single units."""


def item(word: str) -> str:
    """The code of an item: `lanterns` is LANTERN, `bars of soap` is SOAP."""
    return word.rsplit(" of ", maxsplit=1)[-1].removesuffix("s").upper()


def goods(text: str) -> Goods:
    """`60 lanterns and 5 bars of soap` is LANTERN 60, SOAP 5."""
    parts = (part.split(" ", 1) for part in re.split(r", | and ", text))
    return tuple(sorted((item(word), int(quantity)) for quantity, word in parts))


def document(text: str) -> str:
    """The set of the ledger that holds a kind of document, named in the singular or the plural."""
    return DOCUMENTS.get(text) or DOCUMENTS[PLURALS.get(text, text.removesuffix("s"))]


def _word(pattern: str, meaning: Callable[[str], Any]) -> Callable[[str], Any]:
    def converted(text: str) -> Any:
        return meaning(text)

    converted.pattern = pattern  # type: ignore[attr-defined]  how the library `parse` is told of a type
    return converted


_THING = r"(?:[a-z]+ of )?[a-z]+"
_GOODS = rf"\d+ {_THING}"
WORDS = {
    "Item": _word(_THING, item),
    "Goods": _word(rf"{_GOODS}(?:(?:, | and ){_GOODS})*", goods),
    "Team": _word("|".join(("the warehouse", *Team)), lambda text: text.removeprefix("the ")),
    "Document": _word("|".join(DOCUMENTS), document),
    "Documents": _word("|".join((*PLURALS, *(f"{one}s" for one in DOCUMENTS))), document),
}
say = partial(parsers.parse, extra_types=WORDS, case_sensitive=True)
"""A step whose `{name:Word}` parts are read by `WORDS`."""
