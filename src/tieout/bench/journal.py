"""A journal of some years beside one of some days: claiming, settling, and opening the list of exceptions.

Both are filled by plain SQL with what trade leaves behind. Then the same lanes are worked in each, in turns so that
whatever else the machine does meets both alike, by the very functions a drain uses.
"""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tieout.bench.rows import Row, Sizes, percentile
from tieout.journal import lanes
from tieout.journal.changes import Changes
from tieout.journal.loading import load
from tieout.journal.migrate import migrate
from tieout.journal.rows import LaneWork
from tieout.journal.store import Journal
from tieout.views.exceptions import Wanted, listed

SMALL = 10_000
WORKED = 1600
"""Lanes worked in each."""
AT_ONCE = 80
SHOWN = 50
LOOKS = 20
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
_LINK = "bench"
_CONTENT = (
    '{"kind":"despatch","goods_out":"88","order":"bench.SO.17","number":"1017","despatched_at":"2026-03-02T12:00:00Z",'
    '"carrier":"DHL","tracking":["1Z999"],"completes":true,"lines":[{"movement":"m","line":"0","item":"A",'
    '"qty_base":"24"}]}'
)
_BODY = (
    '{"kind":"delivery","order":"17","customer":"C1","posted_on":"2026-03-02","carrier":"1","tracking":["1Z999"],'
    '"lines":[]}'
)
_NUMBERS = "WITH RECURSIVE number(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM number WHERE n < {last}) "
_FILL = (
    """INSERT INTO message (id, link, side, topic, key, identity, lane, raw, received_at, state)
    SELECT n, :link, 'warehouse', 'goods_out', n, 'hook:' || n, 'order/' || n, '{{}}', :at, 'read' FROM number""",
    """INSERT INTO document
    (id, link, side, kind, key, revision, lane, happened_at, stored_at, message_id, content, state)
    SELECT n, :link, 'warehouse', 'despatch', n, '1', 'order/' || n, :at, :at, n, :content, '{document}' FROM number""",
    """INSERT INTO posting (id, link, lane, document_id, step, side, kind, reference, body, state, done_at)
    SELECT n, :link, 'order/' || n, n, 0, 'ledger', 'delivery', 'bench.DN.' || n, :body, '{posting}', {done}
    FROM number""",
    """INSERT INTO attempt (id, posting_id, token, started_at, ended_at, ended)
    SELECT n, n, 'old', :at, {done}, {ended} FROM number""",
    """INSERT INTO lane (link, lane, arrived, handled, rested_at, due_at, rests)
    SELECT :link, 'order/' || n, 1, {handled}, :at, :at, 0 FROM number""",
)
_CASES = (
    "INSERT INTO case_ (link, lane, reason, owner, severity, cause, problems, state, opened_at, due_at, blocked_units, "
    "blocked_value, blocked_documents, blocked_invoices) "
    "SELECT :link, 'order/' || n, 'tracking_missing', 'warehouse', 'normal', 'tracking_missing: ' || n, "
    '\'[{{"reason": "tracking_missing", "detail": "no tracking"}}]\', '
    "CASE WHEN n % 50 = 0 THEN 'open' ELSE 'resolved' END, :at, :at, '24.000000', '48.000000', 1, 1 "
    "FROM number WHERE n % 10 = 0"
)


@dataclass
class Measured:
    """One journal, and the seconds each piece of work took in it."""

    journal: Journal
    claims_s: list[float] = field(default_factory=list[float])
    settles_s: list[float] = field(default_factory=list[float])
    lists_s: list[float] = field(default_factory=list[float])


def journal_rows(folder: Path, sizes: Sizes) -> list[Row]:
    """The rates in the large journal beside those in the small one, and how soon the exceptions are listed."""
    small = Measured(filled(folder / "small.sqlite", SMALL))
    large = Measured(filled(folder / "large.sqlite", sizes.documents))
    for turn in range(WORKED // AT_ONCE):
        for one in (small, large):
            _work(one, f"token-{turn}")
    for one in (small, large):
        _list(one)
        one.journal.close()
    said = f"journal of {sizes.documents:,} documents"
    return [
        Row(f"{said}: lanes claimed", _rate(large.claims_s), "a second", _rate(small.claims_s), at_least=0.8),
        Row(f"{said}: lanes settled", _rate(large.settles_s), "a second", _rate(small.settles_s), at_least=0.8),
        Row(f"{said}: opening the list of exceptions", percentile(large.lists_s, 0.5) * 1000, "ms", at_most=100),
    ]


def filled(file: Path, documents: int) -> Journal:
    """A journal with so many documents that are posted, and some lanes besides that have work."""
    journal = Journal(f"sqlite:///{file}")
    migrate(journal)
    _fill(journal, 1, documents, document="posted", posting="done", done=":at", ended="'created'", handled=1)
    _fill(journal, documents + 1, documents + WORKED, document="planned", posting="sent", done="NULL", ended="NULL",
          handled=0)  # fmt: skip
    with journal.write("cases") as connection:
        numbers = _NUMBERS.format(first=1, last=documents)
        connection.exec_driver_sql(numbers + _CASES.format(), {"link": _LINK, "at": _stored(NOW)})
    return journal


def _fill(journal: Journal, first: int, last: int, **states: object) -> None:
    bound = {"link": _LINK, "at": _stored(NOW - timedelta(days=1)), "content": _CONTENT, "body": _BODY}
    for statement in _FILL:
        with journal.write("fill") as connection:
            numbers = _NUMBERS.format(first=first, last=last)
            connection.exec_driver_sql(numbers + statement.format(**states), bound)


def _stored(moment: datetime) -> str:
    """A time as the journal's own type writes it into SQLite."""
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")


def _work(one: Measured, token: str) -> None:
    """Claims lanes, loads them, and settles all their postings."""
    began_s = time.perf_counter()
    with one.journal.write("claim") as connection:
        claimed = lanes.claim(connection, _LINK, token, "bench", limit=AT_ONCE, now=NOW)
    with one.journal.read() as connection:
        works = load(connection, _LINK, claimed)
    claimed_s = time.perf_counter()
    changes = Changes()
    for work in works:
        _settle(work, changes)
    with one.journal.write("step") as connection:
        lanes.beat(connection, token)
        changes.flush(connection, _LINK, NOW)
        lanes.release(connection, _LINK, token, finished=claimed, rests=[], now=NOW)
    one.claims_s.append((claimed_s - began_s) / AT_ONCE)
    one.settles_s.append((time.perf_counter() - claimed_s) / AT_ONCE)


def _settle(work: LaneWork, changes: Changes) -> None:
    """As the settling of a delivery that was created."""
    for posting in work.postings:
        posting.state, posting.theirs, posting.done_at = "done", f"L{posting.id}", NOW
        posting.document.state = "posted"
        attempt = posting.last_attempt
        if attempt is not None:
            attempt.ended, attempt.text, attempt.ended_at = "created", "document", NOW
            changes.touch(attempt)
        changes.touch(posting, posting.document)
        changes.booked.append(posting.document)
        changes.xrefs.append((posting.side, posting.reference, posting.theirs))


def _list(one: Measured) -> None:
    for _ in range(LOOKS):
        began_s = time.perf_counter()
        with one.journal.read() as connection:
            listed(connection, Wanted(), NOW, SHOWN)
        one.lists_s.append(time.perf_counter() - began_s)


def _rate(each_s: list[float]) -> float:
    """Lanes a second, by the turn in the middle: a pause of the machine in one turn says nothing of the journal."""
    return 1 / percentile(each_s, 0.5)
