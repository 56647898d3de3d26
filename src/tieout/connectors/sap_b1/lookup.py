"""Does a posting stand in the ledger already? Asked by reference; what stands is compared with what is wanted."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial

from tieout.connectors.contract import RetryLater, Send, Unreadable
from tieout.connectors.sap_b1 import drafts
from tieout.connectors.sap_b1.bodies import Wanted, wanted
from tieout.connectors.sap_b1.kinds import MADE, Cancel, Kind, cancelled_by
from tieout.connectors.sap_b1.reader import Reader
from tieout.connectors.sap_b1.record import Record
from tieout.connectors.sap_b1.settings import Settings
from tieout.connectors.sap_b1.stock import TRANSFER_LINES, compare_stock, header_of
from tieout.connectors.sap_b1.wire import Json, entry_of, text_literal
from tieout.domain.postings import Credit, CreditWithdraw, Ended, Outcome, StockBatch

_HEADER = ("DocEntry", "DocNum", "CardCode", "CancelStatus", "DocumentLines")
_CANCELLED = ("csYes", "Y")
_CANCELLATION = ("csCancellation", "C")

_UNDONE_TRANSFER = ("WarehouseTransfers", "67", 67)
Comparing = Callable[[Record], list[str]]
"""Tells what differs in a document that stands."""
LineKey = tuple[int | None, int | None, str | None, str | None]
"""Base document, base line, item, warehouse."""


class Lookup:
    """Looks documents up; changes nothing. Every method raises `RetryLater` and `Misconfigured`."""

    def __init__(self, reader: Reader, settings: Settings) -> None:
        self._reader = reader
        self._settings = settings

    def find(self, send: Send) -> Outcome | None:
        """`exists`, `exists_differently`, or None: not there. Raises `Untranslatable`."""
        try:
            return self._found(send)
        except Unreadable as error:
            raise RetryLater(f"the look-up cannot be understood: {error}", cause="down") from error

    def _found(self, send: Send) -> Outcome | None:
        if isinstance(send.body, Cancel):
            return self._cancelled(cancelled_by(send.body), send.known[send.body.of])
        if isinstance(send.body, CreditWithdraw):
            return drafts.withdrawn(self._reader, send.known[send.body.of])
        places, body = self._settings.quantity_places, send.body
        if isinstance(body, StockBatch):
            return self._standing(MADE[body.kind], send, header_of(body), partial(compare_stock, body, places))
        want = wanted(send)
        return self._standing(want.kind, send, _HEADER, partial(compare, want, places))

    def _standing(self, kind: Kind, send: Send, fields: tuple[str, ...], compared: Comparing) -> Outcome | None:
        found = self._by_reference(kind.entity_set, send.reference, (*fields, self._settings.reference_field))
        documents = [one for one in found if not _is_cancellation(one)]
        if documents:
            return self._compared(compared, documents, send.reference)
        if isinstance(send.body, Credit) and send.body.draft:
            return self._written(kind, send.reference, compared)
        return self._draft(kind, send.reference) if self._settings.approvals else None

    def document(self, kind: Kind, entry: str) -> Record | None:
        """The state of a document, without its lines; None when there is none of that id."""
        options = {"$select": "DocEntry,DocNum,CardCode,CancelStatus,DocumentStatus"}
        found = self._reader.one(f"{kind.entity_set}({int(entry)})", options)
        return None if found is None else Record(found, f"{kind.name} {entry}")

    def _by_reference(self, entity_set: str, reference: str, fields: tuple[str, ...]) -> list[Record]:
        """Whatever carries exactly this reference; a server may compare texts without regard to case (3).

        A row that leaves out what was asked for says neither yes nor no.
        """
        name = self._settings.reference_field
        options = {
            "$filter": f"{name} eq {text_literal(reference)}",
            "$select": ",".join(fields),
            "$orderby": "DocEntry",
        }
        rows = list(self._reader.rows(entity_set, options))
        if any(name not in row or entry_of(row) is None for row in rows):
            raise RetryLater(f"{entity_set}: a row of the reply has no {name} or no DocEntry", cause="down")
        return [Record(row, entity_set) for row in rows if row[name] == reference]

    def _compared(self, compared: Comparing, documents: list[Record], reference: str) -> Outcome:
        """A cancelled document was created too; it answers where none is live. Two live ones are one too many."""
        live = [one for one in documents if one.fields.get("CancelStatus") not in _CANCELLED]
        if len(live) > 1:
            numbers = ", ".join(str(one.fields.get("DocNum")) for one in live)
            return differently(live[0], f"{len(live)} documents carry {reference}: {numbers}")
        document = (live or documents)[-1]
        try:
            differences = compared(document)
        except Unreadable as error:
            differences = [str(error)]
        if differences:
            return differently(document, "; ".join(differences))
        text = f"document {document.fields.get('DocNum')}{'' if live else ', cancelled'}"
        theirs = str(document.whole("DocEntry"))
        return Outcome(ended=Ended.EXISTS, theirs=theirs, text=text, cancelled=not live)

    def _written(self, kind: Kind, reference: str, compared: Comparing) -> Outcome | None:
        """The draft that was asked for, whether or not a person has finished it since (2: `DocObjectCode`)."""
        fields = ("DocEntry", "DocObjectCode", "CardCode", "DocumentLines", self._settings.reference_field)
        for draft in self._by_reference("Drafts", reference, fields):
            if draft.fields.get("DocObjectCode") in kind.draft_codes:
                differences = compared(draft)
                if differences:
                    return differently(draft, "; ".join(differences))
                return drafts.written(draft)
        return None

    def _draft(self, kind: Kind, reference: str) -> Outcome | None:
        """A draft that waits for approval is a document to be (4): sending again would make a second."""
        fields = ("DocEntry", "DocObjectCode", "DocumentStatus", self._settings.reference_field)
        for draft in self._by_reference("Drafts", reference, fields):
            pending = draft.fields.get("DocumentStatus") in ("bost_Open", "O")
            if pending and draft.fields.get("DocObjectCode") in kind.draft_codes:
                return differently(
                    draft, f"it waits for approval in SAP Business One, as draft {draft.whole('DocEntry')}"
                )
        return None

    def _cancelled(self, kind: Kind, entry: str) -> Outcome | None:
        document = self.document(kind, entry)
        if document is None or document.fields.get("CancelStatus") not in _CANCELLED:
            return None
        theirs = self._cancellation_of(kind, document) or entry
        text = f"{kind.name} {document.fields.get('DocNum')} is cancelled"
        return Outcome(ended=Ended.EXISTS, theirs=theirs, text=text)

    def _cancellation_of(self, kind: Kind, document: Record) -> str | None:
        """What cancels a document is one of the same kind whose lines are based on it (7, assumption)."""
        entry, partner = document.whole("DocEntry"), document.text("CardCode")
        sought = f"CancelStatus eq 'csCancellation' and CardCode eq {text_literal(partner)} and DocEntry gt {entry}"
        options = {"$filter": sought, "$select": ",".join(_HEADER), "$orderby": "DocEntry"}
        for row in self._reader.rows(kind.entity_set, options):
            other = Record(row, "cancellation")
            if any(line.whole_or_none("BaseEntry") == entry for line in other.rows("DocumentLines")):
                return str(other.whole("DocEntry"))
        return None


def _is_cancellation(document: Record) -> bool:
    """Whether a document only undoes another. A stock transfer that does so names the other on its lines (7)."""
    rows = document.rows(TRANSFER_LINES)
    undoes = any(line.fields.get("BaseType") in _UNDONE_TRANSFER for line in rows)
    return undoes or document.fields.get("CancelStatus") in _CANCELLATION


def compare(want: Wanted, quantity_places: int, document: Record) -> list[str]:
    """What differs between what is wanted and what stands, in sentences; empty when nothing does.

    Quantities may differ by less than the company keeps (2: numbers are rounded by its settings).
    """
    differences: list[str] = []
    if document.text("CardCode") != want.partner:
        differences.append(f"it is for {want.kind.partner} {document.text('CardCode')}, not {want.partner}")
    asked: dict[LineKey, Decimal] = {}
    for line in want.lines:
        key = (want.base_entry, line.base_line, line.item, line.warehouse)
        asked[key] = asked.get(key, Decimal(0)) + line.qty
    stands = _quantities(document, with_base=want.base_entry is not None)
    tolerance = Decimal(1).scaleb(-quantity_places) / 2
    for key in dict.fromkeys((*asked, *stands)):
        here, there = asked.get(key, Decimal(0)), stands.get(key, Decimal(0))
        if abs(here - there) > tolerance or (key in asked) != (key in stands):
            differences.append(_difference(key, asked, stands))
    return differences


def _quantities(document: Record, *, with_base: bool) -> dict[LineKey, Decimal]:
    """What stands, line by line. Where the wanted lines name no base, a return's may have one or not (`returns.py`)."""
    found: dict[LineKey, Decimal] = {}
    for line in document.rows("DocumentLines"):
        item = line.text_or_none("ItemCode")
        if item is not None:
            key = (
                line.whole_or_none("BaseEntry") if with_base else None,
                line.whole_or_none("BaseLine") if with_base else None,
                item,
                line.text_or_none("WarehouseCode"),
            )
            found[key] = found.get(key, Decimal(0)) + line.number("Quantity")
    return found


def _difference(key: LineKey, asked: Mapping[LineKey, Decimal], stands: Mapping[LineKey, Decimal]) -> str:
    entry, base_line, item, warehouse = key
    based = "" if entry is None else f"line {base_line} of base document {entry}, "
    what = f"{based}item {item}, warehouse {warehouse}"
    return f"{what}: {stands.get(key, 'nothing')} stands, {asked.get(key, 'nothing')} is wanted"


def differently(document: Record, text: str) -> Outcome:
    entry: Json = document.fields.get("DocEntry")
    return Outcome(ended=Ended.EXISTS_DIFFERENTLY, theirs=str(entry), reason="duplicate_in_ledger", text=text)
