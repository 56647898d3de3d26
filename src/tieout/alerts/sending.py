"""Sends one message to one address, by Apprise. What it answers never holds the address, which is a secret."""

import logging
from collections.abc import Callable
from importlib import import_module
from typing import Any

from tieout.alerts.text import Said

Send = Callable[[str, Said], str | None]
"""Sends to an Apprise URL; None when it was taken, else why not."""


def send(to: str, said: Said) -> str | None:
    """Sends. Never raises for what the wire or the service does: the error could hold the address."""
    try:
        taken = _addressed(to).notify(body=said.text, title=said.title, body_format="text")
    except Exception as error:  # noqa: BLE001  see above
        return f"sending failed with {type(error).__name__}"
    return None if taken else "the service could not be reached, or did not take the message"


def fault(to: str) -> str | None:
    """What is wrong with an address; None where Apprise understands it. Makes no call."""
    return (
        None
        if len(_addressed(to)) == 1
        else "is not one address that Apprise understands, such as mailto:// or slack://"
    )


def _addressed(to: str) -> Any:
    """Apprise's log names addresses, so it is turned off; importing it takes a third of a second, so it is late."""
    apprise = import_module("apprise")
    logging.getLogger("apprise").disabled = True
    asset = apprise.AppriseAsset(app_id="tieout", app_desc="tieout", app_url="", async_mode=False, secure_logging=True)
    made = apprise.Apprise(asset=asset)
    made.add(to)
    return made
