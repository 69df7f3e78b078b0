"""The functions that every adapter offers, and the methods that an adapter must implement."""

from abc import ABC, abstractmethod
from typing import Any, Generic, Protocol, Required, TypedDict, TypeVar

from anilist_oauth.arguments import expect
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
    """The arguments of `Adapter.login_routes`, for a plugin that passes them on."""

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
        """Return the routes of a login; see `Adapter.login_routes`."""


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
    """The adapter of one framework. Subclasses implement the abstract methods. All checks are made elsewhere.

    Attributes:
        applications: The classes of applications to which `init_app` adds a login.
        raised: The framework's exceptions that a hook may raise instead of returning a response.
    """

    applications: tuple[type, ...] = (object,)
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
        """Return the routes of a login: its start, the callback, and the page for failures.

        Keep the callback out of access logs and traces, because its query contains the code.

        Args:
            flow: The flow that the logins belong to.
            on_login: Called with the request and the `CompletedLogin`. It must renew the site's session, sign the user
                in, and return a redirect, such as to ``completed.login.return_to``. If the framework has redirects that
                are raised, it may raise one. If a person clicks twice, it is called twice. All hooks may be plain or
                async functions.
            login_path: Where a login begins. ``?return_to=`` is where the person wants to go afterwards.
            subject: Called with the request. Returns the site's signed-in user, to whom the AniList account is linked,
                or None if nobody is signed in. It is called at the start and at the end of a login, because a login
                must end for the same user. Without it, every login is a sign-in.
            callback_path: The callback's path in this application, if it differs from the redirect URI's path. It does
                if the application is mounted under a prefix, or if a proxy removes a prefix.
            on_error: Called with the request and the error of a failed login. Returns a redirect, or None to show the
                usual page.
            pages: The application's name and the language on the pages.
            sign_in: With `subject`: whether visitors who are not signed in at the site may sign in with AniList.
                Otherwise they get 401 and a page that asks them to sign in at the site first.

        Raises:
            ConfigurationError: A path is invalid, or the redirect URI is not a web address.
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
        """Add `login_routes` to an application, and respond to the errors that its handlers raise.

        After a `LoginRequiredError` or `InvalidTokenError`, a person is sent to the login and then back to the
        requested page, and a program gets 401 and JSON. After a `ServiceError`, a person gets a page that says that
        AniList is down, and a program gets JSON, both with status 503.

        The other arguments are those of `login_routes`.

        Raises:
            ConfigurationError: `app` is not an application of the framework, a path is invalid, or the redirect URI is
                not a web address.
        """
        kinds = " or ".join(kind.__name__ for kind in self.applications)
        expect(app, self.applications, f"app: an instance of {kinds} is needed")
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
        """Return routes of the framework for the addresses in `Handlers.routes`."""

    @abstractmethod
    def install(self, app: AppT, login: Handlers[RequestT, ResponseT]) -> None:
        """Add the routes to an application, and respond with `Handlers.instead` to the errors in `REQUIRED`."""

    @abstractmethod
    def respond(self, answer: BrowserResponse) -> ResponseT:
        """Convert a `BrowserResponse` to a response of the framework."""

    @abstractmethod
    def redirects(self, response: object) -> bool:
        """Return whether an object is a redirect of the framework."""

    @abstractmethod
    def amend(self, response: ResponseT, amendment: Amendment) -> ResponseT:
        """Set the status and headers of a response, add cookies to it, and return it."""

    def response_of(self, error: Any) -> ResponseT:
        """Return the response for an exception in `raised`."""
        response: ResponseT = error  # in some frameworks, such as aiohttp, the exception itself is a response
        return response
