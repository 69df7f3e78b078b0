"""The settings of the application that is registered at https://anilist.co/settings/developer."""

import os
from typing import Any, Self

import attrs

from anilist_oauth.arguments import Value, expect, expect_prefix
from anilist_oauth.errors import ConfigurationError
from anilist_oauth.oauth.redirect_uri import RedirectGuard
from anilist_oauth.redaction import Masked, MaskedText, Unpicklable, masked

_ID_LIMIT = 2**63


def _visible(given: Masked[Any], name: str) -> str:
    expect(given.value, str, f"{name}: a string is needed")
    text = MaskedText(given.value.strip())  # extra whitespace is the most common cause of AniList's invalid_client
    if not text:
        raise ConfigurationError(f"{name}: it is empty; copy it from https://anilist.co/settings/developer")
    if not text.isprintable() or " " in text:
        raise ConfigurationError(f"{name}: it contains a space or control character; copy it again")
    return str(text)


def _client_id(value: str | int | Masked[Any]) -> str:
    given = Masked(value)
    del value
    if type(given.value) is not int:
        return _visible(given, "client_id")
    if not 0 < given.value < _ID_LIMIT:
        raise ConfigurationError("client_id: AniList's IDs are small positive numbers; copy it again")
    return str(given.value)


def _client_secret(value: str | Masked[Any] | None) -> str | None:
    given = Masked(value)
    del value
    return None if given.value is None else _visible(given, "client_secret")


@attrs.frozen(repr=False, eq=False, kw_only=True, init=False)
class Application(Value, Unpicklable):
    """An application registered at AniList.

    Attributes:
        client_id: The ID from the application's settings. Surrounding whitespace is stripped, and an int becomes a str.
        redirect_uri: The redirect URL from the settings, byte for byte.
        client_secret: The secret from the settings. Only `exchange_code` needs it. Leave it out in a program that you
            give to its users, because there it cannot be kept secret.
        guard: Compares redirect URIs with the registered one.

    Raises:
        ConfigurationError: A field is empty or contains whitespace.
        RedirectURIError: The redirect URI is invalid. The message says how to fix it.
    """

    client_id: str = attrs.field(converter=_client_id)
    redirect_uri: str
    client_secret: str | None = attrs.field(default=None, converter=_client_secret, repr=masked)
    guard: RedirectGuard = attrs.field(init=False, repr=False, eq=False)

    _instead = (
        "pass its client_id, redirect_uri and client_secret to the other process, or use Application.from_env() there"
    )

    def __init__(self, *, client_id: str | int, redirect_uri: str, client_secret: str | None = None) -> None:
        given = Masked(client_id), Masked(client_secret)  # so that crash reporters do not show a refused value
        del client_id, client_secret  # swapping the two is a common mistake
        self.__attrs_init__(client_id=given[0], redirect_uri=redirect_uri, client_secret=given[1])

    def __attrs_post_init__(self) -> None:
        guard = RedirectGuard(self.redirect_uri)
        object.__setattr__(self, "guard", guard)
        object.__setattr__(self, "redirect_uri", guard.registered)

    @classmethod
    def from_env(cls, prefix: str = "ANILIST_") -> Self:
        """Read ``ANILIST_CLIENT_ID``, ``ANILIST_CLIENT_SECRET`` and ``ANILIST_REDIRECT_URI`` from the environment.

        Raises:
            ConfigurationError: Variables are missing or empty. The message lists all of them.
        """
        expect_prefix(prefix)
        names = [prefix + part for part in ("CLIENT_ID", "CLIENT_SECRET", "REDIRECT_URI")]
        missing = [name for name in names if not os.environ.get(name, "").strip()]
        if missing:
            *rest, last = missing
            listed = f"{', '.join(rest)} and {last}" if rest else last
            raise ConfigurationError(f"set {listed} in the environment")
        client_id, client_secret, redirect_uri = (MaskedText(os.environ[name]) for name in names)
        return cls(client_id=client_id, client_secret=client_secret, redirect_uri=str(redirect_uri))
