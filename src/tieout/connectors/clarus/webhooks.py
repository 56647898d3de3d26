"""Webhooks: where they come from, and which order or receipt they are about. Nothing else in them is believed.

Clarus signs nothing (section 4.4 of the facts): its headers say which tenant and automation call, and are compared.
Assumption (seam `WebhookTrustPolicy`): what proves the caller is a secret in our address, which the receiver checks.
Assumption (seam `WebhookPayloadMapper`): bodies are bare or under `data`, ids are numbers or text, related records are
objects, ids or codes. Assumption (seam `EventIdentity`): a call is known by automation, record, status and its exact
body, so one that is repeated folds, and one that says something else does not.
"""

import re
from hashlib import sha256

from tieout.connectors.clarus.flows import GOODS_IN, GOODS_OUT
from tieout.connectors.clarus.settings import Settings
from tieout.connectors.clarus.values import Node, NotJson, as_id, as_node, code_at, id_at, parse, text_at, unwrap
from tieout.connectors.contract import Inbound, Message, Unauthenticated, Unreadable

OF_RECEIPTS = ("stock/received", "stock/unreceived", "putaway_task/completed")
"""Events of other records that name their receipt."""
STATUS_MAX = 40
REFERENCE_MAX = 100
_ID = re.compile(r"^[A-Za-z0-9_-]{1,64}$")


def messages(settings: Settings, request: Inbound) -> list[Message]:
    """What a call tells: one order or receipt to read, or nothing. Raises `Unauthenticated`, `Unreadable`."""
    automation = _authenticated(settings, request)
    event = settings.webhook_automations.get(automation)
    if event is None:
        raise Unreadable(
            f"automation {automation} is not in the setting webhook_automations, so what its call means is not known"
        )
    record = _record(request.body)
    if event.startswith((f"{GOODS_OUT}/", f"{GOODS_IN}/")):
        topic, key = event.split("/")[0], _checked(as_id(record.get("id")))
        return [_message(automation, topic, key, record, request.body)]
    topic, named = (GOODS_IN, "goods_in_receipt") if event in OF_RECEIPTS else (GOODS_OUT, "goods_out")
    key = id_at(record, named)
    if key is None:
        return []
    about = as_node(record.get(named)) or {} if topic == GOODS_IN else record
    return [_message(automation, topic, _checked(key), about, request.body)]


def _authenticated(settings: Settings, request: Inbound) -> str:
    """The automation that calls. Raises `Unauthenticated` unless tenant and domain are as expected."""
    if request.headers.get("x-claruswms-subdomain") != settings.tenant:
        raise Unauthenticated("X-ClarusWMS-Subdomain does not name our tenant")
    domain = settings.webhook_domain
    if domain is not None and request.headers.get("x-claruswms-domain") != domain:
        raise Unauthenticated("X-ClarusWMS-Domain is not the one in the setting webhook_domain")
    automation = request.headers.get("x-claruswms-automation-id", "")
    if not _ID.match(automation):
        raise Unauthenticated("X-ClarusWMS-Automation-ID names no automation")
    return automation


def _record(body: bytes) -> Node:
    try:
        return unwrap(parse(body.decode()))  # decoded here: JSON may also come as UTF-16, which could not be kept
    except (NotJson, UnicodeDecodeError) as error:
        raise Unreadable(f"the body of the webhook cannot be read: {error}") from None


def _checked(key: str | None) -> str:
    if key is None or not _ID.match(key):
        raise Unreadable("the webhook is about an order or a receipt but names no id of one")
    return key


def _message(automation: str, topic: str, key: str, record: Node, body: bytes) -> Message:
    """`record` is the order or receipt, or what names it.

    Texts that no database could keep (NUL, half a surrogate) are left out: they name nothing of ours."""
    status = (code_at(record, "goods_out_status") or code_at(record, "status") or "")[:STATUS_MAX]
    status = status if status.isprintable() else ""
    reference = text_at(record, "external_system_reference1")
    fits = reference is not None and len(reference) <= REFERENCE_MAX and reference.isprintable()
    return Message(
        topic=topic,
        key=key,
        identity=f"hook:{automation}:{key}:{status}:{sha256(body).hexdigest()}",
        raw=body.decode(),
        reference=reference if fits else None,
    )
