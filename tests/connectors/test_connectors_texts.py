"""Foreign JSON is made fit to keep before it is parsed: what no database stores goes, and nothing else changes."""

import json

import pytest

from tieout.connectors.texts import keepable


@pytest.mark.parametrize(("written", "kept"), [
    (r'"Zo\u00eb \ud83d"', "Zoë \ufffd"),
    (r'"\uDE00 alone"', "\ufffd alone"),
    (r'"\ud83d\ud83d\ude00"', "\ufffd\U0001f600"),
    (r'"\ud83d\u0041"', "\ufffdA"),
    (r'"x \u0000 y"', "x  y"),
    (r'"\ud83d\u0000\ude00"', "\ufffd\ufffd"),
    (r'"\ud83d\ude00 \u0000"', "\U0001f600 "),
    (r'"\\u0000 \\ud83d"', r"\u0000 \ud83d"),
    (r'"\\\u0000\n\""', '\\\n"'),
])  # fmt: skip
def test_half_a_pair_is_replaced_and_nul_is_dropped(written: str, kept: str) -> None:
    assert json.loads(keepable(written)) == kept
    assert json.loads(keepable(written)).encode()


@pytest.mark.parametrize("written", ['{"a": "Zoë"}', r'"\u00eb \t \\ud"', '""', "not json"])
def test_a_text_without_them_is_left_as_it_is(written: str) -> None:
    assert keepable(written) is written
