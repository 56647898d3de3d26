"""Posting: each attempt ends as exactly one outcome, and nothing the wire or the server does is raised."""

from collections.abc import Sequence
from dataclasses import dataclass

from tieout.connectors.contract import ConnectorError, Misconfigured, RetryLater, Send
from tieout.connectors.sap_b1 import batch, drafts, errors, returns
from tieout.connectors.sap_b1.bodies import Untranslatable, document
from tieout.connectors.sap_b1.kinds import MADE, Cancel, Kind, cancelled_by
from tieout.connectors.sap_b1.lookup import Lookup
from tieout.connectors.sap_b1.reader import Reader
from tieout.connectors.sap_b1.session import Sessions
from tieout.connectors.sap_b1.settings import Settings
from tieout.connectors.sap_b1.stock import stock_document
from tieout.connectors.sap_b1.wire import Call, Lost, NotSent, Reply, dumps, entry_of, key_in_location
from tieout.domain.postings import Credit, CreditWithdraw, Delivery, Ended, GoodsReturn, Outcome, StockBatch

_CLOSED = ("bost_Close", "C")


@dataclass(frozen=True)
class _Ready:
    """A posting in the ledger's form. `place` is its place among those asked for."""

    place: int
    send: Send
    call: Call


class Poster:
    """Creates documents, one by one or in batches; cancels those that moved goods, and throws drafts away."""

    def __init__(self, sessions: Sessions, reader: Reader, lookup: Lookup, settings: Settings) -> None:
        self._sessions = sessions
        self._reader = reader
        self._lookup = lookup
        self._settings = settings
        self._one_by_one = False

    def post(self, sends: Sequence[Send]) -> list[Outcome]:
        """One outcome for each, in order. Raises nothing but what is a bug."""
        outcomes: dict[int, Outcome] = {}
        ready: list[_Ready] = []
        for place, send in enumerate(sends):
            if isinstance(send.body, Cancel):
                outcomes[place] = self._cancel(send, cancelled_by(send.body), send.known[send.body.of])
                continue
            if isinstance(send.body, CreditWithdraw):
                outcomes[place] = self._withdraw(send, send.known[send.body.of])
                continue
            try:
                ready.append(_Ready(place, send, self._create_call(send)))
            except Untranslatable as error:
                outcomes[place] = Outcome(ended=Ended.REFUSED, reason=error.reason, text=str(error))
            except ConnectorError as error:
                outcomes[place] = _not_tried(error)
        size = 1 if self._one_by_one else self._settings.batch_size
        for start in range(0, len(ready), size):
            chunk = ready[start : start + size]
            made = self._batch(chunk) if len(chunk) > 1 else [self._single(chunk[0])]
            outcomes.update(zip((one.place for one in chunk), made, strict=True))
        return [outcomes[place] for place in range(len(sends))]

    def _create_call(self, send: Send) -> Call:
        if isinstance(send.body, StockBatch):
            body = stock_document(send, send.body, self._settings)
        elif isinstance(send.body, GoodsReturn):
            body = returns.body_of(send, self._reader, self._settings)
        else:
            body = document(send, self._settings)
        draft = isinstance(send.body, Credit) and send.body.draft
        return Call("POST", "Drafts" if draft else MADE[send.body.kind].entity_set, dumps(body).encode())

    def _single(self, one: _Ready) -> Outcome:
        reply = self._exchange(one.call)
        return reply if isinstance(reply, Outcome) else self._judged(one.send, reply)

    def _batch(self, chunk: Sequence[_Ready]) -> list[Outcome]:
        """All in one request. A batch that Service Layer refused as a whole was not carried out: its posts go one by
        one. A batch refused by something before Service Layer may have been, so nothing is known of its posts; and as
        such a front may let no batch through, ever, whatever comes later goes one by one, until the next start.
        """
        reply = self._exchange(batch.request([one.call for one in chunk], self._settings.root))
        if isinstance(reply, Outcome):
            return [reply] * len(chunk)
        if reply.ok:
            return self._answered(chunk, reply)
        fault = errors.fault_of(reply)
        rule = errors.judge(fault)
        if rule.ended is Ended.REFUSED:
            return [self._single(one) for one in chunk]
        self._one_by_one = self._one_by_one or rule.own is False
        return [_as_told(rule, fault)] * len(chunk)

    def _answered(self, chunk: Sequence[_Ready], reply: Reply) -> list[Outcome]:
        try:
            answers = batch.answers(reply, len(chunk))
        except batch.Malformed as error:
            return [Outcome(ended=Ended.UNKNOWN, text=f"$batch: {error}")] * len(chunk)
        made = [self._judged(one.send, answer) for one, answer in zip(chunk, answers.replies, strict=False)]
        behind = Outcome(ended=Ended.UNKNOWN, text="$batch: the reply ends before the answer")
        if answers.stopped:
            text = "not tried: it stood behind a refused one in its batch"
            behind = Outcome(ended=Ended.RETRY_LATER, reason="not_tried", text=text, retry_after_s=0.0)
        return made + [behind] * (len(chunk) - len(made))

    def _withdraw(self, send: Send, theirs: str) -> Outcome:
        """Looks first: a draft that a person has finished since is not thrown away."""
        try:
            gone = self._lookup.find(send)
        except ConnectorError as error:
            return _not_tried(error)
        if gone is not None:
            return gone
        reply = self._exchange(Call("DELETE", f"Drafts({drafts.entry_of(theirs)})"))
        if isinstance(reply, Outcome):
            return reply
        return Outcome(ended=Ended.CREATED, text=f"{theirs} is gone") if reply.ok else self._judged(send, reply)

    def _cancel(self, send: Send, kind: Kind, entry: str) -> Outcome:
        """Looks first and last: the action carries no reference, so only the document's own state tells (4, 7)."""
        try:
            standing = self._lookup.find(send)
        except ConnectorError as error:
            return _not_tried(error)
        if standing is not None:
            return standing
        reply = self._exchange(Call("POST", f"{kind.entity_set}({int(entry)})/CreateCancellationDocument"))
        if isinstance(reply, Outcome):
            return reply
        if reply.ok:
            return self._cancelled(send, f"{kind.name} {entry}")
        return self._not_cancelled(send, kind, entry, reply)

    def _cancelled(self, send: Send, what: str) -> Outcome:
        try:
            standing = self._lookup.find(send)
        except ConnectorError as error:
            return Outcome(ended=Ended.UNKNOWN, text=f"{what} could not be looked at: {error}")
        if standing is None:
            return Outcome(ended=Ended.UNKNOWN, text=f"{what} does not say yet that it is cancelled")
        return Outcome(ended=Ended.CREATED, theirs=standing.theirs, text=standing.text)

    def _not_cancelled(self, send: Send, kind: Kind, entry: str, reply: Reply) -> Outcome:
        """A document that was invoiced is closed, and cannot be cancelled any more (8, base closed: assumption)."""
        outcome = self._judged(send, reply)
        if outcome.ended is not Ended.REFUSED:
            return outcome
        try:
            standing, record = self._lookup.find(send), self._lookup.document(kind, entry)
        except ConnectorError as error:
            return Outcome(ended=Ended.UNKNOWN, text=f"{outcome.text}; and it could not be looked up: {error}")
        if standing is not None:
            return standing
        closed = record is not None and record.fields.get("DocumentStatus") in _CLOSED
        reason = "ledger_has_gone_on" if closed else outcome.reason
        return Outcome(ended=Ended.REFUSED, reason=reason, text=outcome.text)

    def _exchange(self, call: Call) -> Reply | Outcome:
        """The reply, or the outcome where none came."""
        try:
            return self._sessions.send(call, self._settings.post_timeout_s)
        except Lost as error:
            return Outcome(ended=Ended.UNKNOWN, text=str(error))
        except NotSent as error:
            return Outcome(
                ended=Ended.RETRY_LATER, reason=error.cause, text=str(error), retry_after_s=error.retry_after_s
            )
        except ConnectorError as error:
            return _not_tried(error)

    def _judged(self, send: Send, reply: Reply) -> Outcome:
        if reply.ok:
            created = _created(reply, draft=isinstance(send.body, Credit) and send.body.draft)
            return self._looked_at(send, created) if _has_a_kit(send) else created
        fault = errors.fault_of(reply)
        rule = errors.judge_post(fault, send.body)
        outcome = _as_told(rule, fault)
        return self._looked_up(send, outcome) if rule.look else outcome

    def _looked_at(self, send: Send, created: Outcome) -> Outcome:
        """What the ledger makes of a kit is not public, so it is read at once: what is not as wanted must be known."""
        try:
            standing = self._lookup.find(send)
        except ConnectorError as error:
            return Outcome(ended=Ended.UNKNOWN, text=f"{created.text}, which could not be looked at: {error}")
        return created if standing is None or standing.stands else standing

    def _looked_up(self, send: Send, refused: Outcome) -> Outcome:
        """A refusal is believed only when the document does not stand."""
        try:
            return self._lookup.find(send) or refused
        except ConnectorError as error:
            return Outcome(ended=Ended.UNKNOWN, text=f"{refused.text}; and it could not be looked up: {error}")


def _as_told(rule: errors.Rule, fault: errors.Fault) -> Outcome:
    reason = None if rule.ended is Ended.UNKNOWN else rule.reason
    return Outcome(ended=rule.ended, reason=reason, text=fault.text, retry_after_s=fault.retry_after_s)


def _created(reply: Reply, *, draft: bool) -> Outcome:
    """The new document's id, from the body or from `Location` (4). A success that names none must be looked up.

    So must one whose body names something that is no id: a body that is wrong in that is believed in nothing.
    """
    body = reply.sketch()
    placed = key_in_location(reply.headers.get("location", "")) if body.get("DocEntry") is None else None
    entry = entry_of(body)
    theirs, number = placed if entry is None else str(entry), body.get("DocNum")
    if theirs is None:
        return Outcome(ended=Ended.UNKNOWN, text=f"HTTP {reply.status}, but the reply names no document")
    if draft:
        return Outcome(ended=Ended.CREATED, theirs=drafts.named(theirs), text=f"draft {theirs}")
    return Outcome(ended=Ended.CREATED, theirs=theirs, text=f"document {number if isinstance(number, int) else theirs}")


def _has_a_kit(send: Send) -> bool:
    return isinstance(send.body, Delivery) and any(line.kit for line in send.body.lines)


def _not_tried(error: ConnectorError) -> Outcome:
    """Nothing left for the ledger: no session could be had, or the look before did not succeed."""
    if isinstance(error, RetryLater):
        return Outcome(ended=Ended.RETRY_LATER, reason=error.cause, text=str(error), retry_after_s=error.retry_after_s)
    cause = "session" if isinstance(error, Misconfigured) else "down"
    return Outcome(ended=Ended.RETRY_LATER, reason=cause, text=str(error))
