"""The reference page of all reasons, made from the catalogue.

`python -m tieout.views.reasons_page > docs/reference/reasons.md` writes it; a test tells when it is out of date.
"""

import sys
from collections.abc import Iterable

from tieout.domain.reasons import REASONS, Reason, Severity, Team

HEAD = """# Reasons for an exception

Made from `src/tieout/domain/reasons.py` by `python -m tieout.views.reasons_page`; do not edit it here. How
to work on an exception: `docs/how-to/exceptions.md`.

*Due* is how long after it was opened an exception should have been dealt with. Past that time it escalates: it becomes
one step more urgent, and the team that is configured for it is told too.
"""
_MOST_URGENT_FIRST = tuple(Severity)


def page(reasons: Iterable[Reason] = REASONS.values()) -> str:
    """The page: a table for each team, the most urgent reasons first."""
    known = list(reasons)
    return "\n".join([HEAD, *(_of_team(team, known) for team in Team if any(one.owner is team for one in known))])


def _of_team(team: Team, reasons: list[Reason]) -> str:
    mine = sorted((one for one in reasons if one.owner is team), key=lambda one: _MOST_URGENT_FIRST.index(one.severity))
    title = team[0].upper() + team[1:]
    head = f"## {title}\n\n| Reason | Means | What to do | How urgent | Due | Clears by itself |\n"
    head += "| --- | --- | --- | --- | --- | --- |\n"
    return head + "".join(map(_row, mine))


def _row(one: Reason) -> str:
    itself = one.clears_when if one.clears_itself else "no"
    return f"| `{one.code}` | {one.sentence} | {one.what_to_do} | {one.severity} | {one.due_h} h | {itself} |\n"


if __name__ == "__main__":
    sys.stdout.write(page())
