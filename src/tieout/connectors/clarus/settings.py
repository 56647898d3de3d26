"""What can be set on one connection to Clarus. Everything the vendor does not publish is a setting with a default."""

from datetime import datetime
from decimal import Decimal
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

OrderField = Literal[
    "external_system_reference1", "external_system_reference2", "external_system_reference3", "string1"
]
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Settings(BaseModel):
    """One tenant and one account of Clarus WMS. Fields named in an `assumption` seam say so."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    base_url: str
    """Such as `https://clarus-api.com`. REST and GraphQL are found below it."""
    tenant: str = Field(min_length=1)
    """The subdomain: sent in `X-Clarus-Subdomain`, expected in `X-ClarusWMS-Subdomain`."""
    client_id: str = Field(min_length=1)
    client_secret: SecretStr
    account: str = Field(min_length=1)
    """Code of the account that owns the stock."""
    warehouses: tuple[str, ...] = ()
    """Codes of the warehouses in use, for `check`."""
    path_prefix: str = "/api"
    """Assumption (seam `PathPrefix`): `/api` or `/api/v1`."""
    concurrency: int = Field(default=4, ge=1)
    read_batch: int = Field(default=10, ge=1, le=50)
    page_size: int = Field(default=50, ge=1)
    """Assumption (seam `GraphqlPageSize`): the default and the largest `first` are not published."""
    timeout_s: float = Field(default=30.0, gt=0)
    settle_s: float = Field(default=60.0, gt=0)
    """How long after a lost reply Clarus may still carry the request out. Longer than `timeout_s`."""
    overlap_s: float = Field(default=900.0, ge=0)
    """How far the sweep looks back behind the newest movement it has seen."""
    begin_at: datetime | None = None
    """The first sweep looks no further back than this; None: from the beginning."""
    reference_life_s: float = Field(default=300.0, ge=0)
    """How long a looked-up code (account, warehouse, carrier, unit) is believed."""
    together_s: float = Field(default=1.0, ge=0)
    """Movements of an order (or of one shipment) stamped within this time of the first are one despatch."""
    webhook_automations: dict[str, str] = Field(default_factory=dict)
    """Automation id to event, such as `{"43": "goods_out/completed"}`."""
    webhook_domain: str | None = None
    """Expected value of `X-ClarusWMS-Domain`; None: not compared."""
    remove_line_verb: Literal["DESTROY", "REMOVE"] = "DESTROY"
    """Assumption (seam `LineChangeVerb`)."""
    dispatch_subtypes: tuple[str, ...] = ("DISP",)
    """Assumption (seam `TransactionVocabulary`): subtypes of movements out of the building."""
    undispatch_subtypes: tuple[str, ...] = ("UNDISP",)
    """Assumption (seam `UndispatchPolicy`): subtypes of movements that take a despatch back."""
    receive_subtypes: tuple[str, ...] = ("RCV",)
    """Assumption (seam `TransactionVocabulary`): subtypes of movements that bring goods of a receipt into stock."""
    unreceive_subtypes: tuple[str, ...] = ("UNRCV",)
    """Assumption (seam `TransactionVocabulary`): subtypes of movements that take a receive back."""
    held_statuses: tuple[str, ...] = ("held",)
    """Assumption (seam `StockStatusVocabulary`): what Clarus says of stock that may not be sold, spelled as it
    spells it: stock on hold is asked for by these very words."""
    return_order_fields: tuple[OrderField, ...] = ("external_system_reference2", "external_system_reference1")
    """Assumption (seam `ReturnOrderPolicy`): where staff write the order that a return answers, by its number or by our
    reference of it. The first of these fields that says anything counts."""
    adjustment_up_subtypes: tuple[str, ...] = ("ADJUP",)
    """Assumption (seam `TransactionVocabulary`): subtypes of movements by which stock was found."""
    adjustment_down_subtypes: tuple[str, ...] = ("ADJDOWN",)
    """Assumption (seam `TransactionVocabulary`): subtypes of movements by which stock was lost."""
    transfer_subtypes: tuple[str, ...] = ("TRAN",)
    """Subtypes of movements from one place to another; what stays in one warehouse is passed over."""
    holds_every_s: float = Field(default=300.0, ge=0)
    """How long it is at least from one reading of all stock on hold to the next."""
    lines_max: int = Field(default=1000, ge=1)
    """Assumption: Clarus publishes no limit on the lines of a request. An order with more is made in several."""
    draft_status_id: int = Field(default=1, ge=0)
    """The status of an order that is not ready, by Clarus's id. 0: the tenant has none, and larger orders are told."""
    pending_status_id: int = Field(default=2, ge=1)
    """The status of an order that waits for its stock, by Clarus's id."""
    lot_field: Literal["string1", "string2", "string3", "string4", "string5"] = "string1"
    """Assumption (seam `BatchFieldMap`): where a movement keeps its batch."""
    editable_statuses: tuple[str, ...] = ("DRAFT", "PENDING")
    """Order statuses in which an order may still be changed."""
    cancel_while_picking: bool = False
    """Whether Clarus is asked to cancel an order in picking. Off: the goods may be on a trolley already."""
    fallback_days: int = Field(default=60, ge=1)
    """Only for a tenant whose movements do not name their order: orders due longer ago than this are not swept."""
    storage_unit_type: str | None = None
    """Code of the storage unit type a new product is given; None: none is made."""
    storage_unit_per_layer: Decimal = Field(default=Decimal(1), gt=0)
    storage_unit_layers: int = Field(default=1, ge=1)

    @field_validator("base_url")
    @classmethod
    def _address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must be an address such as https://clarus-api.com")
        if parts.username is not None or parts.query or parts.fragment:
            raise ValueError("must hold no user, password, query or fragment")
        if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
            raise ValueError("plain http would send the secret in the clear; use https")
        return value.rstrip("/")

    @field_validator("path_prefix")
    @classmethod
    def _prefix(cls, value: str) -> str:
        if not value.startswith("/"):
            raise ValueError("must begin with /")
        return value.rstrip("/")

    @field_validator("begin_at")
    @classmethod
    def _zoned(cls, value: datetime | None) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("must name its time zone, such as 2026-01-20T00:00:00Z")
        return value

    @model_validator(mode="after")
    def _settles_after_the_longest_request(self) -> Self:
        if self.settle_s <= self.timeout_s:
            raise ValueError("settle_s must be longer than timeout_s")
        return self
