"""A store on another host that is reached without TLS."""

import warnings


class InsecureStoreWarning(UserWarning):
    """A store on another host is reached without TLS: whoever can listen on the way reads the tokens."""


def is_here(host: str) -> bool:
    """Tell whether a server's host is this machine: a loopback address, a Unix socket, or nothing at all."""
    return host in {"", "localhost", "::1"} or host.startswith(("127.", "/", "@"))


def warn_of_plain_text(host: str, remedy: str) -> None:
    """Warn that a store's traffic, tokens and password with it, is not encrypted on its way to another host."""
    warnings.warn(
        f"the connection to the store at {host} may not be encrypted: whoever can listen on the way can read the "
        f"tokens; {remedy}",
        InsecureStoreWarning,
        stacklevel=2,
    )
