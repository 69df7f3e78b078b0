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
from anilist_oauth.pacing.rate_limit import announced_limit
from anilist_oauth.pacing.retries import lost_answer_error, retry_delay
from anilist_oauth.redaction import MaskedText
from anilist_oauth.session.transport import Transport
from anilist_oauth.tokens.access_token import Token

logger: logging.Logger = logging.getLogger("anilist_oauth")
_jitter = SystemRandom().random


async def graphql_call(
    request: Request,
    *,
    mutation: bool,
    token: Token | str | None,
    secrets: tuple[MaskedText, ...],
    transport: Transport,
    pace: Pace,
    clock: Callable[[], datetime],
    max_wait: float | None,
) -> dict[str, Any]:
    """Return the data in the response after at most three tries. The errors are those of `OAuthSession.graphql`.

    Args:
        request: The request. It is the same in every try.
        mutation: Whether it changes something, so that repeating it could do harm.
        token: The user's token, for the pace.
        secrets: Strings that must not appear in a message. The server knows them, so a response could contain them.
        transport: Sends the request.
        pace: Decides when each try may start.
        clock: Returns the current time (aware).
        max_wait: The longest wait before a try, in seconds, or None.
    """
    number, tries = None, 0
    while True:
        number = await pace.turn(token, max_wait=max_wait, number=number)
        tries += 1
        try:
            return await _try(
                request,
                mutation=mutation,
                with_token=token is not None,
                secrets=secrets,
                transport=transport,
                pace=pace,
                clock=clock,
            )
        except ServiceError as error:
            wait = None
            if not pace.halted:
                wait = retry_delay(error, tries=tries, max_wait=max_wait, random=_jitter)
            if wait is None:
                raise
            fields = {"event": "retry", "attempt": tries, "error": type(error).__name__}
            logger.debug("try %d of a query failed (%s); trying again", tries, fields["error"], extra=fields)
        await asyncio.sleep(wait)


async def _try(
    request: Request,
    *,
    mutation: bool,
    with_token: bool,
    secrets: tuple[MaskedText, ...],
    transport: Transport,
    pace: Pace,
    clock: Callable[[], datetime],
) -> dict[str, Any]:
    """Make one try, and report the rate limit and failures to the pace."""
    try:
        response = await transport.send(request)
    except OutcomeUnknownError as error:
        raise lost_answer_error(error, mutation=mutation) from error.__cause__
    now = clock()
    pace.observe(announced_limit(response.headers.get("X-RateLimit-Limit")))
    try:
        return parse_graphql_response(response, with_token=with_token, now=now, mutation=mutation, secrets=secrets)
    except ServiceError as error:
        pace.heed(error, status=response.status, jitter=_jitter())
        await pace.publish()
        raise
