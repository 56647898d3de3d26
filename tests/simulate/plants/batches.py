"""Several posts in one request: each answer is of one post, and a part may fail."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

from tests.simulate.plants.planting import replaced
from tieout.connectors.sap_b1.posting import Poster
from tieout.domain.postings import Ended, Outcome


def part_of_a_batch_taken_as_done() -> AbstractContextManager[None]:
    """A batch that was answered counts as carried out, whatever the answers say."""
    real = Poster._answered

    def answered(self: Any, chunk: Sequence[Any], reply: Any) -> list[Outcome]:
        made = real(self, chunk, reply)
        return [one if one.stands else Outcome(ended=Ended.CREATED, theirs="0", text="in a batch") for one in made]

    return replaced((Poster, "_answered", answered))


def batch_resent_whole() -> AbstractContextManager[None]:
    """A batch of which a part failed is sent once more, all of it."""
    real = Poster._answered

    def answered(self: Any, chunk: Sequence[Any], reply: Any) -> list[Outcome]:
        made = real(self, chunk, reply)
        if all(one.stands for one in made) or getattr(self, "again", False):
            return made
        self.again = True
        try:
            return self._batch(chunk)
        finally:
            self.again = False

    return replaced((Poster, "_answered", answered))
