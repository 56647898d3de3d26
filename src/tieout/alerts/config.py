"""Alerts and teams as they are configured: `[[alert]]` and `[[team]]`."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from tieout.domain.reasons import Severity, Team

DIGEST_LATE = timedelta(hours=6)
"""A digest that is later than this is not sent: the next one tells."""
Hours = Annotated[float, Field(ge=0, le=8760)]


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class AlertSettings(_Frozen):
    """One address that is told of exceptions. `name` is how the journal and people call it; `to` is Apprise's URL."""

    name: str = Field(pattern=r"^[a-z0-9-]{1,40}$")
    to: SecretStr = Field(min_length=1)
    teams: tuple[Team, ...] = tuple(Team)
    severities: tuple[Severity, ...] = tuple(Severity)
    quiet_from: time | None = None
    quiet_to: time | None = None
    urgent_always: bool = True
    time_zone: str = "UTC"
    digest_at: time | None = None

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError(f"{name!r} is not a time zone; write one such as Europe/London")
        return name

    @field_validator("teams", "severities")
    @classmethod
    def _somebody(cls, some: tuple[str, ...]) -> tuple[str, ...]:
        if not some:
            raise ValueError("is empty, so nothing would ever be told; leave it out to be told of all")
        return some

    @model_validator(mode="after")
    def _quiet_hours_begin_and_end(self) -> Self:
        if (self.quiet_from is None) is not (self.quiet_to is None):
            raise ValueError("quiet hours need both quiet_from and quiet_to")
        return self

    def quiet(self, now: datetime) -> bool:
        """Whether it should not be disturbed at this moment. Quiet hours may go over midnight."""
        if self.quiet_from is None or self.quiet_to is None:
            return False
        at = now.astimezone(ZoneInfo(self.time_zone)).time()
        if self.quiet_from <= self.quiet_to:
            return self.quiet_from <= at < self.quiet_to
        return at >= self.quiet_from or at < self.quiet_to

    def may_tell(self, severity: str, now: datetime) -> bool:
        """Whether something of this severity may be told at this moment."""
        return not self.quiet(now) or (self.urgent_always and severity == Severity.URGENT)

    def digest_day(self, now: datetime) -> date | None:
        """The day whose digest is due at this moment; None when none is."""
        if self.digest_at is None:
            return None
        local = now.astimezone(ZoneInfo(self.time_zone))
        due = datetime.combine(local.date(), self.digest_at, local.tzinfo)
        return local.date() if due <= local < due + DIGEST_LATE else None


class TeamSettings(_Frozen):
    """What happens with a team's exceptions past their due time: which other team is told, and how much later."""

    name: Team
    escalates_to: Team | None = None
    escalates_after_h: Hours = 0.0

    @model_validator(mode="after")
    def _to_another(self) -> Self:
        if self.escalates_to == self.name:
            raise ValueError(f"team {self.name} escalates to itself; name another, or leave escalates_to out")
        return self
