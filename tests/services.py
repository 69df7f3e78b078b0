"""Real servers on free loopback ports, for the tests: redis-server, PostgreSQL and PgBouncer from Debian."""

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.needs import need

if sys.platform != "win32":  # there, only `free_port` is used
    import pwd

REDIS = shutil.which("redis-server")
PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
POSTGRESQL = max(Path("/usr/lib/postgresql").glob("*/bin/initdb"), default=None)
EMPTY = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid();
    DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC;
"""
PASSWORD = "canary-store-password"  # is in every URL, so that a test notices a message that repeats a URL


def free_port() -> int:
    """Return an unused port of 127.0.0.1 below those that the system gives to outgoing connections."""
    while True:
        port = random.randrange(20_000, 32_768)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


class RedisServer:
    """A redis-server. `start` returns when it accepts connections."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.port = free_port()
        self._arguments = (
            *(REDIS or "", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(folder)),
            *("--requirepass", PASSWORD, "--save", "", *options),
        )
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        """The URL of the server, with its password."""
        return f"redis://:{PASSWORD}@127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it, with the same port and folder each time."""
        self._process = subprocess.Popen(self._arguments, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        log = []
        for line in self._process.stdout:
            log.append(line)
            if "Ready to accept connections" in line:
                return
        self.stop()
        raise RuntimeError("redis-server does not start:\n" + "".join(log))

    def command(self, *lines: str) -> bytes:
        """Send commands, such as ``CLIENT LIST``, over one connection, and return the beginning of the last answer."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=15) as connection:
            for line in (f"AUTH {PASSWORD}", *lines):
                connection.sendall(f"{line}\r\n".encode())
                answer = connection.recv(4096)
        return answer

    def user_without_channels(self) -> str:
        """Create a user without rights to channels, as some hosts do, with the same password. Return its URL."""
        self.command(f"ACL SETUSER bot on >{PASSWORD} ~anilist_oauth:* resetchannels +@all")
        return self.url.replace("//:", "//bot:")

    def signal(self, number: signal.Signals) -> None:
        """Send a signal: SIGSTOP freezes it with its connections open, SIGCONT goes on."""
        assert self._process is not None
        self._process.send_signal(number)

    def stop(self) -> None:
        """End it, as SHUTDOWN does."""
        if self._process is None:
            return
        self.signal(signal.SIGCONT)
        self._process.terminate()
        self._process.communicate(timeout=15)
        self._process = None


class PostgreSQLServer:
    """A PostgreSQL server with one database, which is emptied each time it is requested."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.folder = folder

    def start(self) -> None:
        """Make the cluster and start it; it need not survive a crash of the machine."""
        password = self.folder / "password"
        password.write_text(PASSWORD)
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(self.folder, account.pw_uid, account.pw_gid)
            os.chown(password, account.pw_uid, account.pw_gid)
        login = ("--username=anilist", "--auth=scram-sha-256", f"--pwfile={password}")
        self._run("initdb", *login, "--no-sync", "--encoding=UTF8", "--locale=C", "-D", str(self.folder / "data"))
        self.start_again()

    def start_again(self) -> None:
        """Start the server on the existing cluster, and wait until it accepts connections."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder} -c fsync=off"
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-l", f"{self.folder}/log", "-w", "-o", options, "start")

    def use_tls(self, certificates: Path) -> None:
        """Restart it with TLS, with ``server.crt`` and ``server.key`` of a folder."""
        for name in ("server.crt", "server.key"):
            path = self.folder / "data" / name
            shutil.copy(certificates / name, path)
            path.chmod(0o600)
            if os.geteuid() == 0:
                shutil.chown(path, "postgres", "postgres")
        with (self.folder / "data" / "postgresql.auto.conf").open("a") as settings:
            settings.write("ssl = on\n")
        self.stop()
        self.start_again()

    def stop(self) -> None:
        """End it, and the connections it has."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")

    def database(self) -> str:
        """Empty the database, whoever is still connected to it, and give its URL with the password."""
        address = ("-h", "127.0.0.1", "-p", str(self.port), "-U", "anilist")
        self._run("psql", *address, "-q", "-v", "ON_ERROR_STOP=1", "-d", "postgres", "-c", EMPTY)
        return f"postgresql://anilist:{PASSWORD}@127.0.0.1:{self.port}/postgres"

    def signal(self, number: signal.Signals) -> None:
        """Signal the server and every backend it has: SIGSTOP freezes all of them."""
        pid = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for process in (pid, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):  # a backend whose client went away ends when it thaws
                os.kill(process, number)

    def _run(self, program: str, *arguments: str) -> None:
        assert POSTGRESQL is not None
        account = "postgres" if os.geteuid() == 0 else None
        done = subprocess.run(
            [POSTGRESQL.parent / program, *arguments],
            check=False,
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C", "PGPASSWORD": PASSWORD},
            user=account,
            group=account,
            extra_groups=[] if account else None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE if program != "pg_ctl" else None,
            text=True,
            timeout=60,
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr}")


class PgBouncer:
    """A PgBouncer in front of a PostgreSQL. Each transaction may run on another connection to the server."""

    def __init__(self, folder: Path, server: PostgreSQLServer) -> None:
        self.port = free_port()
        self._folder = folder
        self._server = server
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it, with the same port each time; return when it takes connections."""
        (self._folder / "users").write_text(f'"anilist" "{PASSWORD}"\n')
        (self._folder / "settings").write_text(
            f"[databases]\n* = host=127.0.0.1 port={self._server.port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
            f"listen_port = {self.port}\nunix_socket_dir =\nauth_type = scram-sha-256\n"
            f"auth_file = {self._folder}/users\npool_mode = transaction\ndefault_pool_size = 5\n"
            "server_login_retry = 1\n"  # seconds; the default of 15 would ignore a server that has come back
            "log_connections = 0\nlog_disconnections = 0\nlog_pooler_errors = 0\n"  # nobody reads its log
        )
        account = None
        if os.geteuid() == 0:  # PgBouncer does not run as root
            account = "postgres"
            for path in (self._folder, *self._folder.iterdir()):
                os.chown(path, pwd.getpwnam(account).pw_uid, pwd.getpwnam(account).pw_gid)
        self._process = subprocess.Popen(
            [PGBOUNCER or "", self._folder / "settings"],
            user=account,
            group=account,
            extra_groups=[] if account else None,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stderr is not None
        log = []
        for line in self._process.stderr:
            log.append(line)
            if "process up" in line:
                return
        raise RuntimeError("pgbouncer does not start:\n" + "".join(log))

    def database(self) -> str:
        """Empty the database, and give its URL by way of this, with the password."""
        return self._server.database().replace(f":{self._server.port}/", f":{self.port}/")

    def signal(self, number: signal.Signals) -> None:
        """Send a signal: SIGSTOP freezes it with its connections open, SIGCONT goes on."""
        assert self._process is not None
        self._process.send_signal(number)

    def stop(self) -> None:
        """End it, and the connections it has."""
        if self._process is None:
            return
        self.signal(signal.SIGCONT)
        self._process.terminate()
        self._process.communicate(timeout=15)
        self._process = None

    def restart(self) -> None:
        """Stop it, which ends its connections, and start it on the same port."""
        self.stop()
        self.start()


@contextmanager
def redis_server(*options: str) -> Iterator[RedisServer]:
    """Run a redis-server with these options. Skip the test if the program is missing."""
    need(REDIS, "redis-server is not installed (Debian: redis-server)")
    with tempfile.TemporaryDirectory(prefix="anilist-redis-") as folder:
        server = RedisServer(Path(folder), *options)
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def postgresql_server() -> Iterator[PostgreSQLServer]:
    """Run a PostgreSQL. Skip the test if its programs are missing."""
    need(POSTGRESQL, "PostgreSQL is not installed (Debian: postgresql)")
    with tempfile.TemporaryDirectory(prefix="anilist-postgresql-") as folder:
        server = PostgreSQLServer(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def pgbouncer_server(server: PostgreSQLServer) -> Iterator[PgBouncer]:
    """Run a PgBouncer in front of a PostgreSQL. Skip the test if the program is missing."""
    need(PGBOUNCER, "PgBouncer is not installed (Debian: pgbouncer)")
    with tempfile.TemporaryDirectory(prefix="anilist-pgbouncer-") as folder:
        bouncer = PgBouncer(Path(folder), server)
        bouncer.start()
        try:
            yield bouncer
        finally:
            bouncer.stop()
