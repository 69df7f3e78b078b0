"""The examples of the room's README."""

import asyncio
from typing import Any

from yarl import URL

from anilist_oauth import parse_implicit
from tests.flows import staged
from tests.readme import blocks, room

EXAMPLES = blocks(readme=room("login"))


def example(heading: str) -> dict[str, Any]:
    """Give what the example under a heading defines."""
    names: dict[str, Any] = {"parse_implicit": parse_implicit}
    exec(EXAMPLES[heading][0], names)
    return names


async def test_an_account_is_linked() -> None:
    """What stands under "Begin, finish, wait", as it stands."""
    bot, sent = example("Begin, finish, wait"), asyncio.Queue[str]()
    async with staged() as stage:
        linking = asyncio.create_task(bot["link"](stage.flow, sent.put))
        callback = await stage.sandbox.approve((await sent.get()).rpartition(" ")[2])
        assert await bot["callback"](stage.flow, URL(callback).query) == "mika"
        assert (await linking).login.subject == "discord:42"
        assert await bot["unread"](stage.flow) == {"Viewer": {"unreadNotificationCount": 0}}


async def test_a_code_is_pasted() -> None:
    """What stands under "A pasted code", as it stands."""
    bot, sent, pasted = example("A pasted code"), asyncio.Queue[str](), asyncio.Queue[str]()
    async with staged() as stage:
        linking = asyncio.create_task(bot["link_by_pin"](stage.flow, sent.put, pasted.get))
        link = (await sent.get()).partition("Open ")[2].partition(", approve")[0]
        await pasted.put(URL(await stage.sandbox.approve(link)).query["code"])
        assert (await linking).login.subject == "telegram:7"


async def test_a_program_without_a_secret_logs_in() -> None:
    """What stands under "Without a client secret", as it stands."""
    program = example("Without a client secret")
    async with staged() as stage:
        callback = await stage.sandbox.approve(stage.session.implicit_url())
        done = await program["log_in_without_a_secret"](stage.flow, callback)
        assert (done.login.subject, done.display_name) == ("me", "mika")


def test_every_example_is_run() -> None:
    """No example stands there that nobody runs."""
    assert set(EXAMPLES) == {"Begin, finish, wait", "A pasted code", "Without a client secret"}
