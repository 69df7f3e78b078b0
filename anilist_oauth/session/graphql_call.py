"""Make one GraphQL call: wait for a turn, send the request, and repeat it if that does no harm."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from random import SystemRandom
from typing import Any

from anilist_oauth.errors import OutcomeUnknownError, ServiceError
from anilist_oauth.graphql.response import parse_graphql_response
from anilist_oauth.http_messages import Request
from anilist_oauth.pacing.pace import Pace
from anilist_oauth.pacing.rate_limit import RateLimit, announced_limit
from anilist_oauth.pacing.retries import lost_answer_error, retry_delay
from anilist_oauth.redaction import MaskedText
from anilist_oauth.session.transport import Transport
from anilist_oauth.tokens.access_token import Token

logger: logging.Logger = logging.getLogger("anilist_oauth")
_jitter = SystemRandom().random


class GraphQLCall:
    """A GraphQL request that is repeated until there is a response or a permanent failure.

    Attributes:
        request: The request. It is the same in every try.
        mutation: Whether it changes something, so that repeating it could do harm.
        token: The user's token, for the pace.
        client_secret: The client secret. The server knows it, so a response could contain it, and messages must not.
    """

    def __init__(
        self,
        request: Request,
        *,
        mutation: bool,
        token: Token | str | None,
        client_secret: str | None,
        transport: Transport,
        pace: Pace,
        clock: Callable[[], datetime],
    ) -> None:
        self.request = request
        self.mutation = mutation
        self.token = token
        self.client_secret = client_secret
        self.transport = transport
        self.pace = pace
        self.clock = clock

    async def data(self, *, max_wait: float | None) -> dict[str, Any]:
        """Return the data in the response after at most three tries. The errors are those of `OAuthSession.graphql`."""
        number, tries = None, 0
        while True:
            number = await self.pace.turn(self.token, max_wait=max_wait, number=number)
            tries += 1
            try:
                return await self._try()
            except ServiceError as error:
                wait = None
                if not self.pace.halted:
                    wait = retry_delay(error, tries=tries, max_wait=max_wait, random=_jitter)
                if wait is None:
                    raise
                fields = {"event": "retry", "attempt": tries, "error": type(error).__name__}
                logger.debug("try %d of a query failed (%s); trying again", tries, fields["error"], extra=fields)
            await asyncio.sleep(wait)

    async def _try(self) -> dict[str, Any]:
        """Make one try, and report the rate limit and failures to the pace."""
        try:
            response = await self.transport.send(self.request)
        except OutcomeUnknownError as error:
            raise lost_answer_error(error, mutation=self.mutation) from error.__cause__
        now = self.clock()
        self.pace.observe(RateLimit(limit=announced_limit(response.headers)))
        try:
            return parse_graphql_response(
                response, with_token=self.token is not None, now=now, mutation=self.mutation, secrets=self._secrets()
            )
        except ServiceError as error:
            self.pace.heed(error, status=response.status, jitter=_jitter())
            await self.pace.publish()
            raise

    def _secrets(self) -> tuple[MaskedText, MaskedText]:
        """Return the strings that must not appear in a message."""
        token = self.token.access_token if isinstance(self.token, Token) else self.token
        return MaskedText(token or ""), MaskedText(self.client_secret or "")
