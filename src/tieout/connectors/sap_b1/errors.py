"""What each answer means: the one place where status, code and text of Service Layer become ours (6).

`RULES` is read from the top; the first rule that fits decides. Codes mean different things in different releases, so
text comes before code. The texts are English: the user, or the setting `language`, should be too.

A 4xx is believed only in Service Layer's own words, an error in JSON. A page of anything between us and it says nothing
of what Service Layer did with the request: after a post, the outcome is unknown. So is a 408: whoever gave up waiting,
the request may have been carried out. 401 and 429 say that nobody went on, whoever says it.
"""

import re
from dataclasses import dataclass, replace

from tieout.connectors.contract import ConnectorError, Misconfigured, RetryLater
from tieout.connectors.sap_b1.wire import Json, Reply, as_object
from tieout.domain.postings import Body, Ended

TEXT_MAX = 2000
"""Characters kept of a page that is not JSON; an error in JSON is kept whole."""

NO_SESSION = "301"
_MAKE_FIELD = (
    "The field for our reference is not there. Create it once with POST UserFieldsMD "
    '{"Name": "TieoutRef", "Type": "db_Alpha", "Size": 100, "Description": "tieout reference", '
    '"SubType": "st_None", "TableName": "ODLN"} and restart Service Layer.'
)


@dataclass(frozen=True)
class Fault:
    """An answer that is not a success. `own` tells whether it is Service Layer's own error in JSON."""

    status: int
    code: str
    text: str
    retry_after_s: float | None = None
    own: bool = True


@dataclass(frozen=True)
class Rule:
    """Fits a fault whose `statuses`, `codes`, `text` and `own` all fit, where given.

    `reason` is a code of `reasons.py` (refused), or the cause of a wait. `look` tells that before the refusal is
    believed, the posting must be looked up: the document may stand in spite of it. `owner` tells that only the owner of
    the connection can mend it.
    """

    ended: Ended
    reason: str | None = None
    statuses: range | frozenset[int] | None = None
    codes: frozenset[str] | None = None
    text: re.Pattern[str] | None = None
    own: bool | None = None
    look: bool = False
    owner: bool = False

    def fits(self, fault: Fault) -> bool:
        """Whether this rule is about that fault."""
        return (
            (self.statuses is None or fault.status in self.statuses)
            and (self.codes is None or fault.code in self.codes)
            and (self.text is None or self.text.search(fault.text) is not None)
            and (self.own is None or self.own == fault.own)
        )


def _text(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _codes(*codes: str) -> frozenset[str]:
    return frozenset(codes)


def _only(status: int) -> range:
    return range(status, status + 1)


_PARTNER = _text(r"CardCode|\bBP code|business partner|customer|vendor|supplier")
_LATER, _REFUSED, _UNKNOWN = Ended.RETRY_LATER, Ended.REFUSED, Ended.UNKNOWN
_STRANGE_NO = frozenset(range(400, 500)) - {401}

RULES: tuple[Rule, ...] = (
    # The wire and the front (6, front-end errors). A 5xx, a 408 and the page of a front may have been carried out.
    Rule(_UNKNOWN, "down", range(500, 600)),
    Rule(_LATER, "throttled", _only(429)),
    Rule(_UNKNOWN, "down", _only(408)),
    Rule(_UNKNOWN, "down", _STRANGE_NO, own=False, owner=True),
    Rule(_REFUSED, "ledger_refused", _only(413)),
    # The session and the user (1). 100000055 is a locked user.
    Rule(_LATER, "session", codes=_codes("100000027", "100000055"), owner=True),
    Rule(_LATER, "session", text=_text(r"login failed|switch company error"), owner=True),
    Rule(_LATER, "session", codes=_codes(NO_SESSION)),
    Rule(_LATER, "session", _only(401)),
    # Ours to mend: our reference has no field, or the user may not. (4: UDFs; 6: -1000, 201, -6006)
    Rule(_REFUSED, "ledger_refused", text=_text(r"property 'U_TieoutRef'"), owner=True),
    Rule(_REFUSED, "ledger_refused", codes=_codes("-6006"), owner=True),
    Rule(_REFUSED, "ledger_refused", _only(403), owner=True),
    # Posting period (8; texts are an assumption). Before "locked": a period can be locked too.
    Rule(_REFUSED, "period_closed", text=_text(r"permissible range|period\b.*\b(closed|locked)|locked\b.*\bperiod")),
    # Clashes (4, ETag; 6, claim 1). No public text of a locked record is known: ours says `Object locked`.
    Rule(_LATER, "locked", codes=_codes("-2039")),
    Rule(_LATER, "locked", _only(412)),
    Rule(_LATER, "locked", codes=_codes("-2035"), text=_text(r"\block(ed)?\b")),
    Rule(_LATER, "locked", text=_text(r"\bobject (is )?locked\b")),
    Rule(_REFUSED, "ledger_refused", codes=_codes("-2035"), look=True),
    # A company's own rule, such as one against a second document with our reference (6, -1116; 8, own rules).
    Rule(_REFUSED, "ledger_refused", codes=_codes("-1116"), look=True),
    # Lots and serial numbers (6, 8).
    Rule(_REFUSED, "lots_incomplete", codes=_codes("-4014")),
    Rule(_REFUSED, "lots_incomplete", text=_text(r"480000112|10001153|of batch/serial|insufficient.*\bbatch")),
    # The base document (8). The first half of a doubled post may have closed it, so look.
    Rule(_REFUSED, "order_closed_in_ledger", text=_text(r"base documents?\b.*\balready been closed"), look=True),
    # Stock (8).
    Rule(_REFUSED, "stock_short_in_ledger", text=_text(r"negative inventory"), look=True),
    # The order's own conditions. No public text is known (11, point 1): assumption.
    Rule(_REFUSED, "partial_not_allowed", text=_text(r"partial (delivery|shipment)")),
    Rule(_REFUSED, "above_open_quantity", text=_text(r"(exceeds|greater than)\b.*\bopen quantity")),
    # What was invoiced, in part or whole, cannot be cancelled. No public text is known: assumption.
    Rule(_REFUSED, "ledger_has_gone_on", text=_text(r"\btarget documents?\b.*\bcannot be cancell?ed")),
    # An inactive partner is no inactive item, and has no reason of its own (6, claim 2).
    Rule(_REFUSED, "ledger_refused", text=_PARTNER, look=True),
    Rule(_REFUSED, "item_inactive", text=_text(r"\binvalid item\b|\bis inactive\b|\bitem\b.*\b(inactive|frozen)\b")),
    # Master data that is not there (8). On a post -2028 is also the answer of an approval procedure (4), so look.
    Rule(_REFUSED, "item_unknown_in_ledger", text=_text(r"item number is missing")),
    Rule(_REFUSED, "item_unknown_in_ledger", codes=_codes("-2028"), text=_text(r"ItemCode"), look=True),
    Rule(_REFUSED, "warehouse_missing", codes=_codes("-2028"), text=_text(r"WarehouseCode"), look=True),
    Rule(_REFUSED, "carrier_not_mapped", codes=_codes("-2028"), text=_text(r"TransportationCode"), look=True),
    Rule(_REFUSED, "ledger_refused", codes=_codes("-2028"), look=True),
    # All else that was plainly refused, in its own words; anything stranger may have been carried out.
    Rule(_REFUSED, "ledger_refused", range(400, 500)),
    Rule(_UNKNOWN, "down"),
)  # fmt: skip


MEANS: dict[tuple[str, str], str] = {
    ("invoice", "order_closed_in_ledger"): "ledger_refused",
    ("delivery_cancel", "order_closed_in_ledger"): "ledger_refused",
    ("goods_receipt", "order_closed_in_ledger"): "purchase_order_closed_in_ledger",
    ("goods_receipt", "above_open_quantity"): "received_above_open",
    ("goods_receipt_cancel", "order_closed_in_ledger"): "ledger_refused",
    ("goods_receipt_cancel", "lots_incomplete"): "stock_short_in_ledger",
    ("stock_loss", "lots_incomplete"): "stock_short_in_ledger",
    ("stock_transfer", "lots_incomplete"): "stock_short_in_ledger",
    ("goods_return", "order_closed_in_ledger"): "ledger_refused",
    ("goods_return", "above_open_quantity"): "return_above_delivered",
    ("goods_return_cancel", "order_closed_in_ledger"): "ledger_refused",
    ("goods_return_cancel", "lots_incomplete"): "stock_short_in_ledger",
    ("credit", "order_closed_in_ledger"): "ledger_refused",
    ("credit", "above_open_quantity"): "ledger_refused",
}
"""The table is written for deliveries. Where its reason is another for another kind of posting: that one.

A goods receipt or a return is cancelled with the lots it came with, so a lot that does not suffice has left since.
Stock that was lost or transferred names its lots too, or was not sent."""


def judge(fault: Fault) -> Rule:
    """The rule that decides this fault."""
    return next(rule for rule in RULES if rule.fits(fault))


def judge_post(fault: Fault, body: Body) -> Rule:
    """The rule that decides this fault of a posting, with the reason that it has there."""
    rule = judge(fault)
    reason = MEANS.get((body.kind, rule.reason or ""))
    return rule if reason is None else replace(rule, reason=reason)


def fault_of(reply: Reply) -> Fault:
    """What a reply that is no success says: v1 and v2 shapes (6), and HTML pages of the front."""
    body = reply.object() or {}
    error = as_object(body.get("error"))
    retry_after_s = _seconds(reply.headers.get("retry-after", ""))
    if error is None or error.get("message") is None:
        page = re.sub(r"<[^>]*>|[\s\0]+", " ", reply.content.decode(errors="replace"))
        words = " ".join(page.split())[:TEXT_MAX]
        return Fault(reply.status, "", f"HTTP {reply.status} {words}".strip(), retry_after_s, own=False)
    code, message = error.get("code"), _message(error.get("message"))
    return Fault(reply.status, str(code), f"{message} (code {code}, HTTP {reply.status})", retry_after_s)


def session_is_gone(reply: Reply) -> bool:
    """Whether the reply says that there is no session (1): such a request was not carried out."""
    if reply.ok or 500 <= reply.status < 600:
        return False
    fault = fault_of(reply)
    rule = judge(fault)
    return rule.reason == "session" and not rule.owner


def is_a_no(reply: Reply) -> bool:
    """Whether an answer to anything but a post says that this cannot be had here, in whoever's words."""
    fault = fault_of(reply)
    rule = judge(fault)
    return 400 <= reply.status < 500 and (rule.reason == "ledger_refused" or rule.own is False)


def for_reader(reply: Reply, what: str) -> ConnectorError:
    """The exception for an answer to anything but a post. `what` names the request, for people."""
    fault = fault_of(reply)
    rule = judge(fault)
    text = f"{what}: {fault.text}"
    if rule.ended is Ended.REFUSED or rule.owner:
        missing = "U_TieoutRef" in fault.text
        return Misconfigured(f"{text}. {_MAKE_FIELD}" if missing else text)
    return RetryLater(text, cause=rule.reason or "down", retry_after_s=fault.retry_after_s)


def _message(message: Json) -> str:
    inner = as_object(message)
    return str(message if inner is None else inner.get("value"))


def _seconds(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\d{1,6}", text.strip()) else None
