"""The sites and the settings in the README for web applications work."""

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml

from anilist_oauth.errors import StorageError
from anilist_oauth.oauth.application import Application
from anilist_oauth.sandbox import Sandbox, SandboxThread
from tests.needs import need
from tests.readme import blocks, room
from tests.services import RedisServer, free_port
from tests.web.nginx import listens
from tests.web.test_snippet import served, uvicorn

README = room("web")
SITES = ["aiohttp.web", "Quart", "Litestar", "Any other ASGI framework"]


def example(heading: str) -> dict[str, Any]:
    """Run the example under a heading, and return the names that it defines."""
    names: dict[str, Any] = {}
    exec(blocks(readme=README)[heading][0], names)
    return names


@pytest.mark.parametrize("heading", SITES)
async def test_a_site_logs_in(heading: str, tmp_path: Path) -> None:
    """Each site sends a visitor to AniList, and then shows who has come back."""
    port = free_port()
    application = Application(client_id=1, client_secret="s" * 40, redirect_uri=f"http://127.0.0.1:{port}/callback")
    (source,) = blocks(readme=README)[heading]
    by_aiohttp = f"from main import app, web; web.run_app(app, host='127.0.0.1', port={port}, access_log=None)"
    command = [sys.executable, "-u", "-c", by_aiohttp] if heading == "aiohttp.web" else uvicorn(port)
    jar = aiohttp.CookieJar(unsafe=True)
    with (
        SandboxThread(Sandbox(applications=[application])) as sandbox,
        served(tmp_path, source, command, application=application, sandbox=sandbox),
    ):
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", cookie_jar=jar) as browser:
            async with browser.get("/login/anilist", allow_redirects=False) as answer:
                callback = sandbox.approve(answer.headers["Location"])
            async with browser.get(callback) as answer:
                assert answer.status == 200
                assert (answer.url.path, await answer.json()) == ("/me", {"name": "mika"})
            async with browser.get("/me") as answer:
                assert answer.status == 200


async def test_a_store_says_whether_it_is_healthy() -> None:
    """The health check returns True or False, and raises nothing."""
    healthy = example("Health check")["healthy"]

    class Store:
        error: Exception | None = None

        async def ping(self) -> None:
            if self.error:
                raise self.error

    store = Store()
    assert await healthy(store) is True
    store.error = StorageError("the database is down", retryable=True)
    assert await healthy(store) is False


def test_sentry_gets_no_callback() -> None:
    """The code is removed from the event for a callback, and other events are unchanged."""
    before_send = example("Access logs, Sentry and OpenTelemetry")["before_send"]
    request = {
        "url": "https://site.example/callback",
        "query_string": "code=def502&state=abc",
        "headers": {"Cookie": "x"},
    }
    assert before_send({"request": request}, {}) == {"request": {"url": "https://site.example/callback"}}
    other = {"request": {"url": "https://site.example/me", "query_string": "page=2"}}
    assert before_send(other, {}) == {"request": {"url": "https://site.example/me", "query_string": "page=2"}}


def test_nginx_accepts_its_settings(tmp_path: Path) -> None:
    """Debian's nginx finds no error in the settings of both READMEs."""
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin")
    need(nginx, "this test needs nginx")
    assert nginx is not None
    (site,) = blocks("nginx", readme=README)["nginx"]
    (location,) = blocks("nginx", readme=room("receiver"))["Where it listens"]
    receiver = f"server {{ listen 127.0.0.1:8444; {location} }}"
    head = f"pid {tmp_path}/pid; error_log stderr; events {{}}"
    for number, http in enumerate((site, receiver)):
        config = tmp_path / f"{number}.conf"
        config.write_text(f"{head} http {{ access_log off; {http} }}")
        done = subprocess.run([nginx, "-t", "-p", tmp_path, "-c", config], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert "warn" not in done.stderr


def test_systemd_accepts_its_unit(tmp_path: Path) -> None:
    """Systemd finds no error in the unit."""
    verify = shutil.which("systemd-analyze")
    need(verify, "this test needs systemd-analyze, of the package systemd")
    assert verify is not None
    (unit,) = blocks("ini", readme=README)["systemd"]
    (tmp_path / "anime.service").write_text(unit)
    done = subprocess.run([verify, "verify", tmp_path / "anime.service"], capture_output=True, text=True, check=False)
    assert (done.returncode, "anime.service" in done.stderr) == (0, False), done.stderr
    parsed = configparser.ConfigParser(strict=True, interpolation=None)
    parsed.read_string(unit)
    assert parsed["Service"]["statedirectorymode"] == "0700"


@pytest.mark.parametrize("heading", ["Traefik", "Kubernetes"])
def test_the_yaml_can_be_read(heading: str) -> None:
    """Each YAML block removes the same prefix as the nginx block."""
    (text,) = blocks("yaml", readme=README)[heading]
    assert "/anime" in re.sub(r"\s", "", str(yaml.safe_load(text)))


@pytest.mark.slow
async def test_four_workers_share_a_redis(tmp_path: Path, redis: RedisServer) -> None:
    """With the lines under "Several workers", a login continues in any worker."""
    port = free_port()
    application = Application(client_id=1, client_secret="s" * 40, redirect_uri=f"http://127.0.0.1:{port}/callback")
    (site,), (lines,) = blocks()["A web application"], blocks(readme=README)["Several workers"]
    url = "redis://127.0.0.1:6379/0"
    assert url in lines
    source = re.sub(
        r"^anilist, store = .*?^app = .*?\n", lines.replace(url, redis.url), site, flags=re.DOTALL | re.MULTILINE
    )
    command = [*uvicorn(port), "--workers", "4"]
    with (
        SandboxThread(Sandbox(applications=[application])) as sandbox,
        served(tmp_path, source, command, application=application, sandbox=sandbox),
    ):
        while not listens(port):  # the port is bound before a worker listens
            pass
        for _ in range(4):
            connector, jar = aiohttp.TCPConnector(force_close=True), aiohttp.CookieJar(unsafe=True, quote_cookie=False)
            async with aiohttp.ClientSession(
                f"http://127.0.0.1:{port}", connector=connector, cookie_jar=jar
            ) as browser:
                async with browser.get("/login/anilist", allow_redirects=False) as answer:
                    callback = sandbox.approve(answer.headers["Location"])
                async with browser.get(callback) as answer:
                    assert await answer.json() == {"name": "mika"}


def test_every_example_is_run() -> None:
    """Each example in the README is run by a test."""
    others = {"Several workers", "Health check", "Access logs, Sentry and OpenTelemetry"}
    assert set(blocks(readme=README)) == {*SITES, *others}
