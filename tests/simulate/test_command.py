"""The command that runs seeds and repeats one."""

import json

from typer.testing import CliRunner

from tests.simulate.plants.exceptions import second_case
from tieout.cli.main import app


def test_clean_seeds_end_with_the_faults_that_struck_and_exit_code_0() -> None:
    done = CliRunner().invoke(app, ["simulate", "--seeds", "2"])
    assert done.exit_code == 0
    assert "2 seeds" in done.stdout
    assert "0 seeds with violations" in done.stdout


def test_a_seed_told_as_json_names_its_faults_and_history() -> None:
    done = CliRunner().invoke(app, ["simulate", "--seed", "2", "--log", "--json"])
    told = json.loads(done.stdout)
    assert told["failed"] == []
    assert sum(told["faults"].values()) > 0
    assert any("before claim" in line for line in told["log"])


def test_a_failing_seed_prints_what_is_wrong_and_the_one_command_that_repeats_it() -> None:
    with second_case():
        done = CliRunner().invoke(app, ["simulate", "--seeds", "2"])
    assert done.exit_code == 1
    (first, *_) = (line for line in done.stdout.splitlines() if ": I4 case" in line)
    assert f"repeat with: tieout simulate --{first.split(':')[0]}" in done.stdout


def test_the_history_is_of_one_seed_only() -> None:
    assert CliRunner().invoke(app, ["simulate", "--seeds", "2", "--log"]).exit_code == 2
