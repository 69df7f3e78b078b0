"""Keep secrets and unchecked text out of messages, reprs and logs.

Client secrets, codes, tokens and states are never shown. Values that hold one mask it in their repr and cannot be
pickled. Text from a server or a browser is passed through `clean` before it is put into a message.
"""

import re
from collections.abc import Callable
from operator import methodcaller
from typing import Any, Generic, NoReturn, SupportsIndex, TypeVar
from urllib.parse import quote, quote_plus

T = TypeVar("T")

MASK = "***"
TEXT_LIMIT = 300  # the most characters of a server's or browser's text in a message
_LOOKED_AT = 16 * 1024  # the most characters of such a text that are examined one by one
_PLACEHOLDER = "[A-Za-z]{,7}|.{,3}"  # a test's secret may be "code", and masking that word would garble every text
_SHAPES = r"(?a)eyJ[\w-]{6,}(?:\.[\w-]*)*|def50[0-9a-f]{20,}"  # a JWT; a code or refresh token


def masked(value: object) -> str:
    """Return what a repr shows for a secret: ``***``, or ``None`` if there is none."""
    return "None" if value is None else MASK


secret_bytes: Callable[[str], bytes] = methodcaller("encode", "utf-8", "surrogatepass")
"""Encodes a secret to hash or compare it. Any string works, even one that is not valid Unicode."""


def mask_shapes(text: str) -> str:
    """Mask everything that looks like an access token, code or refresh token of AniList, of any user."""
    return re.sub(_SHAPES, MASK, text)


def clean(text: str, *, secrets: tuple[str, ...] = ()) -> str:
    """Make text from a server or a browser safe to put into a message.

    Args:
        text: The text.
        secrets: Strings that must not appear in the result, such as the client secret and the code of this request.
            Strings of up to three characters or seven letters are not treated as secrets.

    Returns:
        The text with every secret (plain or percent-encoded) and everything that looks like a token replaced by
        ``***``. Each run of whitespace becomes one space, unprintable characters are removed, and the rest is cut to
        300 characters.
    """
    text = _hide(text, secrets)[:_LOOKED_AT]
    text = "".join(character for character in " ".join(text.split()) if character.isprintable())
    text = _hide(text, secrets)  # again: a removed character may have split a secret
    return text if len(text) <= TEXT_LIMIT else text[: TEXT_LIMIT - 1] + "…"


def _hide(text: str, secrets: tuple[str, ...]) -> str:
    for secret in sorted(secrets, key=len, reverse=True):  # one may be a prefix of another
        if re.fullmatch(_PLACEHOLDER, secret):
            continue
        for form in (secret, quote(secret, "", errors="replace"), quote_plus(secret, "", errors="replace")):
            text = text.replace(form, MASK)
    return mask_shapes(text)


class MaskedText(str):
    """A secret string. It is an ordinary `str`, but its repr is masked, and so are the reprs of its slices.

    Crash reporters (Sentry, rich and structlog by default) show the local variables of each frame. Inside this package,
    every secret therefore has one of three types: `MaskedText`, `MaskedBytes`, or `Masked` for anything else. Wrap a
    secret where it is received, before anything can raise: ``code = MaskedText(code)``. Methods of `str` return plain
    text, so wrap their result before you assign it: ``code = MaskedText(code.strip())``. Dicts, tuples and lists show
    the reprs of their members, so it is enough to mask the members.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return MASK

    def __getitem__(self, index: SupportsIndex | slice) -> "MaskedText":
        return MaskedText(super().__getitem__(index))  # rich cuts long strings before it shows them


def masked_text(value: Any) -> Any:
    """Return a string as `MaskedText`, even if its class has a `str()` of its own, and anything else unchanged."""
    return MaskedText(str.__str__(value)) if isinstance(value, str) else value


class MaskedBytes(bytes):
    """Secret bytes; see `MaskedText`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return MASK

    def __getitem__(self, index: Any) -> Any:
        found = super().__getitem__(index)
        return MaskedBytes(found) if isinstance(index, slice) else found


class Masked(Generic[T]):
    """A wrapper with a masked repr, for any other value that holds a secret, such as a mapping or a URL.

    A value that is wrapped already is not wrapped twice. It is a plain class because an exchange creates several of
    them, and creating an attrs instance takes twice as long.

    Attributes:
        value: The wrapped value. Use it in an expression, and do not assign it to a name.
    """

    __slots__ = ("value",)

    def __init__(self, value: "T | Masked[T]") -> None:
        self.value: T = value.value if isinstance(value, Masked) else value

    def __repr__(self) -> str:
        return MASK


class Unpicklable:
    """Base class of values that hold a secret. Copying returns the value itself, and pickling raises `TypeError`."""

    __slots__ = ()
    _instead = "store its parts where you keep your secrets"

    def __copy__(self) -> Any:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return self

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        message = f"{type(self).__name__} holds a secret and cannot be pickled; {self._instead}"
        raise TypeError(message)
