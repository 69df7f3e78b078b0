"""The proxy for the commands' requests."""

import json
import socket
import threading
from collections.abc import Iterator

import pytest

from anilist_oauth.cli.proxy import find_proxy
from anilist_oauth.cli.settings import endpoints_at
from anilist_oauth.oauth.endpoints import ANILIST
from tests.cli.desk import Desk
from tests.services import free_port

NAMES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy")


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def refusing() -> Iterator[tuple[str, list[bytes]]]:
    """A proxy that refuses every request. Return its URL and the first line of each request."""
    lines: list[bytes] = []

    def answer(server: socket.socket) -> None:
        while True:
            try:
                connection = server.accept()[0]
            except OSError:
                return
            with connection:
                lines.append(connection.recv(1000).partition(b"\r\n")[0])
                connection.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")

    server = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=answer, args=(server,))
    thread.start()
    try:
        yield f"http://user:canary-password@127.0.0.1:{server.getsockname()[1]}", lines
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()


def test_https_proxy_is_used_and_named(empty: Desk, refusing: tuple[str, list[bytes]]) -> None:
    """The doctor uses it, and names it without its password if the network fails."""
    url, lines = refusing
    shown = empty.run("doctor", "--json", expect=1, HTTPS_PROXY=url, ANILIST_ENDPOINTS="https://anilist.example").stdout
    findings = {finding["name"]: finding for finding in json.loads(shown)["findings"]}
    address = url.partition("@")[2]
    assert lines[0] == b"CONNECT anilist.example:443 HTTP/1.1"
    assert findings["proxy"]["text"] == f"requests go through {address} (from HTTPS_PROXY)"
    assert findings["network"]["level"] == "problem"
    assert f"check the proxy {address} (from HTTPS_PROXY)" in findings["network"]["remedy"]
    assert "canary-password" not in shown


def test_the_option_counts_before_the_variable(empty: Desk, refusing: tuple[str, list[bytes]]) -> None:
    """Every command that sends requests has the option."""
    url, lines = refusing
    options = ("--proxy", url, "--endpoints", "https://anilist.example")
    ran = empty.run("query", "-", *options, expect=1, stdin="{ a }", HTTPS_PROXY=f"http://127.0.0.1:{free_port()}")
    assert lines
    assert "ClientHttpProxyError" in ran.stderr


def test_a_wrong_proxy_is_reported_with_its_source(empty: Desk) -> None:
    """A command reports a usage error, and the doctor a finding."""
    assert "--proxy" in empty.run("query", "-", "--proxy", "socks5://h", expect=2, stdin="{ a }").stderr
    given = {"HTTPS_PROXY": "socks5://h:1", "ANILIST_ENDPOINTS": "https://anilist.example"}
    assert "HTTPS_PROXY" in empty.run("query", "-", expect=2, stdin="{ a }", **given).stderr
    shown = json.loads(empty.run("doctor", "--json", expect=1, **given).stdout)
    (problem,) = [finding for finding in shown["findings"] if finding["level"] == "problem"]
    assert (problem["name"], problem["remedy"]) == ("proxy", "fix HTTPS_PROXY, or remove it")


def test_no_proxy_and_a_sandbox_need_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """`NO_PROXY` lists hosts that need no proxy, and http is only used for this machine."""
    monkeypatch.setenv("HTTPS_PROXY", "proxy.example:3128")
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    assert find_proxy(endpoints_at("http://127.0.0.1:8080"), given=None) is None
    found = find_proxy(ANILIST, given=None)
    assert (str(found), "3128" in repr(found)) == ("proxy.example:3128 (from HTTPS_PROXY)", False)
    monkeypatch.setenv("NO_PROXY", "anilist.co")
    assert find_proxy(ANILIST, given=None) is None
