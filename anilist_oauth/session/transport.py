"""Send POST requests with aiohttp, and convert its exceptions to errors of this package.

Whether a code may be sent again depends on whether the first request may have arrived. aiohttp reports failed
connections separately, but its ``total`` timeout does not say in which phase it expired. So ``connect``, which includes
the wait for a pooled connection, is always made shorter than ``total``.
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
from anilist_oauth.session.response_body import read_response
from anilist_oauth.version import __version__

DEFAULT_TIMEOUT = aiohttp.ClientTimeout(total=10, connect=5)
DEFAULT_USER_AGENT = f"anilist-oauth/{__version__} (unofficial) aiohttp/{aiohttp.__version__}"
KEEP_IDLE = 15.0  # seconds; servers keep idle connections longer than that
QUIET = 0.05  # seconds; after so long without traffic, the server may have closed a pooled connection
TURNS = 4  # iterations of the event loop until a closed connection is noticed: TCP 2, TLS 3, after a response 4

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
    """Sends requests. It is a protocol so that tests can use a scripted one."""

    @property
    def connector(self) -> aiohttp.BaseConnector | None:
        """The connector, or None if the transport is not open."""

    async def open(self) -> Self:
        """Prepare to send requests."""

    async def aclose(self) -> None:
        """Release everything. It may be called again."""

    async def send(self, request: Request) -> Response:
        """Send a POST request and read the whole response."""


class AiohttpTransport:
    """Sends requests over one aiohttp connector. It follows no redirects, keeps no cookies, and limits body sizes.

    Args:
        connector: A connector to use, which is never closed. By default `open` creates one and `aclose` closes it.
        timeout: The timeout of each request. If ``connect`` is missing or not below ``total``, it is half of ``total``.
        headers: The headers of every request.
        usual: Headers that most requests have. They are merged with `headers` once, in a second aiohttp session over
            the same connector. Merging them for each request would take 2 to 3 % of an exchange.
        trace_configs: Passed to aiohttp. They see whole requests, including secrets, so they must not log them.
        proxy: The URL of a proxy, http or https.

    Attributes:
        connector: The connector, or None if the transport is not open.

    Raises:
        ConfigurationError: The proxy is not an http or https URL, or an argument has the wrong type.
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
        expect(connector, aiohttp.BaseConnector | None, "connector: an aiohttp connector is needed, or None")
        expect(timeout, aiohttp.ClientTimeout, "timeout: an aiohttp.ClientTimeout is needed")
        self._borrowed = connector
        self._timeout = _with_shorter_connect(timeout, total=timeout.total)
        self._headers = dict(headers or {})
        self._usual = dict(usual or {})
        self._trace_configs = _trace_configs(trace_configs)
        self._proxy = None if proxy is None else _proxy(proxy)
        self.connector: aiohttp.BaseConnector | None = None
        self._session: aiohttp.ClientSession | None = None
        self._usual_session: aiohttp.ClientSession | None = None  # with the usual headers
        self._last_traffic = 0.0

    async def open(self) -> Self:
        """Open the aiohttp sessions over the connector.

        Raises:
            SessionStateError: A borrowed connector is closed or belongs to another event loop.
        """
        borrowed = self._borrowed
        if borrowed is not None and borrowed.closed:
            raise SessionStateError("the borrowed connector is closed; it must stay open as long as the session")
        connector = borrowed or aiohttp.TCPConnector(keepalive_timeout=KEEP_IDLE)
        try:
            self._session = self._client(connector, self._headers, owner=borrowed is None)
            self._usual_session = self._client(connector, self._headers | self._usual, owner=False)
        except RuntimeError as error:
            raise SessionStateError("the borrowed connector belongs to another event loop; pass one of this") from error
        self.connector = connector
        self._last_traffic = asyncio.get_running_loop().time()
        return self

    async def aclose(self) -> None:
        """Release the connector, and close it unless it is borrowed. It may be called again."""
        sessions = filter(None, (self._usual_session, self._session))
        self.connector = self._session = self._usual_session = None
        for session in sessions:
            await session.close()

    async def send(self, request: Request) -> Response:
        """Send a POST request and read the whole response.

        Raises:
            ConnectionFailedError: The request was not sent.
            OutcomeUnknownError: The request may have arrived.
            UnexpectedResponseError: The response is larger than the request's limit.
            SessionStateError: The transport is not open, or the owner of a borrowed connector closed it.
        """
        usual = request.headers == self._usual
        session = self._usual_session if usual else self._session
        if session is None:
            raise SessionStateError("the session is not open: use `async with`, or await open()")
        loop = asyncio.get_running_loop()
        started = loop.time()
        if started - self._last_traffic > QUIET:
            for _ in range(TURNS):  # if the server has closed an idle connection, notice it before the pool returns it
                await asyncio.sleep(0)
        if self.connector is None or self.connector.closed:
            raise SessionStateError("the session or its connector was closed, so nothing was sent; create a new one")
        self._last_traffic = started
        timeout = self._timeout
        if request.timeout is not None:
            timeout = _with_shorter_connect(timeout, total=request.timeout)
        try:
            answer = await session.post(
                request.url,
                data=request.body,
                headers=None if usual else request.headers,
                allow_redirects=False,
                timeout=timeout,
            )
            response = await read_response(answer, request.body_limit)
        except (aiohttp.ClientError, OSError, EOFError) as error:
            failure = _failure(error, request.url)
            _log(request.url, type(failure).__name__, started=started)
        else:
            if logger.isEnabledFor(logging.DEBUG):
                _log(request.url, answer.status, started=started)
            if response is None:
                raise UnexpectedResponseError(
                    f"{request.url.host} answered with more than {request.body_limit:,} bytes; check its URL, or "
                    "request less at once"
                )
            return response
        raise failure  # not in the except block, because aiohttp's exceptions have the request's headers, with a token

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


def common_headers(user_agent: str | None, referer: str | None) -> dict[str, str]:
    """Return the headers of every request. Raises `ConfigurationError` if a value cannot be a header."""
    headers = {"User-Agent": DEFAULT_USER_AGENT if user_agent is None else user_agent}
    if referer is not None:
        headers["Referer"] = referer
    for name, value in headers.items():
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            raise ConfigurationError(f"{name}: a header must be one line of visible characters")
    return headers


def _log(url: URL, outcome: int | str, *, started: float) -> None:
    """Log a request with the status of its response, or with the name of its error."""
    milliseconds = (asyncio.get_running_loop().time() - started) * 1000
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


def _failure(error: Exception, url: URL) -> ServiceError:
    """Convert an exception of aiohttp to an error that only shows its class and the operating system's error."""
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
            f"{url.host} could not be reached ({why}); nothing was sent, and the same call may be repeated"
        )
    else:
        failure = OutcomeUnknownError(f"the connection to {url.host} failed, and the request may have arrived ({why})")
    if system_error is not None:  # aiohttp's frames in its traceback have the request's headers and body as locals
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
        ceil_threshold=math.inf,  # if rounded up to whole seconds, total could expire together with connect
    )
