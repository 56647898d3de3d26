"""Database URLs: which are taken, and what of one may be shown.

A password may stand before the `@` or among the settings after the `?`.
"""

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

_DRIVERS = ("sqlite", "sqlite+pysqlite", "postgresql+psycopg")
_SECRET_WORDS = ("password", "passwd", "pwd", "secret", "token", "scram")
"""A setting whose name holds one of these is a secret: libpq knows `password`, `sslpassword`, `scram_client_key`."""


def shown(url: str | URL) -> str:
    """The URL for people: without any password, and without the settings that are secrets."""
    parts = make_url(url)
    return parts.difference_update_query(_secrets(parts)).render_as_string(hide_password=True)


def has_password(url: str) -> bool:
    """True for a database URL that holds a password or another secret; False also for what is no such URL."""
    try:
        parts = make_url(url)
    except (ArgumentError, ValueError):
        return False
    return bool(parts.password) or bool(_secrets(parts))


def checked(url: str) -> str:
    """The same URL. Raises `ValueError` where it is none of a journal; its text repeats nothing of the URL."""
    try:
        parts = make_url(url)
    except ArgumentError:
        parts = None
    except ValueError:  # what stands where the port belongs is no number
        raise ValueError(_unclear()) from None
    if parts is None or parts.drivername not in _DRIVERS:
        raise ValueError("must begin with sqlite:/// or postgresql+psycopg://")
    if "@" in (parts.host or ""):
        raise ValueError(_unclear())
    return url


def _unclear() -> str:
    """A password with such a character in it would end up in the host's or the port's place, and there be shown."""
    return "must have a number as port; write @ : / ? in a user or password as %40 %3A %2F %3F"


def _secrets(parts: URL) -> list[str]:
    """The names of the settings that are secrets, as they are written."""
    return [name for name in parts.query if any(word in name.lower() for word in _SECRET_WORDS)]
