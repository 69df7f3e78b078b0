"""The receiver's port is opened and closed, and its logins end in time."""

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from anilist_oauth.errors import ConfigurationError, LoginTimeoutError, ReceiverError, SessionStateError
from anilist_oauth.html_page import Pages
from anilist_oauth.login import shared_tasks
from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.login.login import CompletedLogin, Login
from anilist_oauth.oauth.application import Application
from anilist_oauth.receiver import CallbackReceiver, server
from anilist_oauth.sandbox import Fault, Sandbox
from anilist_oauth.session.session import OAuthSession
from anilist_oauth.storage import MemoryLoginStore
from anilist_oauth.storage.records import PendingLogin
from tests.receiver.scenes import Scene, scene, visiting
from tests.services import free_port


def flow_at(redirect_uri: str) -> LoginFlow:
    """Return a flow of an application with this redirect URI."""
    return LoginFlow(OAuthSession(Application(client_id=1, client_secret="s", redirect_uri=redirect_uri)))


def is_open(port: int, host: str = "127.0.0.1") -> bool:
    """Return whether a program listens at the port."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        return probe.connect_ex((host, port)) == 0


@pytest.fixture
async def stage() -> AsyncIterator[Scene]:
    """A receiver with a sandbox."""
    async with scene() as opened:
        yield opened


@pytest.mark.requirement("S23")
async def test_the_port_is_open_for_the_block_alone() -> None:
    """It is closed before and after the block, and only open on loopback."""
    port = free_port()
    receiver = CallbackReceiver(flow_at(f"http://127.0.0.1:{port}/callback"))
    assert not is_open(port)
    async with receiver:
        assert is_open(port)
        assert receiver.addresses == (("127.0.0.1", port),)
    assert not is_open(port)
    assert not receiver.addresses


@pytest.mark.requirement("S23")
@pytest.mark.parametrize("end", ["success", "denial", "timeout", "cancellation"])
async def test_the_port_is_closed_however_the_one_login_ends(end: str) -> None:
    """Before the port is closed, the visitor's page is sent."""
    port = free_port()
    application = Application(client_id=1, client_secret="s" * 40, redirect_uri=f"http://127.0.0.1:{port}/callback")
    begun: asyncio.Future[Login] = asyncio.get_running_loop().create_future()

    async def log_in(flow: LoginFlow) -> CompletedLogin:
        async with CallbackReceiver(flow) as receiver:
            begun.set_result(await receiver.login(subject="cli", timeout=0.05 if end == "timeout" else 600))
            return await flow.wait(await begun)

    async with (
        Sandbox(applications=[application]) as sandbox,
        OAuthSession(application, endpoints=sandbox.endpoints) as session,
        LoginFlow(session) as flow,
        visiting() as visit,
    ):
        task = asyncio.create_task(log_in(flow))
        login = await begun
        assert is_open(port)
        if end == "success":
            asked = await visit("GET", await sandbox.approve(login.url))
            assert "is now linked" in (await visit("POST", application.redirect_uri, data=asked.forms[0])).words
        elif end == "denial":
            assert "You declined" in (await visit("GET", await sandbox.deny(login.url))).words
        elif end == "cancellation":
            task.cancel()
        await asyncio.wait((task,), timeout=30)
        assert task.cancelled() if end == "cancellation" else (task.exception() is None) == (end == "success")
        assert not is_open(port)


@pytest.mark.requirement("V16")
@pytest.mark.parametrize(
    ("uri", "hosts"),
    [
        ("http://127.0.0.1:{}/callback", ["127.0.0.1"]),
        ("http://127.0.0.5:{}/callback", ["127.0.0.5"]),
        ("http://[::1]:{}/callback", ["::1"]),
        ("http://[0:0:0:0:0:0:0:1]:{}/", ["::1"]),
        ("HTTP://LOCALHOST:{}", ["127.0.0.1", "::1"]),
    ],
)
@pytest.mark.filterwarnings("ignore::anilist_oauth.InsecureRedirectURIWarning")
async def test_the_sockets_are_on_loopback_and_nowhere_else(uri: str, hosts: list[str]) -> None:
    """Without ``bind=``, no other interface of the machine is open."""
    port = free_port()
    async with CallbackReceiver(flow_at(uri.format(port))) as receiver:
        assert receiver.addresses == tuple((host, port) for host in hosts)
        for host, _ in receiver.addresses:
            assert is_open(port, host)
        assert not is_open(port, "127.0.0.7")


@pytest.mark.requirement("S24")
async def test_a_port_in_use_is_an_error_at_once() -> None:
    """No other port is tried, because AniList would not redirect to it, and the port is not shared."""
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ReceiverError, match="another program uses it") as raised:
            await CallbackReceiver(flow_at(f"http://127.0.0.1:{port}/callback")).__aenter__()
    assert (raised.value.host, raised.value.port) == ("127.0.0.1", port)
    assert isinstance(raised.value, OSError)


@pytest.mark.requirement("V17")
@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
@pytest.mark.requirement("S23")
async def test_localhost_is_reserved_on_both_addresses_or_not_at_all(family: socket.AddressFamily, host: str) -> None:
    """A browser may use either, so a program at the other one could get the code."""
    with socket.create_server((host, 0), family=family, reuse_port=True) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ReceiverError) as raised:
            await CallbackReceiver(flow_at(f"http://localhost:{port}/callback")).__aenter__()
        assert raised.value.host == host
        assert not is_open(port, "::1" if host == "127.0.0.1" else "127.0.0.1")


@pytest.mark.requirement("S23")
@pytest.mark.requirement("V16")
@pytest.mark.parametrize(
    "uri",
    [
        "https://bot.example/callback",
        "https://127.0.0.1/callback",
        "http://192.168.0.2:8080/callback",
        "myapp://callback",
        "https://anilist.co/api/v2/oauth/pin",
    ],
)
@pytest.mark.filterwarnings("ignore::anilist_oauth.InsecureRedirectURIWarning")
async def test_a_redirect_uri_elsewhere_needs_bind(uri: str) -> None:
    """The error says so."""
    with pytest.raises(ConfigurationError, match="bind="):
        CallbackReceiver(flow_at(uri))


@pytest.mark.parametrize("uri", ["myapp://callback", "https://anilist.co/api/v2/oauth/pin"])
async def test_bind_does_not_help_where_nothing_is_called_back(uri: str) -> None:
    """A custom scheme and AniList's pin page lead to no web server."""
    with pytest.raises(ConfigurationError, match=r"flow\.finish"):
        CallbackReceiver(flow_at(uri), bind=("127.0.0.1", 8080))


async def test_bind_may_be_a_host_name_and_must_exist() -> None:
    """If it cannot be resolved, the error is a `ReceiverError`."""
    flow = flow_at("https://bot.example/callback")
    async with CallbackReceiver(flow, bind=("localhost", 0)) as receiver:
        assert {host for host, _ in receiver.addresses} <= {"127.0.0.1", "::1"}
    with pytest.raises(ReceiverError, match="no host"):
        await CallbackReceiver(flow, bind=("nowhere.invalid", 0)).__aenter__()


async def test_a_login_ends_after_its_timeout(stage: Scene) -> None:
    """Waiting calls end, and another login continues."""
    login = await stage.receiver.login(subject="discord:1", timeout=0.01)
    other = await stage.receiver.login(subject="discord:2")
    with pytest.raises(LoginTimeoutError) as raised:
        await stage.flow.wait(login, timeout=20)
    assert raised.value.reason == "timeout"
    assert (await stage.get(await stage.sandbox.approve(login.url))).title == "This login is no longer open"
    assert await stage.flow.look({"state": other.state}) is not None


async def test_a_login_is_begun_in_the_block_only(stage: Scene) -> None:
    """Otherwise nothing would receive the callback, and a timeout must be positive."""
    closed = CallbackReceiver(flow_at(f"http://127.0.0.1:{free_port()}/callback"))
    for begin in (closed.login, closed.implicit):
        with pytest.raises(SessionStateError, match="async with"):
            await begin(subject="discord:42")
    odd: list[Any] = [0, -1.0, float("nan"), 10**400, None, "600"]
    for timeout in odd:
        with pytest.raises(ConfigurationError, match="timeout"):
            await stage.receiver.login(subject="discord:42", timeout=timeout)


async def test_a_sign_in_needs_no_subject(stage: Scene) -> None:
    """The subject becomes the AniList user, as with every flow."""
    login = await stage.receiver.login(label="the arcade")
    asked = await stage.arrive(await stage.sandbox.approve(login.url))
    await stage.post(asked.forms[0])
    assert (await stage.flow.wait(login, timeout=20)).login.subject == f"anilist:{stage.sandbox.user.id}"


async def test_leaving_waits_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Timers end, a slow exchange is left to the flow, and closing again does nothing."""
    monkeypatch.setattr(server, "_LAST_ANSWERS", 0.05)
    async with scene() as stage:
        await stage.receiver.login(subject="discord:1", timeout=500)
        login = await stage.receiver.login(subject="discord:2", timeout=500)
        asked = await stage.arrive(await stage.sandbox.approve(login.url))
        stage.sandbox.next("token", Fault(delay=3600))
        press = asyncio.create_task(stage.post(asked.forms[0]))
        await stage.reached()
        for _ in range(2):
            await stage.receiver.__aexit__(None, None, None)
        with pytest.raises(aiohttp.ClientError):
            await press
        await stage.flow.cancel(login)
        monkeypatch.setattr(shared_tasks, "_CLOSING", 0.01)


async def test_it_is_opened_and_closed_by_hooks() -> None:
    """Frameworks with start and stop hooks need no block, and both may be called twice."""
    port = free_port()
    receiver = CallbackReceiver(flow_at(f"http://127.0.0.1:{port}/callback"))
    assert await receiver.open() is await receiver.open() is receiver
    assert is_open(port)
    await asyncio.gather(receiver.aclose(), receiver.aclose())
    assert not is_open(port)
    with pytest.raises(SessionStateError, match="the receiver is closed; create a new one"):
        await receiver.open()
    with pytest.raises(SessionStateError, match=r"not open: use it in an `async with` block, or call open\(\) first"):
        await receiver.login()


@pytest.mark.requirement("R12")
async def test_two_that_open_it_at_once_open_one_port() -> None:
    """The second call waits for the first."""
    receiver = CallbackReceiver(flow_at("https://bot.example/callback"), bind=("localhost", 0))
    await asyncio.gather(receiver.open(), receiver.open())
    addresses = receiver.addresses
    await receiver.aclose()
    assert len(addresses) == len({host for host, _ in addresses})
    assert not [address for address in addresses if is_open(address[1], address[0])]


@pytest.mark.requirement("R12")
@pytest.mark.parametrize("error", [OSError("no more descriptors"), asyncio.CancelledError()])
async def test_a_start_that_fails_leaves_no_port_open(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Neither does one that is cancelled."""
    port = free_port()
    receiver = CallbackReceiver(flow_at(f"http://localhost:{port}/callback"))
    started = 0

    async def start(site: web.SockSite) -> None:
        nonlocal started
        started += 1
        if started == 2:
            raise error
        await _start(site)

    _start = web.SockSite.start
    monkeypatch.setattr(web.SockSite, "start", start)
    with pytest.raises(type(error)):
        await receiver.open()
    assert not is_open(port)
    assert not is_open(port, "::1")
    assert receiver.addresses == ()


@pytest.mark.requirement("R12")
async def test_a_login_during_a_close_is_canceled() -> None:
    """Its link would lead to a closed port, and no timer is left."""
    store = Waiting()
    async with scene(logins=store) as stage:
        beginning = asyncio.create_task(stage.receiver.login(subject="discord:42", timeout=5))
        await store.asked.wait()
        await stage.receiver.aclose()
        store.go.set()
        with pytest.raises(SessionStateError, match="closed before the login began"):
            await beginning
        assert not stage.receiver._timers
        pending = await store.look(store.key)
        assert pending is not None
        assert pending.taken is not None


class Waiting(MemoryLoginStore):
    """A store that adds a login when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.key = ""
        self.asked, self.go = asyncio.Event(), asyncio.Event()

    async def add(self, key: str, login: PendingLogin) -> None:
        """Wait."""
        self.key = key
        self.asked.set()
        await self.go.wait()
        await super().add(key, login)


@pytest.mark.requirement("R11")
@pytest.mark.parametrize("turns", [1, 5])
async def test_a_close_that_is_cancelled_leaves_no_port_open(monkeypatch: pytest.MonkeyPatch, turns: int) -> None:
    """It may be cancelled while it ends timers or waits for the last page."""
    async with scene() as stage:
        login = await stage.receiver.login(subject="discord:42", timeout=60)
        asked = await stage.arrive(await stage.sandbox.approve(login.url))
        stage.sandbox.next("token", Fault(delay=3600))
        press = asyncio.create_task(stage.post(asked.forms[0]))
        await stage.reached()
        port = stage.receiver.addresses[0][1]
        closing = asyncio.create_task(stage.receiver.aclose())
        for _ in range(turns):
            await asyncio.sleep(0)
        closing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await closing
        assert not is_open(port)
        assert not stage.receiver._handler._answers
        with pytest.raises(aiohttp.ClientError):
            await press
        monkeypatch.setattr(shared_tasks, "_CLOSING", 0.01)


@pytest.mark.parametrize("pages", ["AniBot", {"application": "AniBot"}])
def test_pages_must_be_a_pages_object(pages: Any) -> None:
    """A name or a mapping is refused."""
    with pytest.raises(ConfigurationError, match=r"^pages: a Pages is needed, or None, not"):
        CallbackReceiver(flow_at("http://127.0.0.1:8080/callback"), pages=pages)


async def test_its_pages_name_the_application() -> None:
    """Each page has the application's name."""
    async with scene(pages=Pages(application="AniBot", home="https://discord.com/channels/@me")) as stage:
        login = await stage.receiver.login(subject="discord:42", label="@mika on Discord")
        asked = await stage.arrive(await stage.sandbox.approve(login.url))
        assert "AniBot asks on behalf of @mika on Discord." in asked.words
        assert "Go back to Discord" in (await stage.post(asked.forms[0])).words


@pytest.mark.parametrize("flow", [None, OAuthSession(Application(client_id=1, redirect_uri="http://localhost/cb"))])
def test_a_receiver_needs_a_flow(flow: Any) -> None:
    """A session is refused, because it stores no logins."""
    with pytest.raises(ConfigurationError, match=r"^flow: a LoginFlow is needed"):
        CallbackReceiver(flow)
