"""The wire: one POST, by aiohttp, and the one place where its exceptions become ours.

What decides over a code's fate is whether a request may have arrived. aiohttp tells a failure to connect from all
others, but its ``total`` timer does not say where it struck, so that ``connect`` (which includes the wait for a pooled
connection) is always made the shorter of the two.
"""

import asyncio
import logging
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, Self

import aiohttp
from yarl import URL

from anilist_oauth.arguments import expect
from anilist_oauth.errors import (
    ConfigurationError,
    ConnectionFailedError,
    OutcomeUnknownError,
    ServiceError,
    SessionStateError,
    UnexpectedResponseError,
)
from anilist_oauth.http_messages import Request, Response
from anilist_oauth.redaction import Masked, MaskedBytes
from anilist_oauth.version import __version__

DEFAULT_TIMEOUT = aiohttp.ClientTimeout(total=10, connect=5)
DEFAULT_USER_AGENT = f"anilist-oauth/{__version__} (unofficial) aiohttp/{aiohttp.__version__}"
KEEP_IDLE = 15.0  # seconds; a server that closes sooner is noticed, one that closes later never asked
QUIET = 0.05  # seconds without traffic after which a pooled connection is suspected to be closed
TURNS = 4  # of the event loop until an end it received counts: two with TCP, three with TLS, four behind an answer

logger: logging.Logger = logging.getLogger("anilist_oauth")

_NOT_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,
)
_NOT_TRUSTED = (
    aiohttp.ClientConnectorCertificateError,
    aiohttp.ServerFingerprintMismatch,  # a borrowed connector may pin a certificate
)


class Transport(Protocol):
    """The border between the protocol and the wire; tests hand the session a scripted one."""

    @property
    def connector(self) -> aiohttp.BaseConnector | None:
        """The connector in use; None unless open."""

    async def open(self) -> Self:
        """Make ready to send."""

    async def aclose(self) -> None:
        """Let go of everything; safe to repeat."""

    async def send(self, request: Request) -> Response:
        """POST a request and read the whole answer."""


class AiohttpTransport:
    """Requests over one aiohttp connector: no redirects followed, no cookies kept, no body over its cap.

    Args:
        connector: Borrowed if given: used, never closed. Else an own one is made by `open` and closed by `aclose`.
        timeout: For each request; its ``connect`` becomes half of ``total`` where it is missing or not below it.
        headers: The headers of every request.
        usual: Headers that most requests have. They are joined to `headers` once for all, in an aiohttp session of
            their own over the same connector: joined anew each time they cost 2 to 3 % of an exchange.
        trace_configs: aiohttp's own; they see whole requests, secrets included, so that their author must not log them.
        proxy: URL of a proxy, http or https.

    Raises:
        ConfigurationError: The proxy is not such a URL, or an argument is of another type.
    """

    def __init__(
        self,
        *,
        connector: aiohttp.BaseConnector | None = None,
        timeout: aiohttp.ClientTimeout = DEFAULT_TIMEOUT,
        headers: Mapping[str, str] | None = None,
        usual: Mapping[str, str] | None = None,
        trace_configs: Sequence[aiohttp.TraceConfig] = (),
        proxy: str | URL | None = None,
    ) -> None:
        expect(connector, aiohttp.BaseConnector | None, "connector: one of aiohttp's is needed, or None")
        expect(timeout, aiohttp.ClientTimeout, "timeout: an aiohttp.ClientTimeout is needed")
        self._connector = connector
        self._timeout = _with_shorter_connect(timeout, total=timeout.total)
        self._headers = dict(headers or {})
        self._usual = dict(usual or {})
        self._trace_configs = _trace_configs(trace_configs)
        self._proxy = None if proxy is None else _proxy(proxy)
        self._session: aiohttp.ClientSession | None = None
        self._usual_session: aiohttp.ClientSession | None = None  # has the usual headers already
        self._last_traffic = 0.0

    @property
    def connector(self) -> aiohttp.BaseConnector | None:
        """The connector in use; None unless open."""
        return self._session.connector if self._session else None

    async def open(self) -> Self:
        """Take hold of the connector.

        Raises:
            SessionStateError: A borrowed connector is closed, or belongs to another event loop.
        """
        borrowed = self._connector
        if borrowed is not None and borrowed.closed:
            raise SessionStateError("the borrowed connector is closed: lend one that stays open as long as the session")
        connector = borrowed or aiohttp.TCPConnector(keepalive_timeout=KEEP_IDLE)
        try:
            self._session = self._client(connector, self._headers, owner=borrowed is None)
            self._usual_session = self._client(connector, self._headers | self._usual, owner=False)
        except RuntimeError as error:
            raise SessionStateError("the borrowed connector belongs to another event loop") from error
        self._last_traffic = asyncio.get_running_loop().time()
        return self

    async def aclose(self) -> None:
        """Let go of the connector, and close it if it is our own; safe to repeat."""
        sessions = filter(None, (self._usual_session, self._session))
        self._session = self._usual_session = None
        for session in sessions:
            await session.close()

    async def send(self, request: Request) -> Response:
        """POST a request and read the whole answer.

        Raises:
            ConnectionFailedError: The request never left.
            OutcomeUnknownError: It may have arrived.
            UnexpectedResponseError: The answer is larger than the request's cap.
            SessionStateError: The transport is not open, or a borrowed connector was closed by its owner.
        """
        usual = request.headers == self._usual
        session = self._usual_session if usual else self._session
        if session is None:
            raise SessionStateError("the session is not open: use `async with`, or await open()")
        loop = asyncio.get_running_loop()
        started = loop.time()
        if started - self._last_traffic > QUIET:
            for _ in range(TURNS):  # so that the end of an idle connection, if it was received already, is noticed
                await asyncio.sleep(0)  # before the pool hands that connection out
        if session.closed:
            raise SessionStateError("the session or its connector was closed, and nothing was sent; open another")
        self._last_traffic = started
        timeout = self._timeout
        if request.timeout is not None:
            timeout = _with_shorter_connect(timeout, total=request.timeout)
        try:
            answer = await session.post(
                request.url,
                data=aiohttp.BytesPayload(request.body),  # aiohttp would search for what fits a subclass of bytes
                headers=None if usual else request.headers,
                allow_redirects=False,
                timeout=timeout,
            )
            body = await _read(answer, request.body_limit)
        except (aiohttp.ClientError, OSError, EOFError) as error:
            failure = _failure(error, request.url)
            self._log(request.url, type(failure).__name__, milliseconds=(loop.time() - started) * 1000)
        else:
            self._log(request.url, answer.status, milliseconds=(loop.time() - started) * 1000)
            if body is None:
                raise UnexpectedResponseError(
                    f"{request.url.host} answered with more than {request.body_limit:,} bytes; check its URL, or ask "
                    "for less at once"
                )
            return Response(status=answer.status, headers=answer.headers, body=body)
        raise failure  # outside of the handler: aiohttp's exceptions hold the request's headers, a token among them

    def _client(
        self, connector: aiohttp.BaseConnector, headers: Mapping[str, str], *, owner: bool
    ) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=connector,
            connector_owner=owner,
            loop=asyncio.get_running_loop(),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=self._timeout,
            headers=headers,
            trace_configs=self._trace_configs,
            proxy=self._proxy,
        )

    def _log(self, url: URL, outcome: int | str, *, milliseconds: float) -> None:
        """Log a request by the status of its answer, or the name of its failure."""
        if not logger.isEnabledFor(logging.DEBUG):
            return
        name = "status" if isinstance(outcome, int) else "error"
        fields = {"event": "request", "host": url.host, "path": url.path, name: outcome}
        logger.debug(
            "%s%s: %s in %.1f ms",
            url.host,
            url.path,
            outcome,
            milliseconds,
            extra=fields | {"milliseconds": round(milliseconds, 1)},
        )


def common_headers(user_agent: str | None, referer: str | None) -> dict[str, str]:
    """Give the headers of every request; a `ConfigurationError` for what no header can carry."""
    headers = {"User-Agent": DEFAULT_USER_AGENT if user_agent is None else user_agent}
    if referer is not None:
        headers["Referer"] = referer
    for name, value in headers.items():
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            raise ConfigurationError(f"{name}: a header is one line of visible characters")
    return headers


async def _read(answer: aiohttp.ClientResponse, limit: int) -> MaskedBytes | None:
    """Read the decoded body in pieces, so that a compressed bomb stops at the cap; None where it does."""
    content, size, ended = answer.content, 0, False
    pieces: Masked[list[bytes]] = Masked([])
    try:
        while not ended and size <= limit:
            ended = content.is_eof()  # as a small answer has, that came in one packet with its headers
            pieces.value.append(content.read_nowait() if ended else await content.readany())
            size += len(pieces.value[-1])
    finally:
        if not answer.closed:  # it was cut off, or switches protocols; at its end it gave its connection back
            answer.close()
    return MaskedBytes(b"".join(pieces.value)) if size <= limit else None


def _failure(error: Exception, url: URL) -> ServiceError:
    """Map an exception of aiohttp's, with no more than its class and the system's own error in it."""
    system_error = getattr(error, "os_error", None) or (error if type(error).__module__ == "builtins" else None)
    why = f"{type(error).__name__}{f': {system_error}' if system_error and str(system_error) else ''}"
    if isinstance(error, _NOT_TRUSTED):
        failure: ServiceError = ConnectionFailedError(
            f"the certificate of {url.host} was not accepted ({why}); nothing was sent. Check this machine's clock, "
            "its CA certificates, and any proxy that inspects TLS",
            retryable=False,
        )
    elif isinstance(error, _NOT_SENT):
        failure = ConnectionFailedError(
            f"{url.host} could not be reached ({why}); nothing was sent, and the same call may be made again"
        )
    else:
        failure = OutcomeUnknownError(f"the connection to {url.host} failed when the request may have arrived ({why})")
    if system_error is not None:  # its frames are aiohttp's, and have the request's headers and body among their locals
        failure.__cause__ = system_error.with_traceback(None)
        system_error.__cause__ = system_error.__context__ = None
    return failure


def _trace_configs(given: Sequence[aiohttp.TraceConfig]) -> list[aiohttp.TraceConfig]:
    expect(given, Iterable, "trace_configs: a list of aiohttp.TraceConfig is needed")
    configs = list(given)
    for config in configs:
        expect(config, aiohttp.TraceConfig, "trace_configs: each must be an aiohttp.TraceConfig")
    return configs


def _proxy(value: str | URL) -> URL:
    try:
        url = URL(value)
    except (TypeError, ValueError, IndexError):
        url = URL()
    if url.scheme not in {"http", "https"} or not url.host:
        raise ConfigurationError("proxy: an http or https URL is needed, such as http://127.0.0.1:3128")
    return url


def _with_shorter_connect(timeout: aiohttp.ClientTimeout, *, total: float | None) -> aiohttp.ClientTimeout:
    connect = timeout.connect
    if total and (not connect or connect >= total):
        connect = total / 2
    return aiohttp.ClientTimeout(
        total=total,
        connect=connect,
        sock_connect=timeout.sock_connect,
        sock_read=timeout.sock_read,
        ceil_threshold=math.inf,  # rounded up to whole seconds, total could strike together with connect
    )
