"""Read the parameters of a callback once, from any form in which frameworks provide it."""

import re
from collections.abc import Mapping
from functools import partial
from typing import Any, Self, Union
from urllib.parse import parse_qsl

from yarl import URL

from anilist_oauth.errors import InvalidCallbackError
from anilist_oauth.redaction import Masked, MaskedText, Unpicklable

Callback = Union[str, URL, Mapping[str, Any], "CallbackQuery", Masked[Any]]
"""A callback as frameworks provide it: its URL, its query string, or its query as a mapping or multidict.

Inside this package it may also be a `CallbackQuery`, or any of these wrapped so that crash reporters do not show it.
"""

SIZE_LIMIT = 64 * 1024  # characters; a code has about 750, a token 1,100
_NAMES = ("code", "state", "error", "iss", "error_description", "message", "hint", "access_token", "expires_in")
_SINGLE = ("code", "state", "error", "iss", "access_token")
_ABSOLUTE = r"[A-Za-z][A-Za-z0-9+.-]*:"
_parse = partial(parse_qsl, keep_blank_values=True, errors="replace")


class CallbackQuery(Unpicklable):
    """A callback that was already read. It can be passed wherever a callback can, and is not parsed again.

    Attributes:
        parameters: The parameters that this package uses, without empty ones.
        state: The state, or None if it is missing or empty.
        url: The absolute URL of the callback, or None if it was given in another form.
    """

    __slots__ = ("parameters", "state", "url")

    def __init__(self, given: Masked[Any], *, fragment: bool) -> None:
        text = MaskedText()
        if isinstance(given.value, str | URL):
            text = MaskedText(given.value)
            values = _of_text(text, fragment=fragment)
        elif isinstance(given.value, Mapping) or hasattr(given.value, "getall") or hasattr(given.value, "getlist"):
            values = _of_mapping(given)
        else:
            raise InvalidCallbackError(
                "a callback must be a URL (str or yarl.URL) or a mapping of its query, not "
                f"{_full_name(type(given.value))}"
            )
        for name in _SINGLE:
            if len(values.get(name, ())) > 1:
                raise InvalidCallbackError(
                    f"the callback has {name!r} more than once, which no server sends; start a new login"
                )
        self.parameters: Mapping[str, MaskedText] = {
            name: found[0] for name, found in values.items() if found and found[0]
        }
        self.state: MaskedText | None = self.parameters.get("state")
        text = MaskedText(text.strip())
        self.url: MaskedText | None = text if re.match(_ABSOLUTE, text) else None

    @classmethod
    def of(cls, callback: Callback, *, fragment: bool = False) -> Self:
        """Read a callback. If it was already read, return it unchanged.

        Empty and unknown parameters are ignored. The state is not checked.

        Args:
            callback: The callback.
            fragment: Whether to read the URL's fragment as well, for the implicit grant.

        Raises:
            InvalidCallbackError: The callback has an unknown form, is longer than 64 KiB, or has ``code``, ``state``,
                ``error``, ``iss`` or ``access_token`` more than once (RFC 6749 section 3.1).
        """
        given = Masked(callback)
        del callback
        if isinstance(given.value, cls):
            return given.value
        return cls(given, fragment=fragment)


def _full_name(kind: type) -> str:
    """Return a type's name with its module, because many libraries have a class named URL."""
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"


def _of_text(text: MaskedText, *, fragment: bool) -> dict[str, list[MaskedText]]:
    if len(text) > SIZE_LIMIT:
        raise InvalidCallbackError("the callback is longer than 64 KiB, which no server sends; start a new login")
    rest, _, after = text.strip().partition("#")
    place, _, query = rest.partition("?")
    if "=" in place and not place.startswith("/") and not re.match(_ABSOLUTE, place):
        query = rest  # a bare query with a question mark in a value
    pairs = _parse(query)
    if after:
        in_fragment = _parse(after.replace("?", "&"))  # oauth2-server 9 writes "#state=…?error=…"
        pairs += in_fragment if fragment or "access_token" in dict(in_fragment) else []
    values: dict[str, list[MaskedText]] = {}
    for name, value in pairs:
        if name in _NAMES:
            values.setdefault(name, []).append(MaskedText(value))
    return values


def _of_mapping(given: Masked[Any]) -> dict[str, list[MaskedText]]:
    """Read all values of each name from a plain dict or a multidict of aiohttp, Starlette, Django or Werkzeug."""
    found = {}
    for name in _NAMES:
        values = Masked(_values(given.value, name))
        if not all(isinstance(value, str) for value in values.value):
            raise InvalidCallbackError(
                f"the callback's {name!r} is not a string; pass the query as the framework parsed it"
            )
        found[name] = [MaskedText(value) for value in values.value]
    return found


def _values(mapping: Any, name: str) -> list[Any]:
    if hasattr(mapping, "getlist"):
        values = mapping.getlist(name)
    elif name not in mapping:
        values = None
    else:
        values = mapping.getall(name) if hasattr(mapping, "getall") else mapping[name]
    return [value for value in (values if isinstance(values, list | tuple) else [values]) if value is not None]
