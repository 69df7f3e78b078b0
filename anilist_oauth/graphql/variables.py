"""Check that the variables of a GraphQL request are JSON, before anything is sent."""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from anilist_oauth.errors import UnsendableValueError

DEPTH_LIMIT = 64  # levels of lists and objects; AniList's own inputs have three
VALUE_LIMIT = 100_000  # values in total; a list that occurs several times is counted each time
_INTEGER_BITS = 64
_HALF_PAIR = "[\ud800-\udfff]"


def plain_variables(variables: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of the variables in JSON types: dict, list, str, int, float, bool and None.

    Any mapping becomes a dict, and a tuple becomes a list. Whether the server accepts the values is not checked.

    Raises:
        UnsendableValueError: A value has another type, is NaN or infinite, or contains itself. Or a key is not a
            string, or a string has an unpaired surrogate. `path` locates it, such as ``variables.ids[3]``.
    """
    if not isinstance(variables, Mapping):
        refuse("variables", f"a mapping of names to values is needed, not {type(variables).__name__}")
    plain: dict[str, Any] = _Copy().value(variables, "variables", ())
    return plain


def checked_text(text: Any, path: str) -> str:
    """Return a string that can be encoded as UTF-8. Otherwise raise `UnsendableValueError` with the `path`."""
    if not isinstance(text, str):
        refuse(path, f"a string is needed, not {type(text).__name__}")
    if not text.isascii() and re.search(_HALF_PAIR, text):
        refuse(path, "the string has an unpaired surrogate, which UTF-8 cannot encode; decode it correctly first")
    return str.__str__(text)  # a member of an enum becomes its plain value, not its name


def refuse(path: str, why: str) -> NoReturn:
    """Raise `UnsendableValueError` for the value at `path`. The error does not show the value."""
    raise UnsendableValueError(f"{path}: {why}", path=path)


class _Copy:
    """Copies the variables of one request and counts their values."""

    def __init__(self) -> None:
        self._met = 0

    def value(self, value: Any, path: str, inside: tuple[int, ...]) -> Any:
        """Return a copy of one value. `inside` contains the identities of the lists and objects that contain it."""
        self._met += 1
        if self._met > VALUE_LIMIT:
            refuse(path, f"there are more than {VALUE_LIMIT:,} values; send them in several requests")
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return checked_text(value, path)
        if isinstance(value, int | float):
            return _number(value, path)
        if isinstance(value, Mapping | list | tuple):
            return self._container(value, path, inside)
        refuse(path, f"{type(value).__name__} is not a JSON type; convert it to a string or a number first")

    def _container(self, value: Any, path: str, inside: tuple[int, ...]) -> Any:
        if id(value) in inside:
            refuse(path, "the value contains itself; send a copy without the cycle")
        if len(inside) >= DEPTH_LIMIT:
            refuse(path, f"the value is nested more than {DEPTH_LIMIT} levels deep; send a flatter value")
        within = (*inside, id(value))
        if isinstance(value, Mapping):
            return {key: self.value(item, below, within) for key, item, below in _items(value, path)}
        return [self.value(item, f"{path}[{place}]", within) for place, item in enumerate(value)]


def _items(mapping: Mapping[Any, Any], path: str) -> Iterator[tuple[str, Any, str]]:
    for key, item in mapping.items():
        if not isinstance(key, str):
            refuse(path, f"a key is {type(key).__name__}; the keys of a JSON object must be strings")
        key = checked_text(key, path)  # noqa: PLW2901 (the plain text of the same key)
        yield key, item, f"{path}.{key}" if key.isidentifier() else f"{path}[{key!r}]"


def _number(value: float, path: str) -> int | float:
    if isinstance(value, int):
        if value.bit_length() > _INTEGER_BITS:
            refuse(path, f"the number has more than {_INTEGER_BITS} bits, which no server reads; send it as a string")
        return int(value)
    if not math.isfinite(value):
        refuse(path, f"JSON cannot contain {float(value)}; send a finite number or None")
    return float(value)
