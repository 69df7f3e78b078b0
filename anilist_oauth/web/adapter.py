"""What every adapter offers, with the same names and arguments, and the few things that each of them has to know."""

from abc import ABC, abstractmethod
from typing import Any, Generic, Protocol, Required, TypedDict, TypeVar

from anilist_oauth.html_page import Pages
from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.web.browser_response import Amendment, BrowserResponse
from anilist_oauth.web.handlers import Answer, Handlers, OnError, OnLogin, RequestT, ResponseT, Subject
from anilist_oauth.web.login_endpoints import LoginEndpoints
from anilist_oauth.web.login_paths import LOGIN_PATH

__all__ = ["LOGIN_PATH", "Adapter", "Answer", "Handlers", "InitApp", "LoginArguments", "LoginRoutes", "Subject"]

AppT = TypeVar("AppT")
RoutesT = TypeVar("RoutesT")
AppT_contra = TypeVar("AppT_contra", contravariant=True)
RoutesT_co = TypeVar("RoutesT_co", covariant=True)
RequestT_co = TypeVar("RequestT_co", covariant=True)
ResponseT_contra = TypeVar("ResponseT_contra", contravariant=True)


class LoginArguments(TypedDict, Generic[RequestT, ResponseT], total=False):
    """The arguments of `Adapter.login_routes`, for a plugin that hands them on."""

    on_login: Required[OnLogin[RequestT, ResponseT]]
    login_path: str
    subject: Subject[RequestT] | None
    callback_path: str | None
    on_error: OnError[RequestT, ResponseT] | None
    pages: Pages | None
    sign_in: bool


class LoginRoutes(Protocol[RequestT_co, ResponseT_contra, RoutesT_co]):
    """The type of each adapter's `login_routes`."""

    def __call__(
        self,
        flow: LoginFlow,
        *,
        on_login: OnLogin[RequestT_co, ResponseT_contra],
        login_path: str = LOGIN_PATH,
        subject: Subject[RequestT_co] | None = None,
        callback_path: str | None = None,
        on_error: OnError[RequestT_co, ResponseT_contra] | None = None,
        pages: Pages | None = None,
        sign_in: bool = False,
    ) -> RoutesT_co:
        """Make the routes of a login; see `Adapter.login_routes`."""


class InitApp(Protocol[AppT_contra, RequestT_co, ResponseT_contra]):
    """The type of each adapter's `init_app`."""

    def __call__(
        self,
        app: AppT_contra,
        flow: LoginFlow,
        *,
        on_login: OnLogin[RequestT_co, ResponseT_contra],
        login_path: str = LOGIN_PATH,
        subject: Subject[RequestT_co] | None = None,
        callback_path: str | None = None,
        on_error: OnError[RequestT_co, ResponseT_contra] | None = None,
        pages: Pages | None = None,
        sign_in: bool = False,
    ) -> None:
        """Add a login to an application; see `Adapter.init_app`."""


class Adapter(ABC, Generic[AppT, RoutesT, RequestT, ResponseT]):
    """One framework. An adapter writes the abstract methods, and has no check of its own.

    Attributes:
        raised: The exceptions of the framework that a hook may raise in place of a response.
    """

    raised: tuple[type[Exception], ...] = ()

    def login_routes(
        self,
        flow: LoginFlow,
        *,
        on_login: OnLogin[RequestT, ResponseT],
        login_path: str = LOGIN_PATH,
        subject: Subject[RequestT] | None = None,
        callback_path: str | None = None,
        on_error: OnError[RequestT, ResponseT] | None = None,
        pages: Pages | None = None,
        sign_in: bool = False,
    ) -> RoutesT:
        """Make the routes of a login: its beginning, the callback, and the page of failures.

        Keep the callback out of access logs and of traces: its query has the code in it.

        Args:
            flow: Whose logins they are.
            on_login: Called with the request and the `CompletedLogin`. Returns (or raises, where the framework does
                that) a redirect, such as to ``completed.login.return_to``, and signs the user in: renew the session of
                the site as you do so. Called again when a person clicks twice. Plain or async, as all of these.
            login_path: Where a login begins; ``?return_to=`` says where the person wants to go afterwards.
            subject: Called with the request. Names the signed-in user of the site to whom the AniList account is
                linked, or gives None if nobody is signed in. Called at the beginning of a login and at its end: a login
                ends for the very user for whom it was begun. Without it, every login is a sign-in.
            callback_path: The callback's path in this application, where it differs from the redirect URI's, as in an
                application that is mounted under a prefix or behind a proxy that takes one away.
            on_error: Called with the request and the error of a login that failed. Returns a redirect instead of the
                usual page, or None for that.
            pages: Who asks on the pages of failures, and in which language.
            sign_in: With `subject`, whether a visitor whom it does not name is signed in with AniList. Unless it is
                True, they get 401 and a page that says to sign in at the site first.

        Raises:
            ConfigurationError: A path is none, or the redirect URI leads to no page of a web application.
        """
        endpoints = LoginEndpoints(
            flow,
            login_path=login_path,
            callback_path=callback_path,
            linking=subject is not None,
            pages=pages,
            sign_in=sign_in,
        )
        return self.routes(
            Handlers(endpoints=endpoints, framework=self, on_login=on_login, subject=subject, on_error=on_error)
        )

    def init_app(
        self,
        app: AppT,
        flow: LoginFlow,
        *,
        on_login: OnLogin[RequestT, ResponseT],
        login_path: str = LOGIN_PATH,
        subject: Subject[RequestT] | None = None,
        callback_path: str | None = None,
        on_error: OnError[RequestT, ResponseT] | None = None,
        pages: Pages | None = None,
        sign_in: bool = False,
    ) -> None:
        """Add `login_routes` to an application, and answer what its handlers raise when they act for a user.

        `LoginRequiredError` and `InvalidTokenError` send a person to the login, and back to the page they asked for; a
        program gets 401 and JSON. A `ServiceError` becomes a page that says AniList is down, or JSON, with 503.
        """
        endpoints = LoginEndpoints(
            flow,
            login_path=login_path,
            callback_path=callback_path,
            linking=subject is not None,
            pages=pages,
            sign_in=sign_in,
        )
        self.install(
            app, Handlers(endpoints=endpoints, framework=self, on_login=on_login, subject=subject, on_error=on_error)
        )

    @abstractmethod
    def routes(self, login: Handlers[RequestT, ResponseT]) -> RoutesT:
        """Make routes of the framework for `Handlers.routes`."""

    @abstractmethod
    def install(self, app: AppT, login: Handlers[RequestT, ResponseT]) -> None:
        """Add the routes to an application, and let `Handlers.instead` answer the errors of `REQUIRED`."""

    @abstractmethod
    def respond(self, answer: BrowserResponse) -> ResponseT:
        """Make a response of the framework."""

    @abstractmethod
    def redirects(self, response: object) -> bool:
        """Tell whether something is a response of the framework that sends the browser elsewhere."""

    @abstractmethod
    def amend(self, response: ResponseT, amendment: Amendment) -> ResponseT:
        """Set the status of a response, set headers in it, and add cookies to it; give it back."""

    def response_of(self, error: Any) -> ResponseT:
        """Make a response of an exception of `raised`."""
        response: ResponseT = error  # where an exception is a response, as in aiohttp
        return response
