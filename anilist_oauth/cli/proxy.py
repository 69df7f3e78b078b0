"""Find the proxy for requests in the options or in the environment."""

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
        url: Its URL. It may contain a password, so its repr is masked.
        source: The option or variable that it comes from, such as ``HTTPS_PROXY``.
    """

    url: str = attrs.field(converter=MaskedText)
    source: str

    def __str__(self) -> str:
        """Return its address without user and password."""
        address = MaskedText((self.url.partition("://")[2] or self.url).rpartition("@")[2].rstrip("/"))
        return f"{address} (from {self.source})"


def find_proxy(endpoints: Endpoints, *, given: str | None) -> Proxy | None:
    """Return the proxy for these endpoints.

    Args:
        endpoints: Where requests go. Plain http is only used for a local sandbox and needs no proxy.
        given: The URL of ``--proxy``. It takes precedence over ``HTTPS_PROXY``.

    Returns:
        The proxy, or None if none is set or ``NO_PROXY`` lists the host.
    """
    if given is not None:
        return Proxy(url=given, source="--proxy")
    url, target = getproxies().get("https"), endpoints.graphql
    if not url or target.scheme != "https" or proxy_bypass(target.host or ""):
        return None
    named = any(os.environ.get(name) for name in _VARIABLES)
    return Proxy(url=url, source="HTTPS_PROXY" if named else "this system's settings")
