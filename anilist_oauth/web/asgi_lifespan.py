"""Open objects when an ASGI application starts, and close them when it stops."""

import inspect
from collections.abc import Callable
from typing import Any

from anilist_oauth.errors import ConfigurationError
from anilist_oauth.redaction import Masked
from anilist_oauth.web.asgi_errors import ASGIApp, Message, Receive, Scope, Send
from anilist_oauth.web.lifespan import Openable, opened


def lifespan(*things: Openable) -> Callable[[ASGIApp], ASGIApp]:
    """Wrap an application so that session, store and flow are opened in this order, and closed in reverse.

    The application does not need to support ASGI's lifespan. Django, for example, does not.
    """

    def around(app: ASGIApp) -> ASGIApp:
        check_application(app)

        async def served(scope: Scope, receive: Receive, send: Send) -> None:
            given = Masked(scope)
            del scope  # crash reporters would show the cookies and the query
            if given.value["type"] != "lifespan":
                await app(given.value, receive, send)
                return
            async with opened(things):
                await _live(app, given.value, receive, send)

        return served

    return around


async def _live(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Let the application start and stop. If it does not support ASGI's lifespan, answer the server in its place."""
    begun = False

    async def receiving() -> Message:
        nonlocal begun
        begun = True
        return await receive()

    try:
        await app(scope, receiving, send)
    except Exception:
        if begun:
            raise
        for phase in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{phase}.complete"})


def check_application(app: Any) -> None:
    """Raise `ConfigurationError` if `app` cannot be called as an ASGI application."""
    try:
        inspect.signature(app).bind({}, None, None)
    except (TypeError, ValueError) as error:
        raise ConfigurationError(
            "app: an ASGI application is needed; a WSGI application has no event loop, so serve Django through its "
            "asgi.py, and use Quart for Flask"
        ) from error
