r"""Check where a web application may send the browser after a login: never to another site (RFC 9700 section 4.11).

Browsers read ``/\evil.example``, ``//evil.example`` and ``/<tab>/evil.example`` as another host, and a server may
decode other text to one of these. So a path is refused if it could be read as another host in any of these ways. A
whole URL is refused unless its origin is explicitly allowed.
"""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

from anilist_oauth.arguments import expect
from anilist_oauth.errors import ConfigurationError
from anilist_oauth.oauth.uri import DEFAULT_PORTS, split_uri

_LIMIT = 2048  # characters
_VISIBLE = r"[!-\[\]-~]+"  # ASCII without space, control characters, backslash
_HOST = r"[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]"
_PORT = r"[0-9]{1,5}"
_ROUNDS = 5  # of percent-decoding; text that is still encoded afterwards is refused


def check_return_to(return_to: Any, *, origins: frozenset[str] = frozenset()) -> str:
    """Return `return_to` if the browser may be sent there.

    Args:
        return_to: A path with a query, such as ``/profile?tab=2``, or a URL of an allowed origin, in visible ASCII
            (percent-encoded if needed).
        origins: The result of `allowed_origins`.

    Raises:
        ConfigurationError: The browser must not be sent there. The message does not repeat the address.
    """
    if not isinstance(return_to, str) or len(return_to) > _LIMIT or not re.fullmatch(_VISIBLE, return_to):
        raise ConfigurationError(
            f"return_to: a path in visible ASCII, without backslash, of at most {_LIMIT:,} characters is needed; "
            "percent-encode the other characters"
        )
    parts = split_uri(return_to)
    if (parts.scheme is not None or parts.host is not None) and _origin(return_to) not in origins:
        raise ConfigurationError("return_to: a path of this site, or a URL of one of return_origins, is needed")
    if not (parts.path.startswith("/") or (parts.host and not parts.path)) or not _is_stable_path(parts.path):
        raise ConfigurationError("return_to: the path must begin with a slash and must not contain two in a row")
    return return_to


def allowed_origins(origins: Iterable[str]) -> frozenset[str]:
    """Read origins such as ``https://app.example`` or ``http://localhost:3000``.

    Raises:
        ConfigurationError: One has a path or user information, has no host, or is neither http nor https.
    """
    if isinstance(origins, str):
        raise ConfigurationError("return_origins: a list of origins is needed, not one string")
    expect(origins, Iterable, "return_origins: a list of origins is needed")
    found = set()
    for origin in origins:
        normal = _origin(origin) if isinstance(origin, str) else None
        if normal is None or split_uri(origin)[4:] != ("", None, None):
            raise ConfigurationError("return_origins: each must be a scheme and a host, such as https://app.example")
        found.add(normal)
    return frozenset(found)


def _origin(url: str) -> str | None:
    """Return scheme, host and port in a normal form, or None if they are malformed."""
    scheme, userinfo, host, port = split_uri(url)[:4]
    scheme = (scheme or "").lower()
    if scheme not in DEFAULT_PORTS or userinfo is not None or not re.fullmatch(_HOST, host or ""):
        return None
    if port is not None and not re.fullmatch(_PORT, port):
        return None
    return f"{scheme}://{(host or '').lower()}:{int(port or DEFAULT_PORTS[scheme])}"


def _is_stable_path(path: str) -> bool:
    """Return whether a path stays safe, however often it is decoded and even if its whitespace is removed."""
    for _ in range(_ROUNDS):
        path = "".join(path.split())
        if "//" in path or "\\" in path or not path.isprintable():
            return False
        decoded = unquote(path)
        if decoded == path:
            return True
        path = decoded
    return False
