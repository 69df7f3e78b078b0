"""URLs of stores as hosting services show them: each opens, or the error names the wrong part."""

import socket
import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import asyncpg
import pytest

from anilist_oauth.errors import ConfigurationError, StorageError
from anilist_oauth.storage import open_store
from anilist_oauth.storage.plain_text import InsecureStoreWarning
from anilist_oauth.storage.redis.url import RedisAddress, redis_address
from anilist_oauth.storage.sql.url import postgresql_address
from tests.certificates import make_certificates
from tests.services import PASSWORD, PostgreSQLServer, RedisServer, free_port, postgresql_server, redis_server
from tests.storage.records import key, stored


@pytest.mark.parametrize(
    "tail",
    [
        "",
        "?sslmode=prefer&channel_binding=require",
        "?pgbouncer=true&connection_limit=1",
        "?connect_timeout=10&application_name=bot&options=-c%20search_path%3Danilist,public",
        "?fallback_application_name=bot&target_session_attrs=read-write",
        "?channel_binding=disable&connect_timeout=0",
    ],
)
@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg", "postgresql+psycopg"])
async def test_urls_of_postgresql_open(postgresql: PostgreSQLServer, scheme: str, tail: str) -> None:
    """They may have libpq's options and any driver."""
    url = postgresql.database().replace("postgresql:", f"{scheme}:") + tail
    async with open_store(url) as store:
        assert await store.logins.look(key()) is None


async def test_options_reach_the_server(postgresql: PostgreSQLServer) -> None:
    """Examples are the application's name, and the schema of the tables."""
    url = postgresql.database() + "?options=-c%20search_path%3Dpg_catalog&application_name=canary"
    async with open_store(url, schema="bot", prefix="my_", pool_size=1) as store:
        await store.tokens.put(stored())
    found = await postgresql_rows(postgresql, "SELECT table_schema, table_name FROM information_schema.tables")
    assert ("bot", "my_tokens") in found


async def postgresql_rows(server: PostgreSQLServer, query: str) -> list[tuple[object, ...]]:
    """Run a statement on the server itself."""
    connection = await asyncpg.connect(f"postgresql://anilist:{PASSWORD}@127.0.0.1:{server.port}/postgres")
    rows = [tuple(row) for row in await connection.fetch(query)]
    await connection.close()
    return rows


async def test_several_hosts_are_tried_in_turn(postgresql: PostgreSQLServer) -> None:
    """The one that answers is used."""
    url = postgresql.database().replace("@", "@127.0.0.1:1,")
    async with open_store(url + "?target_session_attrs=read-write") as store:
        assert await store.logins.look(key()) is None


@pytest.mark.parametrize("silent_hosts", [1, 2])
async def test_a_silent_host_holds_up_no_other(
    postgresql: PostgreSQLServer, monkeypatch: pytest.MonkeyPatch, silent_hosts: int
) -> None:
    """Its machine may have failed. The next host is used, and new connections begin with it."""
    connect, tried = asyncpg.connect, list[str]()

    async def noting(dsn: str, **options: Any) -> Any:
        tried.append(dsn)
        return await connect(dsn, **options)

    monkeypatch.setattr(asyncpg, "connect", noting)
    with ExitStack() as stack:
        silent = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(silent_hosts)]
        hosts = ",".join(f"127.0.0.1:{each.getsockname()[1]}" for each in silent)
        url = postgresql.database().replace("@", f"@{hosts},") + "?connect_timeout=1"
        async with open_store(url) as store:
            assert await store.logins.look(key()) is None
    assert [dsn.partition("@")[2].startswith(f"127.0.0.1:{postgresql.port},") for dsn in tried] == [
        *[False] * silent_hosts,
        *[True] * 2,
    ]


async def test_hosts_that_are_all_silent_time_out() -> None:
    """The error is that of one silent host."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host = f"127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(StorageError, match="took longer than allowed") as caught:
            await open_store(f"postgresql://u:canary@{host},{host}/app?connect_timeout=1").open()
    assert caught.value.retryable


@pytest.mark.parametrize(("given", "seconds"), [("", 5), ("?connect_timeout=3", 3), ("?connect_timeout=0", 9)])
def test_a_slow_server_has_the_time_that_the_url_gives_it(given: str, seconds: float) -> None:
    """A serverless one must wake up first. It has nine seconds at most, because a store answers within ten."""
    assert postgresql_address(f"postgresql:///app{given}").connect_timeout == seconds
    assert postgresql_address("postgresql:///app?connect_timeout=15").connect_timeout == 9


def test_hosts_are_tried_in_each_order() -> None:
    """Hosts and ports in the options stay together."""
    address = postgresql_address("postgresql://u:canary@127.0.0.1,[::1]:1/app")
    assert [dsn.value for dsn in address.dsns] == [
        "postgresql://u:canary@127.0.0.1,[::1]:1/app",
        "postgresql://u:canary@[::1]:1,127.0.0.1/app",
    ]
    address = postgresql_address("postgresql:///app?host=/a,/b&port=1,2&user=u")
    assert [unquote(dsn.value) for dsn in address.dsns] == [
        "postgresql:/app?host=/a,/b&port=1,2&user=u",
        "postgresql:/app?host=/b,/a&port=2,1&user=u",
    ]


async def test_a_unix_socket_is_a_host() -> None:
    """It is used, and is on this machine."""
    with pytest.raises(StorageError, match=r"FileNotFound|No such file|ConnectionRefused"):
        await open_store("postgresql:///app?host=%2Fnowhere%2Fpostgresql").open()


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("postgresql://u:canary@localhost/app?sslmod=require", "sslmod"),
        ("postgresql://u:canary@localhost/app?sslrootcert=nowhere.pem&sslmode=verify-full", "sslrootcert"),
        ("postgresql://u:canary@localhost/app?connect_timeout=soon", "connect_timeout"),
        ("postgresql://u:canary@localhost/app?channel_binding=maybe", "channel_binding must be disable, prefer or"),
        ("postgresql://u:canary@localhost/app?sslmode=on", "sslmode must be disable, allow, prefer, require"),
        ("postgresql://u:canary@localhost/app?target_session_attrs=leader", "target_session_attrs must be any, "),
        ("postgresql://u:canary@a.example,b.example:65536/app", "cannot be read"),
        ("redis://u:canary@cache.example/0?canary_option=1", "canary_option"),
        ("redis://u:canary@cache.example/app", "database"),
        (
            "rediss://u:canary@cache.example/0?health_check_interval=often",
            "health_check_interval must be a whole number",
        ),
        (
            "rediss+cluster://u:canary@c1.example?ssl_cert_reqs=maybe",
            "ssl_cert_reqs must be none or optional or required",
        ),
        ("redis://u:canary@cache.example/0?ssl_cert_reqs=none", "ssl_cert_reqs needs TLS"),
        ("redis+sentinel://:canary@s1.example:26379", "master"),
        ("redis+sentinel://:canary@s1.example:port/mymaster", "port"),
        ("redis+cluster://:canary@c1.example:6379/3", "Cluster"),
        ("mysql://u:canary@db.example/app", "mysql:"),
        ("memory:tokens", "has no name"),
        ("tokens.db", "'tokens.db'"),
        ("", "''"),
        ("sqlite://", "'sqlite://'"),
    ],
)
def test_a_wrong_part_is_named(url: str, named: str) -> None:
    """The error does not show the password."""
    with pytest.raises(ConfigurationError) as caught:
        open_store(url)
    assert named in str(caught.value)
    assert "canary@" not in str(caught.value)


@pytest.mark.parametrize(
    "options", [{"schema": "x"}, {"pool_size": 0}, {"prefix": "a b"}, {"pool_size": 2, "url": "memory:"}]
)
def test_an_argument_that_a_store_does_not_take_is_named(options: dict[str, Any]) -> None:
    """Each kind of store has its own arguments."""
    given = {"url": "redis://localhost"} | options
    with pytest.raises(ConfigurationError, match=r"schema|pool_size|prefix"):
        open_store(**given)


@pytest.mark.parametrize(
    "options", [{"schema": "a b", "url": "postgresql:///x"}, {"schema": "x"}, {"prefix": "1"}, {"pool_size": 0}]
)
def test_sql_arguments_are_checked(options: dict[str, Any]) -> None:
    """A file has no schema, and names must be plain."""
    given = {"url": "sqlite:///tokens.db"} | options
    with pytest.raises(ConfigurationError, match=r"schema|pool_size|prefix"):
        open_store(**given)


@pytest.mark.requirement("S41")
@pytest.mark.parametrize(
    ("url", "warned"),
    [
        ("postgresql://u:p@db.example/app", True),
        ("postgresql://u:p@127.0.0.1,db.example:5433/app?sslmode=prefer", True),
        ("postgresql:///app?host=db.example", True),
        ("postgresql://u:p@[2001:db8::1]:5432/app", True),
        ("postgresql://u:p@db.example/app?sslmode=require", False),
        ("postgresql://u:p@db.example/app?sslrootcert=system", False),
        ("postgresql://u:p@localhost:5432,127.0.0.1,[::1]:5432/app", False),
        ("postgresql:///app?host=%2Fvar%2Frun%2Fpostgresql", False),
        ("redis://u:p@cache.example/0", True),
        ("valkey://[2001:db8::1]:6379", True),
        ("redis+sentinel://u:p@127.0.0.1,s2.example/mymaster", True),
        ("redis+cluster://c1.example", True),
        ("rediss://u:p@cache.example/0", False),
        ("rediss+sentinel://u:p@s1.example/mymaster", False),
        ("redis://u:p@localhost/0", False),
        ("redis://:p@127.0.0.1:6379", False),
        ("redis://", False),
        ("unix:///run/redis.sock", False),
    ],
)
def test_a_remote_store_without_tls_issues_a_warning(url: str, *, warned: bool) -> None:
    """Anyone on the network path could read the tokens."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        open_store(url)
    assert [warning.category for warning in caught] == [InsecureStoreWarning] * warned
    said = "".join(str(warning.message) for warning in caught)
    assert "may not be encrypted" in said or not warned
    assert "p@" not in said


@pytest.mark.requirement("S41")
@pytest.mark.parametrize("options", ["sslmode=require&channel_binding=require", "channel_binding=require"])
def test_a_warning_says_that_the_driver_cannot_bind_channels(options: str) -> None:
    """Without channel binding the server is not verified, so TLS is required and a warning is issued."""
    with pytest.warns(InsecureStoreWarning, match=r"asyncpg does not support it.*db\.example.*sslmode=verify-full"):
        address = postgresql_address(f"postgresql://u:p@db.example/app?{options}")
    assert "sslmode=require" in address.dsns[0].value
    with pytest.raises(ConfigurationError, match="channel_binding=require needs TLS"):
        postgresql_address("postgresql://u:p@db.example/app?sslmode=disable&channel_binding=require")


@pytest.mark.parametrize("options", ["", "&sslmode=verify-full"])
def test_no_warning_is_issued_if_the_certificate_is_checked(options: str) -> None:
    """The root certificates may be those of the machine or in a file."""
    address = postgresql_address(f"postgresql://u:p@db.example/app?channel_binding=require&sslrootcert=system{options}")
    assert address.system_roots
    verified = f"sslmode=verify-full&sslrootcert={Path(__file__).as_posix()}"
    assert not postgresql_address(f"postgresql://u:p@db.example/app?channel_binding=require&{verified}").system_roots


@pytest.mark.parametrize("options", ["sslmode=require&", "sslmode=verify-ca&", f"sslcert={__file__}&"])
def test_the_roots_of_the_machine_are_for_full_verification(options: str) -> None:
    """As in libpq, a weaker sslmode is refused."""
    with pytest.raises(ConfigurationError, match="sslrootcert=system needs sslmode=verify-full"):
        postgresql_address(f"postgresql://u:p@db.example/app?{options}sslrootcert=system")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an authority and of the certificate of a server here."""
    folder = tmp_path_factory.mktemp("certificates")
    make_certificates(folder)
    return folder


@pytest.fixture(scope="module")
def encrypted(certificates: Path) -> Iterator[PostgreSQLServer]:
    """A PostgreSQL with TLS."""
    with postgresql_server() as server:
        server.use_tls(certificates)
        yield server


# Where hosts print the name of a server of theirs, the test puts the one that it has; the rest stays as it is printed.
PRINTED = [
    "postgres://HERE/app",
    "postgresql://HERE/app?sslmode=require&channel_binding=require",
    "postgresql://HERE/postgres?pgbouncer=true",
    "postgresql://HERE/app?sslmode=verify-full&sslrootcert=ca.pem",
    "postgresql://HERE/app?sslmode=verify-full&sslrootcert=system",
    "postgresql://HERE/app?sslrootcert=system&channel_binding=require",
    "postgresql://HERE/app?connect_timeout=10&application_name=bot&options=-c%20search_path%3Danilist",
    "postgresql://AWAY,HERE/app?target_session_attrs=read-write",
    "postgresql:///app?host=SOCKET&user=USER&password=PASSWORD&port=PORT",
    "postgresql+asyncpg://HERE/app",
    "postgresql+psycopg://HERE/app",
]


@pytest.mark.parametrize("printed", PRINTED)
async def test_a_url_of_postgresql_opens_as_it_is_printed(
    encrypted: PostgreSQLServer, certificates: Path, printed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server has what each URL needs: TLS, a certificate, a schema, a socket."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates / "ca.pem"))  # the machine's own roots
    monkeypatch.chdir(certificates)
    empty = encrypted.database()
    await postgresql_rows(encrypted, "CREATE SCHEMA IF NOT EXISTS anilist")
    here = empty.removeprefix("postgresql://").removesuffix("/postgres")
    parts = {"AWAY,HERE": here.replace("@", "@127.0.0.1:1,"), "HERE": here, "/app": "/postgres"}
    parts |= {"PORT": f"{encrypted.port}", "SOCKET": f"{encrypted.folder}", "USER": "anilist", "PASSWORD": PASSWORD}
    url = printed
    for name, value in parts.items():
        url = url.replace(name, value)
    async with open_store(url) as store:
        assert await store.tokens.put(stored())
        assert await store.tokens.get("discord:42", client_id="12345") == stored()


async def test_an_untrusted_certificate_is_refused(encrypted: PostgreSQLServer) -> None:
    """The root certificates of the machine do not include its authority."""
    with pytest.raises(StorageError, match="certificate verify failed"):
        await open_store(f"{encrypted.database()}?sslmode=verify-full&sslrootcert=system").open()


@pytest.mark.parametrize("scheme", ["redis", "valkey"])
async def test_a_redis_without_tls_opens(redis: RedisServer, scheme: str) -> None:
    """The URL may have a user name and the number of a database."""
    redis.command("FLUSHALL")
    for user, tail in (("", "/0"), ("default", ""), ("default", "/?db=1")):
        url = f"{scheme}://{user}:{PASSWORD}@127.0.0.1:{redis.port}{tail}"
        async with open_store(url) as store:
            assert await store.tokens.put(stored())


@pytest.mark.parametrize("slashes", ["", "/"])
async def test_a_file_opens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slashes: str) -> None:
    """Its path may be absolute or relative."""
    monkeypatch.chdir(tmp_path)
    where = f"{slashes}{tmp_path.as_posix().removeprefix('/')}/data/tokens.db" if slashes else "data/tokens.db"
    async with open_store(f"sqlite:///{where}") as store:
        assert await store.tokens.put(stored())
    assert (tmp_path / "data" / "tokens.db").is_file()


async def test_a_redis_with_tls_opens(certificates: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``rediss:`` and ``valkeys:`` work, and an untrusted certificate is refused."""
    port = free_port()
    names = ("--tls-cert-file", "server.crt", "--tls-key-file", "server.key", "--tls-ca-cert-file", "ca.pem")
    files = [name if name.startswith("--") else str(certificates / name) for name in names]
    with redis_server("--tls-port", str(port), "--tls-auth-clients", "no", *files) as server:
        for scheme in ("rediss", "valkeys"):
            url = server.url.replace("redis://:", f"{scheme}://default:").replace(str(server.port), str(port))
            with pytest.raises(StorageError, match="certificate verify failed"):
                await open_store(url).open()
            with monkeypatch.context() as patch:
                patch.setenv("SSL_CERT_FILE", str(certificates / "ca.pem"))
                async with open_store(url) as store:
                    assert await store.tokens.put(stored())


@pytest.mark.filterwarnings("ignore::anilist_oauth.storage.plain_text.InsecureStoreWarning")
@pytest.mark.parametrize(
    ("url", "kind", "nodes"),
    [
        ("redis://bot:p@cache.example/0", "single", ()),
        ("rediss://default:p@cache.example:6380/0", "single", ()),
        ("valkey://cache.example:6379", "single", ()),
        ("valkeys://cache.example:6379?ssl_cert_reqs=required", "single", ()),
        ("unix:///run/redis.sock?db=0", "single", ()),
        ("redis+unix:///run/redis.sock", "single", ()),
        (
            "redis+sentinel://:p@s1.example:26379,s2.example/mymaster/0?sentinel_password=q",
            "sentinel",
            (("s1.example", 26379), ("s2.example", 26379)),
        ),
        ("rediss+cluster://c1.example,c2.example:7000", "cluster", (("c1.example", 6379), ("c2.example", 7000))),
    ],
)
def test_urls_of_redis_are_read(url: str, kind: str, nodes: tuple[tuple[str, int], ...]) -> None:
    """They may name one server, Sentinels, a Cluster, a socket, or Valkey."""
    address = redis_address(url)
    assert isinstance(address, RedisAddress)
    assert (address.kind, address.nodes) == (kind, nodes)
    assert "***" in repr(address)


def test_options_have_the_types_of_redis_py() -> None:
    """They are numbers and booleans, also for Sentinels and Clusters."""
    options = "health_check_interval=5&ssl_check_hostname=false&ssl_cert_reqs=required&client_name=bot"
    found = redis_address(f"rediss+cluster://u:p@c1.example?{options}").options.value
    assert found == {
        "username": "u",
        "password": "p",
        "ssl": True,
        "health_check_interval": 5,
        "ssl_check_hostname": False,
        "ssl_cert_reqs": "required",
        "client_name": "bot",
    }


@pytest.mark.parametrize("scheme", ["unix", "redis+unix"])
async def test_a_socket_of_redis_opens(tmp_path: Path, scheme: str) -> None:
    """It has its own scheme."""
    with redis_server("--unixsocket", str(tmp_path / "redis.sock")):
        async with open_store(f"{scheme}://:{PASSWORD}@{tmp_path}/redis.sock?db=0") as store:
            assert await store.tokens.put(stored())


def test_secrets_of_an_address_are_masked() -> None:
    """Its repr does not show them to a crash reporter."""
    address = postgresql_address("postgresql://u:canary@localhost/x?password=canary2")
    assert "canary" not in repr(address)
    assert "canary2" in address.secrets
