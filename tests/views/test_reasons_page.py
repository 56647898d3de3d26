"""The page of reasons is what the catalogue says."""

from pathlib import Path

from tieout.domain.reasons import REASONS
from tieout.views.reasons_page import page

PAGE = Path(__file__).parent.parent.parent / "docs" / "reference" / "reasons.md"


def test_the_page_is_up_to_date() -> None:
    hint = "write it anew: python -m tieout.views.reasons_page > docs/reference/reasons.md"
    assert PAGE.read_text(encoding="utf-8") == page(), hint


def test_every_reason_stands_on_the_page_once() -> None:
    assert [page().count(f"| `{code}` |") for code in REASONS] == [1] * len(REASONS)
