"""The connector for Clarus WMS: REST writes, GraphQL reads, webhooks as hints and a sweep for what they miss.

"The Clarus facts", and the sections and seams named in this folder, are those of `docs/reference/facts-clarus-wms.md`.
"""

from tieout.connectors.clarus.connector import connect
from tieout.connectors.clarus.settings import Settings

__all__ = ["Settings", "connect"]
