"""What bounds one receiver: sizes, times and how much may wait. Every limit has its unit in its name."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """The limits of a receiver. A sender that meets one is told which."""

    connections_max: int = 600
    """The most connections open at once; one more is closed unheard. Below the 1,024 files a process may commonly open,
    so that the journal's own are never wanting."""
    connections_at_once: int = 64
    """The most connections taken in one go, before they are counted: some times that can be open beyond the limit."""
    head_within_s: float = 5.0
    """How long a connection may lie without a whole head of a request, or still send what was answered already."""
    body_max_bytes: int = 1_048_576
    body_within_s: float = 10.0
    """How long a sender may take over its body: a connection that drips must not be held, nor hold up a shutdown."""
    answer_within_s: float = 8.0
    """How long storing may take before the sender is told to come again; below the ten seconds senders wait."""
    retry_after_s: int = 5
    """When a sender that was told so may come again."""
    waiting_max: int = 10_000
    """The most requests waiting to be stored."""
    at_once: int = 500
    """The most requests stored in one transaction."""
