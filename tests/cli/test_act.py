"""Doing in a twin what people do in its system; and what is said when that cannot be done."""

import json

import pytest
from typer.testing import CliRunner

from tieout.cli.main import app
from tieout.twins.process import TwinProcess


def test_an_item_is_made_in_a_twin_and_a_second_of_its_code_is_refused_in_the_twins_own_words() -> None:
    with TwinProcess("sap-b1") as twin:
        made = ["act", twin.url, "create_item", "item=MUG", "name=A mug", 'body={"InventoryUOM": "EACH"}']
        done = CliRunner().invoke(app, made)
        assert (done.exit_code, json.loads(done.stdout)) == (0, {"record": "Items('MUG')", "key": "MUG"})
        again = CliRunner().invoke(app, [*made, "--json"])
        assert again.exit_code == 4
        assert "the twin refused create_item" in again.output
        odd = CliRunner().invoke(app, ["act", twin.url, "make_tea"])
        assert (odd.exit_code, "make_tea" in odd.output) == (4, True)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["http://127.0.0.1:9", "create_item"], 4, "no twin answers at http://127.0.0.1:9"),
        (["nowhere", "create_item"], 4, "no twin answers at nowhere"),
        (["http://127.0.0.1:9", "create_item", "MUG"], 2, "'MUG' is not NAME=VALUE"),
        (["http://127.0.0.1:9", "create_item", "=MUG"], 2, "'=MUG' is not NAME=VALUE"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(arguments: list[str], code: int, said: str) -> None:
    done = CliRunner().invoke(app, ["act", *arguments])
    assert (done.exit_code, said in done.output) == (code, True)
