"""The paths of a login in the application, and the addresses at which browsers request them."""

import re
from posixpath import normpath
from urllib.parse import unquote, urlencode

import attrs
from yarl import URL

from anilist_oauth.arguments import expect
from anilist_oauth.errors import ConfigurationError
from anilist_oauth.oauth.endpoints import PIN_REDIRECT_URI
from anilist_oauth.oauth.uri import DEFAULT_PORTS, split_uri
from anilist_oauth.web.browser_request import BrowserRequest, url_below

LOGIN_PATH = "/login/anilist"
_ORIGIN = re.compile(r"[^/]*://[^/]*")  # a client may request a whole URL, and some servers pass it on as the path


@attrs.frozen(kw_only=True)
class LoginPaths:
    """Where a login begins, where AniList sends the browser back to, and where a failure is explained.

    Attributes:
        login: Where a login begins, as a path of the application.
        callback: Where AniList sends the browser back to, as a path of the application.
        prefix: The part of the redirect URI's path before the callback's path. Browsers must use it, even if a proxy
            removes it and the framework does not know about it.
        origin: The origin of the redirect URI, in the form that browsers send.
    """

    login: str
    callback: str
    prefix: str
    origin: str

    @property
    def failed(self) -> str:
        """The page for failures, below the login."""
        return f"{self.login.rstrip('/')}/failed"

    @classmethod
    def of(cls, redirect_uri: str, *, login_path: str, callback_path: str | None) -> "LoginPaths":
        """Check the paths. The callback's path is taken from the redirect URI, unless `callback_path` is given.

        Raises:
            ConfigurationError: A path is invalid, two are the same, or the redirect URI is not a web address.
        """
        expect(login_path, str, "login_path: a plain path that begins with a slash is needed")
        expect(callback_path, str | None, "callback_path: a plain path that begins with a slash is needed, or None")
        registered = _path_of(redirect_uri)
        callback = registered if callback_path is None else callback_path
        prefix = registered.removesuffix(callback) if registered.endswith(callback) else ""
        paths = cls(login=login_path, callback=callback, prefix=prefix, origin=str(URL(redirect_uri).origin()))
        for name, path in (("login_path", paths.login), ("callback_path", paths.callback)):
            if not is_plain_path(path):
                raise ConfigurationError(f"{name}: a plain path that begins with a slash is needed, not {path!r}")
        if paths.callback.rstrip("/") in {paths.login.rstrip("/"), paths.failed}:
            raise ConfigurationError(
                f"login_path: {login_path!r} and the page for failures below it must differ from the callback's path"
            )
        return paths

    def address(self, request: BrowserRequest, path: str, **query: str | None) -> str:
        """Return the address at which the browser must request a path. Parameters that are None are left out."""
        given = {name: value for name, value in query.items() if value is not None}
        return url_below(self.prefix or request.prefix, path) + (f"?{urlencode(given)}" if given else "")

    def target(self, request: BrowserRequest) -> str:
        """Return the address that the browser requested."""
        query = f"?{request.query_string}" if request.query_string else ""
        return f"{self.address(request, request.path)}{query}"


def is_plain_path(path: str) -> bool:
    """Return whether a string is only a path of this site: no query, no host, and no parameter of a framework."""
    return path.startswith("/") and not path.startswith("//") and path.isprintable() and not set("{}?#<>") & set(path)


def leniently_read(path: str) -> str:
    """Normalize a path as the most lenient router would.

    The scheme and host, letter case, whitespace, and redundant slashes and dots are ignored.
    """
    origin = _ORIGIN.match(path)
    visible = "".join(path[origin.end() if origin else 0 :].split())
    return normpath(f"/{visible.strip('/')}").casefold()


def _path_of(redirect_uri: str) -> str:
    parts = split_uri(redirect_uri)
    if (parts.scheme or "").lower() not in DEFAULT_PORTS or redirect_uri == PIN_REDIRECT_URI:
        raise ConfigurationError("redirect_uri: a web application needs an http or https address")
    return unquote(parts.path) or "/"
