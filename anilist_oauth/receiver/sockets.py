"""Listen on all of the given addresses, or on none."""

import errno
import os
import socket
from collections.abc import Iterable
from contextlib import ExitStack

from anilist_oauth.errors import ReceiverError
from anilist_oauth.receiver.address import Address

_NO_IPV6 = frozenset({errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL, errno.EPROTONOSUPPORT})
_BACKLOG = 128
# With this option, a port can be reused while old connections are closing, but not while another program listens on it.
# Windows needs a different option for that.
_ALONE = getattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_REUSEADDR)


def open_sockets(addresses: Iterable[Address]) -> list[socket.socket]:
    """Listen on every address. If the machine has no IPv6, ::1 is left out, unless it is the only address.

    Another port is never tried. AniList compares the whole redirect URI, so another port would not work (AniList does
    not follow RFC 8252 section 7.3).

    Raises:
        ReceiverError: Another program uses a port, or this user may not open it. All sockets are closed again.
    """
    with ExitStack() as opened:
        sockets: list[socket.socket] = []
        for host, port in addresses:
            try:
                sockets.append(opened.enter_context(_listening(host, port)))
            except OSError as error:
                if sockets and ":" in host and error.errno in _NO_IPV6:
                    continue
                raise _failure(error, host, port) from error
        opened.pop_all()
    return sockets


def _listening(host: str, port: int) -> socket.socket:
    opened = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        opened.setsockopt(socket.SOL_SOCKET, _ALONE, 1)
        if opened.family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        opened.bind((host, port))
        opened.listen(_BACKLOG)
    except BaseException:
        opened.close()
        raise
    return opened


def _failure(error: OSError, host: str, port: int) -> ReceiverError:
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    if error.errno == errno.EADDRINUSE:
        said = "another program uses it; stop that program, or register a redirect URI with another port"
    elif error.errno == errno.EACCES:
        said = "this user may not open it; register a redirect URI with a port above 1023"
    else:
        said = os.strerror(error.errno) if error.errno else str(error)
    return ReceiverError(f"{address} cannot be opened: {said}", host=host, port=port)
