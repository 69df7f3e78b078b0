"""Decide which part of a store's URL may be shown, and warn if the connection is not encrypted."""

import warnings

from anilist_oauth.redaction import clean


class InsecureStoreWarning(UserWarning):
    """A store on another host is used without TLS, so anyone on the network path can read the tokens."""


def quoted(url: str) -> str:
    """Quote a refused URL for a message. If it may contain a password, quote only its scheme."""
    shown = url if "@" not in url and "?" not in url else url.partition(":")[0] + ":…"
    return f"'{clean(shown)}'"


def is_here(host: str) -> bool:
    """Return whether a server's host is this machine: a loopback address, a Unix socket, or empty."""
    return host in {"", "localhost", "::1"} or host.startswith(("127.", "/", "@"))


def warn_of_plain_text(host: str, remedy: str) -> None:
    """Warn that the traffic of a store on another host, with tokens and password, is not encrypted."""
    warnings.warn(
        f"the connection to the store at {host} may not be encrypted, so anyone on the network path can read the "
        f"tokens; {remedy}",
        InsecureStoreWarning,
        stacklevel=2,
    )
