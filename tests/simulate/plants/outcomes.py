"""What is sent: an intent before it, and a look before it is sent again."""

from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from tests.simulate.plants.planting import replaced
from tieout.connectors.clarus import errors as clarus_errors
from tieout.connectors.sap_b1 import errors as sap_errors
from tieout.domain.postings import Ended
from tieout.journal.changes import Changes
from tieout.journal.rows import AttemptRow
from tieout.sync.drain import Batch
from tieout.sync.sending import Due, Sender, Tried
from tieout.sync.settling import Settler


def resend_without_looking() -> AbstractContextManager[None]:
    """What is unknown is taken as not done."""
    return replaced((Sender, "_look", lambda _, due: Tried(due, None)))


def no_settling_time() -> AbstractContextManager[None]:
    """A look-up is believed at once, though the request may still be carried out."""
    return replaced((Settler, "settle_s", lambda *_: 0.0))


def send_without_intent() -> AbstractContextManager[None]:
    """The attempt is recorded together with its outcome only."""
    real = Settler.settle

    def intend(self: Any, posting: Any, changes: Changes) -> None:
        posting.state = "sent"
        posting.last_attempt = AttemptRow(None, self._lease.token, self._drain.clock.now())
        if posting.id is not None:
            changes.touched_postings[posting.id] = _as_due(posting)
        stored = next((pair for pair in changes.postings if pair[1] is posting), None)
        if stored is not None:
            changes.postings[changes.postings.index(stored)] = (stored[0], _as_due(posting))

    def settle(self: Any, tried: Tried) -> None:
        posting = tried.due.posting
        if posting.last_attempt is not None and posting.last_attempt.id is None:
            self.changes.attempts.append((posting, posting.last_attempt))
        real(self, tried)

    return replaced((Batch, "_intend", intend), (Settler, "settle", settle))


def _as_due(posting: Any) -> Any:
    """A row that is stored as due and hands its id to the real one."""

    class Stored:
        def __getattr__(self, name: str) -> Any:
            return "due" if name == "state" else getattr(posting, name)

        def __setattr__(self, name: str, value: Any) -> None:
            setattr(posting, name, value)

    return Stored()


def error_taken_as_not_done() -> AbstractContextManager[None]:
    """HTTP 500 means: send it again."""
    real = clarus_errors.of_reply
    later = replace(sap_errors.RULES[0], ended=Ended.RETRY_LATER)
    return replaced(
        (sap_errors, "RULES", (later, *sap_errors.RULES[1:])),
        (clarus_errors, "of_reply", lambda reply, *, write: real(reply, write=write and reply.status_code < 500)),
    )


def not_found_taken_as_final() -> AbstractContextManager[None]:
    """What a look-up does not find is taken as never to be."""
    real = Settler.settle

    def settle(self: Any, tried: Tried) -> None:
        if tried.outcome is not None:
            real(self, tried)
            return
        posting, document = tried.due.posting, tried.due.posting.document
        self._end(posting.last_attempt, "not_there", None, "looked up: nothing there")
        posting.state, document.state = "void", "posted"
        self.changes.touch(posting, document)

    return replaced((Settler, "settle", settle))


def no_look_after_a_takeover() -> AbstractContextManager[None]:
    """An intent that another worker has left behind is sent, not looked up."""
    real = Batch._next

    def next_calls(self: Any, work: Any, settler: Any, changes: Changes) -> list[Due]:
        for posting in work.postings:
            attempt = posting.last_attempt
            if posting.state == "sent" and attempt is not None and attempt.token != self._lease.token:
                posting.state = "due"
        return real(self, work, settler, changes)

    return replaced((Batch, "_next", next_calls))
