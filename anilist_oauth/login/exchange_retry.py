"""What may be repeated of an exchange: a try that never left, and one that was refused unlooked at."""

import asyncio
from random import SystemRandom

from anilist_oauth.errors import ConnectionFailedError, RateLimitedError
from anilist_oauth.login.events import FinishLog
from anilist_oauth.pacing.rate_limit import DEFAULT_WAIT
from anilist_oauth.redaction import MaskedText
from anilist_oauth.session.session import OAuthSession
from anilist_oauth.tokens.access_token import Token

NOT_SENT_TIME = 10.0  # seconds for which an exchange that does not leave is repeated
LONGEST_PAUSE = 30.0  # seconds of a 429 that a browser may be kept waiting
_FIRST_PAUSE, _LONGEST_BETWEEN = 0.25, 2.0  # seconds between two tries that did not leave

_jitter = SystemRandom().random


async def exchange(session: OAuthSession, code: MaskedText, log: FinishLog) -> Token:
    """Exchange a code, and note the tries in the log; errors as for `OAuthSession.exchange_code`.

    A try that was not sent is repeated for ten seconds. A 429 is waited out if it ends within thirty. Anything else is
    final, since the code may have been looked at.
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
    """Refuse an exchange while a 429 of the token endpoint lasts: a `RateLimitedError`, and nothing is sent."""
    delay = session.pace.exchange_delay()
    if delay > 0:
        raise RateLimitedError(
            f"AniList takes no logins for {delay:.0f} more seconds, since there were too many; nothing was sent: open "
            "the same address again then",
            retry_after=delay,
        )
