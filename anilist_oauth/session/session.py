"""The session: the one owner of the connector, the two steps of a login, and what is done for the user after it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Self

import aiohttp
from yarl import URL

from anilist_oauth.arguments import expect
from anilist_oauth.clock import checked_clock, utc_now
from anilist_oauth.errors import (
    ConnectionFailedError,
    InvalidCodeError,
    OutcomeUnknownError,
    RateLimitedError,
    SessionStateError,
)
from anilist_oauth.graphql.pagination import Pagination
from anilist_oauth.graphql.request import graphql_request, has_mutation
from anilist_oauth.graphql.viewer_query import VIEWER_QUERY, parse_viewer
from anilist_oauth.oauth.application import Application
from anilist_oauth.oauth.authorize import code_url_prefix, implicit_url, with_state
from anilist_oauth.oauth.endpoints import ANILIST, Endpoints
from anilist_oauth.oauth.exchange import TOKEN_HEADERS, parse_token_response, token_form, with_code
from anilist_oauth.pacing.pace import Pace
from anilist_oauth.pacing.rate_limit import DEFAULT_WAIT
from anilist_oauth.redaction import Masked, MaskedText, Unpicklable
from anilist_oauth.session.graphql_call import GraphQLCall
from anilist_oauth.session.spent_codes import SpentCodes
from anilist_oauth.session.transport import DEFAULT_TIMEOUT, AiohttpTransport, Transport, common_headers
from anilist_oauth.tokens.access_token import Token
from anilist_oauth.tokens.verification import claimed_token, verified
from anilist_oauth.tokens.viewer import Verified, Viewer


class OAuthSession(Unpicklable):
    """Logs users in with AniList, and acts for them, over one connector.

    Use it with ``async with``, or `open` and `aclose`; one session serves a whole program, all its users and tasks, in
    one event loop.

    Args:
        application: The application registered at AniList.
        endpoints: Where AniList is; a sandbox has its own.
        connector: Borrowed if given: used, never closed. It must not keep idle connections longer than 15 s.
        timeout: For each request; ``connect`` becomes half of ``total`` where it is missing or not below it.
        pace: Whose turn it is to ask GraphQL; sessions that are given the same one share its budget.
        user_agent: Instead of this package's own; say honestly who asks.
        referer: The application's own URL; AniList at times answers 403 to requests without one.
        trace_configs: aiohttp's own; they see whole requests, secrets included, so that their author must not log them.
        proxy: URL of a proxy, http or https.
        clock: Tells the time (aware).

    Raises:
        ConfigurationError: A header has a line break or another character that headers cannot carry, the proxy is not
            an http or https URL, the clock tells a naive time, or an argument is of another type.
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
        # What is the same for every login is built once: a URL then takes 11 µs for 41, a form 4 µs for 27.
        self._url_prefix = code_url_prefix(
            endpoints.authorization, client_id=application.client_id, redirect_uri=application.redirect_uri
        )
        self._form = token_form(application) if application.client_secret is not None else None

    async def open(self) -> Self:
        """Open the session in the running event loop, as ``async with`` does; safe to repeat.

        Raises:
            SessionStateError: It was closed, belongs to another event loop, or its borrowed connector does.
        """
        if self._loop is None and not self._closed:
            await self._transport.open()
            self._loop = asyncio.get_running_loop()
        self._check_open()
        return self

    async def aclose(self) -> None:
        """Close the session, and its connector unless it was borrowed; safe to repeat. It cannot be opened again."""
        self._closed = True
        await self._transport.aclose()

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    @property
    def connector(self) -> aiohttp.BaseConnector | None:
        """The connector in use, for other clients to borrow; None unless the session is open."""
        return self._transport.connector

    def __repr__(self) -> str:
        state = "closed" if self._closed else "open" if self._loop else "not open"
        return f"<OAuthSession of application {self.application.client_id}, {state}>"

    def authorize_url(self, *, state: str | None = None, redirect_uri: str | None = None) -> URL:
        """Build the URL to send the user to (RFC 6749 section 4.1.1); nothing is sent or stored.

        A fresh state of 256 bits is in it. The caller keeps ``url.query["state"]`` where only this browser or this chat
        user can present it again, and hands it to `parse_callback`: without that, a login can reach the wrong person.
        `LoginFlow` does so by itself.

        Args:
            state: An own state, 22 to 256 characters of ``A-Z a-z 0-9 - _ . ~``.
            redirect_uri: Checked against the registered one, byte for byte; None for that one.

        Raises:
            RedirectURIMismatchError: The redirect URI is not the registered one.
            ConfigurationError: The state is not of that form.
        """
        given, state = Masked(redirect_uri), MaskedText(state) if isinstance(state, str) else state
        del redirect_uri  # it may be a whole callback
        if given.value is not None:
            self.application.guard.check(given.value)
        return with_state(self._url_prefix, state)

    def implicit_url(self) -> URL:
        """Build the URL of the implicit grant, for programs that keep no secret; the token comes in the fragment."""
        return implicit_url(self.endpoints.authorization, client_id=self.application.client_id)

    async def exchange_code(self, code: str, *, redirect_uri: str | None = None) -> Token:
        """Exchange a code for a token (RFC 6749 section 4.1.3); one session sends one code once.

        Args:
            code: What `parse_callback` gave; blanks around it are stripped.
            redirect_uri: Checked against the registered one, byte for byte; None for that one.

        Raises:
            ConfigurationError: The application has no client secret.
            RedirectURIMismatchError: The redirect URI is not the registered one; nothing was sent.
            InvalidCodeError: The code is spent, expired, garbled or another application's. ``reason="sent"``: this
                session has sent it before, and did not now.
            InvalidClientError: The client id, the client secret or the redirect URI is wrong.
            ExchangeError: AniList refused for another reason.
            ConnectionFailedError: Nothing was sent; call again with the same code.
            RateLimitedError: Refused before the code was looked at; call again after ``retry_after`` seconds.
            OutcomeUnknownError: The code may have arrived and counts as spent; start a new login.
            ServiceUnavailableError: AniList is down; start a new login later.
            UnexpectedResponseError: The answer is none of the known shapes; start a new login.
            SessionStateError: The session is not open.
        """
        code = MaskedText(code.strip()) if isinstance(code, str) else MaskedText()
        given = Masked(redirect_uri)
        del redirect_uri  # it may be a whole callback
        loop = self._check_open()
        if given.value is not None:
            self.application.guard.check(given.value)
        if self._form is None:
            self._form = token_form(self.application)  # raises, and says what is missing
        request = with_code(self.endpoints.token, self._form, code)
        digest = self._spent.spend(code, now=loop.time())
        if digest is None:
            raise InvalidCodeError(
                "this code was sent before and is not sent again; start a new login (LoginFlow.finish gives a callback "
                "that arrives twice the same answer)",
                reason="sent",
            )
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
            raise OutcomeUnknownError(f"{error}; the code counts as spent: start a new login") from error.__cause__

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
        """Ask AniList's GraphQL API, up to three times where that can do no harm, and give the ``data`` of the answer.

        Args:
            query: The GraphQL document.
            variables: JSON types only.
            token: Whose request it is; None for a public query.
            operation_name: Which operation to run, where the document has several.
            max_wait: Seconds that a wait before a try may take; ``pace.delay()`` tells beforehand how long it is. With
                0 there is one try, at once, or none.
            timeout: Seconds for each try, waits not included; None for the session's own.

        Raises:
            UnsendableValueError: A variable is not JSON.
            GraphQLError: AniList refused the query; partial data is in its ``data``. `InvalidTokenError`: log in again.
            RateLimitedError: Too many requests, or the turn does not come within `max_wait`.
            ConnectionFailedError: Nothing was sent.
            OutcomeUnknownError: The answer was lost; a mutation may have happened.
            ServiceUnavailableError: AniList is down, or said so less than ``retry_after`` seconds ago.
            UnexpectedResponseError: The answer is not GraphQL.
        """
        token = MaskedText(token) if isinstance(token, str) else token
        self._check_open()
        request = graphql_request(
            self.endpoints.graphql, query, variables, token=token, operation_name=operation_name, timeout=timeout
        )
        call = GraphQLCall(
            request=request,
            mutation=has_mutation(query),
            token=token,
            client_secret=self.application.client_secret,
            transport=self._transport,
            pace=self.pace,
            clock=self.clock,
        )
        return await call.data(max_wait=max_wait)

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
        """Give one page's data after another, each asked for when it is wanted.

        Arguments are as for `Pagination`, and `max_wait`, for each page, as for `graphql`.
        """
        token = MaskedText(token) if isinstance(token, str) else token
        pages = Pagination(query, variables, per_page=per_page, path=path)
        while not pages.done:
            data = await self.graphql(query, pages.variables, token=token, max_wait=max_wait)
            pages.take(data)
            yield data

    async def viewer(self, token: Token | str, *, max_wait: float | None = None) -> Viewer:
        """Ask AniList whose token it is; `max_wait` and errors as for `graphql`."""
        token = MaskedText(token) if isinstance(token, str) else token
        return parse_viewer(await self.graphql(VIEWER_QUERY, token=token, max_wait=max_wait))

    async def verify(self, access_token: str) -> Verified:
        """Believe a pasted or implicit token if it is this application's and AniList names the same user as it does.

        Raises:
            TokenMismatchError: It is not so; else as for `graphql`.
        """
        access_token = MaskedText(access_token) if isinstance(access_token, str) else MaskedText()
        token, claims = claimed_token(access_token, client_id=self.application.client_id)
        return verified(token, claims, await self.viewer(token))

    def _check_open(self) -> asyncio.AbstractEventLoop:
        loop = self._loop
        if self._closed:
            raise SessionStateError("the session is closed; make a new one")
        if loop is None:
            raise SessionStateError("the session is not open: use `async with`, or await open()")
        if loop is not asyncio.get_running_loop():
            raise SessionStateError("the session belongs to another event loop; make one in each")
        return loop
