"""What the tests of this folder share.

Sections such as §2.1, and seams, are those of `docs/reference/facts-clarus-wms.md`.
"""

import pytest
from clarus_tenant import Tenant


@pytest.fixture
def tenant() -> Tenant:
    return Tenant()
