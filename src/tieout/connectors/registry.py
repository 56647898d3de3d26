"""Every system tieout can speak to: the one explicit list. A new connector is one more row."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from tieout.connectors import clarus, sap_b1
from tieout.connectors.contract import Connector
from tieout.domain.clock import Clock
from tieout.domain.documents import Side


@dataclass(frozen=True)
class System:
    """One kind of system: its side, what can be set on it, and how to connect once that is set."""

    name: str
    side: Side
    settings: type[BaseModel]
    connect: Callable[[Any, Clock], Connector]


def _clarus(settings: clarus.Settings, clock: Clock) -> Connector:
    return clarus.connect(settings, clock=clock)


def _sap_b1(settings: sap_b1.Settings, clock: Clock) -> Connector:
    return sap_b1.connect(settings, clock=clock)


SYSTEMS: tuple[System, ...] = (
    System("clarus", Side.WAREHOUSE, clarus.Settings, _clarus),
    System("sap-b1", Side.LEDGER, sap_b1.Settings, _sap_b1),
)


def system_named(name: object, side: Side) -> System | None:
    """The system of that name on that side; None when there is none."""
    return next((system for system in SYSTEMS if system.name == name and system.side is side), None)


def names(side: Side) -> str:
    """The names that may stand on one side, for people."""
    return ", ".join(system.name for system in SYSTEMS if system.side is side)
