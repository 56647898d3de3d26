"""SAP Business One, by its Service Layer: the ledger side.

`connector.py` is the whole of it in one page; `errors.py` is what each answer means for a posting.
"""

from tieout.connectors.sap_b1.connector import connect
from tieout.connectors.sap_b1.settings import Settings

__all__ = ["Settings", "connect"]
