"""What bounds our use of one outside system: calls at once, calls a second, and a breaker for outages."""

from tieout.governor.governor import Governor, PutOff, Use, Wire, background
from tieout.governor.limits import Limits

__all__ = ["Governor", "Limits", "PutOff", "Use", "Wire", "background"]
