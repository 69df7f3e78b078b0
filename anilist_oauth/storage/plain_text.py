"""What of a store's URL may be shown, and whether the way to its host is encrypted."""

import warnings

from anilist_oauth.redaction import clean


class InsecureStoreWarning(UserWarning):
    """A store on another host is reached without TLS: whoever can listen on the way reads the tokens."""


def quoted(url: str) -> str:
    """Quote a URL that is refused, or its scheme alone where a password may be in it."""
    shown = url if "@" not in url and "?" not in url else url.partition(":")[0] + ":…"
    return f"'{clean(shown)}'"


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
