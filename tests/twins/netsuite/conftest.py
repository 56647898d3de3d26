"""What the tests of this folder share."""

import pytest
from ns_account import Account


@pytest.fixture
def account() -> Account:
    return Account()
