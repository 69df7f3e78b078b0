"""What keeps secrets, and other people's text, out of what a person reads.

A client secret, code, token or state is never shown: values that hold one mask it in their repr and refuse to be
pickled, and whatever a server or a browser sends passes `clean` before it reaches a message.
"""

import re
from typing import Any, Generic, NoReturn, SupportsIndex, TypeVar
from urllib.parse import quote, quote_plus

import attrs

T = TypeVar("T")

MASK = "***"
TEXT_LIMIT = 300  # characters of foreign text that a message may hold
_LOOKED_AT = 16 * 1024  # characters of foreign text that are looked at one by one
_PLACEHOLDER = re.compile("[A-Za-z]{,7}|.{,3}")  # "code" or "secret" in a test: to mask it would garble every text
_SHAPES = re.compile(r"eyJ[\w-]{6,}(?:\.[\w-]*)*|def50[0-9a-f]{20,}", re.ASCII)  # a JWT; a code or refresh token


def masked(value: object) -> str:
    """Stand in for a secret in a repr: ``***``, or ``None`` where there is none."""
    return "None" if value is None else MASK


def mask_shapes(text: str) -> str:
    """Mask what has the shape of an access token, code or refresh token of AniList, whoever's it is."""
    return _SHAPES.sub(MASK, text)


def clean(text: str, *, secrets: tuple[str, ...] = ()) -> str:
    """Make foreign text fit for a message.

    Args:
        text: What a server or a browser sent.
        secrets: What must not be repeated, such as the client secret and the code of this request; a short plain word
            is none.

    Returns:
        The text with every secret replaced, plain or percent-encoded, and all that looks like a token; blanks joined,
        control and other unprintable characters removed, cut to 300 characters.
    """
    text = _hide(text, secrets)[:_LOOKED_AT]
    text = "".join(character for character in " ".join(text.split()) if character.isprintable())
    text = _hide(text, secrets)  # again: what was removed may have stood inside a secret
    return text if len(text) <= TEXT_LIMIT else text[: TEXT_LIMIT - 1] + "…"


def _hide(text: str, secrets: tuple[str, ...]) -> str:
    for secret in sorted(secrets, key=len, reverse=True):  # one may be the beginning of another
        if _PLACEHOLDER.fullmatch(secret):
            continue
        for form in (secret, quote(secret, "", errors="replace"), quote_plus(secret, "", errors="replace")):
            text = text.replace(form, MASK)
    return mask_shapes(text)


class MaskedText(str):
    """A secret as text. It is an ordinary `str` except that its repr, and that of any piece cut from it, is masked.

    Crash reporters (Sentry, rich and structlog at their defaults) show the local variables of each frame. So a secret
    travels through this package as one of these three: `MaskedText`, `MaskedBytes`, or `Masked` for anything else. Wrap
    it where it comes in, before anything can raise: ``code = MaskedText(code)``. Methods give plain text again, so that
    their result is wrapped as well before it gets a name: ``code = MaskedText(code.strip())``. A dict, tuple or list
    shows the repr of its members, so that masked members are enough there.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return MASK

    def __getitem__(self, index: SupportsIndex | slice) -> "MaskedText":
        return MaskedText(super().__getitem__(index))  # rich shows the beginning of a long text


class MaskedBytes(bytes):
    """A secret as bytes; as for `MaskedText`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return MASK

    def __getitem__(self, index: Any) -> Any:
        found = super().__getitem__(index)
        return MaskedBytes(found) if isinstance(index, slice) else found


@attrs.frozen(repr=False, eq=False)
class Masked(Generic[T]):
    """Anything else with a secret in it, such as a mapping or a URL, in an envelope whose repr is masked.

    Attributes:
        value: What is inside; use it in an expression, and give it no name.
    """

    value: T = attrs.field(repr=False)

    @classmethod
    def around(cls, value: "T | Masked[T]") -> "Masked[Any]":
        """Put a value into an envelope, unless it is in one already."""
        return value if isinstance(value, Masked) else Masked(value)

    def __repr__(self) -> str:
        return MASK


class Unpicklable:
    """A value that holds a secret: copying gives itself, pickling is refused (it would write the secret out)."""

    __slots__ = ()
    _instead = "keep its parts where secrets belong"

    def __copy__(self) -> Any:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return self

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        message = f"{type(self).__name__} holds a secret and is never pickled; {self._instead}"
        raise TypeError(message)
