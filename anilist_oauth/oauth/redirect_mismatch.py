"""Describe the difference between two redirect URIs, so that a person can fix it."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from urllib.parse import unquote

from anilist_oauth.oauth.uri import DEFAULT_PORTS, URIParts, split_uri
from anilist_oauth.redaction import MASK, mask_shapes

_SECRET_PARAMETERS = ("code", "state", "access_token", "refresh_token", "token", "client_secret")
_USERINFO = r"(?<=//)[^/?#]*@"
# One character, plain or as percent-encoded UTF-8.
_CHARACTER = r"(?is)%[cd]\w%[89ab]\w|%e\w(?:%[89ab]\w){2}|%f\w(?:%[89ab]\w){3}|%[0-9a-f]{2}|."
_WINDOW = 300  # characters of a URI that are shown above the caret
_SHOWN = 100  # characters of a part that the description shows


def mask_callback(given: str) -> str:
    """Mask the secrets in a callback URL, because it is easily passed by mistake instead of the redirect URI."""
    return mask_shapes(re.sub(_USERINFO, f"{MASK}@", _secrets().sub(rf"\1{MASK}", given)))


def difference(registered: str, given: str) -> str:
    """Return how `given` differs from `registered`, in the form "<given> for <registered>"."""
    if _secrets().search(given):
        return "it is a whole callback URL with code and state; pass only the redirect URI, or nothing"
    if not given.strip():
        return "it is empty"
    visible = "".join(character for character in mask_callback(given) if _visible(character))
    if visible != registered and _same_letters(visible, registered):
        return "another Unicode form of the same letters; copy the registered one"
    found = [*_invisible(given), *_differences(split_uri(registered), split_uri(visible))]
    return ", and ".join(found) or "a part that is masked here"


def caret(registered: str, given: str) -> str:
    """Return both URIs, one below the other, with a caret under the first character that differs."""
    shared = next(
        (place for place, (one, other) in enumerate(zip(registered, given, strict=False)) if one != other),
        min(len(registered), len(given)),
    )
    start = max(0, shared - _WINDOW // 2)
    lead = "…" if start else ""
    above, below = (
        lead + "".join(c if _visible(c) else "␣" for c in uri[start : start + _WINDOW]) for uri in (registered, given)
    )
    return f"  registered: {above}\n  given:      {below}\n              {' ' * (len(lead) + shared - start)}^"


@cache  # not at import, because only an error needs it
def _secrets() -> re.Pattern[str]:
    """Match a secret parameter and its value. Each character may be percent-encoded, even repeatedly."""
    names = "|".join(map(_written, _SECRET_PARAMETERS))
    mark, equals = r"^|[?&#]|%(?:25)*(?:3f|26|23)", _written("=")
    return re.compile(f"((?:{mark})(?:{names}){equals})[^&#]+", re.IGNORECASE)


def _written(text: str) -> str:
    return "".join(f"(?:{c}|%(?:25)*(?:{ord(c):02x}|{ord(c.upper()):02x}))" for c in text)


def _visible(character: str) -> bool:
    return character.isprintable() and not character.isspace()


def _same_letters(one: str, other: str) -> bool:
    return unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", other)


def _invisible(given: str) -> Iterator[str]:
    if given != given.strip():
        yield "extra whitespace around it"
    odd = [character for character in given.strip() if not _visible(character)]
    if any(character.isspace() for character in odd):
        yield "extra whitespace inside it"
    if hidden := next((character for character in odd if not character.isspace()), None):
        yield f"an invisible character (U+{ord(hidden):04X})"


def _differences(registered: URIParts, given: URIParts) -> Iterator[str]:
    yield from _scheme(registered.scheme, given.scheme)
    if registered.userinfo != given.userinfo:
        yield "user information before the host"
    yield from _host(registered.host, given.host)
    yield from _port(registered, given)
    yield from _path(registered.path, given.path)
    yield from _optional("query", "?", registered.query, given.query)
    yield from _optional("fragment", "#", registered.fragment, given.fragment)


def _scheme(registered: str | None, given: str | None) -> Iterator[str]:
    ours, theirs = registered or "no scheme", given or "no scheme"
    if ours == theirs:
        return
    if ours.lower() == theirs.lower():
        yield f"the letter case of the scheme: {_for(theirs, ours)}"
    else:
        yield _for(theirs, ours)


def _host(registered: str | None, given: str | None) -> Iterator[str]:
    ours, theirs = registered or "", given or ""
    if registered == given:
        return
    if ours == theirs:
        yield "the number of slashes after the scheme"
    elif ours.lower() == theirs.lower():
        yield f"the letter case of the host: {_for(theirs, ours)}"
    elif f"www.{ours}".lower() == theirs.lower():
        yield f"the host begins with www.: {_for(theirs, ours)}"
    elif ours.lower() == f"www.{theirs}".lower():
        yield f"the host does not begin with www.: {_for(theirs, ours)}"
    else:
        yield _for(theirs or "no host", ours or "no host")


def _port(registered: URIParts, given: URIParts) -> Iterator[str]:
    ours, theirs = registered.port, given.port
    if ours == theirs:
        return
    if theirs == "":
        yield "a colon without a port"
    elif theirs is None:
        yield f"the default port {ours} is left out" if _by_default(registered) else f"port {ours} is missing"
    elif ours is None:
        yield f"the default port {theirs} is written out" if _by_default(given) else f"port {_cut(theirs)} is added"
    else:
        yield f"port {_for(theirs, ours)}"


def _by_default(parts: URIParts) -> bool:
    return parts.port == DEFAULT_PORTS.get((parts.scheme or "").lower())


def _path(registered: str, given: str) -> Iterator[str]:
    if registered == given:
        return
    if registered == given + "/":
        yield "the registered one ends in a slash"
    elif registered + "/" == given:
        yield "the given one ends in a slash"
    elif _decoded(registered) == _decoded(given):
        yield _encoding(registered, given)
    elif registered.lower() == given.lower():
        yield f"the letter case of the path: {_for(given, registered)}"
    else:
        yield f"the path {_for(given or 'left out', registered or 'none')}"


def _optional(name: str, mark: str, registered: str | None, given: str | None) -> Iterator[str]:
    if registered == given:
        return
    if given is None:
        yield f"the {name} {mark}{_cut(registered or '')} is missing"
    elif registered is None:
        yield f"a {name} is added: {mark}{_cut(given)}"
    elif _decoded(registered) == _decoded(given):
        yield f"in the {name} {_encoding(registered, given)}"
    elif registered.lower() == given.lower():
        yield f"the letter case of the {name}: {_for(mark + given, mark + registered)}"
    else:
        yield f"the {name} {_for(mark + given, mark + registered)}"


def _decoded(text: str) -> str:
    return unquote(text, errors="surrogateescape")


def _encoding(registered: str, given: str) -> str:
    """Describe the first character that is encoded differently, such as ``%7E for ~``."""
    ours, theirs = re.findall(_CHARACTER, registered), re.findall(_CHARACTER, given)
    return next(_for(other, one) for one, other in zip(ours, theirs, strict=False) if one != other)


def _for(given: str, registered: str) -> str:
    return f"{_cut(given)} for {_cut(registered)}"


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
