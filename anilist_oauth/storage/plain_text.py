"""Decide which part of a store's URL may be shown, and warn if the connection is not safe."""

import warnings

from anilist_oauth.redaction import clean


class InsecureStoreWarning(UserWarning):
    """A store on another host is used without TLS, or its server is not verified although the URL asks for that.

    Whoever is on the network path could then read the tokens.
    """


def quoted(url: str) -> str:
    """Quote a refused URL for a message. If it may contain a password, quote only its scheme."""
    shown = url if "@" not in url and "?" not in url else url.partition(":")[0] + ":…"
    return f"'{clean(shown)}'"


def is_here(host: str) -> bool:
    """Return whether a server's host is this machine: a loopback address, a Unix socket, or empty."""
    return host in {"", "localhost", "::1"} or host.startswith(("127.", "/", "@"))


def warn_of_plain_text(host: str, remedy: str) -> None:
    """Warn that the traffic of a store on another host, with tokens and password, is not encrypted."""
    _warn(
        f"the connection to the store at {clean(host)} may not be encrypted, so anyone on the network path can read "
        f"the tokens; {remedy}"
    )


def warn_of_unverified(host: str, remedy: str) -> None:
    """Warn that nothing proves which server the store on another host is, although the URL asks for proof."""
    _warn(
        f"channel_binding=require: the driver, asyncpg, cannot do that, so nothing proves that {clean(host)} is the "
        f"right server and that nobody on the network path reads the tokens; {remedy}"
    )


def _warn(text: str) -> None:
    warnings.warn(text, InsecureStoreWarning, stacklevel=3)  # the same text is shown once, as Python's default is
