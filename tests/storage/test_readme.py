"""The examples in the README for stores work."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.oauth.application import Application
from anilist_oauth.storage import MemoryTokenStore, StoredToken
from anilist_oauth.tokens.access_token import Token
from tests.readme import attributes, blocks, public, room

EXAMPLES = blocks(readme=room("storage"))


def example(heading: str) -> dict[str, Any]:
    """Run the example under a heading, and return the names that it defines."""
    names: dict[str, Any] = {}
    exec(EXAMPLES[heading][0], names)
    return names


async def test_a_store_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first example creates the file, and a flow uses it."""
    monkeypatch.chdir(tmp_path)

    async def work(flow: LoginFlow) -> str | None:
        return (await flow.begin(subject="discord:42")).subject

    application = Application(client_id=1, redirect_uri="http://127.0.0.1/cb")
    assert await example("")["run"](application, work) == "discord:42"
    assert (tmp_path / "tokens.db").is_file()


async def test_users_are_reminded() -> None:
    """They are exactly those whose token expires within thirty days."""
    now, reminded = datetime.now(UTC), []
    store = MemoryTokenStore()
    for days in (10, 200):
        token = Token(access_token=f"a-token-for-{days}-days", expires_at=now + timedelta(days=days))
        await store.put(StoredToken(client_id="1", subject=f"discord:{days}", token=token, user_id=7, stored_at=now))

    async def remind(subject: str, expires_at: datetime) -> None:
        reminded.append((subject, expires_at))

    class Opened:
        tokens = store

    await example("What is stored")["ask_again_soon"](Opened(), remind)
    assert reminded == [("discord:10", now + timedelta(days=10))]


def test_every_example_is_run() -> None:
    """Each example in the README is run by a test."""
    assert set(EXAMPLES) == {"", "What is stored"}


def test_every_attribute_is_in_the_table() -> None:
    """Under "What is stored", the table lists exactly the attributes of a record."""
    assert attributes(room("storage"))["StoredToken"] == public(StoredToken)
