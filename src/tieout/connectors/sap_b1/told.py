"""What a feed has told already: records need not be read whole again to tell what the journal holds.

Kept in memory only. Nothing is lost with it: what is not known here is read and told once more.
"""

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock

KNOWN_MAX = 20_000
"""Records of a feed that are remembered, the latest ones."""


class Told:
    """The state (see `translate.state`) in which each record of a feed was told last.

    Only what is certainly stored counts. A page is stored together with its cursor: so once that cursor comes back, it
    was.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: OrderedDict[str, str] = OrderedDict()
        self._offered: tuple[str, Mapping[str, str]] | None = None

    def stored(self, cursor: str | None) -> None:
        """A poll begins where the journal stands: what was told up to there is known from now on."""
        with self._lock:
            if self._offered is None or cursor != self._offered[0]:
                return
            for key, state in self._offered[1].items():
                self._known[key] = state
                self._known.move_to_end(key)
            self._offered = None
            while len(self._known) > KNOWN_MAX:
                self._known.popitem(last=False)

    def knows(self, key: str, state: str) -> bool:
        """Whether this state of a record is known to be stored."""
        with self._lock:
            return self._known.get(key) == state

    def offer(self, cursor: str, states: Mapping[str, str]) -> None:
        """These states are told now; they count once the cursor that goes with them comes back."""
        with self._lock:
            self._offered = (cursor, states)
