"""The documents that tieout makes in the ledger: where each stands, what it draws on, and what its words are (7)."""

from dataclasses import dataclass

from tieout.domain.postings import DeliveryCancel, GoodsReceiptCancel, GoodsReturnCancel


@dataclass(frozen=True)
class Kind:
    """One kind of document. `name` and `partner` are for people.

    `draft_codes` is how a draft names what it is to become: by type or by number (2). `base_type` is the type number of
    what its lines draw on.
    """

    name: str
    entity_set: str
    draft_codes: tuple[str, str]
    base_type: int
    partner: str


SALES_ORDER, DELIVERY_NOTE, PURCHASE_ORDER, RETURN_NOTE = 17, 15, 22, 16
"""Type numbers of what a line may draw on."""

DELIVERY = Kind(
    name="delivery",
    entity_set="DeliveryNotes",
    draft_codes=("oDeliveryNotes", "15"),
    base_type=SALES_ORDER,
    partner="customer",
)
INVOICE = Kind(
    name="invoice",
    entity_set="Invoices",
    draft_codes=("oInvoices", "13"),
    base_type=DELIVERY_NOTE,
    partner="customer",
)
GOODS_RECEIPT = Kind(
    name="goods receipt",
    entity_set="PurchaseDeliveryNotes",
    draft_codes=("oPurchaseDeliveryNotes", "20"),
    base_type=PURCHASE_ORDER,
    partner="supplier",
)

NO_BASE = -1
"""Lines that draw on nothing."""

STOCK_GAIN = Kind(
    name="goods receipt of stock",
    entity_set="InventoryGenEntries",
    draft_codes=("oInventoryGenEntry", "59"),
    base_type=NO_BASE,
    partner="",
)
STOCK_LOSS = Kind(
    name="goods issue of stock",
    entity_set="InventoryGenExits",
    draft_codes=("oInventoryGenExit", "60"),
    base_type=NO_BASE,
    partner="",
)
STOCK_TRANSFER = Kind(
    name="stock transfer",
    entity_set="StockTransfers",
    draft_codes=("oStockTransfer", "67"),
    base_type=NO_BASE,
    partner="",
)
RETURN = Kind(
    name="return",
    entity_set="Returns",
    draft_codes=("oReturns", "16"),
    base_type=DELIVERY_NOTE,
    partner="customer",
)
CREDIT = Kind(
    name="credit memo",
    entity_set="CreditNotes",
    draft_codes=("oCreditNotes", "14"),
    base_type=RETURN_NOTE,
    partner="customer",
)

MADE = {
    "delivery": DELIVERY,
    "invoice": INVOICE,
    "goods_receipt": GOODS_RECEIPT,
    "goods_return": RETURN,
    "credit": CREDIT,
    "stock_gain": STOCK_GAIN,
    "stock_loss": STOCK_LOSS,
    "stock_transfer": STOCK_TRANSFER,
}
"""By the kind of the posting that creates one."""

Cancel = DeliveryCancel | GoodsReceiptCancel | GoodsReturnCancel
"""The postings that cancel a document by another."""

_CANCELLED = {"delivery_cancel": DELIVERY, "goods_receipt_cancel": GOODS_RECEIPT, "goods_return_cancel": RETURN}


def cancelled_by(body: Cancel) -> Kind:
    """The kind of document that a posting cancels."""
    return _CANCELLED[body.kind]
