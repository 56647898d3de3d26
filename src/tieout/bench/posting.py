"""Despatches end to end: how many a second, how soon each is in the ledger, and what a bare client could do."""

import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC
from pathlib import Path
from typing import Any

from sqlalchemy import select

from tieout.bench.intake import LOAD_WITHIN_S, loaded
from tieout.bench.load import Order
from tieout.bench.rows import Row, Sizes, percentile
from tieout.bench.shop import Shop, cross, open_shop, trade, webhook_bodies
from tieout.connectors import sap_b1
from tieout.connectors.contract import Send
from tieout.connectors.sap_b1.bodies import document
from tieout.connectors.sap_b1.wire import dumps
from tieout.domain.postings import load_body
from tieout.journal.tables import posting
from tieout.local import webhook_headers
from tieout.twins.process import ProcessError, TwinProcess

CONNECTIONS = 64


def posting_rows(folder: Path, sizes: Sizes) -> list[Row]:
    """First despatches at a steady pace, for the latency; then bursts, for the rate, each followed by the bare client,
    on a ledger of its own, so that whatever else the machine does meets both alike.
    """
    steady = int(sizes.steady_s * sizes.a_second)
    with TwinProcess("sap-b1") as ledger, TwinProcess("clarus") as floor, TwinProcess("sap-b1") as other:
        shop = open_shop(folder, ledger, floor)
        orders = steady + sizes.despatches * sizes.bursts
        trade(other, orders)
        worker = cross(shop, orders)
        try:
            hooks = webhook_bodies(floor)
            waits_s = _steady(shop, hooks[:steady], sizes.a_second)
            rates, bare = list[float](), list[float]()
            for start in range(steady, orders, sizes.despatches):
                rates.append(_as_fast_as_it_goes(shop, hooks[start : start + sizes.despatches]))
                bare.append(_bare(other, _sent_bodies(shop)[start:]))
        finally:
            worker.stop()
        for twin, count in ((ledger, orders), (other, orders - steady)):
            _must_be_in_the_ledger(twin, count)
        shop.journal.close()
    said = f"webhook to delivery at {sizes.a_second:g} a second"
    rate, limit = statistics.median(rates), statistics.median(bare)
    return [
        Row("despatch to delivery and invoice", rate, "a second", limit, at_least=0.5),
        Row(f"{said}, p50", percentile(waits_s, 0.5) * 1000, "ms"),
        Row(f"{said}, p99", percentile(waits_s, 0.99) * 1000, "ms"),
    ]


def _steady(shop: Shop, hooks: Sequence[str], a_second: float) -> list[float]:
    """Seconds from sending each webhook to the moment the ledger's answer to its delivery was taken in."""
    sent = loaded(Order(shop.installed.hook, hooks, webhook_headers(), CONNECTIONS, a_second))
    shop.wait(lambda: shop.done("invoice") == len(hooks), "the steady despatches to be invoiced")
    order_of = [json.loads(hook)["data"]["external_system_reference1"].rsplit(".", 1)[1] for hook in hooks]
    done = done_at(shop, "delivery")
    return [done[f"order/{order}"] - sent.sent_at[place] for place, order in enumerate(order_of)]


def done_at(shop: Shop, kind: str) -> dict[str, float]:
    """When the posting of this kind was settled, by lane, as seconds since the epoch."""
    wanted = select(posting.c.lane, posting.c.done_at).where(posting.c.kind == kind, posting.c.state == "done")
    with shop.journal.read() as connection:
        return {row.lane: row.done_at.replace(tzinfo=UTC).timestamp() for row in connection.execute(wanted)}


def _as_fast_as_it_goes(shop: Shop, hooks: Sequence[str]) -> float:
    """Despatches a second, from the first webhook to the last invoice."""
    before = shop.done("invoice")
    sent = loaded(Order(shop.installed.hook, hooks, webhook_headers(), CONNECTIONS))
    shop.wait(lambda: shop.done("invoice") == before + len(hooks), "all despatches to be invoiced")
    return len(hooks) / (max(done_at(shop, "invoice").values()) - min(sent.sent_at.values()))


def _sent_bodies(shop: Shop) -> list[list[dict[str, Any]]]:
    """What was posted for each despatch: the bodies of its delivery and its invoice, as they went over the wire."""
    settings = sap_b1.Settings.model_validate(
        {"base_url": shop.ledger.url, "company": "TIEOUT", "user": "manager", "password": "manager"}
    )
    wanted = select(posting).where(posting.c.kind.in_(("delivery", "invoice"))).order_by(posting.c.id)
    with shop.journal.read() as connection:
        rows = connection.execute(wanted).all()
    theirs = {row.reference: row.theirs for row in rows}
    pairs: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        body = document(Send(reference=row.reference, body=load_body(row.body), known=theirs), settings)
        pairs.setdefault(row.document_id, []).append(json.loads(dumps(body)))
    return list(pairs.values())


def _bare(ledger: TwinProcess, pairs: list[list[dict[str, Any]]]) -> float:
    """Despatches a second of a bare client that posts the same to a ledger of the same trade, as many at once."""
    at_once = sap_b1.Settings.model_fields["sessions"].default
    order = {"url": ledger.url, "pairs": pairs, "at_once": at_once}
    ran = subprocess.run(
        [sys.executable, "-m", "tieout.bench.bare"], input=json.dumps(order), capture_output=True, text=True,
        timeout=LOAD_WITHIN_S, check=False,
    )  # fmt: skip
    if ran.returncode:
        raise ProcessError(f"the bare client failed: {ran.stderr[-500:]}")
    return len(pairs) / float(json.loads(ran.stdout)["seconds"])


def _must_be_in_the_ledger(ledger: TwinProcess, count: int) -> None:
    """A rate of what did not arrive is no rate. Raises `ProcessError`."""
    there = ledger.http.get("/_twin/state").json()["counts"]
    found = {name: there.get(name) for name in ("DeliveryNotes", "Invoices")}
    if set(found.values()) != {count}:
        raise ProcessError(f"{count} despatches were posted, and the ledger has {found}")
