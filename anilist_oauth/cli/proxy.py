"""The proxy that requests go through, as the options and the environment name it."""

import os
from urllib.request import getproxies, proxy_bypass

import attrs

from anilist_oauth.oauth.endpoints import Endpoints
from anilist_oauth.redaction import MaskedText

_VARIABLES = ("HTTPS_PROXY", "https_proxy")


@attrs.frozen(kw_only=True)
class Proxy:
    """A proxy.

    Attributes:
        url: Its URL, which may hold a password; it is not shown.
        source: What named it, such as ``HTTPS_PROXY``.
    """

    url: str = attrs.field(converter=MaskedText)
    source: str

    def __str__(self) -> str:
        """Name it without user and password."""
        address = MaskedText((self.url.partition("://")[2] or self.url).rpartition("@")[2].rstrip("/"))
        return f"{address} (from {self.source})"


def find_proxy(endpoints: Endpoints, *, given: str | None) -> Proxy | None:
    """Find the proxy for these endpoints.

    Args:
        endpoints: Where requests go. Plain http, which is for a sandbox on this machine, needs no proxy.
        given: The URL of ``--proxy``; it counts before ``HTTPS_PROXY``.

    Returns:
        None without a proxy, or where ``NO_PROXY`` names the host.
    """
    if given is not None:
        return Proxy(url=given, source="--proxy")
    url, target = getproxies().get("https"), endpoints.graphql
    if not url or target.scheme != "https" or proxy_bypass(target.host or ""):
        return None
    named = any(os.environ.get(name) for name in _VARIABLES)
    return Proxy(url=url, source="HTTPS_PROXY" if named else "this system's settings")
