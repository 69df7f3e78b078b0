"""What is opened with any ASGI application, and closed with it."""

from collections.abc import Callable

from anilist_oauth.web.asgi_errors import ASGIApp, Message, Receive, Scope, Send
from anilist_oauth.web.lifespan import Openable, opened


def lifespan(*things: Openable) -> Callable[[ASGIApp], ASGIApp]:
    """Open session, store and flow in this order, and close them in reverse, around an application.

    The application need not know ASGI's lifespan, as Django does not.
    """

    def around(app: ASGIApp) -> ASGIApp:
        async def served(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "lifespan":
                await app(scope, receive, send)
                return
            async with opened(things):
                await _live(app, scope, receive, send)

        return served

    return around


async def _live(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Let an application start and end, or do it in its place if it refuses to before it has begun."""
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
