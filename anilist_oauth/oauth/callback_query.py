"""The parameters of a callback, whatever form it arrives in."""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from yarl import URL

from anilist_oauth.errors import InvalidCallbackError

Callback = str | URL | Mapping[str, Any]
"""A callback as frameworks give it: its URL, its query string, or a mapping of its query (multidicts too)."""

SIZE_LIMIT = 64 * 1024  # characters; a code has about 750, a token 1,100
_NAMES = ("code", "state", "error", "iss", "error_description", "message", "hint", "access_token", "expires_in")
_SINGLE = ("code", "state", "error", "iss", "access_token")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def callback_url(callback: Callback) -> str | None:
    """Give the absolute URL of a callback that is one, else None."""
    text = str(callback).strip() if isinstance(callback, str | URL) else ""
    return text if _ABSOLUTE.match(text) else None


def callback_parameters(callback: Callback, *, fragment: bool = False) -> dict[str, str]:
    """Collect the parameters this package knows; empty ones count as absent, unknown ones are ignored.

    Args:
        callback: The callback.
        fragment: Whether a URL's fragment is read as well, as the implicit grant needs.

    Raises:
        InvalidCallbackError: It is none of the known forms, over 64 KiB, or ``code``, ``state``, ``error``, ``iss`` or
            ``access_token`` comes more than once (RFC 6749 section 3.1).
    """
    if isinstance(callback, str | URL):
        values = _of_pairs(_pairs(str(callback), fragment=fragment))
    elif isinstance(callback, Mapping) or hasattr(callback, "getall") or hasattr(callback, "getlist"):
        values = _of_mapping(callback)
    else:
        raise InvalidCallbackError(
            f"a callback is a URL as a str or yarl.URL, or a mapping of its query, not {_full_name(type(callback))}"
        )
    for name in _SINGLE:
        if len(values.get(name, ())) > 1:
            raise InvalidCallbackError(f"the callback has {name!r} more than once; no server sends that: start again")
    return {name: found[0] for name, found in values.items() if found and found[0]}


def _full_name(kind: type) -> str:
    """Name a type with its module, since many libraries have a class named URL."""
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"


def _pairs(text: str, *, fragment: bool) -> list[tuple[str, str]]:
    if len(text) > SIZE_LIMIT:
        raise InvalidCallbackError("the callback has over 64 KiB; no server sends that")
    rest, _, after = text.strip().partition("#")
    place, _, query = rest.partition("?")
    if "=" in place and not place.startswith("/") and not _ABSOLUTE.match(place):
        query = rest  # a query by itself, with a question mark in a value
    in_fragment = _parse(after.replace("?", "&"))  # oauth2-server 9 writes "#state=…?error=…"
    return _parse(query) + (in_fragment if fragment or "access_token" in dict(in_fragment) else [])


def _parse(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query, keep_blank_values=True, errors="replace")


def _of_pairs(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        if name in _NAMES:
            values.setdefault(name, []).append(value)
    return values


def _of_mapping(mapping: Any) -> dict[str, list[str]]:
    """Read every value of each name from the multidicts of aiohttp, Starlette, Django, Werkzeug, and plain dicts."""
    if hasattr(mapping, "getlist"):
        found = {name: mapping.getlist(name) for name in _NAMES}
    else:
        read = mapping.getall if hasattr(mapping, "getall") else mapping.get
        found = {name: read(name) for name in _NAMES if name in mapping}
    return {name: _texts(values, name) for name, values in found.items() if values not in ([], None)}


def _texts(values: Any, name: str) -> list[str]:
    texts = [value for value in (values if isinstance(values, list | tuple) else [values]) if value is not None]
    if not all(isinstance(text, str) for text in texts):
        raise InvalidCallbackError(
            f"the callback's {name!r} is not a string; pass the query as the framework parsed it"
        )
    return texts
