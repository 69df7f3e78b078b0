"""Decide which part of a store's URL may be shown, and warn if the connection to the store is not safe."""

import warnings

from anilist_oauth.redaction import clean


class InsecureStoreWarning(UserWarning):
    """A store on another host is used without TLS, or its server is not verified although the URL asks for that.

    Anyone on the network path could then read the tokens.
    """


def quoted(url: str) -> str:
    """Return a refused URL in quotes, for a message. If it may contain a password, only the scheme is shown."""
    shown = url if "@" not in url and "?" not in url else url.partition(":")[0] + ":…"
    return f"'{clean(shown)}'"


def is_here(host: str) -> bool:
    """Return whether a host is this machine: it is a loopback address, a Unix socket, or empty."""
    return host in {"", "localhost", "::1"} or host.startswith(("127.", "/", "@"))


def warn_of_plain_text(host: str, remedy: str) -> None:
    """Warn that the connection to a store on another host, over which tokens and a password go, is not encrypted."""
    _warn(
        f"the connection to the store at {clean(host)} may not be encrypted, so anyone on the network path can read "
        f"the tokens; {remedy}"
    )


def warn_of_unverified(host: str, remedy: str) -> None:
    """Warn that the server of a store on another host is not verified, although the URL asks for that."""
    _warn(
        f"channel_binding=require: the driver asyncpg does not support it, so the server at {clean(host)} is not "
        f"verified, and somebody on the network path could read the tokens; {remedy}"
    )


def _warn(text: str) -> None:
    warnings.warn(text, InsecureStoreWarning, stacklevel=3)  # by default, Python shows the same text only once
