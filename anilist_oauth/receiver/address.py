"""Find out where a receiver must listen, from the redirect URI alone."""

import ipaddress

from yarl import URL

from anilist_oauth.errors import ConfigurationError
from anilist_oauth.oauth.endpoints import PIN_REDIRECT_URI
from anilist_oauth.oauth.uri import DEFAULT_PORTS, is_loopback, split_uri

Address = tuple[str, int]
"""An IP address, or for ``bind=`` a host name, and a port."""

_HIGHEST_PORT = 65535


def loopback_addresses(redirect_uri: str) -> list[Address]:
    """Return the addresses of this machine at which a browser may call a redirect URI.

    A browser may take ``localhost`` as 127.0.0.1 or ::1. Both are opened, so that no other program gets the code.

    Raises:
        ConfigurationError: The redirect URI is not plain http on this machine. The message says what to do instead.
    """
    scheme, _, host, port, *_ = split_uri(redirect_uri)
    literal = (host or "").lower().removeprefix("[").removesuffix("]")
    if (scheme or "").lower() != "http" or not is_loopback(literal):
        raise ConfigurationError(_not_here(redirect_uri))
    number = int(port or DEFAULT_PORTS["http"])
    hosts = ("127.0.0.1", "::1") if literal == "localhost" else (str(ipaddress.ip_address(literal)),)
    return [(name, number) for name in hosts]


def bound_address(bind: Address, redirect_uri: str) -> Address:
    """Check the value of ``bind=`` and return it.

    Raises:
        ConfigurationError: It is not a host and a port, or no web server is ever called at this redirect URI.
    """
    if (split_uri(redirect_uri).scheme or "").lower() not in DEFAULT_PORTS or redirect_uri == PIN_REDIRECT_URI:
        raise ConfigurationError(_not_here(redirect_uri))
    if (
        not isinstance(bind, tuple | list)
        or len(bind) != 2
        or not isinstance(bind[0], str)
        or type(bind[1]) is not int
        or not 0 <= bind[1] <= _HIGHEST_PORT
    ):
        raise ConfigurationError('bind: a host and a port are needed, such as ("0.0.0.0", 8080)')
    return bind[0], bind[1]


def callback_path(redirect_uri: str) -> str:
    """Return the path of a redirect URI in its normal form."""
    return URL(redirect_uri).raw_path or "/"


def requested_path(raw: str) -> str:
    """Return a request's path in the normal form. Browsers keep a registered ``%7E``, ``%c3`` or ``|`` as it is."""
    return callback_path(f"http://localhost{raw}") if raw.startswith("/") else raw


def _not_here(redirect_uri: str) -> str:
    if redirect_uri == PIN_REDIRECT_URI:
        return (
            f"nobody is called back at {redirect_uri}, with or without bind=, because AniList shows the user a code "
            "there; pass what the user pastes to flow.finish(pasted, login=login)"
        )
    if (split_uri(redirect_uri).scheme or "").lower() not in DEFAULT_PORTS:
        return (
            f"no web server is called back at {redirect_uri}, with or without bind=, only the program that registered "
            "the scheme; pass the callback it gets to flow.finish(callback)"
        )
    return (
        f"the redirect URI {redirect_uri} is not plain http on this machine; behind a reverse proxy, say where to "
        'listen, as in CallbackReceiver(flow, bind=("127.0.0.1", 8080))'
    )
