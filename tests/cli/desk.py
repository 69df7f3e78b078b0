"""A sandbox with the environment and the terminal of a person who uses the command line."""

import os
import re
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
import pexpect
from typer.testing import CliRunner, Result

from anilist_oauth.cli import app
from anilist_oauth.oauth.application import Application
from anilist_oauth.oauth.endpoints import PIN_REDIRECT_URI
from anilist_oauth.sandbox import Sandbox, SandboxThread
from tests.services import free_port

SECRET = "canarysecretcanarysecretcanarysecret1234"
BROWSER = f"{sys.executable} {Path(__file__).parent / 'person.py'} %s"
FIELDS = {"subject", "user_id", "user_name", "site_url", "expires_at"}
_DISPLAYS = ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY", "NO_COLOR", "SSH_CONNECTION")
_CANARY = re.compile(rf"{SECRET}|eyJ[\w-]{{8}}|def502")


@attrs.frozen(kw_only=True)
class Desk:
    """The environment of a person who uses the command line."""

    sandbox: SandboxThread
    environment: dict[str, str]
    folder: Path

    @property
    def port(self) -> int:
        """The port of the redirect URI."""
        return int(self.environment["ANILIST_REDIRECT_URI"].rpartition(":")[2].partition("/")[0])

    def run(self, *arguments: str, expect: int = 0, stdin: str | bytes | None = None, **environment: str) -> Result:
        """Run a command in this process, and check its exit code and that it shows no secret or traceback."""
        ran = CliRunner().invoke(app, list(arguments), input=stdin, env=self.environment | environment)
        assert ran.exit_code == expect, (ran.stdout, ran.stderr, ran.exception)
        check(ran.stdout + ran.stderr)
        return ran

    def forget_application(self) -> None:
        """Remove the application from the environment."""
        for name in ("ANILIST_CLIENT_ID", "ANILIST_CLIENT_SECRET", "ANILIST_REDIRECT_URI"):
            self.environment[name] = ""

    def log_in(self) -> None:
        """Log in with the browser."""
        ran = self.run("login", BROWSER=BROWSER)
        assert ran.stdout.startswith("Logged in as mika (AniList user ")

    @contextmanager
    def terminal(self, *arguments: str, **environment: str) -> Iterator[Any]:
        """Run a command in a real terminal of 24 lines and 100 columns."""
        environment = {**os.environ, **self.environment, "TERM": "xterm", **environment}
        child = pexpect.spawn(
            sys.executable,
            ["-m", "anilist_oauth", *arguments],
            env=environment,
            encoding="utf-8",
            timeout=30,
            dimensions=(24, 100),
            cwd=self.folder,
            echo=True,
            preexec_fn=_heed_interrupts,
        )
        child.delaybeforesend = None
        try:
            yield child
        finally:
            child.close(force=True)


def _heed_interrupts() -> None:
    """Let Ctrl+C work, because a shell ignores it for tests in the background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def check(output: str) -> None:
    """Check that output contains no secret and no traceback."""
    assert not _CANARY.search(output), output
    assert "Traceback" not in output, output


def wait_until(child: Any, condition: Callable[[], bool]) -> None:
    """Read the output of a running command until a condition holds."""
    while not condition():
        assert child.expect([pexpect.TIMEOUT, pexpect.EOF], timeout=0.05) == 0, child.before


def ended(child: Any, *, code: int) -> str:
    """Wait until the command ends, and return its last output."""
    child.expect(pexpect.EOF)
    child.close()
    assert (child.exitstatus, child.signalstatus) == (code, None), child.before
    check(child.before)
    return str(child.before)


@contextmanager
def desk(folder: Path, *, pin: bool = False, **options: Any) -> Iterator[Desk]:
    """Create a sandbox and an environment for it."""
    redirect_uri = PIN_REDIRECT_URI if pin else f"http://127.0.0.1:{free_port()}/callback"
    application = Application(client_id=12345, client_secret=SECRET, redirect_uri=redirect_uri)
    with SandboxThread(Sandbox(applications=[application], **options)) as sandbox:
        environment = {
            **dict.fromkeys(_DISPLAYS, ""),
            "ANILIST_CLIENT_ID": application.client_id,
            "ANILIST_CLIENT_SECRET": SECRET,
            "ANILIST_REDIRECT_URI": redirect_uri,
            "ANILIST_ENDPOINTS": str(sandbox.url),
            "ANILIST_STORE": f"sqlite:///{folder}/data/tokens.db",
            "ANILIST_STORE_KEYS": "",
        }
        yield Desk(sandbox=sandbox, environment=environment, folder=folder)
