"""The shop's warehouse at work: goods come in, some late; orders leave, some in parts, some short, some unlabelled."""

from random import Random

from tieout.twins.process import TwinProcess

CHANCES = {"work": 0.9, "part_pick": 0.05, "short_pick": 0.03, "part_despatch": 0.1, "close_short": 0.5,
           "part_receive": 0.05, "short_receive": 0.02}  # fmt: skip
UNLABELLED = 0.015
"""How often a picked order leaves without a parcel number: its despatch waits for a person."""


class Floor:
    """What people in the warehouse do, from a seed."""

    def __init__(self, system: TwinProcess, seed: int) -> None:
        self._system, self._chance = system, Random(f"floor/{seed}")  # noqa: S311  chance of a demo

    def work(self) -> bool:
        """Every open order and goods-in takes its next step: allocate, pick, despatch; receive, put away. False when
        there was none."""
        did = self._system.act("work_floor", inbound=True, **CHANCES)["did"]
        for step in did:
            if step["did"] == "pick" and step["status"] == "PICK" and self._chance.random() < UNLABELLED:
                self._system.act("despatch", goods_out_id=step["goods_out_id"], tracking=None)
        return bool(did)
