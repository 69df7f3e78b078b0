"""Two workers of uvicorn share a store, so a login may begin in one and end in the other."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest
from yarl import URL

from anilist_oauth.oauth.application import Application
from anilist_oauth.sandbox import Sandbox, SandboxThread
from tests.services import free_port

ROOT = Path(__file__).parent.parent.parent


@contextmanager
def workers(application: Application, sandbox: SandboxThread, store: str) -> Iterator[None]:
    """Run the application in two workers until the block is left."""
    environment = {
        "ANILIST_CLIENT_ID": application.client_id,
        "ANILIST_CLIENT_SECRET": application.client_secret or "",
        "ANILIST_REDIRECT_URI": application.redirect_uri,
        "ANILIST_STORE": store,
        "ANILIST_TESTS_SANDBOX": str(sandbox.url),
    }
    port = str(URL(application.redirect_uri).port)
    command = [sys.executable, "-m", "uvicorn", "tests.web.worker:app", "--workers", "2", "--port", port]
    process = subprocess.Popen(
        [*command, "--timeout-keep-alive", "60", "--no-access-log"],
        cwd=ROOT,
        env=os.environ | environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        log = [process.stderr.readline()]
        while sum("Application startup complete" in line for line in log) < 2:
            log.append(process.stderr.readline())
            assert log[-1], "".join(log)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


class Connection:
    """A connection that one worker has accepted, and so serves alone."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=30)
        self.worker = int(self.get("/").headers["X-Worker"])

    def get(self, path: str, cookie: str = "") -> HTTPResponse:
        """Ask this worker."""
        self._connection.request("GET", path, headers={"Cookie": cookie})
        response = self._connection.getresponse()
        response.read()
        return response

    def close(self) -> None:
        """Close it."""
        self._connection.close()


@contextmanager
def both(port: int) -> Iterator[tuple[Connection, Connection]]:
    """Connect to either worker: while one is stopped, the other must accept."""
    first = Connection(port)
    os.kill(first.worker, signal.SIGSTOP)
    try:
        second = Connection(port)
    finally:
        os.kill(first.worker, signal.SIGCONT)
    try:
        yield first, second
    finally:
        first.close()
        second.close()


@pytest.mark.requirement("S3")
def test_a_login_begins_in_one_and_ends_in_the_other(tmp_path: Path) -> None:
    """This works in both directions, and repeating the callback at either worker gives the same result."""
    port = free_port()
    application = Application(client_id=1, client_secret="s" * 40, redirect_uri=f"http://127.0.0.1:{port}/callback")
    with (
        SandboxThread(Sandbox(applications=[application])) as sandbox,
        workers(application, sandbox, f"sqlite:///{tmp_path}/tokens.db"),
        both(port) as (one, other),
    ):
        assert one.worker != other.worker
        for begins, ends in [(one, other), (other, one)] * 3:
            begun = begins.get("/login/anilist")
            cookie = begun.headers["Set-Cookie"].partition(";")[0]
            callback = str(URL(sandbox.approve(begun.headers["Location"])).relative())
            for worker in (ends, begins, ends):
                finished = worker.get(callback, cookie)
                assert (finished.status, finished.headers["Location"]) == (303, f"/?anilist:{sandbox.user.id}")
                assert int(finished.headers["X-Worker"]) == worker.worker
        assert sum(request.path == "/api/v2/oauth/token" for request in sandbox.requests) == 6
