"""Three hundred worlds full of faults, half of them new on each run."""

import json
import os
import subprocess
import sys

import pytest

from tests.simulate.seeds import CHUNKS, chunks
from tieout.simulate.run import run

SEEDS = chunks()
HISTORIES = """
import json
from tieout.simulate.run import run
print(json.dumps([run(seed).history for seed in (6, 2, 6)]))
"""


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_a_world_full_of_faults_comes_to_rest_with_nothing_lost_or_doubled(chunk: int) -> None:
    failed = {f"tieout simulate --seed {seed}": told for seed in SEEDS[chunk] if (told := run(seed).violations)}
    assert failed == {}, "\n".join(f"{command}\n  {told}" for command, told in failed.items())


def test_a_seed_has_one_history_whatever_ran_before_it_and_however_hashes_fall() -> None:
    told: list[list[str]] = []
    for hash_seed in ("1", "2"):
        command = [sys.executable, "-c", HISTORIES]
        done = subprocess.run(
            command, check=True, capture_output=True, text=True, env={**os.environ, "PYTHONHASHSEED": hash_seed}
        )
        told.append(json.loads(done.stdout))
    assert told[0] == told[1]
    first, other, again = told[0]
    assert first == again
    assert first != other
