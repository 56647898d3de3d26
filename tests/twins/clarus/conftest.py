"""What the tests of this folder share."""

import pytest
from clarus_tenant import Tenant


@pytest.fixture
def tenant() -> Tenant:
    return Tenant()
