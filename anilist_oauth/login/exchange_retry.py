"""Repeat an exchange if that is safe: if it was not sent, or AniList refused it without looking at the code."""

import asyncio
from random import SystemRandom

from anilist_oauth.errors import ConnectionFailedError, RateLimitedError
from anilist_oauth.login.events import FinishLog
from anilist_oauth.pacing.rate_limit import DEFAULT_WAIT
from anilist_oauth.redaction import MaskedText
from anilist_oauth.session.session import OAuthSession
from anilist_oauth.tokens.access_token import Token

NOT_SENT_TIME = 10.0  # seconds during which an unsent exchange is repeated
LONGEST_PAUSE = 30.0  # seconds that a browser may wait for the end of a 429
_FIRST_PAUSE, _LONGEST_BETWEEN = 0.25, 2.0  # seconds between two unsent tries

_jitter = SystemRandom().random


async def exchange(session: OAuthSession, code: MaskedText, log: FinishLog) -> Token:
    """Exchange a code, and count the tries in the log. Raises the same errors as `OAuthSession.exchange_code`.

    A try that was not sent is repeated for ten seconds. A 429 is waited for if it ends within thirty seconds. Anything
    else is final, because AniList may have processed the code.
    """
    loop = asyncio.get_running_loop()
    began, pause = loop.time(), _FIRST_PAUSE
    while True:
        log.attempt += 1
        try:
            refuse_in_pause(session)
            return await session.exchange_code(code)
        except ConnectionFailedError:
            wait, pause = pause, min(2 * pause, _LONGEST_BETWEEN)
            if loop.time() - began + wait > NOT_SENT_TIME:
                raise
        except RateLimitedError as error:
            wait = DEFAULT_WAIT if error.retry_after is None else error.retry_after
            if loop.time() - began + wait > LONGEST_PAUSE:
                error.retry_after = wait
                raise
            wait += _jitter()
        await asyncio.sleep(wait)


def refuse_in_pause(session: OAuthSession) -> None:
    """Raise `RateLimitedError` while a 429 of the token endpoint lasts. Nothing is sent."""
    delay = session.pace.exchange_delay()
    if delay > 0:
        raise RateLimitedError(
            f"AniList accepts no logins for {delay:.0f} more seconds, because there were too many; nothing was sent. "
            "Open the same address again then",
            retry_after=delay,
        )
