"""Takes lanes out of a worker's hands, so that what a person decides about them is not overwritten by what it knew."""

from collections.abc import Iterable

from sqlalchemy import Connection, and_, delete, select, update

from tieout.journal.tables import lane, lease


class LanesBusy(Exception):
    """A worker took one of these lanes up at this very moment. Nothing was changed; it can be asked again."""


def take_over(connection: Connection, lanes: Iterable[tuple[str, str]]) -> None:
    """Breaks the lease on each of these lanes (link, name) and locks them until the transaction ends.

    The worker's next commit fails with `LeaseLost`; what it had sent is looked up, as after a crash. The lease's row
    goes before the lane's, as wherever a lease ends, so that the two cannot lock each other out. Raises `LanesBusy`.
    """
    for link, name in sorted(set(lanes)):
        one = and_(lane.c.link == link, lane.c.lane == name)
        token = connection.execute(select(lane.c.token).where(one)).scalar_one_or_none()
        if token is not None:
            connection.execute(delete(lease).where(lease.c.token == token))
            connection.execute(update(lane).where(lane.c.token == token).values(token=None))
        if connection.execute(select(lane.c.token).where(one).with_for_update()).scalar_one_or_none() is not None:
            raise LanesBusy(name)
