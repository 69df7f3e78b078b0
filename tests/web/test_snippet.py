"""The README's web backend, as it stands there."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from anilist_oauth.oauth.application import Application
from anilist_oauth.sandbox import Sandbox, SandboxThread
from tests.browser import SCREENS, chromium
from tests.readme import blocks
from tests.services import free_port

AT_THE_SANDBOX = """
import sys, uvicorn
from anilist_oauth import Endpoints, OAuthSession
authorization, token, graphql, port = sys.argv[1:]
endpoints = Endpoints(authorization=authorization, token=token, graphql=graphql)
OAuthSession.__init__.__kwdefaults__["endpoints"] = endpoints
from snippet import app
uvicorn.run(app, port=int(port), access_log=False)
"""


@contextmanager
def snippet(folder: Path, application: Application, sandbox: SandboxThread) -> Iterator[None]:
    """Serve the README's program, alone in a folder, with a sandbox for AniList."""
    (source,) = blocks()["Web backends"]
    (folder / "snippet.py").write_text(source, encoding="utf-8")
    doors = sandbox.endpoints
    arguments = [doors.authorization, doors.token, doors.graphql, application.redirect_uri.split(":")[2].split("/")[0]]
    environment = {
        "ANILIST_CLIENT_ID": application.client_id,
        "ANILIST_CLIENT_SECRET": application.client_secret or "",
        "ANILIST_REDIRECT_URI": application.redirect_uri,
        "SESSION_KEY": "k" * 32,
    }
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", AT_THE_SANDBOX, *map(str, arguments)],
        cwd=folder,
        env=os.environ | environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        log = [process.stderr.readline()]
        while "Uvicorn running" not in log[-1]:
            assert log[-1], "".join(log)
            log.append(process.stderr.readline())
        yield
    finally:
        process.terminate()
        process.communicate(timeout=30)


def test_the_readmes_web_backend_logs_in(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A page that needs a user sends to AniList and back, and says who it is; the program is short."""
    port = free_port()
    application = Application(client_id=1, client_secret="s" * 40, redirect_uri=f"http://127.0.0.1:{port}/callback")
    with (
        SandboxThread(Sandbox(applications=[application])) as sandbox,
        snippet(tmp_path, application, sandbox),
        chromium(SCREENS[2], tmp_path_factory.mktemp("profile")) as browser,
    ):
        browser.visit(f"http://127.0.0.1:{port}/me")
        browser.press("mika", until="/authorize?")
        browser.press("Approve", until="/me")
        assert browser.address == f"http://127.0.0.1:{port}/me"
        assert '{"name":"mika"}' in browser.text
    assert len(blocks()["Web backends"][0].splitlines()) <= 25
