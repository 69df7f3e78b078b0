"""The examples in the README for logins work."""

import asyncio
import logging
import re
from typing import Any

import pytest
from yarl import URL

from anilist_oauth import AccessDeniedError, CompletedLogin, Login, Token, Viewer
from anilist_oauth.errors import StorageError
from anilist_oauth.login.events import FinishLog
from anilist_oauth.pacing.shared_pace import SharedPace
from anilist_oauth.sandbox import Fault
from anilist_oauth.web.failures import note
from tests import virtual_time
from tests.flows import staged
from tests.pacing.test_shared_pace import ScriptedLedger
from tests.readme import attributes, blocks, public, room

EXAMPLES = blocks(readme=room("login"))


def example(heading: str) -> dict[str, Any]:
    """Run the example under a heading, and return the names that it defines."""
    names: dict[str, Any] = {}
    exec(EXAMPLES[heading][0], names)
    return names


async def test_an_account_is_linked() -> None:
    """The example under "Begin, finish, wait" runs unchanged."""
    bot, sent = example("Begin, finish, wait"), asyncio.Queue[str]()
    async with staged() as stage:
        linking = asyncio.create_task(bot["link"](stage.flow, sent.put))
        callback = await stage.sandbox.approve((await sent.get()).rpartition(" ")[2])
        assert await bot["callback"](stage.flow, URL(callback).query) == "mika"
        assert (await linking).login.subject == "discord:42"
        assert await bot["unread"](stage.flow) == {"Viewer": {"unreadNotificationCount": 0}}


async def test_a_code_is_pasted() -> None:
    """The example under "A pasted code" runs unchanged."""
    bot, sent, pasted = example("A pasted code"), asyncio.Queue[str](), asyncio.Queue[str]()
    async with staged() as stage:
        linking = asyncio.create_task(bot["link_by_pin"](stage.flow, sent.put, pasted.get))
        link = (await sent.get()).partition("Open ")[2].partition(", approve")[0]
        await pasted.put(URL(await stage.sandbox.approve(link)).query["code"])
        assert (await linking).login.subject == "telegram:7"


async def test_a_program_without_a_secret_logs_in() -> None:
    """The example under "Without a client secret" runs unchanged."""
    program = example("Without a client secret")
    async with staged() as stage:
        callback = await stage.sandbox.approve(stage.session.implicit_url())
        done = await program["log_in_without_a_secret"](stage.flow, callback)
        assert (done.login.subject, done.display_name) == ("me", "mika")


def test_every_example_is_run() -> None:
    """Each example in the README is run by a test."""
    assert set(EXAMPLES) == {"Begin, finish, wait", "A pasted code", "Without a client secret"}


@pytest.mark.parametrize("owner", [Login, CompletedLogin, Token, Viewer])
def test_every_attribute_is_in_the_tables(owner: type) -> None:
    """Under "Values", each table lists exactly the attributes of its class."""
    assert attributes(room("login"))[owner.__name__] == public(owner)


def test_every_field_of_the_log_is_in_the_table(caplog: pytest.LogCaptureFixture) -> None:
    """Under "Logging", each event is listed with its level and its fields."""
    caplog.set_level(logging.DEBUG, "anilist_oauth")

    async def scenario() -> None:
        async with staged() as stage:
            await stage.log_in(subject="discord:42")
            login = await stage.flow.begin(subject="discord:43")
            with pytest.raises(AccessDeniedError):
                await stage.flow.finish(await stage.sandbox.deny(login.url))
            stage.sandbox.next("graphql", Fault(close="before"), Fault(status=429))
            await stage.flow.graphql("discord:42", "{ Viewer { id } }")
        FinishLog().unsettled(StorageError("the store is down"))
        note(StorageError("the store is down"), "store")

    asyncio.run(scenario())
    virtual_time.run(SharedPace(ScriptedLedger(StorageError("Redis is down"))).turn())
    standard = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "event"}
    seen: dict[str, set[str]] = {}
    for fields in map(vars, caplog.records):
        if "event" in fields:
            seen.setdefault(fields["event"], {fields["levelname"]}).update(set(fields) - standard)
    rows = re.findall(
        r"^\| `(\w+)` \| (.*[A-Z]{4,}.*) \| (.*) \|$", room("login").read_text(encoding="utf-8"), re.MULTILINE
    )
    table = {
        event: {re.findall("[A-Z]{4,}", level)[0], *re.findall(r"`(\w+)`", fields)} for event, level, fields in rows
    }
    assert seen == table
