"""The other end of a login: who began it waits for who finishes it, in whatever process."""

import asyncio
import math
from datetime import datetime, timedelta
from functools import partial

from anilist_oauth.arguments import expect
from anilist_oauth.errors import AniListOAuthError, ConfigurationError, LoginTimeoutError
from anilist_oauth.login.completion import TAKER_DEAD, Completion, taker_died_error
from anilist_oauth.login.login import CompletedLogin, Login
from anilist_oauth.login.store_retry import PATIENCE, retry_store
from anilist_oauth.storage.digests import digest
from anilist_oauth.storage.outcome import Outcome
from anilist_oauth.storage.records import PendingLogin

_LOOK_AGAIN = 60.0  # seconds; fewer than 75, so that a take is seen before its taker counts as dead
_TICK = 1.0  # second between two looks at the session's clock, which may be set, or jump when a laptop wakes up


async def wait_for(completion: Completion, login: Login, *, timeout: float) -> CompletedLogin:
    """Wait until a login ends, it can no longer end well, or `timeout` seconds are over."""
    expect(login, Login, "login: what begin gave is needed")
    expect(timeout, int | float, "timeout: a number of seconds is needed")
    if math.isnan(timeout):
        raise ConfigurationError("timeout: a number of seconds is needed, not nan")
    key = digest(login.state)
    loop = asyncio.get_running_loop()
    until = loop.time() + timeout
    while True:
        patience = min(PATIENCE, until - loop.time())
        pending = await retry_store(partial(completion.look_up, key), patience=patience)
        now = completion.session.clock()
        if pending is None:
            raise _no_longer_kept_error(login, now)
        left = _seconds_left(pending, now)
        pause = max(0.0, min(left, until - loop.time(), _LOOK_AGAIN))
        outcome = await _next_outcome(completion, key, pause=pause, patience=patience)
        if outcome is not None:
            return await completion.result_of(outcome, login)
        if left <= 0:
            raise taker_died_error() if pending.taken is not None else _expired_error()
        if loop.time() >= until:
            raise LoginTimeoutError(f"nobody finished the login within {timeout:g} seconds", reason="timeout")


async def _next_outcome(completion: Completion, key: str, *, pause: float, patience: float) -> Outcome | None:
    """Wait for an outcome; the pause is over by the loop's clock or the session's, whichever is ahead."""
    clock = completion.session.clock
    over = clock() + timedelta(seconds=pause)
    settled = partial(completion.logins.settled, key, timeout=pause)
    hearing = asyncio.ensure_future(retry_store(settled, patience=patience))
    try:
        while not hearing.done() and (pause == 0 or clock() < over):
            await asyncio.wait((hearing,), timeout=_TICK)
    finally:
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)
    return None if hearing.cancelled() else hearing.result()


def _seconds_left(pending: PendingLogin, now: datetime) -> float:
    """Tell for how many seconds a login may still end well: its life, or once taken the time its taker has."""
    end = pending.expires_at if pending.taken is None else pending.taken.at + TAKER_DEAD
    return (end - now).total_seconds()


def _no_longer_kept_error(login: Login, now: datetime) -> AniListOAuthError:
    if login.expires_at <= now:
        return _expired_error()
    return LoginTimeoutError(
        "the login is not kept any more, as when its subject has begun twenty newer ones; start a new one",
        reason="cancelled",
    )


def _expired_error() -> LoginTimeoutError:
    return LoginTimeoutError("nobody finished the login before it expired; start a new one", reason="expired")
