"""Every system tieout can speak to: the one explicit list. A new connector is one more row."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel

from tieout.connectors import clarus, sap_b1
from tieout.connectors.contract import Connector
from tieout.domain.clock import Clock
from tieout.domain.documents import Side
from tieout.governor import Wire


@dataclass(frozen=True)
class System:
    """One kind of system: its side, what can be set on it, and how to connect once that is set.

    `books` are the settings that name whose stock or whose books these are: two connections that agree in all of them
    see the same orders. `at_once` is how many calls the settings allow at a time.
    """

    name: str
    side: Side
    settings: type[BaseModel]
    books: tuple[str, ...]
    at_once: Callable[[Any], int]
    connect: Callable[[Any, Clock, Wire], Connector]


_PORTS = {"http": 80, "https": 443}


def _clarus(settings: clarus.Settings, clock: Clock, send: Wire) -> Connector:
    return clarus.connect(settings, clock=clock, send=send)


def _sap_b1(settings: sap_b1.Settings, clock: Clock, send: Wire) -> Connector:
    return sap_b1.connect(settings, clock=clock, send=send)


def _clarus_at_once(settings: clarus.Settings) -> int:
    return settings.concurrency


def _sap_b1_at_once(settings: sap_b1.Settings) -> int:
    return settings.sessions


SYSTEMS: tuple[System, ...] = (
    System("clarus", Side.WAREHOUSE, clarus.Settings, ("base_url", "tenant", "account"), _clarus_at_once, _clarus),
    System("sap-b1", Side.LEDGER, sap_b1.Settings, ("base_url", "company"), _sap_b1_at_once, _sap_b1),
)


def system_named(name: object, side: Side) -> System | None:
    """The system of that name on that side; None when there is none."""
    return next((system for system in SYSTEMS if system.name == name and system.side is side), None)


def names(side: Side) -> str:
    """The names that may stand on one side, for people."""
    return ", ".join(system.name for system in SYSTEMS if system.side is side)


def books(name: str, options: BaseModel) -> tuple[str, ...]:
    """Whose stock or whose books a connection is to: equal for two only where they surely are the same.

    An address is the same in capitals and with its scheme's own port written out. Codes are compared as they stand.
    """
    (named,) = (system.books for system in SYSTEMS if system.name == name)
    values = (str(getattr(options, one)) for one in named)
    return (name, *(_address(value) if "://" in value else value for value in values))


def _address(url: str) -> str:
    parts = urlsplit(url)
    port = parts.port or _PORTS.get(parts.scheme)
    return f"{parts.scheme}://{parts.hostname}:{port}{parts.path.rstrip('/')}"
