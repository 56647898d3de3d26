"""One REST call as its handler sees it, and the ways to answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tieout.twins.clarus.errors import Problem, RefusedError
from tieout.twins.clarus.state import State
from tieout.twins.clarus.wiring import decode, reply
from tieout.twins.wire import Reply

NO_CONTENT = Reply(204)
MOST_ID = 2**63 - 1


@dataclass(frozen=True)
class Call:
    """A REST call that has passed the door. `ids` are the integers in its path, in order."""

    state: State
    resource: str
    ids: tuple[int, ...]
    raw: bytes
    query: str

    def body(self) -> Any:
        """The body as JSON, decimals exact. A broken one is refused with 400 (an assumption: no code is declared)."""
        try:
            return decode(self.raw)
        except ValueError as broken:
            raise RefusedError(Problem("malformed_body", f"the body is not JSON: {broken}"), status=400) from broken


Handler = Callable[[Call], Reply]


def data(record_id: int | str, kind: str, attributes: dict[str, Any], **more: Any) -> Reply:
    """The enveloped answer of a create, an update or an action."""
    return reply(200, {"data": {"id": record_id, "type": kind, "attributes": attributes, **more}})
