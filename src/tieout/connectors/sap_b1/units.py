"""Groups of units: how many of an item's inventory unit each larger unit holds, such as a case or a pallet (7)."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from tieout.connectors.sap_b1.reader import Reader
from tieout.connectors.sap_b1.record import Record
from tieout.domain.clock import Clock
from tieout.domain.documents import Pack
from tieout.domain.quantities import plain

LIFE_S = 300.0
"""How long what was read of the groups is believed: they change seldom, and items are read by the hundred."""


@dataclass(frozen=True)
class _Groups:
    """Base quantities by group and unit, and the units' codes."""

    sizes: Mapping[int, Mapping[int, Decimal]]
    codes: Mapping[int, str]


class Units:
    """Reads the groups when an item needs them. Raises `RetryLater`, `Misconfigured`, `Unreadable`."""

    def __init__(self, reader: Reader, clock: Clock) -> None:
        self._reader = reader
        self._clock = clock
        self._lock = threading.Lock()
        self._known: _Groups | None = None
        self._read_s = 0.0

    def packs(self, item: Record) -> tuple[Pack, ...]:
        """The larger units of an item's group, the smallest first; one that is no exact number is left out."""
        group, counted_in = item.whole_or_none("UoMGroupEntry"), item.whole_or_none("InventoryUoMEntry")
        if group is None or group < 0:
            return ()
        known = self._groups()
        sizes = known.sizes.get(group, {})
        inventory = sizes.get(counted_in, Decimal(1)) if counted_in is not None else Decimal(1)
        found = ((known.codes[unit], size / inventory, size) for unit, size in sizes.items() if unit in known.codes)
        packs = [
            Pack(unit=code, qty_base=plain(qty)) for code, qty, size in found if qty > 1 and qty * inventory == size
        ]
        return tuple(sorted(packs, key=lambda pack: (pack.qty_base, pack.unit)))

    def _groups(self) -> _Groups:
        with self._lock:
            now_s = self._clock.monotonic_s()
            if self._known is None or now_s - self._read_s > LIFE_S:
                self._known, self._read_s = self._read(), now_s
            return self._known

    def _read(self) -> _Groups:
        units = [Record(row, "UnitOfMeasurements") for row in self._reader.rows("UnitOfMeasurements", _ALL_UNITS)]
        groups = [Record(row, "UnitOfMeasurementGroups") for row in self._reader.rows("UnitOfMeasurementGroups", _ALL)]
        codes = {unit.whole("AbsEntry"): unit.text("Code") for unit in units}
        return _Groups({group.whole("AbsEntry"): _sizes(group) for group in groups}, codes)


_ALL_UNITS = {"$select": "AbsEntry,Code", "$orderby": "AbsEntry"}
_ALL = {"$select": "AbsEntry,UoMGroupDefinitionCollection", "$orderby": "AbsEntry"}


def _sizes(group: Record) -> dict[int, Decimal]:
    """Of each unit of a group, how many base units it holds; of one that is no longer used, nothing."""
    sizes: dict[int, Decimal] = {}
    for row in group.rows("UoMGroupDefinitionCollection"):
        unit, base, alternate = (
            row.number_or_none(name) for name in ("AlternateUoM", "BaseQuantity", "AlternateQuantity")
        )
        used = row.text_or_none("Active") not in ("tNO", "N")
        if used and unit is not None and base and alternate:
            sizes[int(unit)] = base / alternate
    return sizes
