"""The demo, run as a stranger runs it."""

import json
import signal
import subprocess
import sys
from typing import Any

KEYS = {"orders", "goods_outs", "despatches", "deliveries", "invoices", "units_despatched", "units_delivered",
        "units_held_by_cases", "duplicates", "lost", "cases", "faults_injected", "wall_s", "receipts", "returns",
        "credit_memos", "adjustments", "stock", "unexplained"}  # fmt: skip
WITHIN_S = 200


def demo(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tieout", "demo", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def places(listed: list[dict[str, Any]]) -> set[tuple[str, str, int]]:
    return {(one["warehouse"], one["item"], one.get("units") or one["unexplained"]) for one in listed}


def test_a_few_real_orders_cross_come_back_and_are_counted_with_faults_and_only_what_was_hidden_is_unexplained() -> (
    None
):
    run = demo("--orders", "6", "--seed", "4", "--hide", "2", "--json")
    out, said = run.communicate(timeout=WITHIN_S)
    assert run.returncode == 1, said  # stock that nobody was told of does not tie
    found: dict[str, Any] = json.loads(out)
    assert set(found) >= KEYS
    assert (found["orders"], found["duplicates"], found["lost"]) == (6, 0, 0)
    assert found["units_despatched"] == found["units_delivered"] + found["units_held_by_cases"] > 0
    assert found["units_received"] == found["units_received_in_ledger"] >= found["units_despatched"]
    assert found["units_came_back"] == found["units_returned"] + found["returned_units_held_by_cases"]
    assert found["units_returned"] == found["units_credited"] > 0  # two orders came back
    assert found["returned_units_held_by_cases"] == 1  # and something bought before these days
    assert found["cases"]["return_without_order"] == 1
    assert (found["adjustments"], found["returns"], found["credit_memos"]) == (2, 2, 2)
    unexplained = [one for one in found["stock_differences"] if one["unexplained"]]
    assert places(unexplained) == places(found["hidden"])
    assert found["unexplained"] == len(found["hidden"]) == 2
    assert sum(one["unexplained"] for one in found["stock"].values()) == 2
    assert found["faults_injected"] > 0


def test_a_demo_that_is_left_running_names_its_addresses_and_ends_whole_when_it_is_told_to() -> None:
    run = demo("--orders", "1", "--keep", "--json")
    assert run.stderr is not None
    said: list[str] = []
    for line in run.stderr:
        said.append(line)
        if "trace" in line:
            break
    addresses = [line.split()[-1] for line in said if "twin" in line]
    run.send_signal(signal.SIGTERM)
    out, _ = run.communicate(timeout=WITHIN_S)
    told = json.loads(out)
    assert told["sap_b1"].startswith("http://127.0.0.1:"), said
    assert (told["ties"], told["unexplained"], told["hidden"]) == (True, 0, [])
    assert len(addresses) == 2
    left = subprocess.run(["pgrep", "-f", told["configuration"]], capture_output=True, check=False)  # noqa: S607
    assert left.stdout == b""
