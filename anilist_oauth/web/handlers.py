"""The three addresses of a login as any framework serves them, and the application's own hooks among them."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Generic, Protocol, TypeVar

import attrs

from anilist_oauth.errors import AniListOAuthError, ConfigurationError
from anilist_oauth.login.login import CompletedLogin
from anilist_oauth.web.browser_request import BrowserRequest
from anilist_oauth.web.browser_response import NOTHING, BrowserResponse, Headers
from anilist_oauth.web.login_endpoints import LoginEndpoints

T = TypeVar("T")
RequestT = TypeVar("RequestT")
ResponseT = TypeVar("ResponseT")


class Framework(Protocol[ResponseT]):
    """What an adapter knows of its framework's responses."""

    def respond(self, answer: BrowserResponse) -> ResponseT:
        """Make a response."""

    def redirects(self, response: object) -> bool:
        """Tell whether something is a response of the framework that sends the browser elsewhere."""

    def amend(self, response: ResponseT, headers: Headers, *, status: int | None = None) -> None:
        """Change a response's status, set headers in it, and add cookies to it."""


@attrs.frozen(kw_only=True)
class Handlers(Generic[RequestT, ResponseT]):
    """One login door, opened in one framework.

    Attributes:
        door: Who decides.
        framework: The adapter.
        on_login: Called with the request and the `CompletedLogin`; gives a redirect. Called again for a double click.
        subject: Called with the request; gives the subject an account is linked to, or None for a sign-in.
        on_error: Called with the request and the error; gives a response, or None for the usual page.
    """

    door: LoginEndpoints
    framework: Framework[ResponseT]
    on_login: Callable[[RequestT, CompletedLogin], ResponseT | Awaitable[ResponseT]]
    subject: Callable[[RequestT], Awaitable[str | None] | str | None] | None
    on_error: Callable[[RequestT, AniListOAuthError], Awaitable[ResponseT | None] | ResponseT | None] | None

    async def login(self, request: RequestT, visit: BrowserRequest) -> ResponseT:
        """Begin a login."""
        if visit.is_idle:
            return self.framework.respond(NOTHING)
        try:
            subject = None if self.subject is None else await settled(self.subject(request))
            return self.framework.respond(await self.door.begin(visit, subject=subject))
        except AniListOAuthError as error:
            return await self._failed(request, visit, error)

    async def callback(self, request: RequestT, visit: BrowserRequest) -> ResponseT:
        """Finish a login."""
        if visit.is_idle:
            return self.framework.respond(NOTHING)
        try:
            completed = await self.door.finish(visit)
            response = await settled(self.on_login(request, completed))
        except AniListOAuthError as error:  # of the hook too: it may act for the user, and no page shows the code
            return await self._failed(request, visit, error)
        if not self.framework.redirects(response):
            raise ConfigurationError(
                f"on_login: a redirect of the framework must be returned, not {type(response).__name__}: "
                "a page would have the code in its address"
            )
        self.framework.amend(response, self.door.finished(visit), status=303)
        return response

    async def failed(self, request: RequestT, visit: BrowserRequest) -> ResponseT:
        """Explain a failure."""
        del request
        return self.framework.respond(self.door.explain(visit))

    async def _failed(self, request: RequestT, visit: BrowserRequest, error: AniListOAuthError) -> ResponseT:
        usual = self.framework.respond(self.door.refuse(visit, error))
        own = None if self.on_error is None else await settled(self.on_error(request, error))
        response = usual if own is None else own
        self.framework.amend(response, self.door.failed(visit, error))
        return response


async def settled(value: T | Awaitable[T]) -> T:
    """Wait for a value if it has to be waited for: hooks are plain or async."""
    return await value if inspect.isawaitable(value) else value
