"""Drafts: documents that are written down and not posted. They move nothing until they are saved as documents."""

from typing import Any

from tieout.twins.sap_b1.draft import make_draft
from tieout.twins.sap_b1.errors import business, not_found, not_supported, unreadable
from tieout.twins.sap_b1.kinds import KINDS, Kind
from tieout.twins.sap_b1.posting import header_of, lines_of, post_document
from tieout.twins.sap_b1.reading import read_row
from tieout.twins.sap_b1.schema import Row, is_object
from tieout.twins.sap_b1.state import State

DRAFTS = "Drafts"
SAVE = "DraftsService_SaveDraftToDocument"

OWN = frozenset({"DocNum", "Series", "DocTotal", "Reference1", "JournalMemo", "CardName", "LineStatus", "OpenAmount"})
"""Properties that are made anew for the document, though a body may give them."""

_BY_CODE = {kind.object_code: kind for kind in KINDS.values() if kind.lines == "DocumentLines"}


def save_draft(state: State, body: Row) -> Row:
    """Writes a draft down. Codes in it must exist; no other rule is asked (assumption). Raises `Refusal`."""
    draft = make_draft(state, _kind_of(body), body)
    row = header_of(state, draft, DRAFTS)
    row["DocumentLines"] = lines_of(draft, row["DocEntry"])
    return state.insert(DRAFTS, row)


def _kind_of(body: Row) -> Kind:
    code = body.get("DocObjectCode")
    if code is None:
        raise unreadable("Property 'DocObjectCode' is missing")  # text: assumption
    kind = _BY_CODE.get(code)
    if kind is None:
        raise not_supported()
    return kind


def edit_draft(state: State, row: Row, body: Row, *, replace_lines: bool = False) -> None:
    """Changes a draft: anything but what document it is a draft of."""
    _refuse_if_done(row)
    again = make_draft(state, _kind_of(row), _merged(state, row, body, replace_lines=replace_lines))
    kept = {
        name: row[name] for name in ("DocEntry", "DocNum", "Reference1", "CreationDate", "DocTime", "DocObjectCode")
    }
    values = {**header_of(state, again, DRAFTS, number=row["DocEntry"]), **kept}
    state.change(DRAFTS, row, {**values, "DocumentLines": lines_of(again, row["DocEntry"])})


def _refuse_if_done(row: Row) -> None:
    if row["DocumentStatus"] != "bost_Open":
        raise business("Document is already closed")  # text: assumption


def delete_draft(state: State, row: Row) -> None:
    """Throws a draft away: unlike a document it can be deleted."""
    state.tables[DRAFTS].remove(state.tx, row["DocEntry"])


def save_as_document(state: State, body: Any) -> Row:
    """`DraftsService_SaveDraftToDocument`: posts a draft, with what the body changes in it, and closes it."""
    sent = body.get("Document") if is_object(body) else None
    if not is_object(sent) or sent.get("DocEntry") is None:
        raise unreadable("Property 'Document' with 'DocEntry' is missing")  # text: assumption
    text = str(sent["DocEntry"])
    row = state.get(DRAFTS, int(text)) if text.isdigit() else None
    if row is None:
        raise not_found()
    state.refuse_if_locked(DRAFTS, row["DocEntry"])
    _refuse_if_done(row)
    changes = read_row(state.schema, state.schema.type_of(DRAFTS), sent)
    document = post_document(state, _kind_of(row), _merged(state, row, changes, replace_lines=False))
    state.change(DRAFTS, row, {"DocumentStatus": "bost_Close"})
    return document


def _merged(state: State, row: Row, body: Row, *, replace_lines: bool) -> Row:
    """What would be sent to write the draft down as it stands, with a body's changes."""
    changed: list[Row] = body.get("DocumentLines") or []
    by_number = {line["LineNum"]: line for line in changed if line.get("LineNum") is not None}
    lines: list[Row] = []
    for line in row["DocumentLines"]:
        change = by_number.pop(line["LineNum"], None)
        if change is not None or not (replace_lines and "DocumentLines" in body):
            lines.append(_with(_sendable(state, "DocumentLine", line), change or {}))
    lines += [line for line in changed if line.get("LineNum") is None or line["LineNum"] in by_number]
    return {**_sendable(state, "Document", row), **body, "DocObjectCode": row["DocObjectCode"], "DocumentLines": lines}


def _with(line: Row, change: Row) -> Row:
    """A line changed: its old price gives way to the one that is sent."""
    if "Price" in change and "UnitPrice" not in change:
        line.pop("UnitPrice", None)
    return {**line, **change}


def _sendable(state: State, kind: str, row: Row) -> Row:
    properties = state.schema.types[kind].properties
    return {name: value for name, value in row.items() if not properties[name].read_only and name not in OWN}
