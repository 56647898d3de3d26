"""The items of both systems, read from both at this moment and compared field by field. Nothing is changed or kept.

An item that is mapped to a product of another code is compared with that product, and told by the ledger's code.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from tieout.connectors.contract import Connector, Unreadable
from tieout.domain.clock import Clock
from tieout.domain.documents import Item
from tieout.rules.facts import Codes, Facts, Policy
from tieout.rules.item_same import differences, folded
from tieout.rules.policy import judge_item

FEED = "items"
"""The feed by which a ledger tells all its items from the beginning."""


@dataclass(frozen=True)
class Finding:
    """One thing that is not right.

    `finding` is `only_in_ledger`, `only_in_warehouse`, `differs` (in `field`), `near_miss` (codes that differ by letter
    case or spaces only), `unfit` (the ledger's item would be held, for the reason in `field`) or `unreadable`.
    """

    finding: str
    item: str
    field: str = ""
    ledger: str = ""
    warehouse: str = ""


@dataclass(frozen=True)
class ItemAudit:
    """What a comparison found. `compared` items are in both; `left_out` belong in one only: no stock items, or not in
    use any more."""

    link: str
    began_at: datetime
    ended_at: datetime
    ledger_items: int
    warehouse_items: int
    compared: int
    left_out: int
    findings: list[Finding]

    @property
    def same(self) -> bool:
        """Whether nothing was found that is wrong: codes that are nearly the same need not be."""
        return all(one.finding == "near_miss" for one in self.findings)


def audit_items(link: str, ledger: Connector, warehouse: Connector, codes: Codes, clock: Clock) -> ItemAudit:
    """Reads every item of both systems and compares them. Raises `ConnectorError` where one cannot be read."""
    began_at = clock.now()
    ours, unreadable = live_items(ledger)
    shown, _ = live_items(warehouse)
    theirs = {codes.ledger_item(code): item for code, item in shown.items() if not codes.is_left_over(code)}
    facts = Facts(
        policy=Policy(),
        codes=codes,
        limits=warehouse.capabilities.limits,
        ledger_items=ours,
        warehouse_items=theirs,
        barcodes=_by_barcode(ours.values()),
    )
    wanted = {code for code, item in ours.items() if item.stocked and (item.active or code in theirs)}
    used = {code for code, item in theirs.items() if item.active is not False}
    no_items = {codes.product(code) for code in used - wanted} | _left_over(shown, codes)
    findings = [
        *(Finding("only_in_ledger", code) for code in sorted(wanted - theirs.keys())),
        *(Finding("only_in_warehouse", code) for code in sorted(no_items)),
        *_differing(sorted(wanted & theirs.keys()), facts),
        *_near_misses(ours, theirs),
        *_unfit(sorted(wanted), facts),
        *(Finding("unreadable", code, ledger=said) for code, said in unreadable.items()),
    ]
    compared = len(wanted & theirs.keys())
    left_out = len(ours.keys() | theirs.keys()) - len(wanted | used)
    return ItemAudit(link, began_at, clock.now(), len(ours), len(shown), compared, left_out, findings)


def _left_over(shown: Mapping[str, Item], codes: Codes) -> set[str]:
    """Products in use with the code of an item that is mapped to another product."""
    return {code for code, item in shown.items() if item.active is not False and codes.is_left_over(code)}


def live_items(connector: Connector) -> tuple[dict[str, Item], dict[str, str]]:
    """Every item of a system as it is now, by code; and of those that cannot be read, what is wrong.

    Raises `ConnectorError`.
    """
    listed = connector.items()
    if listed or FEED not in connector.capabilities.feeds:
        return {item.code: item for item in listed}, {}
    found, unreadable = dict[str, Item](), dict[str, str]()
    cursor, more = None, True
    while more:
        page = connector.poll(FEED, cursor)
        cursor, more = page.cursor, page.more
        for message, answer in zip(page.messages, connector.read(page.messages), strict=True):
            if isinstance(answer, Unreadable):
                unreadable[message.key] = str(answer)
            elif isinstance(answer, Exception):
                raise answer
            else:
                found |= {one.content.code: one.content for one in answer if isinstance(one.content, Item)}
    return found, unreadable


def _by_barcode(items: Iterable[Item]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item in items:
        if item.barcode is not None:
            found.setdefault(item.barcode, []).append(item.code)
    return found


def _differing(codes: Iterable[str], facts: Facts) -> Iterator[Finding]:
    for code in codes:
        ours, theirs = facts.ledger_items[code], facts.warehouse_items[code]
        for one in differences(ours, theirs, facts.codes, facts.limits):
            yield Finding("differs", code, one.field, one.ledger, one.warehouse)


def _near_misses(ours: Mapping[str, Item], theirs: Mapping[str, Item]) -> Iterator[Finding]:
    """Every two codes, of one system or of both, that are nearly the same."""
    alike: dict[str, set[str]] = {}
    for code in (*ours, *theirs):
        alike.setdefault(folded(code), set()).add(code)
    for codes in alike.values():
        first, *others = sorted(codes)
        for other in others:
            yield Finding(
                "near_miss", first, ledger=_quoted(ours, first, other), warehouse=_quoted(theirs, first, other)
            )


def _quoted(there: Mapping[str, Item], *codes: str) -> str:
    """The codes that a system has, in quotation marks: spaces may be all the difference."""
    return ", ".join(f"{code!r}" for code in codes if code in there)


def _unfit(codes: Iterable[str], facts: Facts) -> Iterator[Finding]:
    for code in codes:
        for problem in judge_item(facts.ledger_items[code], facts):
            yield Finding("unfit", code, problem.reason, problem.detail)
