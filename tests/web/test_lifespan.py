"""Objects are opened in order and closed in reverse."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from starlette.applications import Starlette

from anilist_oauth.errors import ConfigurationError
from anilist_oauth.web import aiohttp, asgi, starlette
from anilist_oauth.web.lifespan import opened


@asynccontextmanager
async def thing(name: str, log: list[str], *, broken: bool = False) -> AsyncIterator[None]:
    """Note when it is opened and closed."""
    if broken:
        raise RuntimeError(name)
    log.append(f"+{name}")
    yield
    log.append(f"-{name}")


async def test_it_closes_in_reverse() -> None:
    """Session, store and flow are opened, and closed in reverse order."""
    log: list[str] = []
    async with opened([thing(name, log) for name in ("session", "store", "flow")]):
        assert log == ["+session", "+store", "+flow"]
    assert log[3:] == ["-flow", "-store", "-session"]


async def test_after_a_failure_everything_is_closed() -> None:
    """If an object cannot be opened, those before it are closed."""
    log: list[str] = []
    with pytest.raises(RuntimeError, match="store"):
        async with opened([thing("session", log), thing("store", log, broken=True), thing("flow", log)]):
            raise AssertionError
    assert log == ["+session"]


async def test_both_frameworks_accept_it() -> None:
    """It works as aiohttp's cleanup context and as Starlette's lifespan."""
    log: list[str] = []
    app = web.Application()
    app.cleanup_ctx.append(aiohttp.lifespan(thing("a", log), thing("b", log)))
    runner = web.AppRunner(app)
    await runner.setup()
    assert log == ["+a", "+b"]
    await runner.cleanup()
    application = Starlette(lifespan=starlette.lifespan(thing("c", log), thing("d", log)))
    async with application.router.lifespan_context(application):
        assert log[4:] == ["+c", "+d"]
    assert log == ["+a", "+b", "-b", "-a", "+c", "+d", "-d", "-c"]


async def test_an_object_that_cannot_be_opened_is_refused() -> None:
    """The error names its type."""
    thing: Any = "flow"
    with pytest.raises(ConfigurationError, match=r"^lifespan: .+, not str"):
        async with opened([thing]):
            """Never reached."""


def test_anything_but_an_asgi_application_is_refused() -> None:
    """One example is a function that WSGI calls with two arguments."""

    def application(_environ: Any, _start_response: Any) -> list[bytes]:
        return []

    wrongs: list[Any] = [None, application]
    for wrong in wrongs:
        with pytest.raises(ConfigurationError, match=r"^app: an ASGI application is needed"):
            asgi.lifespan()(wrong)
