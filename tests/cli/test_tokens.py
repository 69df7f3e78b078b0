"""The command ``anilist-oauth tokens``."""

import asyncio
import json
from datetime import UTC, datetime

from cryptography.fernet import Fernet

from anilist_oauth.storage import StoredToken, open_store
from anilist_oauth.tokens.access_token import Token
from anilist_oauth.tokens.viewer import Viewer
from tests.cli.desk import FIELDS, Desk


def test_tokens_are_listed_without_the_tokens(home: Desk) -> None:
    """Subject, user and validity are listed, and no application is needed."""
    home.forget_application()
    lines = home.run("tokens").stdout.splitlines()
    assert lines[0].split() == ["SUBJECT", "USER", "EXPIRES", "DAYS", "LEFT", "NEEDS", "LOGIN"]
    assert lines[1].split()[:2] == ["cli", "mika"]
    (shown,) = json.loads(home.run("tokens", "--json").stdout)
    assert set(shown) == FIELDS | {"client_id", "days_left", "needs_login"}
    assert (shown["client_id"], shown["days_left"], shown["needs_login"]) == ("12345", 364, False)


def test_an_empty_list_is_no_failure(empty: Desk) -> None:
    """The hint is on stderr, so it does not affect scripts."""
    ran = empty.run("tokens")
    assert (ran.stdout, "anilist-oauth login" in ran.stderr) == ("", True)
    assert empty.run("tokens", "--json").stdout == "[]\n"


def test_a_missing_store_is_not_created(empty: Desk) -> None:
    """Listing logins creates no file."""
    empty.run("tokens", "--store", f"sqlite:///{empty.folder}/none.db")
    assert not (empty.folder / "none.db").exists()


def test_a_token_whose_end_is_unknown_is_listed(empty: Desk) -> None:
    """It counts as valid."""

    async def keep() -> None:
        async with open_store(empty.environment["ANILIST_STORE"]) as store:
            await store.tokens.put(
                StoredToken(
                    client_id="1",
                    subject="old\nline",
                    token=Token(access_token="opaque", expires_at=None),
                    viewer=Viewer(1, "mika", None, None, None),
                    stored_at=datetime.now(UTC),
                )
            )

    asyncio.run(keep())
    assert empty.run("tokens").stdout.splitlines()[1].split() == ["old", "line", "mika", "unknown", "unknown", "no"]
    assert json.loads(empty.run("tokens", "--json").stdout)[0]["days_left"] is None


def test_sealed_tokens_need_their_keys(empty: Desk) -> None:
    """The keys are in the environment, and without them there is an error, never an empty list."""
    key = Fernet.generate_key().decode()
    empty.environment["ANILIST_STORE_KEYS"] = key
    empty.log_in()
    assert "mika" in empty.run("tokens", "--store", empty.environment["ANILIST_STORE"]).stdout
    ran = empty.run("tokens", expect=1, ANILIST_STORE_KEYS="")
    assert ran.stdout == ""
    assert "key" in ran.stderr
