"""The connector for Clarus WMS: REST writes, GraphQL reads, webhooks as hints and a sweep for what they miss."""

from tieout.connectors.clarus.connector import connect
from tieout.connectors.clarus.settings import Settings

__all__ = ["Settings", "connect"]
