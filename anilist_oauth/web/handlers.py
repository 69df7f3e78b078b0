"""Handle requests at the three addresses of a login, for any framework, and call the application's hooks."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, Generic, Literal, NamedTuple, Protocol, TypeVar

import attrs

from anilist_oauth.arguments import expect
from anilist_oauth.errors import AniListOAuthError, ConfigurationError
from anilist_oauth.login.login import CompletedLogin
from anilist_oauth.redaction import Masked
from anilist_oauth.web.binding_cookies import BoundLogin
from anilist_oauth.web.browser_request import BrowserRequest
from anilist_oauth.web.browser_response import NOTHING, Amendment, BrowserResponse
from anilist_oauth.web.login_endpoints import LoginEndpoints

T = TypeVar("T")
RequestT = TypeVar("RequestT")
ResponseT = TypeVar("ResponseT")

OnLogin = Callable[[RequestT, CompletedLogin], ResponseT | Awaitable[ResponseT]]
OnError = Callable[[RequestT, AniListOAuthError], Awaitable[ResponseT | None] | ResponseT | None]
Answer = Callable[[RequestT, BrowserRequest], Awaitable[ResponseT]]
Subject = Callable[[RequestT], Awaitable[str | None] | str | None]


class Framework(Protocol[ResponseT]):
    """How `Handlers` creates and changes the responses of a framework."""

    @property
    def raised(self) -> tuple[type[Exception], ...]:
        """The exceptions that a hook may raise instead of returning a response."""

    def respond(self, answer: BrowserResponse) -> ResponseT:
        """Convert a `BrowserResponse` to a response of the framework."""

    def response_of(self, error: Any) -> ResponseT:
        """Return the response for an exception in `raised`."""

    def redirects(self, response: object) -> bool:
        """Return whether an object is a redirect of the framework."""

    def amend(self, response: ResponseT, amendment: Amendment) -> ResponseT:
        """Set the status and headers of a response, add cookies to it, and return it."""


def check_hooks(subject: object, on_error: object) -> None:
    """Raise `ConfigurationError` if an optional hook is not None and cannot be called."""
    expect(subject, Callable | None, "subject: a function of the request is needed, or None")
    expect(on_error, Callable | None, "on_error: a function of the request and the error is needed, or None")


class LoginRoute(NamedTuple):
    """One address of a login: its path, its methods besides HEAD, and its handler."""

    path: str
    methods: list[Literal["GET", "POST"]]
    answer: Callable[[Any, BrowserRequest], Awaitable[Any]]


@attrs.frozen(kw_only=True)
class Handlers(Generic[RequestT, ResponseT]):
    """The handlers for one application's logins, in one framework.

    The framework's requests are masked here, because their reprs may show the whole address or the cookies.

    Attributes:
        endpoints: Decides on the response to a request.
        framework: Creates and changes the framework's responses.
        on_login: Called with the request and the `CompletedLogin`, twice after a double click. Returns a redirect.
        subject: Called with the request. Returns the user to link an account to, or None if nobody is signed in.
        on_error: Called with the request and the error. Returns a response, or None for the usual page.
    """

    endpoints: LoginEndpoints
    framework: Framework[ResponseT]
    on_login: OnLogin[RequestT, ResponseT]
    subject: Subject[RequestT] | None
    on_error: OnError[RequestT, ResponseT] | None

    def __attrs_post_init__(self) -> None:
        expect(self.on_login, Callable, "on_login: a function of the request and the completed login is needed")
        check_hooks(self.subject, self.on_error)

    @property
    def routes(self) -> tuple[LoginRoute, LoginRoute, LoginRoute]:
        """The addresses of a login. If accounts are linked, the first also accepts the form that confirms it."""
        paths = self.endpoints.paths
        return (
            LoginRoute(paths.login, ["GET"] if self.subject is None else ["GET", "POST"], self.login),
            LoginRoute(paths.callback, ["GET"], self.callback),
            LoginRoute(paths.failed, ["GET"], self.failed),
        )

    @property
    def by_method(self) -> list[tuple[str, str, Answer[RequestT, ResponseT]]]:
        """The addresses, once for each method: the method, the path, and the handler."""
        return [(method, path, answer) for path, methods, answer in self.routes for method in methods]

    async def login(self, request: RequestT, browser: BrowserRequest) -> ResponseT:
        """Begin a login."""
        given = Masked(request)
        del request
        if browser.is_idle:
            return self.framework.respond(NOTHING)
        try:
            subject = await self._subject(given)
            return self.framework.respond(await self.endpoints.begin(browser, subject=subject))
        except AniListOAuthError as error:
            return await self._failed(given, browser, error, bound=None)

    async def callback(self, request: RequestT, browser: BrowserRequest) -> ResponseT:
        """Finish a login."""
        given = Masked(request)
        del request
        if browser.is_idle:
            return self.framework.respond(NOTHING)
        bound = self.endpoints.bound(browser)
        try:
            completed = await self.endpoints.finish(browser, bound=bound, subject=await self._subject(given))
            response: ResponseT = await self._called(self.on_login, given, completed)
        except AniListOAuthError as error:  # the hook may also raise one, and no page may have the code in its address
            return await self._failed(given, browser, error, bound=bound)
        if not self.framework.redirects(response):
            raise ConfigurationError(
                f"on_login: it must return a redirect of the framework, not {type(response).__name__}, because the "
                "address of a page would contain the code"
            )
        return self.framework.amend(response, self.endpoints.finished(browser, completed, bound=bound))

    async def failed(self, request: RequestT, browser: BrowserRequest) -> ResponseT:
        """Show why a login failed."""
        del request
        return self.framework.respond(self.endpoints.explain(browser))

    def instead(self, browser: BrowserRequest, error: AniListOAuthError) -> ResponseT:
        """Return the response to a request whose handler raised one of `login_endpoints.REQUIRED`."""
        return self.framework.respond(self.endpoints.instead(browser, error))

    async def _subject(self, request: Masked[RequestT]) -> str | None:
        if self.subject is None:
            return None
        found = await settled(self.subject(request.value))
        expect(found, str | None, "subject: the hook must return the signed-in user as a string, or None")
        return found

    async def _failed(
        self, request: Masked[RequestT], browser: BrowserRequest, error: AniListOAuthError, *, bound: BoundLogin | None
    ) -> ResponseT:
        usual = self.endpoints.refuse(browser, error, bound=bound)
        own = None if self.on_error is None else await self._called(self.on_error, request, error)
        if own is not None and not hasattr(own, "headers"):  # in Quart, a view may return a text, but a hook may not
            raise ConfigurationError(
                f"on_error: it must return a response of the framework, or None, not {type(own).__name__}"
            )
        response = self.framework.respond(usual) if own is None else own
        return self.framework.amend(response, self.endpoints.failed(error, bound=bound))

    async def _called(self, hook: Callable[..., Any], request: Masked[RequestT], argument: object) -> Any:
        """Call a hook and return its response. As handlers in its framework do, it may raise the response."""
        try:
            return await settled(hook(request.value, argument))
        except self.framework.raised as error:
            return self.framework.response_of(error)


async def settled(value: T | Awaitable[T]) -> T:
    """Return a hook's result, awaited if the hook is async."""
    return await value if inspect.isawaitable(value) else value
