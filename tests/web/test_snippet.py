"""The web application in the README works unchanged."""

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


def uvicorn(port: int) -> list[str]:
    """Serve ``app`` of ``main.py`` with uvicorn."""
    return [sys.executable, "-W", "error", "-m", "uvicorn", "main:app", "--port", str(port), "--no-access-log"]


@contextmanager
def served(
    folder: Path, source: str, command: list[str], *, application: Application, sandbox: SandboxThread
) -> Iterator[None]:
    """Serve a README's program as ``main.py`` in an empty folder, with a sandbox in place of AniList."""
    (folder / "main.py").write_text(source, encoding="utf-8")
    environment = {
        "ANILIST_CLIENT_ID": application.client_id,
        "ANILIST_CLIENT_SECRET": application.client_secret or "",
        "ANILIST_REDIRECT_URI": application.redirect_uri,
        "ANILIST_ENDPOINTS": str(sandbox.url),
        "SESSION_KEY": "k" * 32,
    }
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    try:
        log = [process.stdout.readline()]
        while "unning on" not in log[-1]:
            assert log[-1], "".join(log)
            log.append(process.stdout.readline())
        yield
    finally:
        process.terminate()
        process.communicate(timeout=30)


def test_the_readmes_web_backend_logs_in(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A page that needs a user sends the visitor to AniList and back, and shows the user's name."""
    port = free_port()
    (source,) = blocks()["A web application"]
    application = Application(client_id=1, client_secret="s" * 40, redirect_uri=f"http://127.0.0.1:{port}/callback")
    with (
        SandboxThread(Sandbox(applications=[application])) as sandbox,
        served(tmp_path, source, uvicorn(port), application=application, sandbox=sandbox),
        chromium(SCREENS[2], tmp_path_factory.mktemp("profile")) as browser,
    ):
        browser.visit(f"http://127.0.0.1:{port}/me")
        browser.press("mika", until="/authorize?")
        browser.press("Approve", until="/me")
        assert browser.address == f"http://127.0.0.1:{port}/me"
        assert '{"name":"mika"}' in browser.text
    assert len(source.splitlines()) <= 26
