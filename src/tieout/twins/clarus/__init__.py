"""The twin of Clarus WMS. Start at `twin.py`; what it serves and assumes is in `docs/reference/twin-clarus.md`."""

from tieout.twins.clarus.settings import ClarusSettings
from tieout.twins.clarus.twin import ClarusTwin

__all__ = ["ClarusSettings", "ClarusTwin"]
