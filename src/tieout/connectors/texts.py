"""Foreign JSON made fit to keep: two things may be written in it that no database stores."""

import re

_SUSPECT = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_ESCAPE = re.compile(
    r"(?P<whole>\\[^u]|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|(?P<nul>\\u0000)"
    r"|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)


def keepable(raw: str) -> str:
    """JSON text without escapes for NUL, which go, and for half a surrogate pair, which become U+FFFD.

    Every text of a connector comes through here before it is parsed, so nothing behind it need think of either. An
    escaped backslash and a whole pair stay as they are. A text without such escapes, as nearly all are, is only
    searched.
    """
    return _ESCAPE.sub(_kept, raw) if _SUSPECT.search(raw) else raw


def _kept(escape: re.Match[str]) -> str:
    if escape["whole"] is not None:
        return escape["whole"]
    return "" if escape["nul"] is not None else r"\ufffd"
