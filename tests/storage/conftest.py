"""The stores under test, and the servers that some of them need."""

from collections.abc import AsyncIterator, Iterator

import pytest

from anilist_oauth.storage.redis import client as redis_client
from anilist_oauth.storage.sql import logins as sql_logins
from tests.services import PgBouncer, PostgreSQLServer, RedisServer, pgbouncer_server, postgresql_server, redis_server
from tests.storage.openers import OPENERS, Stores


@pytest.fixture(scope="session")
def redis() -> Iterator[RedisServer]:
    """A Redis for tests that leave it running."""
    with redis_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQLServer]:
    """A PostgreSQL for tests that leave it running."""
    with postgresql_server() as server:
        yield server


@pytest.fixture(scope="session")
def pooler(postgresql: PostgreSQLServer) -> Iterator[PgBouncer]:
    """A PgBouncer before that PostgreSQL, for tests that leave it running."""
    with pgbouncer_server(postgresql) as server:
        yield server


@pytest.fixture(params=OPENERS)
async def stores(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stores]:
    """Each kind of store in turn, open and empty; settled logins are looked for often."""
    monkeypatch.setattr(sql_logins, "LOOK_EVERY", 0.05)
    monkeypatch.setattr(redis_client, "LOOK_EVERY", 0.05)
    async with OPENERS[request.param](request) as opened:
        yield opened
