"""The sandbox with a thread and an event loop of its own."""

import inspect
import json
import socket
import urllib.request
from datetime import timedelta

import pytest

from anilist_oauth.sandbox import Fault, NoCallbackError, Sandbox, SandboxThread
from tests.sandbox.moves import authorization_url, code_of, token_fields


def _post(sandbox: SandboxThread, code: str) -> dict[str, object]:
    body = json.dumps(token_fields(sandbox.application, code)).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(str(sandbox.endpoints.token), data=body, headers=headers)
    with urllib.request.urlopen(request) as answer:
        token: dict[str, object] = json.load(answer)
    return token


def test_a_login_runs_without_a_loop() -> None:
    """Everything the sandbox offers, in plain functions."""
    with SandboxThread(Sandbox(users=["mika", "rin"])) as sandbox:
        assert [user.name for user in sandbox.users] == ["mika", "rin"]
        callback = sandbox.approve(authorization_url(sandbox), user=sandbox.users[1])
        assert _post(sandbox, code_of(callback))["token_type"] == "Bearer"
        assert sandbox.requests[0].path == "/api/v2/oauth/token"
        assert "access_denied" in sandbox.deny(authorization_url(sandbox), user=sandbox.user)
        sandbox.echo_state = not sandbox.echo_state
        assert "state=s1" not in sandbox.approve(authorization_url(sandbox))
        before = sandbox.now()
        sandbox.advance(timedelta(days=1))
        assert timedelta(days=1) <= sandbox.now() - before < timedelta(days=1, minutes=1)
        sandbox.next("token", Fault(status=400))
        with pytest.raises(urllib.error.HTTPError, match="400") as caught:
            _post(sandbox, "code")
        caught.value.close()
        sandbox.weather("outage")
        with pytest.raises(urllib.error.HTTPError, match="503") as caught:
            _post(sandbox, "code")
        caught.value.close()
        with pytest.raises(NoCallbackError):
            sandbox.approve(authorization_url(sandbox, client_id="99"))
        url = sandbox.url
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(str(url))


def test_a_thread_offers_what_the_sandbox_offers() -> None:
    """Nobody misses in the fixture what the docs show of the sandbox; the thread has its own way in and out."""
    names = {name for name in dir(Sandbox) if not name.startswith("_")} - {"open", "aclose"}
    assert names <= set(dir(SandboxThread))


@pytest.mark.parametrize("name", ["approve", "deny", "confirm"])
def test_what_needs_no_await_says_so_by_its_name(name: str) -> None:
    """The sandbox's own are awaited; a name that says sync is the fixture's, which also knows the short one."""
    assert inspect.iscoroutinefunction(getattr(Sandbox, name))
    assert not hasattr(Sandbox, f"{name}_sync")
    assert not inspect.iscoroutinefunction(getattr(SandboxThread, f"{name}_sync"))
    assert getattr(SandboxThread, name) is getattr(SandboxThread, f"{name}_sync")


def test_a_taken_port_is_told_where_the_sandbox_is_entered() -> None:
    """The error of the other thread is raised in this one."""
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        SandboxThread(Sandbox(port=taken.getsockname()[1])).__enter__()
