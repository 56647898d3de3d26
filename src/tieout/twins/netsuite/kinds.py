"""The kinds of transaction: their codes, their statuses, and what each is made from (7, 8)."""

from dataclasses import dataclass, field

SHIP_STATUS = {"A": "Picked", "B": "Packed", "C": "Shipped"}


@dataclass(frozen=True)
class Kind:
    """One kind of transaction.

    `code` is what SuiteQL shows as its type, `lines` its sublist, `sign` that of quantities there; `counts` names the
    fields of an order's line that say how much has been done.
    """

    name: str
    code: str
    title: str
    prefix: str
    statuses: dict[str, str] = field(default_factory=dict[str, str])
    lines: str = "item"
    sign: int = 1
    posting: bool = True
    counts: tuple[str, ...] = ()


ORDER_STATUS = {"A": "Pending Approval", "B": "Pending Fulfillment", "C": "Cancelled", "D": "Partially Fulfilled",
                "E": "Pending Billing/Partially Fulfilled", "F": "Pending Billing", "G": "Billed",
                "H": "Closed"}  # fmt: skip
PURCHASE_STATUS = {"A": "Pending Supervisor Approval", "B": "Pending Receipt", "C": "Rejected by Supervisor",
                   "D": "Partially Received", "E": "Pending Billing/Partially Received", "F": "Pending Bill",
                   "G": "Fully Billed", "H": "Closed"}  # fmt: skip
RETURN_STATUS = {"A": "Pending Approval", "B": "Pending Receipt", "C": "Cancelled", "D": "Partially Received",
                 "E": "Pending Refund/Partially Received", "F": "Pending Refund", "G": "Refunded",
                 "H": "Closed"}  # fmt: skip
TRANSFER_STATUS = {"A": "Pending Approval", "B": "Pending Fulfillment", "C": "Rejected", "D": "Partially Fulfilled",
                   "E": "Pending Receipt/Partially Fulfilled", "F": "Pending Receipt", "G": "Received",
                   "H": "Closed"}  # fmt: skip

SHIPPED = ("quantityPicked", "quantityPacked", "quantityFulfilled")

_ALL = (
    Kind("salesOrder", "SalesOrd", "Sales Order", "SO", ORDER_STATUS, sign=-1, posting=False,
         counts=(*SHIPPED, "quantityBilled", "quantityCommitted", "quantityBackOrdered")),
    Kind("purchaseOrder", "PurchOrd", "Purchase Order", "PO", PURCHASE_STATUS, posting=False,
         counts=("quantityReceived", "quantityBilled")),
    Kind("returnAuthorization", "RtnAuth", "Return Authorization", "RMA", RETURN_STATUS, posting=False,
         counts=("quantityReceived", "quantityBilled")),
    Kind("transferOrder", "TrnfrOrd", "Transfer Order", "TO", TRANSFER_STATUS, sign=-1, posting=False,
         counts=(*SHIPPED, "quantityReceived", "quantityCommitted", "quantityBackOrdered")),
    Kind("itemFulfillment", "ItemShip", "Item Fulfillment", "IF", SHIP_STATUS, sign=-1),
    Kind("itemReceipt", "ItemRcpt", "Item Receipt", "IR", {"Y": "Undefined"}),
    Kind("invoice", "CustInvc", "Invoice", "INV", {"A": "Open", "B": "Paid In Full"}, sign=-1),
    Kind("creditMemo", "CustCred", "Credit Memo", "CM", {"A": "Open", "B": "Fully Applied"}),
    Kind("inventoryAdjustment", "InvAdjst", "Inventory Adjustment", "IA", lines="inventory"),
    Kind("inventoryTransfer", "InvTrnfr", "Inventory Transfer", "IT", lines="inventory"),
    Kind("inventoryStatusChange", "InvStsCh", "Inventory Status Change", "ISC", lines="inventory"),
)  # fmt: skip

KINDS = {kind.name: kind for kind in _ALL}
ORDERS = ("salesOrder", "purchaseOrder", "returnAuthorization", "transferOrder")
"""What others are made from: it promises and posts nothing."""
