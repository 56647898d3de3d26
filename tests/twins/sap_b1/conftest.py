"""What the tests of this folder share."""

from collections.abc import Iterator

import pytest
from b1_company import Company, serving


@pytest.fixture
def company() -> Company:
    return Company()


@pytest.fixture
def address(company: Company) -> Iterator[str]:
    """Where the company is served over real HTTP."""
    with serving(company.twin) as url:
        yield url
