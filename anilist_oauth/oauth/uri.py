"""Split a URI into its parts without changing them (RFC 3986 appendix B)."""

import ipaddress
import re
from typing import Any, NamedTuple, cast

_PARTS = r"(?s)(?:([^:/?#]+):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?"
_HOST_AND_PORT = r"(?s)(\[[^\]]*\]?[^:]*|[^:]*)(?::(.*))?"

DEFAULT_PORTS = {"http": "80", "https": "443"}


class URIParts(NamedTuple):
    """The parts of a URI, not decoded. None means that a part is missing, and an empty string that it is empty."""

    scheme: str | None
    userinfo: str | None
    host: str | None
    port: str | None
    path: str
    query: str | None
    fragment: str | None


def split_uri(uri: str) -> URIParts:
    """Split any string as a URI. Nothing is checked, decoded or rewritten."""
    scheme, authority, path, query, fragment = _groups(_PARTS, uri)
    if authority is None:
        return URIParts(scheme, None, None, None, path, query, fragment)
    userinfo, at, rest = authority.rpartition("@")
    host, port = _groups(_HOST_AND_PORT, rest)
    return URIParts(scheme, userinfo if at else None, host, port, path, query, fragment)


def _groups(pattern: str, text: str) -> tuple[Any, ...]:
    """Return the groups of a pattern in which every part may be empty, so that it always matches."""
    return cast("re.Match[str]", re.fullmatch(pattern, text)).groups()


def is_loopback(host: str | None) -> bool:
    """Return whether a host is this machine: ``localhost``, 127.0.0.0/8 or ::1, without brackets."""
    if host is None:
        return False
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
