"""Parse Redis URLs in the forms that hosting services show: for one server, a Sentinel, a Cluster, or a Unix socket."""

from contextlib import suppress
from pathlib import PurePosixPath
from typing import Any, Literal
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import attrs

from anilist_oauth.errors import ConfigurationError
from anilist_oauth.redaction import Masked, MaskedText
from anilist_oauth.storage.plain_text import is_here, warn_of_plain_text

Kind = Literal["single", "sentinel", "cluster"]

_TLS = {"rediss": True, "valkeys": True, "redis": False, "valkey": False}
_SOCKETS = {"unix", "redis+unix", "redis+socket", "valkey+unix"}
SCHEMES = {*_TLS, *_SOCKETS, *(f"{name}+{kind}" for name in _TLS for kind in ("sentinel", "cluster"))}
# The options of a URL by the type that redis-py needs, and the possible values of some.
_NUMBERS = ("db", "protocol", "health_check_interval")
_TEXTS = ("username", "password", "client_name", "ssl_ca_certs", "ssl_ca_path", "ssl_certfile", "ssl_keyfile")
_CHOICES: dict[str, dict[str, Any]] = {
    "ssl_cert_reqs": {name: name for name in ("none", "optional", "required")},
    "ssl_check_hostname": {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False},
}
_OPTIONS = {*_NUMBERS, *_TEXTS, *_CHOICES}
_OF_SENTINELS = {"sentinel_username", "sentinel_password"}
NEEDED = "redis://user:password@host:6379/0 is needed"
_PORTS = {"single": 6379, "cluster": 6379, "sentinel": 26379}


@attrs.frozen(kw_only=True)
class RedisAddress:
    """The address of a Redis server, Sentinel or Cluster.

    Attributes:
        kind: ``single``, ``sentinel`` or ``cluster``.
        url: For a single server, the URL for redis-py.
        nodes: For Sentinels and a Cluster, the hosts and ports.
        service: The name of a Sentinel's master.
        options: For Sentinels and a Cluster, the connection options for redis-py.
        of_sentinels: The options for the connections to the Sentinels themselves.
        secrets: Strings that must not appear in a message.
    """

    kind: Kind
    url: Masked[str]
    nodes: tuple[tuple[str, int], ...] = ()
    service: str = ""
    options: Masked[dict[str, Any]] = attrs.field(factory=lambda: Masked({}))
    of_sentinels: Masked[dict[str, Any]] = attrs.field(factory=lambda: Masked({}))
    secrets: tuple[str, ...] = attrs.field(repr=False)


def redis_address(url: str) -> RedisAddress:
    """Parse a Redis URL.

    Raises:
        ConfigurationError: The URL cannot be read, or has an unknown option.
    """
    url = MaskedText(url)
    scheme, _, rest = url.partition("://")
    if scheme not in SCHEMES:
        raise ConfigurationError(f"RedisStore: {NEEDED}")
    try:
        parts = urlsplit(MaskedText(f"redis://{rest}"))
        query = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    except ValueError:
        parts = None
    if parts is None or parts.fragment:  # urllib's message may quote the password
        raise ConfigurationError(f"the store's URL cannot be read: {NEEDED}")
    base, _, suffix = scheme.partition("+")
    kind: Kind = "sentinel" if suffix == "sentinel" else "cluster" if suffix == "cluster" else "single"
    unknown = sorted(set(query) - _OPTIONS - (_OF_SENTINELS if kind == "sentinel" else set()))
    if unknown:
        raise ConfigurationError(f"the store's URL has unknown options: {', '.join(unknown)}; remove them")
    of_tls = sorted(name for name in query if name.startswith("ssl_") and not _TLS.get(base))
    if of_tls:
        raise ConfigurationError(f"the store's URL: {of_tls[0]} needs TLS, so begin the URL with rediss")
    options = {name: _value(name, MaskedText(text)) for name, text in query.items()}
    password = MaskedText(unquote(parts.netloc.rpartition("@")[0].partition(":")[2]))
    secrets = tuple(filter(None, (url, password, *(MaskedText(query.get(n, "")) for n in query if "password" in n))))
    if scheme in _SOCKETS:
        return RedisAddress(kind="single", url=Masked(f"unix://{rest}"), secrets=secrets)
    if kind == "single":
        _check_database(parts.path)
        _warn_without_tls((_node(parts.netloc.rpartition("@")[2], _PORTS[kind]),), tls=_TLS[base])
        plain = "rediss" if _TLS[base] else "redis"
        return RedisAddress(kind=kind, url=Masked(f"{plain}://{rest}"), secrets=secrets)
    return _several(kind, parts, options, tls=_TLS[base], secrets=secrets)


def _several(
    kind: Kind, parts: SplitResult, query: dict[str, Any], *, tls: bool, secrets: tuple[str, ...]
) -> RedisAddress:
    user, _, password = parts.netloc.rpartition("@")[0].partition(":")
    options = {name: value for name, value in query.items() if name not in _OF_SENTINELS}
    given = {"username": unquote(user), "password": MaskedText(unquote(password)), "ssl": tls}
    options = {name: value for name, value in given.items() if value} | options
    path = PurePosixPath(parts.path or "/").parts[1:]
    service = ""
    if kind == "sentinel":
        if not path:
            raise ConfigurationError(
                "the store's URL does not name a master; redis+sentinel://host:26379/mymaster/0 is needed"
            )
        service, path = unquote(path[0]), path[1:]
    if path:
        options["db"] = _check_database(f"/{path[0]}")
    if kind == "cluster" and options.pop("db", 0):
        raise ConfigurationError("the store's URL: a Redis Cluster only has the database 0")
    of_sentinels = {name.removeprefix("sentinel_"): query[name] for name in query if name in _OF_SENTINELS}
    nodes = tuple(_node(node, _PORTS[kind]) for node in parts.netloc.rpartition("@")[2].split(","))
    _warn_without_tls(nodes, tls=tls)
    return RedisAddress(
        kind=kind,
        url=Masked(""),
        nodes=nodes,
        service=service,
        options=Masked(options),
        of_sentinels=Masked(of_sentinels | ({"ssl": True} if tls else {})),
        secrets=secrets,
    )


def _value(name: str, text: str) -> Any:
    """Return the value of an option in the type that redis-py needs."""
    choices = _CHOICES.get(name)
    if choices is not None and text.lower() in choices:
        return choices[text.lower()]
    if choices is not None or (name in _NUMBERS and not (text.isascii() and text.isdigit())):
        raise ConfigurationError(f"the store's URL: {name} must be {' or '.join(choices or ['a whole number'])}")
    return int(text) if name in _NUMBERS else text


def _node(text: str, default_port: int) -> tuple[str, int]:
    with suppress(ValueError):
        parts = urlsplit(f"//{text}")
        return parts.hostname or "localhost", parts.port or default_port
    raise ConfigurationError(f"the store's URL cannot be read, because a host or port in it is invalid: {NEEDED}")


def _warn_without_tls(nodes: tuple[tuple[str, int], ...], *, tls: bool) -> None:
    far = [host for host, _ in nodes if not is_here(host)]
    if far and not tls:
        warn_of_plain_text(far[0], "if the server supports TLS, begin the URL with rediss instead of redis")


def _check_database(path: str) -> int:
    number = path.strip("/")
    if number and not (number.isascii() and number.isdigit()):
        raise ConfigurationError(f"the store's URL: the path is the number of the database, such as /0, not {path!r}")
    return int(number or 0)
