"""A twin of SAP Business One Service Layer: what it serves, keeps and refuses is told in its reference page.

That page is `docs/reference/twin-sap-b1.md`. "The reference" in this folder, with its sections, and its sources in
square brackets, such as [M] or [code 1], is `docs/reference/facts-sap-business-one.md`.

twin = SapB1Twin(clock)             # holds one company, `TIEOUT`, user and password `manager`
twin.act("create_item", item="A")   # what people do there
twin.handle(request)                # what the Service Layer answers
"""

from tieout.twins.sap_b1.check import unknown_properties
from tieout.twins.sap_b1.settings import Settings
from tieout.twins.sap_b1.twin import FAULTS, SapB1Twin

__all__ = ["FAULTS", "SapB1Twin", "Settings", "unknown_properties"]
