"""Drafts of credit memos: how one is named, and whether one that is to go is gone. Nothing here changes anything."""

from tieout.connectors.contract import Unreadable
from tieout.connectors.sap_b1.reader import Reader
from tieout.connectors.sap_b1.record import Record
from tieout.domain.postings import Ended, Outcome

NAMED = "draft "
"""What the id of a draft begins with: drafts are counted by themselves."""
_OPEN = ("bost_Open", "O")


def named(entry: int | str) -> str:
    """The id of a draft."""
    return f"{NAMED}{entry}"


def entry_of(theirs: str) -> int:
    """The number of a draft. Raises `Unreadable` for the id of anything else."""
    number = theirs.removeprefix(NAMED)
    if not theirs.startswith(NAMED) or not number.isdigit():
        raise Unreadable(f"{theirs!r} is no draft")
    return int(number)


def written(draft: Record) -> Outcome:
    """The outcome of finding a draft."""
    entry = draft.whole("DocEntry")
    return Outcome(ended=Ended.EXISTS, theirs=named(entry), text=f"draft {entry}")


def withdrawn(reader: Reader, theirs: str) -> Outcome | None:
    """None while a draft waits for somebody. One that was finished waits no more: what became of it is another matter.

    Raises `RetryLater`, `Misconfigured`, `Unreadable`.
    """
    entry = entry_of(theirs)
    found = reader.one(f"Drafts({entry})", {"$select": "DocEntry,DocumentStatus"})
    if found is not None and Record(found, f"draft {entry}").text("DocumentStatus") in _OPEN:
        return None
    what = "is gone" if found is None else "was finished"
    return Outcome(ended=Ended.EXISTS, text=f"draft {entry} {what}")
