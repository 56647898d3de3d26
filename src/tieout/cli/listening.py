"""Takes a port before anything else is started, so that one in use is told in a sentence."""

import os
import socket

from tieout.cli.output import NOT_LISTENING, Refused

BACKLOG = 1024


def listen(host: str, port: int, named: str) -> socket.socket:
    """A socket that listens; port 0 takes any free one. `named` tells people what sets it. Raises `Refused`."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        raise Refused(f"cannot listen at {host} port {port} ({named}): {why}", NOT_LISTENING) from error


def url_of(listening: socket.socket) -> str:
    """Where it listens, as a URL."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
