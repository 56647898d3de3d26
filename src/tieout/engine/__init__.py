"""Where and when work is done: each job gets its next turn. What is due, and whether, the journal says.

``seam`` is all the rest of tieout may know. ``DurableEngine`` runs in a worker process, ``InlineEngine`` in tests and
one-shot commands, and ``RemoteWaker`` tells workers from another process that there is something to do.
"""

from tieout.engine.durable import DurableEngine
from tieout.engine.inline import InlineEngine, TooManyTurnsError
from tieout.engine.remote import RemoteWaker
from tieout.engine.seam import Engine, Job
from tieout.engine.timetable import Failure, UnknownJobError

__all__ = [
    "DurableEngine",
    "Engine",
    "Failure",
    "InlineEngine",
    "Job",
    "RemoteWaker",
    "TooManyTurnsError",
    "UnknownJobError",
]
