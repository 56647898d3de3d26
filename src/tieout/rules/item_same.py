"""Whether an item is the same in both systems, field by field: the ledger is the only source of what an item is."""

from dataclasses import dataclass

from tieout.domain.documents import Item, Tracking
from tieout.domain.limits import Limits
from tieout.domain.reasons import Problem
from tieout.rules.facts import Codes


@dataclass(frozen=True)
class Difference:
    """A field of an item with what each system says, for people."""

    field: str
    ledger: str
    warehouse: str


def differences(ours: Item, theirs: Item, codes: Codes, limits: Limits) -> list[Difference]:
    """Every key field in which the warehouse's item is not as the ledger's would be made there.

    What the warehouse does not tell is not compared, nor a barcode the ledger does not have. Names agree as far as the
    warehouse keeps them. Of tracking only serial numbers are compared: see `tracking_same.py`.
    """
    found: list[Difference] = []
    product = codes.product(ours.code)
    named, shown = (_name(item, product, limits) for item in (ours, theirs))
    if named != shown:
        found.append(Difference("name", named, shown))
    if theirs.unit is not None and codes.unit(ours.unit) != theirs.unit:
        found.append(Difference("unit", ours.unit or "none", theirs.unit))
    if theirs.tracking is not None and (ours.tracking is Tracking.SERIAL) != (theirs.tracking is Tracking.SERIAL):
        found.append(Difference("tracking", str(ours.tracking or Tracking.NONE), str(theirs.tracking)))
    if ours.barcode is not None and ours.barcode != theirs.barcode:
        found.append(Difference("barcode", ours.barcode, theirs.barcode or "none"))
    if theirs.active is not None and ours.active is not theirs.active:
        found.append(Difference("active", _yes(ours.active), _yes(theirs.active)))
    return found


def judge_shown(ours: Item | None, theirs: Item, like: str | None, codes: Codes, limits: Limits) -> Problem | None:
    """What is wrong with an item as the warehouse shows it; `like` is a code of the ledger's that is nearly the same.

    `theirs` bears the ledger's code of the item, where a mapping says that the two systems call it differently.

    One that the ledger does not keep and nobody can use there, since it is stopped, harms nobody.
    """
    code = theirs.code
    if ours is None or not ours.stocked:
        if theirs.active is False:
            return None
        where = "is not in the ledger" if ours is None else "is no stock item of the ledger"
        near = f"; the ledger has {like!r}, which differs by letter case or spaces only" if like else ""
        return Problem("item_made_in_warehouse", f"item {code!r} {where}{near}", about=code)
    found = differences(ours, theirs, codes, limits)
    if not found:
        return None
    said = "; ".join(f"{one.field}: {one.ledger} in the ledger, {one.warehouse} in the warehouse" for one in found)
    return Problem("item_changed_in_warehouse", f"item {code}: {said}", about=code)


def folded(code: str) -> str:
    """A code without its spaces and the case of its letters: what is the same so is likely meant to be the same."""
    return "".join(code.split()).casefold()


def _name(item: Item, product: str, limits: Limits) -> str:
    return (item.name.strip() or product)[: limits.item_name].strip()


def _yes(value: bool | None) -> str:  # noqa: FBT001  a field's value, not a switch
    return "yes" if value else "no"
