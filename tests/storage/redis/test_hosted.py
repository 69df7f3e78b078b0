"""Redis with Sentinels and as a Cluster, with real servers."""

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from anilist_oauth.clock import utc_now
from anilist_oauth.storage import Outcome, open_store
from anilist_oauth.storage.protocols import KEPT
from tests.services import PASSWORD, REDIS, free_port, redis_server
from tests.storage.records import key, pending, stored

DONE = Outcome(subject="discord:42")


@pytest.fixture(params=["sentinel", "cluster"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a master that one Sentinel watches, or of a Cluster with one node."""
    cluster = request.param == "cluster"
    with redis_server(*(("--cluster-enabled", "yes", "--cluster-port", str(free_port())) if cluster else ())) as server:
        if cluster:
            server.command("CLUSTER ADDSLOTSRANGE 0 16383")
            while b"cluster_state:ok" not in server.command("CLUSTER INFO"):
                pass
            yield f"redis+cluster://:{PASSWORD}@127.0.0.1:{server.port}"
            return
        port = free_port()
        (tmp_path / "sentinel.conf").write_text(
            f"port {port}\nbind 127.0.0.1\nsentinel monitor mymaster 127.0.0.1 {server.port} 1\n"
            f"sentinel auth-pass mymaster {PASSWORD}\n"
        )
        with subprocess.Popen(
            [REDIS or "", tmp_path / "sentinel.conf", "--sentinel"], stdout=subprocess.PIPE, text=True
        ) as sentinel:
            assert sentinel.stdout is not None
            for line in sentinel.stdout:
                if "+monitor master" in line:
                    break
            yield f"redis+sentinel://:{PASSWORD}@127.0.0.1:{port}/mymaster/0"
            sentinel.terminate()


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
