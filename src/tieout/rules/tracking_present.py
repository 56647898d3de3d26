"""A despatch carries a tracking number, where the policy asks for one."""

from tieout.domain.documents import Despatch
from tieout.domain.reasons import Problem
from tieout.rules.facts import Facts


def tracking_is_present(despatch: Despatch, facts: Facts) -> list[Problem]:
    """The customer can be told where the parcel is. Parcels of one carrier without numbers have one cause."""
    if despatch.tracking or not facts.policy.tracking_required:
        return []
    detail = f"despatch of order {despatch.number} has no tracking number"
    return [Problem("tracking_missing", detail, about=despatch.carrier or "no carrier")]
