"""What a floor that works by itself leaves to chance, drawn from the twin's seed."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tieout.twins.clarus.act_arguments import as_quantity, wrong
from tieout.twins.clarus.state import State


def chances_of(act: Mapping[str, Any], defaults: Mapping[str, float]) -> dict[str, float]:
    """The chances an act names, each from 0 to 1; the others as by default."""
    chances = {name: float(as_quantity(act.get(name, Decimal(str(usual))), name)) for name, usual in defaults.items()}
    for name, chance in chances.items():
        if not 0 <= chance <= 1:
            raise wrong(f"{name} must be from 0 to 1")
    return chances


def drawn(state: State, chance: float) -> bool:
    """Whether it happens. A chance of 0 draws nothing."""
    return chance > 0 and state.chance.random() < chance


def some(state: State, quantity: Decimal) -> Decimal:
    """A whole part of a quantity, at least one piece; all of it when it is one piece or less."""
    return Decimal(state.chance.randint(1, int(quantity))) if quantity > 1 else quantity
