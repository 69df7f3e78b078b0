"""A crash reporter sees no secret in the command line's frames."""

import os
import select
from types import TracebackType
from typing import Any

import pytest
from typer.testing import CliRunner

from anilist_oauth.cli import app, diagnosis, login, paste
from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.session.session import OAuthSession
from tests.cli.desk import SECRET, Desk

CODE = "canarycodecanarycode"


def shown(traceback: TracebackType | None) -> str:
    """Return the local variables of this package's frames, as a reporter shows them."""
    parts = []
    while traceback is not None:
        frame = traceback.tb_frame
        if frame.f_globals["__name__"].startswith("anilist_oauth"):
            parts.append(repr({name: repr(value) for name, value in frame.f_locals.items()}))
        traceback = traceback.tb_next
    return "".join(parts)


def fail(*_: Any, **__: Any) -> Any:
    """Raise an unexpected error."""
    raise LookupError


@pytest.mark.requirement("S36")
@pytest.mark.parametrize(
    ("command", "module", "name"),
    [
        ("login", login, "parse_implicit"),
        ("login", LoginFlow, "finish"),
        ("doctor", diagnosis, "check_forms"),
        ("doctor", diagnosis, "check_port"),
        ("doctor", OAuthSession, "exchange_code"),
    ],
)
def test_a_bug_shows_no_secret(
    pin: Desk, monkeypatch: pytest.MonkeyPatch, command: str, module: Any, name: str
) -> None:
    """No local variable contains the client secret or the pasted text."""
    monkeypatch.setattr(module, name, fail)
    for variable, value in pin.environment.items():  # for longer than the command runs
        monkeypatch.setenv(variable, value)
    ran = CliRunner().invoke(app, [command], input=CODE)
    assert isinstance(ran.exception, LookupError)
    locals_seen = shown(ran.exception.__traceback__)
    assert "'store'" in locals_seen
    assert SECRET not in locals_seen
    assert CODE not in locals_seen


@pytest.mark.requirement("S36")
def test_a_terminal_that_breaks_shows_no_paste(monkeypatch: pytest.MonkeyPatch) -> None:
    """The text that was typed so far is masked."""
    monkeypatch.setattr(os, "read", lambda *_: CODE.encode() + b"\n")
    monkeypatch.setattr(select, "select", fail)
    with pytest.raises(LookupError) as raised:
        paste._read(0)
    assert "kept" in shown(raised.tb)
    assert CODE not in shown(raised.tb)
