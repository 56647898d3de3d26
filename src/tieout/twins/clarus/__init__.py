"""The twin of Clarus WMS. Start at `twin.py`; what it serves and assumes is in `docs/reference/twin-clarus.md`.

"The Clarus facts", and the sections and seams named in this folder, are those of `docs/reference/facts-clarus-wms.md`.
"""

from tieout.twins.clarus.settings import ClarusSettings
from tieout.twins.clarus.twin import ClarusTwin

__all__ = ["ClarusSettings", "ClarusTwin"]
