"""The two outside systems of one world, and who may reach them."""

from collections.abc import Callable
from datetime import datetime, timedelta

from tieout.simulate.options import WEBHOOK
from tieout.simulate.world import World
from tieout.twins.clarus import ClarusTwin
from tieout.twins.clarus.admin import FAULTS
from tieout.twins.clarus.records import Record
from tieout.twins.faults import FaultPlan
from tieout.twins.sap_b1 import SapB1Twin
from tieout.twins.sap_b1.settings import Settings

EVENTS = {"1": "goods_out/completed", "2": "goods_out/updated"}


class Parties:
    """Both twins. `row_age_s` is how far back the ledger's clock stands while a slow transaction writes."""

    def __init__(self, world: World) -> None:
        self.row_age_s = 0.0
        rates = {name: world.options.rates[name] for name in WEBHOOK}
        seed = world.options.seed
        self.warehouse = ClarusTwin(world.wall, faults=FaultPlan(FAULTS, seed, rates), seed=seed)
        unique = "U_TieoutRef" if world.options.unique_reference else None
        self.ledger = SapB1Twin(self._ledger_clock(world), seed=seed, settings=Settings(unique_reference_field=unique))
        for event in EVENTS.values():
            self._subscribe(event)

    def calm(self) -> None:
        """Webhooks are no longer harmed."""
        self.warehouse.faults = FaultPlan(FAULTS)

    def _ledger_clock(self, world: World) -> Callable[[], datetime]:
        skew_s = world.options.ledger_skew_s
        return lambda: world.wall() + timedelta(seconds=skew_s - self.row_age_s)

    def _subscribe(self, event: str) -> None:
        state = self.warehouse.state
        resource, name = event.split("/")
        address = {"parameter_code": "webhook_url", "value": "https://tieout.test/hook"}
        action = {"destination_type": "webhook", "parameters": [address]}
        values = {"enabled": True, "resource_name": resource, "event": name, "conditions": [], "actions": [action]}
        state.add(state.automations, Record(values=values))
