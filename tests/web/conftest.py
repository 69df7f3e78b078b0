"""A site in each framework, served for a test."""

from collections.abc import Iterator

import pytest

from anilist_oauth.web.conformance import open_stand
from anilist_oauth.web.conformance.site import AdapterSite
from tests.services import PgBouncer, PostgreSQLServer, RedisServer, pgbouncer_server, postgresql_server, redis_server
from tests.web.frameworks import FRAMEWORKS

__all__ = ["open_stand"]


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


@pytest.fixture(params=FRAMEWORKS)
def adapter_site(request: pytest.FixtureRequest) -> AdapterSite:
    """Each framework in turn."""
    return FRAMEWORKS[request.param]
