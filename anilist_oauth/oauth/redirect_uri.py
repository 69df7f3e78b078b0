"""Check the redirect URI once, keep it exactly as written, and compare others with it byte for byte.

AniList compares the redirect URI as a string, and responds with ``invalid_client`` even if only a slash differs. So it
is kept as a plain `str` here. URL libraries are not used, because they rewrite ``:80``, the letter case of the host,
``%7E`` and ``..``.
"""

import inspect
import ipaddress
import re
import warnings
from urllib.parse import unquote_plus

from anilist_oauth.errors import InsecureRedirectURIWarning, RedirectURIError, RedirectURIMismatchError
from anilist_oauth.oauth.redirect_mismatch import caret, difference, mask_callback
from anilist_oauth.oauth.uri import URIParts, is_loopback, split_uri

_SCHEME = r"[A-Za-z][A-Za-z0-9+.-]*"
_REFUSED_SCHEMES = frozenset(
    {"about", "blob", "data", "file", "filesystem", "javascript", "mailto", "vbscript", "view-source"}
)
_PORT_AND_PATH = r"[0-9]+(?:[/?].*)?"
_RESERVED_PARAMETERS = frozenset({"code", "state", "error", "access_token"})
_ODD_IN_HOST = frozenset('\\<>"^`{|}%[]')
_PORT = "[0-9]{1,5}"
_HIGHEST_PORT = 65535
_SHOWN = 100  # characters that fit on a line
_WEB = frozenset({"http", "https"})


class RedirectGuard:
    """The registered redirect URI, with which both steps of a login compare theirs (RFC 6749 section 4.1.3).

    Args:
        registered: The redirect URL from the application's settings, byte for byte: http, https, a custom scheme, or
            `PIN_REDIRECT_URI`.

    Raises:
        RedirectURIError: It is not a valid redirect URI. The message says how to fix it.

    Warns:
        InsecureRedirectURIWarning: It is an http address of another machine.
    """

    __slots__ = ("_registered",)

    def __init__(self, registered: str) -> None:
        parts = _checked(registered)
        self._registered = str.__str__(registered)  # a member of an Enum prints its name in place of its text
        if (parts.scheme or "").lower() == "http" and not is_loopback((parts.host or "").strip("[]")):
            warnings.warn(
                f"the redirect URI {registered} is not https, so anyone between the browser and {parts.host} can read "
                "the code; use https outside of development",
                InsecureRedirectURIWarning,
                stacklevel=_callers_level(),
            )

    @property
    def registered(self) -> str:
        """The redirect URI from the application's settings, exactly as written."""
        return self._registered

    def __repr__(self) -> str:
        return f"RedirectGuard({self._registered!r})"

    def check(self, given: str | None = None) -> str:
        """Return the redirect URI to send.

        Args:
            given: The redirect URI that the caller wants to send. By default the registered one.

        Raises:
            RedirectURIMismatchError: `given` is not the registered one, byte for byte.
        """
        if given is None or given == self._registered:
            return self._registered
        if isinstance(given, str):
            sentence, shown = difference(self._registered, given), mask_callback(given)
        else:
            sentence, shown = f"a {type(given).__name__} for a str (URL classes rewrite it)", str(given)
            shown = mask_callback(shown)
        del given  # it may be a whole callback with code and state
        raise RedirectURIMismatchError(
            f"the redirect URI is not the registered one: {sentence}\n{caret(self._registered, shown)}\n"
            "AniList compares it byte for byte, including letter case and percent-encoding. Change either the one in "
            "your program or the one in the application's settings.",
            registered=self._registered,
            given=shown,
            difference=sentence,
        )


def _checked(uri: str) -> URIParts:
    if not isinstance(uri, str):
        raise RedirectURIError(f"redirect_uri: a str is needed, not {type(uri).__name__} (URL classes rewrite it)")
    if not uri:
        raise RedirectURIError("redirect_uri: it is empty; copy it from https://anilist.co/settings/developer")
    odd = next((c for c in uri if c.isspace() or not c.isprintable()), None)
    if odd is not None:
        raise RedirectURIError(
            f"redirect_uri: it has whitespace or an invisible character (U+{ord(odd):04X}) at position "
            f"{uri.index(odd)}; remove it, or percent-encode it in the application's settings as well"
        )
    parts = split_uri(uri)
    _check_scheme(uri, parts)
    if parts.fragment is not None:
        raise RedirectURIError("redirect_uri: it must not have a fragment (RFC 6749 section 3.1.2); remove the # part")
    if "\\" in uri:
        raise RedirectURIError("redirect_uri: it has a backslash, which browsers turn into a slash; write a slash")
    _check_authority(parts)
    names = {unquote_plus(pair.partition("=")[0]) for pair in (parts.query or "").split("&")}
    if reserved := names & _RESERVED_PARAMETERS:
        raise RedirectURIError(
            f"redirect_uri: its query has a parameter {min(reserved)!r}, which AniList adds to the callback; remove it"
        )
    return parts


def _check_scheme(uri: str, parts: URIParts) -> None:
    scheme = parts.scheme
    after = uri[len(scheme) + 1 :] if scheme else ""
    if (
        not scheme
        or scheme.lower() == "localhost"
        or (scheme.lower() not in _WEB and re.fullmatch(_PORT_AND_PATH, after))
    ):
        raise RedirectURIError(
            f"redirect_uri: it has no scheme; write http://{_host_and_path(uri)} or https://…, as in the application's "
            "settings"
        )
    if not re.fullmatch(_SCHEME, scheme):
        raise RedirectURIError("redirect_uri: its scheme is malformed; begin with https://, http:// or a custom scheme")
    if scheme.lower() in _REFUSED_SCHEMES:
        raise RedirectURIError(
            f"redirect_uri: browsers do not return to the scheme {scheme}; use https://, http:// or a custom scheme"
        )
    if not after:
        raise RedirectURIError("redirect_uri: there is nothing after the scheme; write the whole URI")
    if scheme.lower() in _WEB and not parts.host:
        raise RedirectURIError(f"redirect_uri: there is no host; write {scheme}://host/path")


def _check_authority(parts: URIParts) -> None:
    if parts.userinfo is not None:
        raise RedirectURIError("redirect_uri: it must not have user information; remove the part before the @")
    host = parts.host or ""
    if host.startswith("["):
        try:
            ipaddress.IPv6Address(host.removeprefix("[").removesuffix("]") if host.endswith("]") else "")
        except ValueError:
            raise RedirectURIError(
                "redirect_uri: the IPv6 host is malformed; write it like http://[::1]:8080/"
            ) from None
        if "%" in host:
            raise RedirectURIError("redirect_uri: an IPv6 host cannot have a zone; remove the % and what follows it")
    elif odd := _ODD_IN_HOST.intersection(host):
        raise RedirectURIError(f"redirect_uri: the host has a {min(odd)}; write the plain host name")
    if parts.port is not None and not (re.fullmatch(_PORT, parts.port) and 0 < int(parts.port) <= _HIGHEST_PORT):
        raise RedirectURIError("redirect_uri: the port must be 1 to 65535; fix it, or remove it with its colon")


def _host_and_path(uri: str) -> str:
    """Return a URI without its scheme, for a message, unless it may be something else, such as a client secret."""
    shown = mask_callback(f"…{uri}" if re.match("/[^/]", uri) else uri.lstrip("/"))
    return _short(shown) if re.search("[.:/]", uri) or shown == "localhost" else "…"


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _callers_level() -> int:
    """Return the ``stacklevel`` of the caller's own line, outside of this package and attrs.

    A fixed number would point into attrs if the caller derives a class from `Application`. `warnings.warn` has
    ``skip_file_prefixes`` for this only from Python 3.12 on.
    """
    frame, level = inspect.currentframe(), 0
    while frame and (
        frame.f_globals.get("__name__", "").partition(".")[0] in {"anilist_oauth", "attr"}
        or frame.f_code.co_filename.startswith("<attrs generated")  # the constructor of a class of the caller
    ):
        frame, level = frame.f_back, level + 1
    return level
