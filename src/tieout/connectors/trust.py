"""Whose certificates are believed."""

import ssl


def trusted(base_url: str, ca_file: str | None = None) -> ssl.SSLContext:
    """Whom a connection to this address may trust: the machine's own list, or the authorities in a file.

    Over plain `http` nobody shows a certificate, so nobody is trusted and no list is read: that takes a start of ours
    longer than all else it does with a connection. Raises `OSError` for a file that cannot be read.
    """
    if base_url.startswith("https"):
        return ssl.create_default_context(cafile=ca_file)
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
