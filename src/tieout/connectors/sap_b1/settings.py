"""What must be said about one company on one Service Layer. Every limit has its unit in its name."""

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

Seconds = Annotated[float, Field(gt=0)]
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Settings(BaseModel):
    """One connection.

    `base_url` is the address of the front (port 50000 as shipped), without `/b1s`. `reference_field` is where our own
    reference travels. `time_zone` is the IANA name of the server's local time, which dates and times are written in.
    `language` is sent at login where it is set (3 is English): refusals are told apart by their English text.
    `approvals` tells that the company approves documents that we make, so that a look-up must look among drafts too.
    `data_version` tells that records carry `DataVersion` (FP 2102 and later). `quantity_places` is the company's number
    of decimals for quantities. `unit_groups` tells to read how items are packed: their groups of units. `settle_s` must
    be longer than any post lives.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: str
    company: str
    user: str
    password: SecretStr
    version: Literal["v1", "v2"] = "v2"
    reference_field: Literal["U_TieoutRef", "NumAtCard", "Reference2"] = "U_TieoutRef"
    language: int | None = None
    time_zone: str = "UTC"
    approvals: bool = False
    data_version: bool = True
    unit_groups: bool = True
    quantity_places: int = Field(default=6, ge=0, le=6)
    sessions: int = Field(default=4, ge=1, le=64)
    batch_size: int = Field(default=1, ge=1, le=100)
    page_size: int = Field(default=100, ge=1, le=1000)
    connect_timeout_s: Seconds = 10
    post_timeout_s: Seconds = 60
    read_timeout_s: Seconds = 30
    settle_s: Seconds = 130
    overlap_s: float = Field(default=900, ge=0)
    ca_file: str | None = None
    allow_plain_http: bool = False

    @field_validator("base_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must be an address such as https://sap.example.com:50000")
        if parts.username or parts.password:
            raise ValueError("must not carry a user or a password; they have settings of their own")
        return value.rstrip("/").removesuffix("/b1s")

    @field_validator("time_zone")
    @classmethod
    def _is_a_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"{value!r} is not the name of a time zone, such as Europe/London") from error
        return value

    @model_validator(mode="after")
    def _is_safe(self) -> Self:
        parts = urlsplit(self.base_url)
        if parts.scheme == "http" and parts.hostname not in _LOOPBACK and not self.allow_plain_http:
            raise ValueError("plain http would send the password in the clear; use https, or set allow_plain_http")
        if self.settle_s <= self.post_timeout_s:
            raise ValueError("settle_s must be longer than post_timeout_s: a slow post may still be carried out")
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The server's time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def root(self) -> str:
        """The path of the service: `/b1s/v1` or `/b1s/v2`."""
        return f"/b1s/{self.version}"
