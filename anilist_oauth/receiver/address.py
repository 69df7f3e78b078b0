"""Find out from the redirect URI where a receiver must listen."""

import ipaddress

from yarl import URL

from anilist_oauth.errors import ConfigurationError
from anilist_oauth.oauth.endpoints import PIN_REDIRECT_URI
from anilist_oauth.oauth.uri import DEFAULT_PORTS, is_loopback, split_uri

Address = tuple[str, int]
"""An IP address and a port. In ``bind=``, a host name and a port."""

_HIGHEST_PORT = 65535


def loopback_addresses(redirect_uri: str) -> list[Address]:
    """Return the addresses of this machine to which a browser may connect for a redirect URI.

    For ``localhost``, a browser may use 127.0.0.1 or ::1. Both are returned, so that no other program gets the code.

    Raises:
        ConfigurationError: The redirect URI is not an http address of this machine.
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
        ConfigurationError: The value is not a host and a port, or browsers never request this redirect URI from a web
            server.
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
    """Return the path of a request in its normal form. Browsers send ``%7E``, ``%c3`` or ``|`` as it was registered."""
    return callback_path(f"http://localhost{raw}") if raw.startswith("/") else raw


def _not_here(redirect_uri: str) -> str:
    if redirect_uri == PIN_REDIRECT_URI:
        return (
            f"a receiver gets no callback at {redirect_uri}, with or without bind=, because AniList shows the user a "
            "code there; pass the text that the user pastes to flow.finish(pasted, login=login)"
        )
    if (split_uri(redirect_uri).scheme or "").lower() not in DEFAULT_PORTS:
        return (
            f"a receiver gets no callback at {redirect_uri}, with or without bind=, because the program that "
            "registered the scheme gets it; that program must pass it to flow.finish(callback)"
        )
    return (
        f"the redirect URI {redirect_uri} is not an http address of this machine; behind a reverse proxy, pass the "
        'address to listen on, as in CallbackReceiver(flow, bind=("127.0.0.1", 8080))'
    )
