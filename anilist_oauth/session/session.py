"""The session owns the connector, exchanges codes for tokens, and makes requests with them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Self

import aiohttp
from yarl import URL

from anilist_oauth.arguments import expect
from anilist_oauth.clock import checked_clock, utc_now
from anilist_oauth.errors import ConnectionFailedError, OutcomeUnknownError, RateLimitedError, SessionStateError
from anilist_oauth.graphql.pagination import Pagination
from anilist_oauth.graphql.request import graphql_request, has_mutation
from anilist_oauth.graphql.viewer_query import VIEWER_QUERY, parse_viewer
from anilist_oauth.oauth.application import Application
from anilist_oauth.oauth.authorize import code_url_prefix, implicit_url, with_state
from anilist_oauth.oauth.endpoints import ANILIST, Endpoints
from anilist_oauth.oauth.exchange import TOKEN_HEADERS, parse_token_response, token_form, with_code
from anilist_oauth.pacing.pace import Pace
from anilist_oauth.pacing.rate_limit import DEFAULT_WAIT
from anilist_oauth.redaction import Masked, MaskedText, Unpicklable, masked_text
from anilist_oauth.session.graphql_call import graphql_call
from anilist_oauth.session.spent_codes import SpentCodes
from anilist_oauth.session.transport import DEFAULT_TIMEOUT, AiohttpTransport, Transport, common_headers
from anilist_oauth.tokens.access_token import Token
from anilist_oauth.tokens.verification import claimed_token, verified
from anilist_oauth.tokens.viewer import Verified, Viewer


class OAuthSession(Unpicklable):
    """Logs users in with AniList and makes requests for them, over one connector.

    Use it with ``async with``, or with `open` and `aclose`. One session serves a whole program with all its users and
    tasks, in one event loop.

    Args:
        application: The application registered at AniList.
        endpoints: AniList's URLs, or those of a sandbox.
        connector: An aiohttp connector to use. It is never closed. It should close idle connections within 15 seconds.
        timeout: The timeout of each request. If ``connect`` is missing or not below ``total``, it is half of ``total``.
        pace: Decides when GraphQL requests may start. Sessions with the same pace share its budget.
        user_agent: Replaces this package's User-Agent. It should say which program makes the requests.
        referer: The application's URL. AniList sometimes responds with 403 to requests without a Referer.
        trace_configs: Passed to aiohttp. They see whole requests, including secrets, so they must not log them.
        proxy: The URL of a proxy, http or https.
        clock: A function that returns the current time (aware).

    Raises:
        ConfigurationError: A header is not one line of visible characters, the proxy is not an http or https URL, the
            clock returns a naive time, or an argument has the wrong type.
    """

    def __init__(
        self,
        application: Application,
        *,
        endpoints: Endpoints = ANILIST,
        connector: aiohttp.BaseConnector | None = None,
        timeout: aiohttp.ClientTimeout = DEFAULT_TIMEOUT,
        pace: Pace | None = None,
        user_agent: str | None = None,
        referer: str | None = None,
        trace_configs: Sequence[aiohttp.TraceConfig] = (),
        proxy: str | URL | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        expect(application, Application, "application: an Application is needed")
        expect(endpoints, Endpoints, "endpoints: Endpoints are needed")
        expect(pace, Pace | None, "pace: a Pace is needed, or None")
        self.application = application
        self.endpoints = endpoints
        self.pace: Pace = Pace() if pace is None else pace
        self.clock: Callable[[], datetime] = checked_clock(clock)
        self._transport: Transport = AiohttpTransport(
            connector=connector,
            timeout=timeout,
            headers=common_headers(user_agent, referer),
            usual=TOKEN_HEADERS,
            trace_configs=trace_configs,
            proxy=proxy,
        )
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False
        self._spent = SpentCodes()
        # Parts that are the same in all logins are built once. So a URL takes 2 µs, not 10, and a form 1 µs, not 8.
        self._url_prefix = code_url_prefix(
            endpoints.authorization, client_id=application.client_id, redirect_uri=application.redirect_uri
        )
        self._form = token_form(application) if application.client_secret is not None else None

    async def open(self) -> Self:
        """Open the session in the running event loop, as ``async with`` does. It may be called again.

        Raises:
            SessionStateError: The session was closed, or it or its connector belongs to another event loop.
        """
        if self._loop is None and not self._closed:
            await self._transport.open()
            self._loop = asyncio.get_running_loop()
        self.check_open()
        return self

    async def aclose(self) -> None:
        """Close the session, and its own connector. It may be called again. The session cannot be opened again."""
        self._closed = True
        await self._transport.aclose()

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    @property
    def connector(self) -> aiohttp.BaseConnector | None:
        """The connector, which other clients may also use, or None if the session is not open."""
        return self._transport.connector

    def __repr__(self) -> str:
        state = "closed" if self._closed else "open" if self._loop else "not open"
        return f"<OAuthSession of application {self.application.client_id}, {state}>"

    def authorize_url(self, *, state: str | None = None, redirect_uri: str | None = None) -> URL:
        """Return the URL to send the user to (RFC 6749 section 4.1.1). Nothing is sent or stored.

        It contains a new state of 256 random bits. Keep ``url.query["state"]`` for this browser or chat user alone, and
        pass it to `parse_callback`. Otherwise a login can reach the wrong person. `LoginFlow` does this for you.

        Args:
            state: The state to use: 22 to 256 characters of ``A-Z a-z 0-9 - _ . ~``. By default a new one.
            redirect_uri: The redirect URI, which must be the registered one, byte for byte. It may be left out.

        Raises:
            RedirectURIMismatchError: The redirect URI is not the registered one.
            ConfigurationError: The state has another form.
        """
        wanted, given = Masked(state), Masked(redirect_uri)
        del state, redirect_uri  # the second may be a whole callback with code and state
        if given.value is not None:
            self.application.guard.check(given.value)
        return with_state(self._url_prefix, wanted.value)

    def implicit_url(self) -> URL:
        """Return the URL of the implicit grant, for programs without a secret. `parse_implicit` reads the callback."""
        return implicit_url(self.endpoints.authorization, client_id=self.application.client_id)

    async def exchange_code(self, code: str, *, redirect_uri: str | None = None) -> Token:
        """Exchange a code for a token (RFC 6749 section 4.1.3). A session sends each code only once.

        Args:
            code: The result of `parse_callback`. Surrounding whitespace is stripped.
            redirect_uri: The redirect URI, which must be the registered one, byte for byte. It may be left out.

        Raises:
            ConfigurationError: The application has no client secret.
            RedirectURIMismatchError: The redirect URI is not the registered one. Nothing was sent.
            InvalidCodeError: The code is used, expired, garbled or another application's. With ``reason="sent"``, this
                session had already sent it and did not send it again.
            InvalidClientError: The client id, the client secret or the redirect URI is wrong.
            ExchangeError: AniList refused for another reason.
            ConnectionFailedError: Nothing was sent. Call again with the same code.
            RateLimitedError: The code was not processed. Call again after ``retry_after`` seconds.
            OutcomeUnknownError: AniList may have received the code, so it counts as spent. Start a new login.
            ServiceUnavailableError: AniList is down. Start a new login later.
            UnexpectedResponseError: The response has an unknown form. Start a new login.
            SessionStateError: The session is not open.
        """
        code = MaskedText(code.strip()) if isinstance(code, str) else MaskedText()
        given = None if redirect_uri is None else Masked(redirect_uri)
        del redirect_uri  # it may be a whole callback with code and state
        loop = self.check_open()
        if given is not None:
            self.application.guard.check(given.value)
        if self._form is None:
            self._form = token_form(self.application)  # raises if the client secret is missing
        request = with_code(self.endpoints.token, self._form, code)
        digest = self._spent.spend(code, now=loop.time())
        try:
            response = await self._transport.send(request)
            return parse_token_response(response, application=self.application, code=code, now=self.clock())
        except (ConnectionFailedError, RateLimitedError) as error:
            self._spent.forget(digest)
            if isinstance(error, RateLimitedError):
                self.pace.pause_exchanges(DEFAULT_WAIT if error.retry_after is None else error.retry_after)
                await self.pace.publish()
            raise
        except OutcomeUnknownError as error:
            raise OutcomeUnknownError(f"{error}; the code counts as spent. Start a new login") from error.__cause__

    async def graphql(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        *,
        token: Token | str | None = None,
        operation_name: str | None = None,
        max_wait: float | None = None,
        timeout: float | None = None,
    ) -> dict[str, Any]:
        """Send a query to AniList's GraphQL API, with at most three tries, and return the ``data`` in the response.

        Args:
            query: The GraphQL document.
            variables: The variables, of JSON types only.
            token: The user's token, or None for a public query.
            operation_name: The operation of the document to run, if there are several.
            max_wait: The longest wait before a try, in seconds. ``pace.delay()`` returns the current wait. With 0,
                there is one try at once, or none.
            timeout: Seconds for each try, without the waits. By default the session's timeout.

        Raises:
            UnsendableValueError: A variable is not JSON.
            GraphQLError: AniList refused the query. Its ``data`` is partial data. `InvalidTokenError`: log in again.
            RateLimitedError: There were too many requests, or the wait would be longer than `max_wait`.
            ConnectionFailedError: Nothing was sent.
            OutcomeUnknownError: The response was lost. A mutation may have been carried out.
            ServiceUnavailableError: AniList is down, or has announced an outage that has not ended yet.
            UnexpectedResponseError: The response is not GraphQL.
        """
        token = masked_text(token)
        self.check_open()
        request = graphql_request(
            self.endpoints.graphql, query, variables, token=token, operation_name=operation_name, timeout=timeout
        )
        return await graphql_call(
            request,
            mutation=has_mutation(query),
            token=token,
            secrets=(
                MaskedText(token.access_token if isinstance(token, Token) else token or ""),
                MaskedText(self.application.client_secret or ""),
            ),
            transport=self._transport,
            pace=self.pace,
            clock=self.clock,
            max_wait=max_wait,
        )

    async def paginate(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        *,
        token: Token | str | None = None,
        per_page: int = 50,
        path: str | None = None,
        max_wait: float | None = None,
    ) -> AsyncIterator[dict[str, Any]]:
        """Iterate over the data of all pages. Each page is requested when it is needed.

        The arguments are those of `Pagination`, and the `max_wait` of `graphql`, which applies to each page.
        """
        token = masked_text(token)
        pages = Pagination(query, variables, per_page=per_page, path=path)
        while not pages.done:
            data = await self.graphql(query, pages.variables, token=token, max_wait=max_wait)
            pages.take(data)
            yield data

    async def viewer(self, token: Token | str, *, max_wait: float | None = None) -> Viewer:
        """Return the user of a token, as AniList reports it. See `graphql` for `max_wait` and the errors."""
        token = masked_text(token)
        expect(token, Token | str, "token: a Token or an access token is needed")
        return parse_viewer(await self.graphql(VIEWER_QUERY, token=token, max_wait=max_wait))

    async def verify(self, access_token: str) -> Verified:
        """Verify that a pasted or implicit token belongs to this application, and ask AniList for its user.

        Raises:
            TokenMismatchError: The token belongs to another application or user. See `graphql` for the other errors.
        """
        access_token = masked_text(access_token) if isinstance(access_token, str) else MaskedText()
        token, claims = claimed_token(access_token, client_id=self.application.client_id)
        return verified(token, claims, await self.viewer(token))

    def check_open(self) -> asyncio.AbstractEventLoop:
        """Return the event loop. Raises `SessionStateError` unless the session can send requests in it."""
        loop, connector = self._loop, self._transport.connector
        if self._closed:
            raise SessionStateError("the session is closed; create a new one")
        if loop is None:
            raise SessionStateError("the session is not open: use `async with`, or await open()")
        if loop is not asyncio.get_running_loop():
            raise SessionStateError("the session belongs to another event loop; create one for each loop")
        if connector is not None and connector.closed:
            raise SessionStateError("the session's connector was closed, so nothing was sent; create a new session")
        return loop
