"""What happens at a login's three addresses: requests in, answers out, and every check that stands between them."""

from urllib.parse import unquote

import attrs

from anilist_oauth.arguments import expect
from anilist_oauth.errors import AniListOAuthError, ConfigurationError
from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.login.login import CompletedLogin
from anilist_oauth.login.return_to import check_return_to
from anilist_oauth.oauth.endpoints import PIN_REDIRECT_URI
from anilist_oauth.oauth.state import new_state
from anilist_oauth.oauth.uri import DEFAULT_PORTS, split_uri
from anilist_oauth.web.binding_cookies import BindingCookies, Cookie
from anilist_oauth.web.browser_request import BrowserRequest, url_below
from anilist_oauth.web.browser_response import PRIVATE, UNKEPT, BrowserResponse, Headers, redirect, shown
from anilist_oauth.web.failure_page import failed_page
from anilist_oauth.web.failures import ReturnToError, ends_login, note, reason_of


@attrs.frozen(kw_only=True)
class LoginPaths:
    """Where the login begins, where AniList sends the browser back to, and where a failure is explained.

    Attributes:
        login: Where it begins, as the application knows the path.
        callback: Where AniList sends the browser back to, likewise.
        prefix: What the redirect URI's path has before the callback's. It tells where the application is mounted when
            the framework cannot, as with a router's prefix, or behind a proxy that takes it away.
    """

    login: str
    callback: str
    prefix: str

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
        paths = cls(login=login_path, callback=callback, prefix=prefix)
        for name, path in (("login_path", paths.login), ("callback_path", paths.callback)):
            if not path.startswith("/") or set("{}?#") & set(path):
                raise ConfigurationError(f"{name}: a plain path is needed that begins with a slash, not {path!r}")
        if paths.callback.rstrip("/") in {paths.login.rstrip("/"), paths.failed}:
            raise ConfigurationError(
                f"login_path: {login_path!r} and what is below it must differ from the redirect URI's path"
            )
        return paths


class LoginEndpoints:
    """The web side of a `LoginFlow`; it holds nothing but its settings, so that any process can answer any request."""

    def __init__(self, flow: LoginFlow, *, login_path: str, callback_path: str | None) -> None:
        expect(flow, LoginFlow, "flow: a LoginFlow is needed")
        redirect_uri = flow.session.application.redirect_uri
        self.paths: LoginPaths = LoginPaths.of(redirect_uri, login_path=login_path, callback_path=callback_path)
        self._flow = flow
        self._cookies = BindingCookies(secure=redirect_uri.lower().startswith("https:"))

    async def begin(self, visit: BrowserRequest, *, subject: str | None) -> BrowserResponse:
        """Begin a login, bind it to the browser, and send that to AniList.

        Raises:
            ReturnToError: ``?return_to=`` is no place of the application's; nothing was begun.
            AniListOAuthError: What `LoginFlow.begin` raises.
        """
        return_to = self._return_to(visit)
        binding = new_state()
        login = await self._flow.begin(subject=subject, binding=binding, return_to=return_to)
        now = self._flow.session.clock()
        return redirect(str(login.url), *self._cookies.begun(login, binding=binding, now=now, present=visit.cookies))

    async def finish(self, visit: BrowserRequest) -> CompletedLogin:
        """Finish the login that the callback belongs to, for the browser that began it.

        Raises:
            AniListOAuthError: What `LoginFlow.finish` raises.
        """
        binding = self._cookies.binding(visit.state, visit.cookies)
        # A browser without the cookie brings a binding that fits nothing: a login that was begun without one, such as a
        # bot's, must not be finished here either, by whoever was shown its link.
        return await self._flow.finish(visit.query, binding=new_state() if binding is None else binding)

    def finished(self, visit: BrowserRequest) -> Headers:
        """Give the headers that the answer to a finished login needs, wherever it sends the browser."""
        return (*PRIVATE, *_headers(self._cookies.used(visit.state, visit.cookies)))

    def failed(self, visit: BrowserRequest, error: AniListOAuthError) -> Headers:
        """Give the headers that the answer to a failed login needs, whatever it is."""
        used = self._cookies.used(visit.state, visit.cookies) if ends_login(error) else []
        return (*UNKEPT, *_headers(used))

    def refuse(self, visit: BrowserRequest, error: AniListOAuthError) -> BrowserResponse:
        """Send the browser to the page that explains the error, away from the address with the code and state."""
        reason = reason_of(error)
        note(error, reason)
        if isinstance(error, ReturnToError):
            return shown(failed_page(reason, login=self._url_below(visit, self.paths.login)))
        return redirect(f"{self._url_below(visit, self.paths.failed)}?reason={reason}")

    def explain(self, visit: BrowserRequest) -> BrowserResponse:
        """Show the page of the reason in the query."""
        reason = next(iter(visit.query.get("reason", ())), None)
        return shown(failed_page(reason, login=self._url_below(visit, self.paths.login)))

    def _url_below(self, visit: BrowserRequest, path: str) -> str:
        return url_below(visit.prefix or self.paths.prefix, path)

    def _return_to(self, visit: BrowserRequest) -> str | None:
        given = [value for value in visit.query.get("return_to", ()) if value]
        if len(given) > 1:
            raise ReturnToError("return_to: it comes more than once")
        try:
            return check_return_to(given[0], origins=self._flow.return_origins) if given else None
        except ConfigurationError as error:
            raise ReturnToError(str(error)) from error


def _headers(cookies: list[Cookie]) -> Headers:
    return tuple(cookie.header for cookie in cookies)


def _path_of(redirect_uri: str) -> str:
    parts = split_uri(redirect_uri)
    if (parts.scheme or "").lower() not in DEFAULT_PORTS or redirect_uri == PIN_REDIRECT_URI:
        raise ConfigurationError("redirect_uri: a web application needs an address of its own, http or https")
    return unquote(parts.path) or "/"
