"""The middleware for any ASGI application does a few things that the adapters need not do."""

from typing import Any

import pytest
from multidict import CIMultiDict
from yarl import URL

from anilist_oauth.errors import ConfigurationError, LoginRequiredError
from anilist_oauth.web.asgi import LoginMiddleware, answering, lifespan, token_for_request
from tests.flows import Stage, staged

LOGIN = "/login/anilist"


class Inner:
    """An application that records the requests it gets, and redirects all of them to the same place."""

    def __init__(self, *, location: str = "/me") -> None:
        self.scopes: list[dict[str, Any]] = []
        self._location = location

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer, in two pieces."""
        del receive
        self.scopes.append(scope)
        headers = [(b"location", self._location.encode())] if self._location else []
        await send({"type": "http.response.start", "status": 307, "headers": [*headers, (b"set-cookie", b"a=b")]})
        await send({"type": "http.response.body", "body": b"mo", "more_body": True})
        await send({"type": "http.response.body", "body": b"ved"})


async def asked(app: Any, path: str, **changes: Any) -> tuple[int, CIMultiDict[str], bytes]:
    """Send one request without a server. Return the status, the headers and the body."""
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": []} | changes
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    await app(scope, receive, send)
    headers = CIMultiDict((name.decode(), value.decode()) for name, value in sent[0].get("headers", ()))
    return sent[0].get("status", 0), headers, b"".join(message.get("body", b"") for message in sent)


async def back_from_anilist(stage: Stage, app: Any, *, prefix: str = "") -> dict[str, Any]:
    """Begin a login and approve it. Return the scope of the callback."""
    _, headers, _ = await asked(app, f"{prefix}{LOGIN}", root_path=prefix)
    callback = URL(await stage.sandbox.approve(headers["Location"]))
    cookie = headers["Set-Cookie"].partition(";")[0].encode()
    query = callback.raw_query_string.encode()
    return {"path": f"{prefix}{callback.path}", "query_string": query, "headers": [(b"cookie", cookie)]}


@pytest.mark.parametrize("prefix", ["", "/bot"])
async def test_a_finished_login_calls_the_route(prefix: str) -> None:
    """The route gets a GET request without the code, and the browser gets its redirect and cookies."""
    async with staged() as stage:
        inner = Inner()
        app = LoginMiddleware(inner, stage.flow, on_login="/welcome")
        scope = await back_from_anilist(stage, app, prefix=prefix)
        status, headers, body = await asked(app, **scope, root_path=prefix)
        (handed,) = inner.scopes
        assert (handed["path"], handed["raw_path"]) == (f"{prefix}/welcome", f"{prefix}/welcome".encode())
        assert (handed["method"], handed["query_string"]) == ("GET", b"")
        assert handed["anilist"].login.subject == f"anilist:{stage.sandbox.user.id}"
        assert (status, headers["Location"], body) == (303, "/me", b"moved")
        assert headers["Cache-Control"] == "no-store"
        assert [cookie.partition("=")[0].partition("-")[0] for cookie in headers.getall("Set-Cookie")] == [
            "a",
            "anilist",
            "anilist_returning",
        ]


@pytest.mark.requirement("S20")
async def test_the_route_must_redirect(caplog: pytest.LogCaptureFixture) -> None:
    """The address of a page would contain the code, and the log names the route."""
    async with staged() as stage:
        app = LoginMiddleware(Inner(location=""), stage.flow, on_login="/welcome")
        scope = await back_from_anilist(stage, app)
        status, headers, _ = await asked(app, **scope)
        assert (status, headers["Location"]) == (303, f"{LOGIN}/failed?reason=setup")
        assert "on_login: /welcome must answer with a redirect, not 307" in caplog.text


@pytest.mark.parametrize(
    "path",
    [
        *("/welcome", "/welcome/", "//welcome", "/Welcome", "/./welcome", "/a/../welcome", "/bot/welcome"),
        *("/bot//welcome/", "/welcome\n", "/bot/welcome\n", "http://site.example/welcome", "https://h:8/Welcome/"),
        *("welcome", "/botwelcome", "/bothttp://site.example/welcome"),  # uvicorn puts the root path before anything
    ],
)
async def test_the_route_cannot_be_requested_from_outside(path: str) -> None:
    """This holds for every spelling of its path and every method."""
    async with staged() as stage:
        inner = Inner()
        app = LoginMiddleware(inner, stage.flow, on_login="/welcome")
        for method in ("GET", "POST", "HEAD"):
            status, headers, body = await asked(app, path, method=method, root_path="/bot")
            assert (status, headers["Cache-Control"], body) == (404, "no-store", b"")
        assert await asked(app, path, type="websocket", root_path="/bot") == (0, CIMultiDict(), b"")
        assert inner.scopes == []


async def test_on_error_must_return_an_address() -> None:
    """The first failure shows the mistake."""
    async with staged() as stage:
        options: dict[str, Any] = {"on_login": "/welcome", "on_error": lambda _scope, _error: 303}
        app = LoginMiddleware(Inner(), stage.flow, **options)
        with pytest.raises(ConfigurationError, match=r"^on_error: the hook must return the address to redirect to"):
            await asked(app, "/callback")


async def test_a_login_in_the_scope_is_removed() -> None:
    """A server may have put something under the same key into the scope."""
    async with staged() as stage:
        inner = Inner()
        app = LoginMiddleware(inner, stage.flow, on_login="/welcome")
        await asked(app, "/other", anilist="forged")
        await asked(app, "/live", type="websocket", anilist="forged")
        assert ["anilist" in scope for scope in inner.scopes] == [False, False]


async def test_other_methods_reach_the_application() -> None:
    """The middleware only handles GET and HEAD at its addresses, and POST if accounts are linked."""
    async with staged() as stage:
        inner = Inner()
        app = LoginMiddleware(inner, stage.flow, on_login="/welcome")
        assert (await asked(app, LOGIN, method="POST"))[0] == 307
        assert (await asked(app, LOGIN, method="HEAD"))[0] == 204
        linking = LoginMiddleware(inner, stage.flow, on_login="/welcome", subject=lambda _scope: "alice")
        status, headers, body = await asked(linking, LOGIN, method="POST")
        assert (status, int(headers["Content-Length"])) == (200, len(body))
        status, headers, body = await asked(linking, f"{LOGIN}/failed", method="HEAD")
        assert (status, body, headers["Content-Length"] > "0") == (400, b"", True)
        assert len(inner.scopes) == 1


async def test_errors_in_an_answer_that_has_begun_are_left_alone() -> None:
    """A response that was sent in part cannot be replaced, so the server gets the error."""
    async with staged() as stage:
        token = token_for_request(stage.flow, lambda _scope: None)

        async def half(scope: Any, receive: Any, send: Any) -> None:
            del receive
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await token(scope)

        with pytest.raises(LoginRequiredError):
            await asked(LoginMiddleware(half, stage.flow, on_login="/welcome"), "/me")


async def test_without_the_middleware_an_error_is_only_raised() -> None:
    """No middleware responds to it."""
    with pytest.raises(LoginRequiredError), answering({}):
        raise LoginRequiredError("nobody", subject="")


def wsgi(environ: Any, start_response: Any) -> list[bytes]:
    """Be an application of another kind."""
    del environ, start_response
    return []


@pytest.mark.parametrize("app", [wsgi, None, "app:app"])
async def test_a_wsgi_application_is_refused(app: Any) -> None:
    """The error says what to serve instead."""
    async with staged() as stage:
        with pytest.raises(ConfigurationError, match=r"^app: an ASGI application is needed; a WSGI application has no"):
            LoginMiddleware(app, stage.flow, on_login="/welcome")


@pytest.mark.parametrize("path", [None, "welcome", LOGIN, "/callback", "/Callback/", f"{LOGIN}/failed"])
async def test_the_route_is_one_of_the_application(path: Any) -> None:
    """It must be a path, and not one of the login's own paths."""
    async with staged() as stage:
        with pytest.raises(ConfigurationError, match=r"^on_login: the path of a route of the application is needed"):
            LoginMiddleware(Inner(), stage.flow, on_login=path)


class Thing:
    """Something to open."""

    def __init__(self, log: list[str]) -> None:
        self._log = log

    async def __aenter__(self) -> None:
        self._log.append("opened")

    async def __aexit__(self, *_: object) -> None:
        self._log.append("closed")


async def lived(app: Any, log: list[str]) -> list[str]:
    """Start and stop an application once, as a server does."""
    messages = iter(["lifespan.startup", "lifespan.shutdown"])

    async def receive() -> Any:
        return {"type": next(messages)}

    async def send(message: Any) -> None:
        log.append(message["type"])

    await lifespan(Thing(log))(app)({"type": "lifespan"}, receive, send)
    return log


async def test_an_application_need_not_support_lifespan() -> None:
    """If it refuses at once, the server is answered in its place, and otherwise it is called."""

    async def knows_none(_scope: Any, _receive: Any, _send: Any) -> None:
        raise ValueError("only HTTP")

    async def knows_one(_scope: Any, receive: Any, send: Any) -> None:
        for _ in range(2):
            await send({"type": f"own {(await receive())['type']}"})

    async def breaks(_scope: Any, receive: Any, _send: Any) -> None:
        await receive()
        raise ValueError("broken")

    complete = ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert await lived(knows_none, []) == ["opened", *complete, "closed"]
    assert await lived(knows_one, []) == ["opened", "own lifespan.startup", "own lifespan.shutdown", "closed"]
    log: list[str] = []
    with pytest.raises(ValueError, match="broken"):
        await lived(breaks, log)
    assert log == ["opened", "closed"]


async def test_lifespan_events_reach_the_application() -> None:
    """The middleware does not handle them."""
    async with staged() as stage:
        inner = Inner()
        await asked(LoginMiddleware(inner, stage.flow, on_login="/welcome"), "/", type="lifespan")
        assert [scope["type"] for scope in inner.scopes] == ["lifespan"]


@pytest.mark.parametrize(
    ("name", "value"), [("on_login", "//me"), ("on_login", "/me?x"), ("subject", "mika"), ("on_error", "/oops")]
)
async def test_arguments_of_a_wrong_type_are_refused(name: str, value: Any) -> None:
    """The error is raised when the application is wrapped, not at the first login."""

    async def app(*_connection: Any) -> None:
        """Answer nothing."""

    given: dict[str, Any] = {"on_login": "/welcome"} | {name: value}
    async with staged() as stage:
        with pytest.raises(ConfigurationError, match=f"^{name}: "):
            LoginMiddleware(app, stage.flow, **given)
