"""The URLs of AniList's authorization page, token endpoint and GraphQL API, and the rules for other ones."""

import ipaddress
import os
import re
from typing import Self

import attrs
from yarl import URL

from anilist_oauth.arguments import Value, expect_prefix
from anilist_oauth.errors import ConfigurationError
from anilist_oauth.oauth.uri import is_loopback, split_uri

PIN_REDIRECT_URI = "https://anilist.co/api/v2/oauth/pin"
"""The redirect URI to register if your program cannot receive callbacks. AniList then shows the user a code to copy."""

_STRICT = r"(?i:https?)://(?:[^/?#\\]*@)?(?:\[[0-9A-Fa-f:.]+\]|[^][%/?# \\:]+)(?::[0-9]+)?(?:[/?#][^ \\]*)?"
_LABEL_LIMIT = 63  # octets of one label of a host name (RFC 1035 section 2.3.4)


def _endpoint(value: str | URL) -> URL:
    try:
        url = _absolute(value)
    except (TypeError, ValueError) as error:
        raise ConfigurationError("an endpoint is an absolute URL, such as https://anilist.co/…") from error
    if url.scheme == "http" and not is_loopback(url.host):
        raise ConfigurationError(
            f"the endpoint at {url.host} is plain http, which would send secrets unencrypted; use https "
            "(http is allowed for a loopback host only)"
        )
    if url.raw_user is not None or url.raw_password is not None or url.raw_fragment:
        raise ConfigurationError(f"the endpoint at {url.host} has user information or a fragment; remove it")
    return url


def _absolute(value: str | URL) -> URL:
    text = str(value)
    if not text.isprintable() or not re.fullmatch(_STRICT, text):  # before yarl, which may change the URL or fail
        raise ValueError("no absolute URL of http or https")
    url = URL(value)
    host = (url.raw_host if url.host else None) or ""  # decoding the host detects a malformed IDN
    labels = [str(ipaddress.IPv6Address(host))] if ":" in host else host.removesuffix(".").split(".")
    if url.explicit_port == 0 or not all(0 < len(label) <= _LABEL_LIMIT for label in labels):
        raise ValueError("nothing can be reached there")
    return url


@attrs.frozen(repr=False, eq=False, kw_only=True)
class Endpoints(Value):
    """The URLs of an authorization server and its GraphQL API.

    Attributes:
        authorization: The page to which the user's browser is sent (RFC 6749 section 3.1).
        token: The endpoint that exchanges codes (RFC 6749 section 3.2). `LoginFlow` trusts the user id in the tokens
            that it returns, so whoever runs it can log in as any user.
        graphql: The endpoint for requests with the access token. The token is only sent to it.

    Raises:
        ConfigurationError: A URL is neither https, nor http on a loopback host (RFC 6749 section 10.9).
    """

    authorization: URL = attrs.field(converter=_endpoint)
    token: URL = attrs.field(converter=_endpoint)
    graphql: URL = attrs.field(converter=_endpoint)

    @classmethod
    def from_env(cls, prefix: str = "ANILIST_") -> Self:
        """Return the endpoints of the sandbox whose origin is in ``ANILIST_ENDPOINTS``, or else AniList's.

        An origin is scheme, host and port, such as ``http://127.0.0.1:8080``.

        Raises:
            ConfigurationError: The variable does not contain an origin.
        """
        expect_prefix(prefix)
        name = f"{prefix}ENDPOINTS"
        origin = os.environ.get(name, "").strip()
        if not origin:
            return cls(authorization=ANILIST.authorization, token=ANILIST.token, graphql=ANILIST.graphql)
        parts = split_uri(origin)
        if parts.host is None or parts.path not in {"", "/"} or (parts.query, parts.fragment) != (None, None):
            raise ConfigurationError(f"{name}: the origin of a sandbox is needed, such as http://127.0.0.1:8080")
        base = origin.rstrip("/")
        oauth = f"{base}{ANILIST.authorization.path.removesuffix('/authorize')}"
        return cls(authorization=f"{oauth}/authorize", token=f"{oauth}/token", graphql=f"{base}/graphql")


ANILIST = Endpoints(
    authorization="https://anilist.co/api/v2/oauth/authorize",
    token="https://anilist.co/api/v2/oauth/token",
    graphql="https://graphql.anilist.co",
)
