"""Where a login's addresses are: as the application knows their paths, and as the browser asks for them."""

from urllib.parse import unquote, urlencode

import attrs
from yarl import URL

from anilist_oauth.arguments import expect
from anilist_oauth.errors import ConfigurationError
from anilist_oauth.oauth.endpoints import PIN_REDIRECT_URI
from anilist_oauth.oauth.uri import DEFAULT_PORTS, split_uri
from anilist_oauth.web.browser_request import BrowserRequest, url_below

LOGIN_PATH = "/login/anilist"


@attrs.frozen(kw_only=True)
class LoginPaths:
    """Where the login begins, where AniList sends the browser back to, and where a failure is explained.

    Attributes:
        login: Where it begins, as the application knows the path.
        callback: Where AniList sends the browser back to, likewise.
        prefix: What the redirect URI's path has before the callback's. It is where browsers find the application, even
            if a proxy takes the prefix away and the framework knows nothing of it.
        origin: The origin of the redirect URI, as browsers write it.
    """

    login: str
    callback: str
    prefix: str
    origin: str

    @property
    def failed(self) -> str:
        """The page of failures, below the login."""
        return f"{self.login.rstrip('/')}/failed"

    @classmethod
    def of(cls, redirect_uri: str, *, login_path: str, callback_path: str | None) -> "LoginPaths":
        """Take the callback's path from the redirect URI, unless one is given because the application is mounted.

        Raises:
            ConfigurationError: A path is none, two of them are the same, or the redirect URI leads to no web page.
        """
        expect(login_path, str, "login_path: a plain path is needed that begins with a slash")
        expect(callback_path, str | None, "callback_path: a plain path is needed that begins with a slash, or None")
        registered = _path_of(redirect_uri)
        callback = registered if callback_path is None else callback_path
        prefix = registered.removesuffix(callback) if registered.endswith(callback) else ""
        paths = cls(login=login_path, callback=callback, prefix=prefix, origin=str(URL(redirect_uri).origin()))
        for name, path in (("login_path", paths.login), ("callback_path", paths.callback)):
            if not is_plain_path(path):
                raise ConfigurationError(f"{name}: a plain path is needed that begins with a slash, not {path!r}")
        if paths.callback.rstrip("/") in {paths.login.rstrip("/"), paths.failed}:
            raise ConfigurationError(
                f"login_path: {login_path!r} and what is below it must differ from the redirect URI's path"
            )
        return paths

    def address(self, request: BrowserRequest, path: str, **query: str | None) -> str:
        """Give a path of the application as the browser must ask for it; a parameter that is None is left out."""
        given = {name: value for name, value in query.items() if value is not None}
        return url_below(self.prefix or request.prefix, path) + (f"?{urlencode(given)}" if given else "")

    def target(self, request: BrowserRequest) -> str:
        """Give the address that the browser has asked for."""
        query = f"?{request.query_string}" if request.query_string else ""
        return f"{self.address(request, request.path)}{query}"


def is_plain_path(path: str) -> bool:
    """Whether a string is a path of this site, without a query, a parameter of a framework, or another host."""
    return path.startswith("/") and not path.startswith("//") and path.isprintable() and not set("{}?#<>") & set(path)


def _path_of(redirect_uri: str) -> str:
    parts = split_uri(redirect_uri)
    if (parts.scheme or "").lower() not in DEFAULT_PORTS or redirect_uri == PIN_REDIRECT_URI:
        raise ConfigurationError("redirect_uri: a web application needs an address of its own, http or https")
    return unquote(parts.path) or "/"
