"""Decide on the response to a request at the three addresses of a login. All checks are made here."""

import json
import math

from anilist_oauth.arguments import expect
from anilist_oauth.errors import (
    AniListOAuthError,
    ConfigurationError,
    InvalidTokenError,
    LoginRequiredError,
    ServiceError,
    StateMismatchError,
)
from anilist_oauth.html_page import Pages
from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.login.login import CompletedLogin
from anilist_oauth.login.return_to import check_return_to
from anilist_oauth.oauth.state import new_state
from anilist_oauth.redaction import MaskedText
from anilist_oauth.web.binding_cookies import BindingCookies, BoundLogin
from anilist_oauth.web.browser_request import BrowserRequest
from anilist_oauth.web.browser_response import PRIVATE, UNKEPT, Amendment, BrowserResponse, redirect, shown
from anilist_oauth.web.failure_page import failed_page, link_page, outage_page
from anilist_oauth.web.failures import ReturnToError, SignedOutError, ends_login, note, reason_of
from anilist_oauth.web.login_paths import LoginPaths

REFUSAL = "log in with AniList"
REQUIRED = (LoginRequiredError, InvalidTokenError, ServiceError)
"""The errors for which `LoginEndpoints.instead` returns a response, when an application's handler raises them."""

_SIGN_IN_LIMIT = 512  # characters of the return_to of a sign-in, which anybody can begin


class LoginEndpoints:
    """The web side of a `LoginFlow`. It only holds settings, so any process can respond to any request.

    Args:
        flow: The flow that the logins belong to.
        login_path: Where a login begins.
        callback_path: The callback's path in the application, if it differs from the redirect URI's path.
        linking: Whether accounts are linked to the site's users. The application must then say who is signed in.
        pages: The application's name and the language.
        sign_in: Whether visitors who are not signed in at the site may sign in with AniList. Otherwise they get 401.

    Raises:
        ConfigurationError: A path is invalid, or the redirect URI is not a web address.
    """

    def __init__(
        self,
        flow: LoginFlow,
        *,
        login_path: str,
        callback_path: str | None = None,
        linking: bool = False,
        pages: Pages | None = None,
        sign_in: bool = False,
    ) -> None:
        expect(flow, LoginFlow, "flow: a LoginFlow is needed")
        expect(pages, Pages | None, "pages: a Pages is needed, or None")
        expect(sign_in, bool, "sign_in: True or False is needed")
        redirect_uri = flow.session.application.redirect_uri
        self.flow: LoginFlow = flow
        self.paths: LoginPaths = LoginPaths.of(redirect_uri, login_path=login_path, callback_path=callback_path)
        self._pages = pages
        self._refuses_nobody = linking and not sign_in
        self._cookies = BindingCookies(secure=redirect_uri.lower().startswith("https:"))

    async def begin(self, request: BrowserRequest, *, subject: str | None) -> BrowserResponse:
        """Begin a login, bind it to the browser, and redirect to AniList.

        To link an account, the visitor must come from a page of this site. Otherwise the response is a page that asks
        for confirmation.

        Args:
            request: The browser's request.
            subject: The site's signed-in user, to whom the AniList account is linked. None if nobody is signed in.

        Raises:
            ReturnToError: ``?return_to=`` is not an address of the application. No login was begun.
            SignedOutError: Nobody is signed in at the site, so there is no user to link the account to.
            AniListOAuthError: The errors of `LoginFlow.begin`.
        """
        if subject is None and self._refuses_nobody:
            raise SignedOutError("nobody is signed in at the site; the user must sign in there first", subject="")
        linked = subject is not None
        return_to = self._return_to(request, linked=linked)
        if subject and not request.is_from(self.paths.origin):
            return self._question(request, subject, return_to)
        bound = BoundLogin(binding=new_state(), linked=linked, return_to=return_to)
        login = await self.flow.begin(subject=subject, binding=bound.for_subject(subject), return_to=return_to)
        now = self.flow.session.clock()
        return redirect(login.link, *self._cookies.begun(login, bound=bound, now=now, present=request.cookies))

    def bound(self, request: BrowserRequest) -> BoundLogin | None:
        """Return what this browser knows about the login that a callback belongs to, or None if it did not begin it."""
        return self._cookies.find(request.state, request.cookies)

    async def finish(self, request: BrowserRequest, *, bound: BoundLogin | None, subject: str | None) -> CompletedLogin:
        """Finish the login that a callback belongs to, if this browser began it.

        Args:
            request: The browser's request with the callback from AniList.
            bound: The result of `bound`.
            subject: The site's signed-in user, as for `begin`. To link an account, this must still be the user for whom
                the login was begun.

        Raises:
            AniListOAuthError: The errors of `LoginFlow.finish`.
        """
        # Without the cookie, use a binding that matches no login. Otherwise a login that was begun without a binding,
        # such as a bot's, could be finished here by anybody who has its link.
        binding = MaskedText(new_state()) if bound is None else bound.for_subject(subject)
        done = await self.flow.finish(request.callback or request.callback_text, binding=binding)
        # After this sign-in was begun, somebody else may have signed in to the site.
        if subject is not None and subject != done.login.subject:
            raise StateMismatchError("somebody else is signed in at the site; start a new login", reason="binding")
        return done

    def finished(self, request: BrowserRequest, completed: CompletedLogin, *, bound: BoundLogin | None) -> Amendment:
        """Return the changes to the application's response to a finished login."""
        returning = self._cookies.returning(completed.login.subject or "", request.cookies)
        return Amendment(status=303, headers=PRIVATE, cookies=(*(bound.kept if bound else ()), returning))

    def failed(self, error: AniListOAuthError, *, bound: BoundLogin | None) -> Amendment:
        """Return the changes to the response to a failed login."""
        return Amendment(headers=UNKEPT, cookies=bound.kept if bound and ends_login(error) else ())

    def refuse(self, request: BrowserRequest, error: AniListOAuthError, *, bound: BoundLogin | None) -> BrowserResponse:
        """Redirect to the page that explains the error. Its address does not contain the code or state."""
        reason = reason_of(error)
        note(error, reason)
        if isinstance(error, ReturnToError | SignedOutError):
            return self._explanation(request, reason, return_to=self._checked(_given(request)))
        wanted = _given(request) if bound is None else [bound.return_to or ""]
        return redirect(self._failed_at(request, reason, return_to=self._checked(wanted)))

    def explain(self, request: BrowserRequest) -> BrowserResponse:
        """Show the page for the reason in the query."""
        reason = next(iter(request.query.get("reason", ())), None)
        return self._explanation(request, reason, return_to=self._checked(_given(request)))

    def instead(self, request: BrowserRequest, error: AniListOAuthError) -> BrowserResponse:
        """Return the response to a request whose handler raised one of `REQUIRED`.

        If the token is missing or invalid, a person is sent to the login and then back, and a program gets 401 and
        JSON. A person who has just logged in gets a page that explains why another login would not help. If AniList is
        down, a person gets a page and a program gets JSON, both with status 503.
        """
        if isinstance(error, ServiceError):
            return self._outage(request, error)
        login = self.paths.address(request, self.paths.login)
        if not request.is_page:
            return _json(401, {"detail": REFUSAL, "login": login})
        return_to = self._checked([self.paths.target(request)]) if request.method == "GET" else None
        missing = error.subject if isinstance(error, LoginRequiredError) else None
        if self._cookies.goes_round(request.cookies, missing=missing):
            return redirect(self._failed_at(request, "session", return_to=return_to))
        return redirect(self.paths.address(request, self.paths.login, return_to=return_to))

    def _outage(self, request: BrowserRequest, error: ServiceError) -> BrowserResponse:
        reason = reason_of(error)
        note(error, reason)
        seconds = () if error.retry_after is None else (("Retry-After", str(math.ceil(error.retry_after))),)
        if not request.is_page:
            return _json(503, {"detail": "AniList does not answer", "reason": reason}, *seconds)
        again = self.paths.target(request) if request.method == "GET" else self.paths.address(request, request.path)
        page = shown(outage_page(error, address=again, pages=self._pages))
        return BrowserResponse(status=page.status, headers=(*page.headers, *seconds), body=page.body)

    def _question(self, request: BrowserRequest, user: str, return_to: str | None) -> BrowserResponse:
        """Ask a visitor from another site to confirm, because any page on the web can link here."""
        page = link_page(
            user=user,
            action=self.paths.address(request, self.paths.login, return_to=return_to),
            leads_to=str(self.flow.session.endpoints.authorization),
            pages=self._pages,
        )
        # With the policy no-referrer, browsers that lack Sec-Fetch-Site would send the form with "Origin: null".
        return shown(page, headers={"Referrer-Policy": "same-origin"})

    def _explanation(self, request: BrowserRequest, reason: str | None, *, return_to: str | None) -> BrowserResponse:
        login = self.paths.address(request, self.paths.login)
        return shown(failed_page(reason, login=login, return_to=return_to, pages=self._pages))

    def _failed_at(self, request: BrowserRequest, reason: str, *, return_to: str | None) -> str:
        return self.paths.address(request, self.paths.failed, reason=reason, return_to=return_to)

    def _return_to(self, request: BrowserRequest, *, linked: bool) -> str | None:
        given = _given(request)
        if len(given) > 1:
            raise ReturnToError("return_to: the parameter was given more than once; give it once")
        if given and not linked and len(given[0]) > _SIGN_IN_LIMIT:
            raise ReturnToError(f"return_to: at most {_SIGN_IN_LIMIT} characters are allowed for a sign-in")
        try:
            return check_return_to(given[0], origins=self.flow.return_origins) if given else None
        except ConfigurationError as error:
            raise ReturnToError(str(error)) from error

    def _checked(self, given: list[str]) -> str | None:
        """Return the value of ``return_to`` if there is exactly one and it is safe, or None."""
        if len(given) != 1 or not 0 < len(given[0]) <= _SIGN_IN_LIMIT:
            return None
        try:
            return check_return_to(given[0], origins=self.flow.return_origins)
        except ConfigurationError:
            return None


def _given(request: BrowserRequest) -> list[str]:
    return [value for value in request.query.get("return_to", ()) if value]


def _json(status: int, content: dict[str, str], *headers: tuple[str, str]) -> BrowserResponse:
    headers = (*PRIVATE, ("Content-Type", "application/json"), *headers)
    return BrowserResponse(status=status, headers=headers, body=json.dumps(content).encode())
