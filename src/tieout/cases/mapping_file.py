"""Mappings as a CSV file: `link,kind,ledger,warehouse`, one row each. What is written can be read back unchanged.

A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula, and codes come from outside. So an
apostrophe is put before it, which spreadsheets hide and `read` takes away again.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

from tieout.cases.mappings import MappingError, faults_of
from tieout.journal.mappings import Mapped

COLUMNS = ["link", "kind", "ledger", "warehouse"]
_FORMULA = re.compile(r"'*[=+\-@\uff1d\uff0b\uff0d\uff20]")
"""How a formula begins, also by the wide signs of East Asia. Apostrophes of its own count, so that none is lost."""


def written(rows: Iterable[Mapped]) -> str:
    """The file's text, with a header and a line feed after every row."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(map(guarded, (row.link, row.kind, row.ledger, row.warehouse)) for row in rows)
    return text.getvalue()


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _unguarded(cell: str) -> str:
    """The inverse. A formula that a person has written without an apostrophe is a code as well."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def read(text: str, links: Sequence[str]) -> list[Mapped]:
    """The rows of a file. Raises `MappingError` with every faulty row, each with the number of its line."""
    rows: list[Mapped] = []
    faults: list[str] = []
    first: dict[tuple[str, str, str], int] = {}
    try:
        for line, cells in _lines(text):
            row, wrong = _row(cells, links)
            earlier = first.setdefault((row.link, row.kind, row.code), line) if row else line
            if earlier != line:
                wrong.append(f"the same code is mapped on line {earlier} already")
            faults += [f"line {line}: {fault}" for fault in wrong]
            rows += [row] if row else []
    except csv.Error as error:
        faults.append(f"it is not a CSV file: {error}")
    if faults:
        raise MappingError(faults)
    return rows


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Every row after the header, with the line it begins on. An empty line is no row."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    header = [cell.strip() for cell in next(reader, list[str]())]
    if header != COLUMNS:
        raise MappingError([f"line 1: the columns must be {','.join(COLUMNS)}, not {','.join(header) or 'empty'}"])
    begins = reader.line_num + 1
    for cells in reader:
        if cells:
            yield begins, cells
        begins = reader.line_num + 1


def _row(cells: list[str], links: Sequence[str]) -> tuple[Mapped | None, list[str]]:
    if len(cells) != len(COLUMNS):
        return None, [f"{len(cells)} columns instead of {len(COLUMNS)}"]
    row = Mapped(*(_unguarded(cell.strip()) for cell in cells))
    return row, faults_of(row, links)
