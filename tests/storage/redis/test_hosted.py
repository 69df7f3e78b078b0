"""Redis with Sentinels and as a Cluster, with real servers."""

import asyncio
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from anilist_oauth.clock import utc_now
from anilist_oauth.storage import Outcome, open_store
from anilist_oauth.storage.protocols import KEPT
from anilist_oauth.storage.redis import client
from tests.services import PASSWORD, REDIS, free_port, redis_server
from tests.storage.records import key, pending, stored

DONE = Outcome(subject="discord:42")


@contextmanager
def sentinel(folder: Path) -> Iterator[str]:
    """Run a master that one Sentinel watches. Yield the URL."""
    port = free_port()
    with redis_server() as server:
        (folder / "sentinel.conf").write_text(
            f"port {port}\nbind 127.0.0.1\nsentinel monitor mymaster 127.0.0.1 {server.port} 1\n"
            f"sentinel auth-pass mymaster {PASSWORD}\n"
        )
        with subprocess.Popen(
            [REDIS or "", folder / "sentinel.conf", "--sentinel"], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                if "+monitor master" in line:
                    break
            try:
                yield f"redis+sentinel://:{PASSWORD}@127.0.0.1:{port}/mymaster/0"
            finally:
                process.terminate()


@contextmanager
def cluster(_folder: Path) -> Iterator[str]:
    """Run a Cluster with one node. Yield the URL."""
    with redis_server("--cluster-enabled", "yes", "--cluster-port", str(free_port())) as server:
        server.command("CLUSTER ADDSLOTSRANGE 0 16383")
        while b"cluster_state:ok" not in server.command("CLUSTER INFO"):
            pass
        yield f"redis+cluster://:{PASSWORD}@127.0.0.1:{server.port}"


@pytest.fixture(params=[sentinel, cluster])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of each kind in turn."""
    with request.param(tmp_path) as running:
        yield running


async def test_a_login_goes_through(url: str) -> None:
    """It begins in one process and is awaited in another, and its token is read, listed and deleted."""
    async with open_store(url) as store, open_store(url) as other:
        await store.logins.add(key(), pending(expires_at=utc_now() + KEPT))
        waiting = asyncio.ensure_future(other.logins.settled(key(), timeout=30))
        taken = await store.logins.take(key(), claim="a", code="c")
        assert taken is not None
        await store.logins.settle(key(), DONE)
        assert await waiting == DONE
        assert await store.tokens.put(stored())
        assert await other.tokens.get("discord:42", client_id="12345") == stored()
        assert [record async for record in other.tokens.expiring(None)] == [stored()]
        assert (await store.health()).logins == 1
        await other.tokens.delete("discord:42", client_id="12345")
        assert await store.tokens.get("discord:42", client_id="12345") is None


async def test_a_silent_sentinel_holds_up_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its machine may have failed, and the next Sentinel is asked."""
    monkeypatch.setattr(client, "SENTINEL_WAIT", 0.1)
    with sentinel(tmp_path) as url, socket.create_server(("127.0.0.1", 0)) as silent:
        several = url.replace("@", f"@127.0.0.1:{silent.getsockname()[1]},")
        async with asyncio.timeout(4), open_store(several) as store:
            await store.ping()
