"""Every failure has a scenario, and every reason of the catalogue is told by one."""

import re
from pathlib import Path

from tieout.domain.reasons import REASONS

HERE = Path(__file__).parent
SCENARIO = re.compile(r"^\s*Scenario: (.+)$", re.MULTILINE)
ROW = re.compile(r"^\| [^|]+ \| ([^|]+) \|$", re.MULTILINE)
TOLD = re.compile(r'is told(?: as well| \d+ times)?: "([^"]+)"|^\s*\| [\w ]+\| (.+?\.) *\|$', re.MULTILINE)


def _features() -> str:
    return "\n".join(path.read_text() for path in sorted(HERE.glob("*.feature")))


def test_the_tables_name_every_scenario_and_no_other() -> None:
    scenarios = SCENARIO.findall(_features())
    named = [name for name in ROW.findall((HERE / "README.md").read_text()) if name not in ("Scenario", "---")]
    assert sorted(named) == sorted(scenarios)
    assert len(set(scenarios)) == len(scenarios)


def test_every_reason_of_the_catalogue_is_told_in_its_own_sentence_by_some_scenario() -> None:
    told = {sentence for pair in TOLD.findall(_features()) for sentence in pair if sentence}
    silent = [code for code, reason in REASONS.items() if reason.sentence not in told]
    assert silent == []
