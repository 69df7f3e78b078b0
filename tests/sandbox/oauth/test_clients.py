"""The registered applications."""

import re
import secrets
import socket
from contextlib import ExitStack

import aiohttp
import pytest

from anilist_oauth.oauth.application import Application
from anilist_oauth.sandbox import Sandbox
from anilist_oauth.sandbox.oauth.clients import default_application, owns
from anilist_oauth.sandbox.oauth.server_versions import generation_named


def test_the_made_up_application_needs_no_listener() -> None:
    """A secret of AniList's look, new each time, and a loopback redirect URI on a port of its own."""
    one, other = default_application(), default_application()
    assert re.fullmatch("[0-9a-f]{40}", one.client_secret or "")
    assert one.client_secret != other.client_secret
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/callback", one.redirect_uri)
    assert one.redirect_uri != other.redirect_uri
    port = int(one.redirect_uri.partition("1:")[2].partition("/")[0])
    with socket.create_server(("127.0.0.1", port)):  # free for whoever wants to be called back
        assert default_application("https://bot.example/cb").redirect_uri == "https://bot.example/cb"


def test_a_port_that_is_taken_or_was_given_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two sandboxes of a process never wait at the same port, though neither has begun to listen."""
    with ExitStack() as stack:
        taken, one, other = (stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(3))
        ports = [server.getsockname()[1] for server in (taken, one, other)]
        one.close()
        other.close()
        drawn = iter([ports[0], ports[1], ports[1], ports[2]])
        monkeypatch.setattr(secrets, "choice", lambda _ports: next(drawn))
        assert default_application().redirect_uri == f"http://127.0.0.1:{ports[1]}/callback"
        assert default_application().redirect_uri == f"http://127.0.0.1:{ports[2]}/callback"


@pytest.mark.parametrize("secret", [{}, {"client_secret": ""}, {"client_secret": "é"}])
async def test_an_application_without_a_secret_never_authenticates(secret: dict[str, str]) -> None:
    """It can ask for implicit tokens alone."""
    application = Application(client_id=1, redirect_uri="app://done")
    fields = {"grant_type": "authorization_code", "client_id": "1", "code": "x", **secret}
    async with Sandbox(applications=[application]) as sandbox, aiohttp.ClientSession() as client:
        assert sandbox.application is application
        async with client.post(sandbox.endpoints.token, data=fields) as answer:
            assert (answer.status, (await answer.json())["error"]) == (401, "invalid_client")


async def test_a_wrong_secret_may_have_any_letters() -> None:
    """It is refused like every wrong secret."""
    async with Sandbox() as sandbox, aiohttp.ClientSession() as client:
        fields = {"grant_type": "authorization_code", "client_id": sandbox.application.client_id, "code": "x"}
        async with client.post(sandbox.endpoints.token, data={**fields, "client_secret": "é"}) as answer:
            assert (answer.status, (await answer.json())["error"]) == (401, "invalid_client")


def test_no_application_at_all_is_a_mistake() -> None:
    """The sandbox would have nobody to serve."""
    with pytest.raises(ValueError, match="applications"):
        Sandbox(applications=[])


@pytest.mark.parametrize(
    ("registered", "given", "free"),
    [
        ("http://127.0.0.1:9901/callback", "http://127.0.0.1/callback", True),
        ("http://[::1]/callback?x=1", "http://[::1]:80/callback?x=1", True),
        ("http://127.0.0.1", "http://127.0.0.1:80", True),
        ("http://127.0.0.1:1/callback", "http://[::1]:1/callback", False),
        ("http://localhost:1/callback", "http://localhost:2/callback", False),
        ("http://127.0.0.1:1/callback", "http://127.0.0.1:2/other", False),
        ("https://bot.example/", "http://127.0.0.1:1/", False),
    ],
)
def test_only_the_port_of_a_loopback_address_is_free(registered: str, given: str, *, free: bool) -> None:
    """RFC 8252 section 7.3, and only since 8.x."""
    application = Application(client_id=1, redirect_uri=registered)
    assert owns(application, registered, generation_named("7.3.2"))
    assert not owns(application, given, generation_named("7.3.2"))
    assert owns(application, given, generation_named("8.5.5")) is free
