"""Every failure has a scenario, and every reason of the catalogue is told by one, or by a test that is named here."""

import re
from pathlib import Path

from tieout.domain.reasons import REASONS

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SCENARIO = re.compile(r"^\s*Scenario: (.+)$", re.MULTILINE)
ROW = re.compile(r"^\| [^|]+ \| ([^|]+) \|$", re.MULTILINE)
TOLD = re.compile(r'is told(?: as well| \d+ times)?: "([^"]+)"|^\s*\| [\w ]+\| (.+?\.) *\|$', re.MULTILINE)

LATER = {
    "backordered_in_ledger": "tests/journey/test_backorders.py",
    "kit_incomplete": "tests/journey/test_kits.py",
    "kit_returned": "tests/journey/test_kits.py",
    "open_quantity_differs": "tests/journey/test_backorders.py",
    "order_has_kit": "tests/journey/test_kits.py",
    "order_too_large": "tests/journey/test_large_orders.py",
}
"""Kits, orders too large for one request, and backorders have journeys only."""


def _features() -> str:
    return "\n".join(path.read_text() for path in sorted(HERE.glob("*.feature")))


def test_the_tables_name_every_scenario_and_no_other() -> None:
    scenarios = SCENARIO.findall(_features())
    named = [name for name in ROW.findall((HERE / "README.md").read_text()) if name not in ("Scenario", "---")]
    assert sorted(named) == sorted(scenarios)
    assert len(set(scenarios)) == len(scenarios)


def test_every_reason_of_the_catalogue_is_told_in_its_own_sentence_by_some_scenario() -> None:
    told = {sentence for pair in TOLD.findall(_features()) for sentence in pair if sentence}
    silent = [code for code, reason in REASONS.items() if reason.sentence not in told and code not in LATER]
    assert silent == []


def test_what_has_no_scenario_yet_is_told_by_the_test_that_is_named() -> None:
    wrong = [code for code, path in LATER.items() if code in REASONS and f'"{code}"' not in (ROOT / path).read_text()]
    assert wrong == []
