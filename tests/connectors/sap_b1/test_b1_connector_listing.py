"""A page of records: as values, and as the text that is kept."""

import json
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from tieout.connectors.sap_b1.listing import listing


def test_each_record_comes_with_the_text_it_was_written_in() -> None:
    text = (
        '{ "odata.metadata" : "x", "value": [ {"A": 1.50, "B": [1, {"value": [2]}]} ,{"A":"]}"}\n], "more" : null }\n'
    )
    found, texts = listing(text)
    assert texts == ['{"A": 1.50, "B": [1, {"value": [2]}]}', '{"A":"]}"}']
    assert found["value"] == [{"A": Decimal("1.50"), "B": [1, {"value": [2]}]}, {"A": "]}"}]
    assert (found["odata.metadata"], found["more"]) == ("x", None)


@pytest.mark.parametrize(
    ("text", "texts"),
    [("{}", []), (' {"value":[]} ', []), ('{"value":7}', []), ('{"value":[1],"value":[2,3]}', ["2", "3"])],
)
def test_a_page_without_records_or_with_odd_ones_is_told_as_it_is(text: str, texts: list[str]) -> None:
    found, written = listing(text)
    assert (found, written) == (json.loads(text), texts)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "7", "{", '{"value":[1', '{"value":[1,]}', '{"value":[1 2]}', '{"a" 1}', "{1:2}", '{"a":1,}', "{} {}",
     '{"value":[NaN]}', '{"value":' + "[" * 100_000 + "]" * 100_000 + "}"],
)  # fmt: skip
def test_what_is_no_json_object_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        listing(text)


def test_whatever_is_written_is_read_as_any_reader_of_json_does_and_every_text_is_its_record() -> None:
    chance = Random(7)  # noqa: S311  seeded
    for _ in range(300):
        page = {"value": [_made(chance, 3) for _ in range(chance.randint(0, 4))], "n": _made(chance, 2)}
        text = json.dumps(page, indent=chance.choice((None, 1)), ensure_ascii=chance.random() < 0.5)
        found, texts = listing(text)
        assert found == json.loads(text, parse_float=Decimal)
        assert [json.loads(one) for one in texts] == page["value"]


def _made(chance: Random, depth: int) -> Any:
    kind = chance.randint(0, 6 if depth else 4)
    simple = (
        None,
        chance.random() < 0.5,
        chance.randint(-9, 9),
        chance.random(),
        chance.choice(('"', "[]", "é\\n", "{")),
    )
    if kind < len(simple):
        return simple[kind]
    many = [_made(chance, depth - 1) for _ in range(chance.randint(0, 3))]
    return many if kind == len(simple) else {chance.choice("abc"): one for one in many}
