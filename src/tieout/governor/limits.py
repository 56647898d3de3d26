"""What can be set on the use of one outside system by one process."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

Seconds = Annotated[float, Field(gt=0, le=3600)]


class Limits(BaseModel):
    """Read from `[link.ledger.limits]` and `[link.warehouse.limits]`. Every process has a budget of its own."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    concurrency: int | None = Field(default=None, ge=1, le=64)
    """Calls under way at once, of any kind. None: as many as the system's own settings say."""
    per_second: float | None = Field(default=None, ge=0.5, le=10_000)
    """Calls a second over time. None: not bounded."""
    burst: int = Field(default=10, ge=1, le=10_000)
    """Calls that may go at once after a quiet time, where `per_second` is set."""
    opens_after: int = Field(default=5, ge=1, le=1000)
    """Calls in a row that did not reach the system, or were throttled, until none is made for a while."""
    rest_s: Seconds = 5.0
    """How long no call is made then; doubled each time the one call that looks is answered no better."""
    longest_rest_s: Seconds = 60.0

    @model_validator(mode="after")
    def _rests_in_order(self) -> "Limits":
        if self.longest_rest_s < self.rest_s:
            raise ValueError("longest_rest_s must not be shorter than rest_s")
        return self
