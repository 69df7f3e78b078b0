"""Respond to the errors of this package that the handlers of an ASGI application raise."""

from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

from anilist_oauth.arguments import expect
from anilist_oauth.errors import AniListOAuthError
from anilist_oauth.redaction import Masked
from anilist_oauth.web.browser_request import BrowserRequest
from anilist_oauth.web.browser_response import BrowserResponse
from anilist_oauth.web.login_endpoints import REQUIRED, LoginEndpoints

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

INSTALLED = "anilist_oauth"
"""The key in a request's scope under which `AnswerErrors` keeps the `HeldAnswer`."""

_SERVER_ERROR = 500


class AnswerErrors:
    """Middleware that responds to the errors in `REQUIRED`, unless the application's response has begun.

    Args:
        app: The application.
        endpoints: Returns the response for an error.
    """

    def __init__(self, app: ASGIApp, *, endpoints: LoginEndpoints) -> None:
        self._app = app
        self._endpoints = endpoints

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        given = Masked(scope)
        del scope  # crash reporters would show the cookies and the query
        if given.value["type"] != "http":
            await self._app(given.value, receive, send)
            return
        browser = BrowserRequest.from_scope(given.value)  # before mounted applications change the scope
        held = given.value[INSTALLED] = HeldAnswer(send)
        try:
            await self._app(given.value, receive, held.send)
        except REQUIRED as error:
            if held.started:
                raise
            held.error = error
        finally:
            if isinstance(held.error, REQUIRED) and not held.started:
                await send_response(self._endpoints.instead(browser, held.error), send)
            else:
                await held.release()


class HeldAnswer:
    """Holds back a response with status 500. A mounted application sends one before it raises the error again.

    Attributes:
        started: Whether a part of the response has been sent.
        error: The error that gets another response.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._messages: list[Message] = []
        self.started: bool = False
        self.error: AniListOAuthError | None = None

    async def send(self, message: Message) -> None:
        """Send a message of the response, or hold it back."""
        waits = self.error is not None or self._messages or message.get("status") == _SERVER_ERROR
        if not self.started and waits:
            self._messages.append(message)
        else:
            self.started = True
            await self._send(message)

    async def release(self) -> None:
        """Send the messages that were held back."""
        for message in self._messages:
            await self._send(message)


@contextmanager
def answering(scope: Scope) -> Iterator[None]:
    """Let `LoginMiddleware` respond to the errors that are raised in the block, whatever the framework does with them.

    Some frameworks, such as Django, respond to every error themselves. There, use this around calls such as
    `LoginFlow.graphql`.

    Raises:
        ConfigurationError: `scope` is not a scope, but for example a framework's request.
    """
    given = Masked(scope)
    del scope
    expect(given.value, MutableMapping, "scope: the ASGI scope of a request is needed")
    try:
        yield
    except AniListOAuthError as error:
        held = given.value.get(INSTALLED)
        if isinstance(held, HeldAnswer):
            held.error = error
        raise


async def send_response(answer: BrowserResponse, send: Send) -> None:
    """Send a whole response."""
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answer.lines.items()]
    headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
