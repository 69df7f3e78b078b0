"""Parse the URL of a database in the form that hosting services show, with libpq's options."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit

import attrs

from anilist_oauth.errors import ConfigurationError
from anilist_oauth.redaction import Masked, MaskedText
from anilist_oauth.storage.plain_text import is_here, quoted, warn_of_plain_text, warn_of_unverified

Dialect = Literal["sqlite", "postgresql"]

DIALECTS: dict[str, Dialect] = {"sqlite": "sqlite", "postgresql": "postgresql", "postgres": "postgresql"}
CONNECT_TIMEOUT, LONGEST_CONNECT_TIMEOUT = 5.0, 9.0  # seconds; a store must answer within ten
# Options that asyncpg reads from a URL, and settings that PostgreSQL accepts for a connection.
UNDERSTOOD = {
    *("host", "port", "dbname", "database", "user", "password", "passfile", "service", "target_session_attrs"),
    *("sslmode", "sslcert", "sslkey", "sslrootcert", "sslcrl", "sslpassword", "sslnegotiation"),
    *("ssl_min_protocol_version", "ssl_max_protocol_version", "krbsrvname", "gsslib"),
    *("application_name", "options", "search_path", "client_encoding", "statement_timeout", "TimeZone"),
}
# Options for other drivers or for a hosting service's pooler. They have no meaning here.
IGNORED = {"pgbouncer", "connection_limit", "pool_timeout", "supa", "gssencmode", "keepalives", "keepalives_idle"}
VERIFIED = {"verify-ca", "verify-full"}
ENCRYPTED = {"require", *VERIFIED}
CHOICES: dict[str, tuple[str, ...]] = {
    "sslmode": ("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
    "channel_binding": ("disable", "prefer", "require"),
    "target_session_attrs": ("any", "read-write", "read-only", "primary", "standby", "prefer-standby"),
}
HIGHEST_PORT = 65535
VERIFY = "add sslmode=verify-full and sslrootcert=system (or the hosting service's certificate file) to the URL"
# One or more hosts, each with or without a port. A name has no colon, and an IPv6 address is in brackets.
_HOSTS = re.compile(r"(?:^|,|(?:\[[^\]]*\]|[^:,\[\]]+)(?::\d{0,5})?(?=,|$))*")
_PORT = re.compile(r":(\d+)(?=,|$)")
NEEDED = "postgresql://user:password@host:5432/database is needed"


@attrs.frozen(kw_only=True)
class PostgreSQLAddress:
    """The address of a PostgreSQL server, and how to connect to it.

    Attributes:
        dsns: The URL, with the options that asyncpg reads. With several hosts, there is one for each, and it begins
            with that host.
        connect_timeout: Seconds for a new connection, to all hosts together.
        system_roots: Whether the server's certificate must come from a certificate authority that this machine trusts.
            This is libpq's ``sslrootcert=system``, which asyncpg does not support.
        secrets: Strings that must not appear in a message.
    """

    dsns: tuple[Masked[str], ...]
    connect_timeout: float
    system_roots: bool
    secrets: tuple[str, ...] = attrs.field(repr=False)


def dialect_of(url: str) -> Dialect:
    """Return the kind of database that a URL names. A driver's name in it is accepted but ignored."""
    dialect = DIALECTS.get(url.partition(":")[0].partition("+")[0])
    if dialect is None:
        raise ConfigurationError("SQLStore: a URL that begins with sqlite:/// or postgresql:// is needed")
    return dialect


def sqlite_path(url: str) -> Path:
    """Return the path in a SQLite URL.

    Raises:
        ConfigurationError: The URL does not name a file, or has options.
    """
    host, _, path = url.partition("://")[2].partition("/")
    if host or not Path(path).name or path.startswith((":memory:", "file:")) or {"?", "\0"} & set(path):
        raise ConfigurationError(
            "SQLStore: a SQLite URL must name a file and have no options, such as sqlite:///tokens.db or "
            f"sqlite:////srv/tokens.db, not {quoted(url)}; to keep data in memory, use open_store('memory:')"
        )
    return Path(path)


def postgresql_address(url: str) -> PostgreSQLAddress:
    """Parse a PostgreSQL URL with libpq's options.

    Raises:
        ConfigurationError: The URL cannot be read, or has an unknown option.
    """
    url = MaskedText(url)
    try:
        parts = urlsplit(MaskedText(f"postgresql://{url.partition('://')[2]}"))
        options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    except ValueError:
        parts = None
    if (
        parts is None or "://" not in url or parts.fragment or not _are_hosts(parts.netloc.rpartition("@")[2])
    ):  # urllib's message is not shown, because it may contain the password
        raise ConfigurationError(f"the store's URL cannot be read: {NEEDED}")
    _check_options(options)
    timeout = _connect_timeout(options.pop("connect_timeout", None))
    binding = options.pop("channel_binding", "prefer")
    system_roots = _takes_system_roots(options)
    if "fallback_application_name" in options:
        options.setdefault("application_name", options.pop("fallback_application_name"))
    kept = {name: value for name, value in options.items() if name not in IGNORED}
    _secure(parts.netloc.rpartition("@")[2], kept, binding=binding, verified=system_roots)
    password = MaskedText(unquote(parts.netloc.rpartition("@")[0].partition(":")[2]))
    secrets = (url, password, MaskedText(options.get("password", "")), MaskedText(options.get("sslpassword", "")))
    return PostgreSQLAddress(
        dsns=tuple(_in_each_order(parts, kept)),
        connect_timeout=timeout,
        system_roots=system_roots,
        secrets=tuple(filter(None, secrets)),
    )


def _in_each_order(parts: SplitResult, options: dict[str, str]) -> Iterator[Masked[str]]:
    """Yield the URL once for each host, with this host first and those before it last."""
    hosts = parts.netloc.rpartition("@")[2]
    user = MaskedText(parts.netloc.removesuffix(hosts))
    lists = {"hosts": hosts, "host": options.get("host", ""), "port": options.get("port", "")}
    several = {name: text.split(",") for name, text in lists.items() if "," in text}
    for first in range(max(map(len, several.values()), default=1)):
        order = {name: ",".join(found[first:] + found[:first]) for name, found in several.items()}
        netloc = MaskedText(user + order.pop("hosts", hosts))
        yield Masked(parts._replace(netloc=netloc, query=urlencode(options | order)).geturl())


def _are_hosts(text: str) -> bool:
    """Return whether this is a list of hosts, each with or without a port."""
    return _HOSTS.fullmatch(text) is not None and all(int(port) <= HIGHEST_PORT for port in _PORT.findall(text))


def _check_options(options: dict[str, str]) -> None:
    known = {*UNDERSTOOD, *IGNORED, "connect_timeout", "channel_binding", "fallback_application_name"}
    unknown = sorted(set(options) - known)
    if unknown:
        raise ConfigurationError(
            f"the store's URL has unknown options: {', '.join(unknown)}; remove them, or check their spelling in "
            "PostgreSQL's manual, section 34.1.2 (libpq)"
        )
    for name, choices in CHOICES.items():
        if options.get(name, choices[0]) not in choices:
            raise ConfigurationError(f"the store's URL: {name} must be {', '.join(choices[:-1])} or {choices[-1]}")
    for name in ("sslrootcert", "sslcert", "sslkey", "sslcrl"):
        path = options.get(name, "system")
        if path != "system" and not Path(path).exists():
            raise ConfigurationError(f"the store's URL: the file that {name} names does not exist: {path!r}")


def _connect_timeout(given: str | None) -> float:
    if given is None:
        return CONNECT_TIMEOUT
    if not (given.isascii() and given.isdigit()):
        raise ConfigurationError("the store's URL: connect_timeout must be a whole number of seconds")
    return min(float(given) or LONGEST_CONNECT_TIMEOUT, LONGEST_CONNECT_TIMEOUT)  # 0 means no limit


def _takes_system_roots(options: dict[str, str]) -> bool:
    """Remove ``sslrootcert=system`` from the options. Return whether it was there."""
    if options.get("sslrootcert") != "system":
        return False
    if options.pop("sslmode", "verify-full") != "verify-full" or "sslcert" in options:
        raise ConfigurationError(
            "the store's URL: sslrootcert=system needs sslmode=verify-full, and does not work with sslcert"
        )
    del options["sslrootcert"]
    return True


def _secure(hosts: str, options: dict[str, str], *, binding: str, verified: bool) -> None:
    """Warn if the connection to another host is not safe. For ``channel_binding=require``, turn on TLS."""
    far = [host for host in map(_host, (options.get("host", "") or hosts).split(",")) if not is_here(host)]
    if not far or verified:
        return
    mode = options.get("sslmode", "prefer")
    if binding == "require" and mode not in VERIFIED:
        if mode == "disable":
            raise ConfigurationError("the store's URL: channel_binding=require needs TLS, so not sslmode=disable")
        options["sslmode"] = "require"
        warn_of_unverified(far[0], VERIFY)
    elif mode not in ENCRYPTED:
        warn_of_plain_text(far[0], f"{VERIFY}, or at least sslmode=require")


def _host(host_and_port: str) -> str:
    if host_and_port.startswith("["):
        return host_and_port[1:].partition("]")[0]
    return unquote(host_and_port).partition(":")[0] if not host_and_port.startswith("/") else host_and_port
