"""Reads one message as the flow does, and raises what came instead of documents."""

from tieout.connectors.contract import Connector, Message
from tieout.domain.documents import Document


def read_one(connector: Connector, message: Message) -> list[Document]:
    """The documents behind the message."""
    (answer,) = connector.read([message])
    if isinstance(answer, Exception):
        raise answer
    return answer
