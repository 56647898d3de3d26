"""`tieout cases replay --dry-run`: what a replay would post, and what is still wrong."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from tieout.cli.opening import Opened
from tieout.cli.output import show
from tieout.domain.clock import SystemClock
from tieout.domain.postings import (
    Body,
    Credit,
    CreditedLine,
    Delivery,
    GoodsIn,
    GoodsInChange,
    GoodsOut,
    GoodsOutChange,
    GoodsReceipt,
    GoodsReturn,
    Invoice,
    StockGain,
    StockLine,
    StockLoss,
    StockTransfer,
)
from tieout.domain.reasons import Problem
from tieout.journal.rows import PostingRow
from tieout.sync.rehearsal import Rehearsed, rehearse
from tieout.views.words import posting_kind, sentence, units, what_to_do


def show_rehearsal(here: Opened, cases: Mapping[str, list[int]], *, as_json: bool) -> None:
    """Decides these cases, by link, as a worker would, and prints what would come of it. Writes and sends nothing."""
    from tieout.bootstrap import linked  # noqa: PLC0415  the connectors take a second to import; only this needs them

    found: list[tuple[str, Rehearsed]] = []
    for configured in here.settings.link:
        if configured.name in cases:
            link = linked(configured, SystemClock())
            try:
                lanes = rehearse(link, here.journal, SystemClock(), cases[configured.name])
            finally:
                link.warehouse.close()
                link.ledger.close()
            found += [(configured.name, lane) for lane in lanes]
    show({"dry_run": [_data(link, lane) for link, lane in found]}, "\n".join(_lines(found)), as_json=as_json)


def _data(link: str, found: Rehearsed) -> dict[str, Any]:
    return {
        "link": link,
        "lane": found.lane,
        "cases": found.cases,
        "postings": [_posting(one) for one in found.postings],
        "problems": [{**asdict(one), "what_to_do": what_to_do(one.reason)} for one in found.problems],
        "notes": found.notes,
    }


def _posting(one: PostingRow) -> dict[str, Any]:
    lines = [asdict(line) for line in posted_lines(one.body)]
    return {"side": one.side, "kind": one.kind, "reference": one.reference, "lines": lines}


def posted_lines(body: Body) -> tuple[Any, ...]:
    """The lines a posting makes or changes; none for one that has none."""
    match body:
        case GoodsOut() | GoodsIn() | Delivery() | Invoice() | GoodsReceipt() | GoodsReturn() | Credit():
            return body.lines
        case StockGain() | StockLoss() | StockTransfer():
            return body.lines
        case GoodsOutChange() | GoodsInChange():
            return body.wanted.lines
        case _:
            return ()


def _lines(found: list[tuple[str, Rehearsed]]) -> Iterator[str]:
    for link, one in found:
        yield f"{one.lane} of link {link}, exception {', '.join(map(str, one.cases))}"
        for posting in one.postings:
            yield f"  would post: {posting_kind(posting.kind)} {posting.reference}, to the {posting.side}"
            yield from (f"    {_line(line)}" for line in posted_lines(posting.body))
        yield from (f"  still wrong: {_problem(problem)}" for problem in one.problems)
        yield from (f"  {note}" for note in one.notes)
        if not (one.postings or one.problems or one.notes):
            yield "  nothing would be posted"
    yield "\nThis was a dry run: nothing was written or sent."


def _line(line: Any) -> str:
    match line:
        case StockLine():
            return f"{units(line.qty_base)} of {line.item}{_booked(line)}"
        case CreditedLine():
            return f"line {line.place} of the return: {units(line.qty)} of {line.item}"
        case _:
            return f"line {line.line}: {units(line.qty_base)} of {line.item}"


def _booked(line: StockLine) -> str:
    """Where a change of stock is booked: from or in a warehouse, against an account or to another warehouse."""
    lot = f", lot {line.lot}" if line.lot else ""
    where = f" from {line.warehouse} to {line.to}" if line.to else f" in {line.warehouse}"
    return f"{lot}{where}" + (f", account {line.account}" if line.account else "")


def _problem(problem: Problem) -> str:
    line = f" (line {problem.line})" if problem.line else ""
    return f"{sentence(problem.reason)} {problem.detail}{line}"
