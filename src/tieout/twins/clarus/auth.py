"""The door: tokens by client credentials, and the headers of every call (section 1, seam `ClarusAuth`)."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qs

from tieout.twins.clarus.settings import ClarusSettings
from tieout.twins.clarus.wiring import reply
from tieout.twins.faults import FaultPlan
from tieout.twins.wire import Reply, Request


@dataclass
class Door:
    """Tokens given out, with the time each ends. A new door knows none of the old tokens."""

    settings: ClarusSettings
    seed: int
    ends: dict[str, datetime] = field(default_factory=dict[str, datetime])
    given: int = 0

    def token(self, request: Request, now: datetime) -> Reply:
        """POST /oauth/token, form-encoded."""
        form = {name: values[-1] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
        if form.get("grant_type") != "client_credentials":
            return reply(400, {"error": "unsupported_grant_type"})
        wanted = (self.settings.client_id, self.settings.client_secret)
        if (form.get("client_id"), form.get("client_secret")) != wanted:
            return reply(401, {"error": "invalid_client"})
        self.given += 1
        token = hashlib.sha256(f"{self.seed}:{self.given}".encode()).hexdigest()
        self.ends[token] = now + timedelta(seconds=self.settings.token_life_s)
        life_s, created_at = self.settings.token_life_s, int(now.timestamp())
        return reply(
            200, {"access_token": token, "token_type": "Bearer", "expires_in": life_s, "created_at": created_at}
        )

    def refusal(self, request: Request, now: datetime, faults: FaultPlan) -> Reply | None:
        """A 401 for a caller without a live token or with the wrong tenant; None for one who may come in."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        end = self.ends.get(token)
        if scheme.lower() != "bearer" or end is None:
            return reply(401, {"error": "The access token is invalid"})
        if end <= now or faults.strikes("token_gone"):
            del self.ends[token]
            return reply(401, {"error": "The access token expired"})
        if request.headers.get("x-clarus-subdomain") != self.settings.tenant:
            return reply(401, {"error": "The subdomain is missing or unknown"})
        return None
