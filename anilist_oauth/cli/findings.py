"""The findings of `doctor`, and common mistakes in redirect URIs."""

from collections.abc import Iterator
from typing import Literal

import attrs

from anilist_oauth.oauth.uri import DEFAULT_PORTS, split_uri

Level = Literal["good", "problem", "unknown"]


@attrs.frozen(kw_only=True)
class Finding:
    """The result of one check.

    Attributes:
        name: What was checked, such as ``client_secret`` or ``clock``.
        level: ``good``, ``problem``, or ``unknown`` if it could not be checked.
        text: What was found. For a secret, this is only its length.
        remedy: What to do about a problem.
    """

    name: str
    level: Level
    text: str
    remedy: str | None = None


def good(name: str, text: str) -> Finding:
    """Return the finding that something is right."""
    return Finding(name=name, level="good", text=text)


def problem(name: str, text: str, remedy: str | None = None) -> Finding:
    """Return the finding that something is wrong."""
    return Finding(name=name, level="problem", text=text, remedy=remedy)


def unknown(name: str, text: str) -> Finding:
    """Return the finding that something could not be checked."""
    return Finding(name=name, level="unknown", text=text)


def similar_uris(redirect_uri: str) -> Iterator[str]:
    """Yield the URIs that may be registered at AniList by mistake instead of this one, the most likely first."""
    parts = split_uri(redirect_uri)
    scheme, rest = parts.scheme or "", redirect_uri.partition("://")[2]
    if scheme not in DEFAULT_PORTS or not rest:
        return
    host = parts.host or ""
    after = rest.removeprefix(host)
    if parts.query is None:
        yield redirect_uri.removesuffix("/") if redirect_uri.endswith("/") else f"{redirect_uri}/"
    yield f"{'http' if scheme == 'https' else 'https'}://{rest}"
    yield f"{scheme}://{_also_called(host)}{after}"
    if parts.port is not None:
        yield f"{scheme}://{host}{after.removeprefix(f':{parts.port}')}"
    if rest != rest.lower():
        yield redirect_uri.lower()


def _also_called(host: str) -> str:
    """Return the other common name of a host."""
    local = {"localhost": "127.0.0.1", "127.0.0.1": "localhost", "[::1]": "localhost"}.get(host)
    return local or (host.removeprefix("www.") if host.startswith("www.") else f"www.{host}")
