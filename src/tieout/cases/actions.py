"""What a person can do about a case. Each action is one transaction, with the case's history and the audit trail."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, insert, or_, select, true, update

from tieout.domain.clock import Clock
from tieout.domain.identity import STOCK_LANES
from tieout.journal import audit, lanes
from tieout.journal.fencing import LanesBusy, take_over
from tieout.journal.rows import BY_HAND
from tieout.journal.store import Journal
from tieout.journal.tables import case_, case_event, document, message, posting


class CaseError(Exception):
    """The action is not possible. The text says why, in the words of people: a case is an exception."""


@dataclass(frozen=True)
class Cases:
    """The actions on cases. `actor` is who acts; times come from `clock`."""

    journal: Journal
    clock: Clock

    def assign(self, case_id: int, to: str, *, actor: str) -> None:
        """Gives an open case to a person. Raises `CaseError`."""
        who = _said(to, "name the person")[: audit.ACTOR_MAX]
        with self.journal.write("assign case") as connection:
            case = self.open_case(connection, case_id)
            connection.execute(update(case_).where(case_.c.id == case.id).values(assignee=who))
            self._note(connection, case, actor, "assigned", f"to {who}")

    def comment(self, case_id: int, text: str, *, actor: str) -> None:
        """Adds a remark to a case, open or resolved. Raises `CaseError`."""
        remark = _said(text, "write the comment")
        with self.journal.write("comment case") as connection:
            self._note(connection, _case(connection, case_id), actor, "commented", remark)

    def resolve(self, case_id: int, reason: str, *, actor: str) -> str:
        """Ends a case by hand: its first document is ignored, what was due for it is void, and what stood behind it is
        decided anew. Returns the link.

        Raises `CaseError`, also while a posting of it is under way and nobody knows yet how it ended.
        """
        why = _said(reason, "say why it is resolved")
        with self.journal.write("resolve case") as connection:
            self.take_over(connection, case_.c.id == case_id)
            case = self.open_case(connection, case_id)
            _give_up(connection, case)
            self._close(connection, case, actor, "resolved", why)
            lanes.hurry(connection, case.link, [case.lane], self.clock.now())
            return case.link

    def replay(self, case_ids: Sequence[int], *, actor: str) -> list[str]:
        """Lets what these cases hold be read and decided again, all or none. Returns the links that now have work.

        Raises `CaseError`.
        """
        numbers = sorted(set(case_ids))
        with self.journal.write("replay cases") as connection:
            self.take_over(connection, case_.c.id.in_(numbers))
            return self.replay_in(connection, [self.open_case(connection, number) for number in numbers], actor)

    def replay_cause(self, link: str | None, cause: str, *, actor: str) -> list[int]:
        """Replays every open case with this cause, of one link (None: of any); returns their numbers.

        Raises `CaseError`.
        """
        shared = _shared(link, cause)
        with self.journal.write("replay cases") as connection:
            self.take_over(connection, shared)
            found = connection.execute(select(case_).where(shared).order_by(case_.c.id).with_for_update()).all()
            if not found:
                raise CaseError(_none_has(link, cause))
            self.replay_in(connection, found, actor)
            return [case.id for case in found]

    def open_ones(self, case_ids: Sequence[int]) -> dict[str, list[int]]:
        """These cases by link, all of them open. Changes nothing. Raises `CaseError`."""
        with self.journal.read() as connection:
            return _by_link([self.open_case(connection, number) for number in sorted(set(case_ids))])

    def with_cause(self, link: str | None, cause: str) -> dict[str, list[int]]:
        """Every open case with this cause, by link. Changes nothing. Raises `CaseError`."""
        with self.journal.read() as connection:
            found = connection.execute(select(case_).where(_shared(link, cause)).order_by(case_.c.id)).all()
        if not found:
            raise CaseError(_none_has(link, cause))
        return _by_link(found)

    def cause(self, case_id: int) -> tuple[str, str]:
        """The link and the cause of a case. Raises `CaseError`."""
        with self.journal.read() as connection:
            found = connection.execute(select(case_.c.link, case_.c.cause).where(case_.c.id == case_id)).one_or_none()
        if found is None:
            raise CaseError(f"there is no exception {case_id}")
        return found.link, found.cause

    def replay_in(
        self, connection: Connection, cases: Sequence[Row[Any]], actor: str, why: str = "replayed"
    ) -> list[str]:
        """The same inside the caller's transaction, who has taken the cases' lanes over. Raises `CaseError`."""
        again = {(case.link, case.lane) for case in cases}
        for case in cases:
            held = (document.c.case_id == case.id, document.c.state == "held")
            sources = select(document.c.message_id).where(*held)
            read = connection.execute(select(message.c.link, message.c.lane).where(message.c.id.in_(sources)))
            again |= {(row.link, row.lane) for row in read}  # it may be in another lane than what it told
            connection.execute(update(message).where(message.c.id.in_(sources)).values(state="waiting"))
            connection.execute(update(document).where(*held).values(state="waiting", case_id=None))
            unread = (message.c.case_id == case.id, message.c.state == "held")
            connection.execute(update(message).where(*unread).values(state="waiting", case_id=None))
            self._close(connection, case, actor, "replayed", why)
        for link in {case.link for case in cases}:
            lanes.hurry(connection, link, [name for of, name in again if of == link], self.clock.now())
        return sorted({case.link for case in cases})

    def open_case(self, connection: Connection, case_id: int) -> Row[Any]:
        """An open case, locked until the caller's transaction ends. Raises `CaseError`."""
        case = _case(connection, case_id)
        if case.state != "open":
            raise CaseError(f"exception {case_id} is resolved already ({case.resolution})")
        return case

    def take_over(self, connection: Connection, which: ColumnElement[bool]) -> None:
        """A worker that has these lanes loaded would hold more under a case that is about to end; it must load again.

        Raises `CaseError`.
        """
        rows = connection.execute(select(case_.c.link, case_.c.lane).where(which))
        try:
            take_over(connection, [(row.link, row.lane) for row in rows])
        except LanesBusy as error:
            raise CaseError(f"{error} is being worked at this moment; ask again") from error

    def _close(self, connection: Connection, case: Row[Any], actor: str, action: str, text: str) -> None:
        ended = {"state": "resolved", "resolved_at": self.clock.now(), "resolution": text}
        connection.execute(update(case_).where(case_.c.id == case.id).values(**ended))
        self._note(connection, case, actor, action, text)

    def _note(self, connection: Connection, case: Row[Any], actor: str, action: str, text: str) -> None:
        who, now = _said(actor, "say who acts")[: audit.ACTOR_MAX], self.clock.now()
        connection.execute(insert(case_event).values(case_id=case.id, at=now, actor=who, action=action, text=text))
        detail = {"link": case.link, "lane": case.lane, "cause": case.cause, "text": text}
        audit.append(connection, at=now, actor=who, action=f"case {action}", thing=f"case/{case.id}", detail=detail)


def _by_link(cases: Sequence[Row[Any]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for case in cases:
        found.setdefault(case.link, []).append(case.id)
    return found


def _shared(link: str | None, cause: str) -> ColumnElement[bool]:
    return and_(case_.c.cause == cause, case_.c.state == "open", true() if link is None else case_.c.link == link)


def _none_has(link: str | None, cause: str) -> str:
    return f"no open exception{f' of link {link}' if link else ''} has the cause {cause!r}"


def _said(text: str, ask: str) -> str:
    said = text.strip()
    if not said:
        raise CaseError(f"nothing was said: {ask}")
    return said


def _case(connection: Connection, case_id: int) -> Row[Any]:
    found = connection.execute(select(case_).where(case_.c.id == case_id).with_for_update()).one_or_none()
    if found is None:
        raise CaseError(f"there is no exception {case_id}")
    return found


def _give_up(connection: Connection, case: Row[Any]) -> None:
    """The first document the case holds is ignored by hand, and what was due for it is void.

    What only stood behind it is decided anew: a person has judged the one at fault, not those. Changes of stock never
    stand behind each other: all that the case holds have its cause.
    """
    held = (document.c.case_id == case.id, document.c.state == "held")
    ids = connection.execute(
        select(document.c.id).where(*held).order_by(document.c.happened_at, document.c.id).with_for_update()
    ).scalars()
    together = case.lane.startswith(STOCK_LANES)
    given_up = list(ids if together else islice(ids, 1))
    behind = list(ids)
    mine = posting.c.document_id.in_(given_up)
    sent = connection.execute(select(posting.c.reference).where(mine, posting.c.state == "sent")).scalars().first()
    if sent is not None:
        raise CaseError(f"{sent} is on its way and its outcome is not known yet; resolve once it is")
    unfinished = or_(posting.c.state == "due", posting.c.state == "refused")
    connection.execute(update(posting).where(mine, unfinished).values(state="void"))
    connection.execute(update(document).where(document.c.id.in_(given_up)).values(state="ignored", policy=BY_HAND))
    connection.execute(update(document).where(document.c.id.in_(behind)).values(state="waiting", case_id=None))
    unread = (message.c.case_id == case.id, message.c.state == "held")
    connection.execute(update(message).where(*unread).values(state="read"))
