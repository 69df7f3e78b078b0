"""Each recipe for a bot starts, links an account and stops, without the network of its chat."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.examples.bot_logins import Logins
from tests.needs import need
from tests.receiver.scenes import scene

ROOT = Path(__file__).parent.parent.parent
DRIVERS = Path(__file__).parent / "drivers"
# These cannot be installed beside the others: py-cord has discord.py's name, nextcord brings a folder of that name,
# and hikari needs an older multidict.
APART = {
    "pycord_bot": ("--no-deps", "py-cord>=2.6"),
    "nextcord_bot": ("--no-deps", "setuptools<81", "nextcord>=2.6"),  # it still imports pkg_resources
    "hikari_bot": ("hikari>=2.3",),
}


def drive(driver: str, *arguments: str, path: Path | None = None) -> None:
    """Run a driver in its own process, and return what it reports."""
    places = [str(place) for place in (path, ROOT) if place]
    ran = subprocess.run(
        [sys.executable, "-W", "error::ResourceWarning", DRIVERS / f"{driver}_driver.py", *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(places)},
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
    assert ran.stdout.splitlines()[-1:] == ["started, linked, stopped"], ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("driver", ["discord", "telegram", "ptb", "twitchio", "nonebot"])
def test_a_bot_starts_links_and_stops(driver: str) -> None:
    """The recipes use discord.py, aiogram, python-telegram-bot, TwitchIO and NoneBot."""
    drive(driver)


def test_a_disnake_bot_starts_links_and_stops() -> None:
    """Its driver also serves the other forks of discord.py."""
    drive("discord_forks", "disnake_bot")


@pytest.mark.parametrize("recipe", sorted(APART))
def test_a_bot_that_lives_apart_starts_links_and_stops(recipe: str, tmp_path: Path) -> None:
    """Its library is installed into a separate folder, which only its own process uses."""
    pip = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--target", str(tmp_path)]
    ran = subprocess.run([*pip, *APART[recipe]], capture_output=True, text=True, check=False, timeout=300)
    need(ran.returncode == 0, f"pip cannot install {APART[recipe][-1]}: {ran.stderr[-300:]}")
    if recipe == "hikari_bot":
        drive("hikari", path=tmp_path)
    else:
        drive("discord_forks", recipe, path=tmp_path)


async def test_the_bot_says_how_a_login_ended() -> None:
    """There is a sentence for a denial, a failure, a declined confirmation and a timeout."""
    async with scene() as stage:
        logins = Logins.__new__(Logins)
        logins.flow, logins.receiver = stage.flow, stage.receiver
        said = []
        for end in ("access_denied", "server_error", "no", "nobody"):
            login = await logins.begin("chat:42", "@mika")
            if end == "no":
                asked = await stage.arrive(await stage.sandbox.approve(login.link))
                await stage.post(asked.forms[1])
            elif end == "nobody":
                await stage.flow.cancel(login)
            else:
                await stage.get(f"{stage.path}?error={end}&state={login.state}")
            said.append((await logins.result(login)).partition(" ")[0])
    assert said == ["You", "That", "Whoever", "Nobody"]
