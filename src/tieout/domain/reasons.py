"""Every reason a document may be held for: who owns it, how urgent, what to do. The docs page is made from it."""

from dataclasses import dataclass
from enum import StrEnum


class Team(StrEnum):
    """Who must act."""

    WAREHOUSE = "warehouse"
    FINANCE = "finance"
    MERCHANDISING = "merchandising"
    CUSTOMER_SERVICE = "customer service"
    PURCHASING = "purchasing"
    IT = "IT"


class Severity(StrEnum):
    """How much it hurts while it waits."""

    URGENT = "urgent"
    NORMAL = "normal"
    LOW = "low"


@dataclass(frozen=True)
class Reason:
    """One kind of exception. `due_h` is when it should be dealt with, in hours after it was opened.

    One that `clears_itself` is looked at again whenever what it is about (an item, an order) changes in either system,
    and ends when nothing is wrong any more; `clears_when` says when that is.
    """

    code: str
    owner: Team
    severity: Severity
    sentence: str
    what_to_do: str
    due_h: int
    clears_itself: bool = False
    clears_when: str = "once the item is right in both systems"

    @property
    def ends_by(self) -> tuple[str, ...]:
        """`replay`, `resolve` or both, as its advice says; none where it ends by itself alone."""
        told = tuple(one for one in ("replay", "resolve") if one in self.what_to_do)
        return told or (() if self.clears_itself else ("replay",))


CAUSE_MAX = 200
"""Characters of a cause."""


@dataclass(frozen=True)
class Problem:
    """Why a document may not go on: a reason, and what exactly is wrong, with the line where there is one.

    `about` is the thing to be mended (an item, a carrier): problems about the same thing have the same cause.
    """

    reason: str
    detail: str
    line: str | None = None
    about: str | None = None

    @property
    def cause(self) -> str:
        """What cases of the same problem share; a problem about nothing in particular shares it with none."""
        return f"{self.reason}: {self.about or ''}"[:CAUSE_MAX]


_WH, _FI, _ME, _CS, _IT = Team.WAREHOUSE, Team.FINANCE, Team.MERCHANDISING, Team.CUSTOMER_SERVICE, Team.IT
_PU = Team.PURCHASING
_URGENT, _NORMAL, _LOW = Severity.URGENT, Severity.NORMAL, Severity.LOW
_ORDER_SETTLED = "once the order is closed, cancelled, cut to what was sent, or delivered"
_FIX = "then replay the exception."

_TABLE = (
    Reason("item_unknown_in_ledger", _ME, _NORMAL, "An item is not in the ledger.",
           f"Create the item in the ledger or correct its code, {_FIX}", 8, clears_itself=True),
    Reason("item_unknown_in_warehouse", _ME, _NORMAL, "An item is not in the warehouse yet.",
           f"See why the item itself did not cross (look for its own exception), {_FIX}", 8, clears_itself=True),
    Reason("item_inactive", _ME, _NORMAL, "An item is inactive.",
           f"Make the item active again, or take it off the document, {_FIX}", 8, clears_itself=True),
    Reason("item_unit_differs", _ME, _NORMAL, "The two systems count an item in different units.",
           f"Agree on the base unit in both systems, or map the one unit to the other, {_FIX}", 8, clears_itself=True),
    Reason("item_tracking_differs", _ME, _NORMAL, "The two systems track an item's lots or serials differently.",
           f"Set the same tracking in both systems, {_FIX}", 8, clears_itself=True),
    Reason("item_has_no_unit", _ME, _LOW, "An item has no inventory unit in the ledger.",
           f"Give the item an inventory unit in the ledger, {_FIX}", 24, clears_itself=True),
    Reason("item_code_unusable", _ME, _NORMAL, "The warehouse cannot keep an item's code as the ledger writes it.",
           f"Give the item a code the warehouse can keep, in the ledger, {_FIX}", 24, clears_itself=True),
    Reason("item_barcode_wrong", _ME, _NORMAL, "An item's barcode looks like a trade item number and is none.",
           f"Correct the barcode in the ledger, {_FIX}", 24, clears_itself=True),
    Reason("item_barcode_taken", _ME, _NORMAL, "Two items in use bear the same barcode.",
           f"Give one of them another barcode in the ledger, or make it inactive, {_FIX}", 24, clears_itself=True),
    Reason("item_barcode_differs", _ME, _NORMAL, "An item bears another barcode in the warehouse than in the ledger.",
           f"Make the barcode in the warehouse as the ledger has it, {_FIX}", 8, clears_itself=True),
    Reason("item_made_in_warehouse", _ME, _NORMAL, "An item was made in the warehouse; the ledger does not keep it.",
           "Create it in the ledger with the same code, map it (mappings, kind item), or take it out of the warehouse.",
           24, clears_itself=True, clears_when="once it is an item of the ledger, or no product in use"),
    Reason("item_changed_in_warehouse", _ME, _NORMAL, "An item was changed in the warehouse, and is the ledger's.",
           "Put it back in the warehouse as the ledger has it, or change it in the ledger.", 24, clears_itself=True,
           clears_when="once it is the same in both systems, or gone from the warehouse"),
    Reason("quantity_does_not_divide", _WH, _NORMAL, "A quantity cannot be told exactly in the order's unit.",
           f"Correct the quantity in the warehouse or the unit of the order line, {_FIX}", 4),
    Reason("warehouse_missing", _CS, _NORMAL, "A line has no ledger warehouse that is mapped.",
           f"Give the line a warehouse, or map it (mappings, kind warehouse), {_FIX}", 4),
    Reason("several_warehouses", _CS, _NORMAL, "One order asks for goods from more than one warehouse.",
           f"Split the order by warehouse in the ledger, {_FIX}", 4),
    Reason("order_too_large", _CS, _NORMAL, "An order has more lines than the warehouse takes at once.",
           "Split the order in the ledger: take lines off it, and put them on an order of their own.", 8),
    Reason("order_has_kit", _CS, _NORMAL, "An order has a kit, and it is not known how its parts are delivered.",
           "In the ledger, take the kit off the order and put its parts on lines of their own.", 8),
    Reason("kit_incomplete", _WH, _URGENT, "Parts of a kit left that make no whole number of it.",
           "Send what is missing; or undo the despatch, or deliver it in the ledger by hand, then resolve.", 4,
           clears_itself=True, clears_when="once the rest of the kit has left, or the despatch was undone"),
    Reason("kit_returned", _FI, _NORMAL, "Goods came back that were sold in a kit.",
           "Return and credit them in the ledger by hand, as the kit's price is to be shared; then resolve.", 24),
    Reason("carrier_not_mapped", _CS, _NORMAL, "A carrier has no counterpart in the other system.",
           f"Map the carrier (mappings, kind carrier), {_FIX}", 4),
    Reason("tracking_missing", _WH, _NORMAL, "A despatch has no tracking number, and the policy asks for one.",
           f"Add the tracking number to the shipment in the warehouse, {_FIX}", 2),
    Reason("partial_not_allowed", _CS, _NORMAL, "An order was sent in part although it must go whole.",
           f"Allow part delivery on the order (SAP Business One: Allow Partial Delivery, `PartialSupply`), {_FIX}", 4),
    Reason("above_open_quantity", _WH, _URGENT, "More left than the order still had open.",
           f"Check the count; correct the despatch, or raise the order, {_FIX}", 2),
    Reason("line_unknown", _WH, _URGENT, "Goods left that the order does not name.",
           "Undo the despatch and send it again on a line of the order; or deliver it by hand, then resolve.", 2),
    Reason("left_elsewhere", _WH, _URGENT, "Goods left from another warehouse than the order's line says.",
           f"Give the order's line the right warehouse in the ledger, or send it again from the right one, {_FIX}", 4),
    Reason("lots_incomplete", _WH, _NORMAL, "Lots or serial numbers do not cover the quantity.",
           f"Complete the lots or serial numbers in the warehouse, {_FIX}", 4),
    Reason("period_closed", _FI, _URGENT, "The posting date lies in a closed period.",
           f"Open the period, {_FIX}", 4),
    Reason("despatch_without_order", _WH, _URGENT, "Goods left for an order that is not known here.",
           "Find out which order the goods belong to; resolve with a note once the ledger is right.", 4),
    Reason("order_changed_too_late", _CS, _URGENT, "An order was changed after picking had begun.",
           "Ask the warehouse to correct the pick, or put the order back as it was; then replay or resolve.", 2),
    Reason("order_cancelled_too_late", _CS, _URGENT,
           "An order was cancelled, closed or no longer confirmed after picking had begun.",
           "Ask the warehouse to stop it; if the goods are gone, reopen or confirm the order; then replay or resolve.",
           2),
    Reason("order_reopened", _CS, _URGENT, "An order was opened again after it was taken back from the warehouse.",
           "Write a new order in the ledger for what is still wanted and close this one; then resolve.", 2),
    Reason("cancelled_in_warehouse", _CS, _URGENT, "The warehouse cancelled an order that is open in the ledger.",
           "Ask why; then close or cancel the order in the ledger, and write a new one for what is still wanted.",
           4, clears_itself=True, clears_when=_ORDER_SETTLED),
    Reason("sent_short", _CS, _LOW, "The warehouse finished an order short; the rest stays open in the ledger.",
           "Close the order in the ledger, and write a new one for what is still wanted.", 24, clears_itself=True,
           clears_when=_ORDER_SETTLED),
    Reason("backordered_in_ledger", _CS, _URGENT,
           "The ledger closed an order by itself when a part of it was delivered, with goods still open.",
           "If the ledger made another order of the rest, that goes to the warehouse too: cancel the rest of this one "
           "there, and resolve. If not, reopen the order. Have what closes orders switched off.", 2),
    Reason("open_quantity_differs", _FI, _NORMAL,
           "The ledger has more of an order open than was ordered and not delivered.",
           "See which delivery of it was cancelled in the ledger, or does not count; mend that, then resolve.", 8),
    Reason("receipt_without_order", _PU, _URGENT, "Goods arrived for a purchase order that is not known here.",
           "Find out which purchase order they belong to, and receive them in the ledger by hand; then resolve.", 4),
    Reason("received_not_ordered", _PU, _URGENT, "Goods arrived that the purchase order does not name.",
           "Send them back, or add a line in the ledger and receive it there by hand; then resolve.", 4),
    Reason("received_above_open", _PU, _URGENT, "More arrived than the purchase order still had open.",
           f"Check the count; raise the purchase order, or send the rest back and correct the receipt, {_FIX}", 4),
    Reason("nothing_received", _PU, _NORMAL, "The warehouse closed or cancelled a goods-in of which nothing arrived.",
           "Ask why; close the purchase order in the ledger, and write a new one for what is still to come.",
           24, clears_itself=True, clears_when="once the purchase order is closed"),
    Reason("receipt_changed_too_late", _PU, _NORMAL, "A purchase order was changed after receiving had begun.",
           "Tell the warehouse; what it has not received it must count against the new order. Then resolve.", 4),
    Reason("receipt_cancelled_too_late", _PU, _URGENT,
           "A purchase order was cancelled, closed or no longer approved after receiving had begun.",
           "Ask the warehouse to stop, or reopen or approve the order; then replay or resolve.", 4),
    Reason("purchase_order_closed_in_ledger", _PU, _URGENT,
           "Goods arrived, but the purchase order or its line is closed in the ledger.",
           f"Reopen the purchase order in the ledger, {_FIX} If these goods were booked by hand, resolve it.", 4),
    Reason("return_without_order", _CS, _URGENT, "Goods came back, and the order they were sent for is not known.",
           f"Find out which order it was, write its number or reference into the return in the warehouse, {_FIX}", 8,
           clears_itself=True,
           clears_when="once the return names an order known here"),
    Reason("returned_not_ordered", _CS, _URGENT, "Goods came back that the order does not name.",
           "See whether the return names the right order, and correct it in the warehouse, then replay; or return and "
           "credit the goods in the ledger by hand, then resolve.", 8),
    Reason("return_above_delivered", _CS, _URGENT, "More came back than tieout delivered and was not returned before.",
           "Check the count and the order; correct the return in the warehouse, then replay; or return and credit the "
           "goods in the ledger by hand, then resolve.", 8),
    Reason("credit_missing", _FI, _NORMAL, "A return has no credit memo within the agreed days.",
           "Make the credit memo of the return in the ledger (save the draft, where there is one), or resolve with a "
           "note why there is none.", 24, clears_itself=True,
           clears_when="once the credit memo is written, or the return is undone"),
    Reason("credit_without_goods", _FI, _NORMAL, "A credit memo gives credit for goods that have not come back.",
           "Ask where the goods are; cancel the credit memo, or resolve with a note why they stay away.",
           24, clears_itself=True,
           clears_when="once the goods have come back, or the credit memo is cancelled"),
    Reason("order_refused", _IT, _NORMAL, "The warehouse refused the order.",
           f"Read what the warehouse said, correct the order or the set-up, {_FIX}", 4),
    Reason("item_refused", _ME, _NORMAL, "The warehouse refused the item.",
           f"Read what the warehouse said, correct the item in the ledger, {_FIX}", 8),
    Reason("order_closed_in_ledger", _CS, _URGENT, "Goods left, but the order or its line is closed in the ledger.",
           f"Reopen the order in the ledger, {_FIX}", 2),
    Reason("stock_short_in_ledger", _FI, _URGENT, "The ledger has too little stock for what left or was taken back.",
           f"Correct the ledger's stock (receipt or adjustment that has not crossed), {_FIX}", 4),
    Reason("record_locked", _FI, _NORMAL, "Somebody has kept a record locked in the ledger for an hour or longer.",
           f"Ask who has the order, the item or the customer open in the ledger to close it, {_FIX}", 2),
    Reason("duplicate_in_ledger", _IT, _URGENT, "The ledger has a document with our reference but another content.",
           "Compare the two documents; correct the ledger by hand, then resolve with a note.", 4),
    Reason("ledger_refused", _FI, _NORMAL, "The ledger refused the document.",
           f"Read what the ledger said, correct the cause there, {_FIX}", 4),
    Reason("ledger_has_gone_on", _FI, _URGENT, "Goods were taken back whose document the ledger has gone on from.",
           "An invoice: credit it and return the goods in the ledger. A credit memo of a return: cancel it and the "
           "return. A document made by hand: cancel it. Then resolve with a note.", 4),
    Reason("reversal_in_part", _FI, _URGENT, "A part of a despatch, a receipt or a return was undone.",
           "Return that part in the ledger by hand (or correct its document), then resolve with a note.", 4),
    Reason("reversal_without_despatch", _WH, _NORMAL, "Something was undone in the warehouse that was never seen here.",
           "Check the order in both systems, then resolve with a note.", 8),
    Reason("account_not_mapped", _FI, _NORMAL, "A reason for a change of stock has no G/L account.",
           f"Map the reason to an account (mappings, kind account), {_FIX}", 8),
    Reason("stock_place_unclear", _FI, _NORMAL,
           "Stock changed in a warehouse that has no ledger warehouse, or several.",
           f"Map one ledger warehouse to it (mappings, kind warehouse), or say which (kind home), {_FIX}", 8),
    Reason("quarantine_not_mapped", _FI, _NORMAL,
           "Goods may not be sold, and their ledger warehouse has no quarantine.",
           f"Map the ledger warehouse to its quarantine warehouse (mappings, kind quarantine), {_FIX}", 4),
    Reason("content_changed", _WH, _URGENT, "A despatch that was already read now says something else.",
           "Compare the despatch with what was posted; correct the ledger by hand, then resolve with a note.", 4),
    Reason("message_unreadable", _IT, _NORMAL, "A message could not be understood.",
           f"Read the message and the error; correct the sender or the set-up, {_FIX}", 4),
    Reason("connection_down", _IT, _URGENT, "A system cannot be reached, or asks to be left alone. Nothing is lost.",
           "See that the system runs and can be reached from here; what waits goes by itself once it does.",
           1, clears_itself=True,
           clears_when="once the system answers"),
    Reason("credentials_refused", _IT, _URGENT, "A system does not let us in, or not to what we need.",
           "Correct the credentials, the address or the user's rights; `tieout check-config --connect` tells.",
           1, clears_itself=True,
           clears_when="once the system lets us in"),
    Reason("sync_stale", _IT, _URGENT, "A feed has fallen behind what its system holds, or has long been silent.",
           "See that a worker runs and what it logs; compare the newest record in the system with `tieout status`.",
           2, clears_itself=True,
           clears_when="once the feed is up to date"),
    Reason("order_stuck", _IT, _NORMAL, "Documents have waited for long, and nothing says why.",
           "See with `tieout trace` what the order waits for, and in the log whether its lane is worked.",
           4, clears_itself=True,
           clears_when="once it goes on"),
    Reason("outcome_unknown", _IT, _URGENT, "Whether a posting was carried out has not been known for long.",
           "Look in the target system for its reference; see in `tieout trace` why the look-up fails.",
           1, clears_itself=True,
           clears_when="once the outcome is known"),
    Reason("posted_but_missing", _FI, _URGENT, "A posted document is not in the ledger any more.",
           "Find out who took it away; post it there by hand with the same reference, then resolve with a note.", 4),
    Reason("posted_but_different", _FI, _URGENT, "A posted document in the ledger does not say what was posted.",
           "Compare it with what was posted; correct the ledger, then resolve with a note.", 4),
    Reason("invariant_broken", _IT, _URGENT, "A rule failed in a way it should not; the document was not let through.",
           "Report it with the exception's detail; replay after an update.", 4),
)  # fmt: skip

REASONS: dict[str, Reason] = {reason.code: reason for reason in _TABLE}
"""The catalogue, by code."""
