"""Repeat an exchange if that is safe: if it was not sent, or was refused with 429 before the code was processed."""

import asyncio
from random import SystemRandom

from anilist_oauth.errors import ConnectionFailedError, RateLimitedError
from anilist_oauth.login.events import FinishLog
from anilist_oauth.pacing.rate_limit import DEFAULT_WAIT
from anilist_oauth.redaction import MaskedText
from anilist_oauth.session.session import OAuthSession
from anilist_oauth.tokens.access_token import Token

NOT_SENT_TIME = 10.0  # seconds for which an exchange that was not sent is repeated
LONGEST_PAUSE = 30.0  # seconds for which a browser may wait until a 429 ends
_FIRST_PAUSE, _LONGEST_BETWEEN = 0.25, 2.0  # seconds between two tries that were not sent

_jitter = SystemRandom().random


async def exchange(session: OAuthSession, code: MaskedText, log: FinishLog) -> Token:
    """Exchange a code, and count the tries in the log. The errors are those of `OAuthSession.exchange_code`.

    If the request was not sent, it is repeated for ten seconds. After a 429 that ends within thirty seconds, it is
    repeated when that has ended. Any other failure is final, because AniList may have processed the code.
    """
    loop = asyncio.get_running_loop()
    began = unsent_since = loop.time()
    pause = _FIRST_PAUSE
    while True:
        log.attempt += 1
        try:
            session.pace.refuse_exchanges()
            return await session.exchange_code(code)
        except ConnectionFailedError:
            wait, pause = pause, min(2 * pause, _LONGEST_BETWEEN)
            if loop.time() - unsent_since + wait > NOT_SENT_TIME:
                raise
        except RateLimitedError as error:
            wait = DEFAULT_WAIT if error.retry_after is None else error.retry_after
            if loop.time() - began + wait > LONGEST_PAUSE:
                error.retry_after = wait
                raise
            wait += _jitter()
            unsent_since, pause = loop.time() + wait, _FIRST_PAUSE  # then the ten seconds begin anew
        await asyncio.sleep(wait)
