"""Collections of records: `q=`, pages, links (6)."""

from urllib.parse import quote

from tieout.twins.netsuite.call import Answer, Call, link
from tieout.twins.netsuite.errors import bad_parameter
from tieout.twins.netsuite.q_filter import parse_q
from tieout.twins.netsuite.schema import Row, Shape
from tieout.twins.netsuite.state import State
from tieout.twins.netsuite.writing import writer_for

PAGE = 1000
PAGES = 1000


def list_records(state: State, call: Call, shape: Shape) -> Answer:
    """A page of ids and links; with `expandRecords` of `ids`, whole records (9)."""
    if "ids" in call.options:
        rows = [state.find(shape, ident.strip()) for ident in call.options["ids"].split(",")]
    else:
        rows = sorted(state.records[shape.name].values(), key=lambda row: row["id"])
        if call.options.get("q"):
            wanted = parse_q(state, shape, call.options["q"])
            rows = [row for row in rows if wanted(row)]
    limit, offset = page_of(call)
    return Answer(200, _page(state, call, rows, limit, offset), kind="collection")


def page_of(call: Call) -> tuple[int, int]:
    """The page asked for. Raises `Refusal` for one there cannot be (6)."""
    limit, offset = call.number("limit", PAGE), call.number("offset", 0)
    if not 1 <= limit <= PAGE:
        raise bad_parameter(f"The limit must be between 1 and {PAGE}.", "limit")  # text: assumption
    if offset % limit:
        raise bad_parameter("The offset must be divisible by the limit.", "offset")  # text: assumption
    if offset // limit >= PAGES:
        raise bad_parameter(f"Only the first {PAGES} pages can be read.", "offset")  # text: assumption
    return limit, offset


def page_links(call: Call, limit: int, offset: int, total: int) -> list[dict[str, str]]:
    """Links to the first, previous, next and last page where they are others, and to this one."""
    last = max(0, (total - 1) // limit * limit)
    at = {"first": 0, "previous": offset - limit} if offset else {}
    at |= {"next": offset + limit, "last": last} if offset + limit < total else {}
    others = "".join(f"&{name}={quote(call.options[name])}" for name in ("q", "expandRecords") if name in call.options)
    made = [link(rel, f"{call.url}?limit={limit}&offset={start}{others}") for rel, start in at.items()]
    return [*made, link("self", f"{call.url}?limit={limit}&offset={offset}{others}")]


def _page(state: State, call: Call, rows: list[Row], limit: int, offset: int) -> dict[str, object]:
    writer = writer_for(state, call)
    shown = rows[offset : offset + limit]
    if call.flag("expandRecords"):
        items: list[dict[str, object]] = [writer.record(row) for row in shown]
    else:
        items = [{"links": [link("self", writer.href(row))], "id": str(row["id"])} for row in shown]
    head = {"links": page_links(call, limit, offset, len(rows)), "count": len(shown)}
    more = offset + limit < len(rows)
    return {**head, "hasMore": more, "items": items, "offset": offset, "totalResults": len(rows)}
