"""A twin of NetSuite's SuiteTalk REST web services: what it serves, keeps and refuses is told in its reference page.

That page is `docs/reference/twin-netsuite.md`. "(7)" in this folder is a section of `docs/reference/facts-netsuite.md`,
and an assumption is listed in both.

twin = NetSuiteTwin(clock)          # holds one account, `1234567_SB1`
twin.act("create_item", item="A")   # what people do there
twin.handle(request)                # what SuiteTalk answers
"""

from tieout.twins.netsuite.settings import Settings
from tieout.twins.netsuite.twin import FAULTS, NetSuiteTwin

__all__ = ["FAULTS", "NetSuiteTwin", "Settings"]
