"""What an ASGI application answers to an error of ours that its handlers raise."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from anilist_oauth.web.browser_request import BrowserRequest
from anilist_oauth.web.browser_response import BrowserResponse
from anilist_oauth.web.login_endpoints import REQUIRED, LoginEndpoints

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

INSTALLED = "anilist_oauth"
"""In a request's scope: that `AnswerErrors` stands around the application."""

_SERVER_ERROR = 500


class AnswerErrors:
    """Middleware that answers the errors of `REQUIRED`, until an answer of the application is under way.

    Args:
        app: The application.
        endpoints: What decides.
    """

    def __init__(self, app: ASGIApp, *, endpoints: LoginEndpoints) -> None:
        self._app = app
        self._endpoints = endpoints

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        browser = BrowserRequest.from_scope(scope)  # now: what is mounted further in changes the scope
        scope[INSTALLED] = True
        held = _HeldErrors(send)
        try:
            await self._app(scope, receive, held.send)
        except REQUIRED as error:
            if held.started:
                raise
            held.messages.clear()
            await send_response(self._endpoints.instead(browser, error), send)
        finally:
            await held.release()


class _HeldErrors:
    """Holds back a server error: a mounted application answers 500 to an error that it then raises for us to see."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.started = False
        self.messages: list[Message] = []

    async def send(self, message: Message) -> None:
        if not self.started and (self.messages or message.get("status") == _SERVER_ERROR):
            self.messages.append(message)
        else:
            self.started = True
            await self._send(message)

    async def release(self) -> None:
        for message in self.messages:
            await self._send(message)


async def send_response(answer: BrowserResponse, send: Send) -> None:
    """Send a whole answer."""
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answer.lines.items()]
    headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
