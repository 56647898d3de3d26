"""Sessions: made by Login, renewed by every request, gone after Logout or a time of idleness. [M][M28]"""

import random
import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from tieout.twins.sap_b1.errors import bad_login, no_session, unreadable, wrong_company
from tieout.twins.sap_b1.schema import is_object
from tieout.twins.sap_b1.settings import Settings
from tieout.twins.wire import Clock

_COOKIE = re.compile(r"(?:^|;)\s*B1SESSION=([^;\s]+)")


class Sessions:
    """The sessions that live. Only `B1SESSION` counts; `ROUTEID` is for stickiness. [M28]"""

    def __init__(self, settings: Settings, clock: Clock, seed: int) -> None:
        self._settings = settings
        self._clock = clock
        self._random = random.Random(seed)
        self._last_used: dict[str, datetime] = {}

    def login(self, body: object) -> str:
        """Makes a session for good credentials and returns its id. Raises `Refusal`."""
        if not is_object(body):
            raise unreadable("Invalid request body")
        for name in ("CompanyDB", "UserName", "Password"):
            if not isinstance(body.get(name), str):
                raise unreadable(f"Property '{name}' is missing")  # text: assumption
        if (body["UserName"], body["Password"]) != (self._settings.user, self._settings.password):
            raise bad_login()
        if body["CompanyDB"] != self._settings.company:
            raise wrong_company()
        bits = f"{self._random.getrandbits(128):032x}"
        session = f"{bits[:8]}-{bits[8:12]}-{bits[12:16]}-{bits[16:20]}-{bits[20:]}"
        self._last_used[session] = self._clock()
        return session

    def use(self, headers: Mapping[str, str]) -> str:
        """The session of a request, renewed. Raises `Refusal` when there is none."""
        match = _COOKIE.search(headers.get("cookie", ""))
        session = match.group(1) if match else ""
        used = self._last_used.get(session)
        now = self._clock()
        if used is None or now - used > timedelta(minutes=self._settings.session_timeout_min):
            self._last_used.pop(session, None)
            raise no_session()
        self._last_used[session] = now
        return session

    def end(self, session: str) -> None:
        """Ends one session."""
        self._last_used.pop(session, None)

    def end_all(self) -> int:
        """Ends all sessions, and returns how many there were."""
        count = len(self._last_used)
        self._last_used.clear()
        return count

    def __len__(self) -> int:
        return len(self._last_used)
