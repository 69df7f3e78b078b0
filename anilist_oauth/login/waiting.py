"""Wait for a login that any process may finish."""

import asyncio
from datetime import datetime, timedelta
from functools import partial

from anilist_oauth.arguments import expect, is_seconds
from anilist_oauth.errors import AniListOAuthError, ConfigurationError, LoginTimeoutError
from anilist_oauth.login import events
from anilist_oauth.login.completion import Completion
from anilist_oauth.login.login import CompletedLogin, Login
from anilist_oauth.login.open_calls import closed_error
from anilist_oauth.login.store_retry import PATIENCE, retry_store
from anilist_oauth.login.take import TAKER_DEAD
from anilist_oauth.storage.digests import digest
from anilist_oauth.storage.outcome import Outcome
from anilist_oauth.storage.records import PendingLogin

_LOOK_AGAIN = 60.0  # seconds; less than `TAKER_DEAD`, so that a taken login is noticed before that time is over
_TICK = 1.0  # second between two checks of the session's clock, which may jump when a laptop wakes up


async def wait_for(completion: Completion, login: Login, *, timeout: float, closing: asyncio.Event) -> CompletedLogin:
    """Wait until the login ends or can no longer succeed, `timeout` seconds have passed, or the flow closes."""
    expect(login, Login, "login: the result of begin is needed")
    expect(timeout, int | float, "timeout: a number of seconds is needed")
    if not is_seconds(timeout):
        raise ConfigurationError("timeout: a number of seconds is needed, not nan or a number too large for a float")
    key = digest(login.state)
    loop = asyncio.get_running_loop()
    until = loop.time() + timeout
    while True:
        patience = min(PATIENCE, until - loop.time())
        pending = await completion.look_up(key, patience=patience)
        now = completion.session.clock()
        if pending is None:
            raise _no_longer_kept_error(login, now)
        left = _seconds_left(pending, now)
        pause = max(0.0, min(left, until - loop.time(), _LOOK_AGAIN))
        outcome = await _next_outcome(completion, key, pause=pause, patience=patience, closing=closing)
        if outcome is None and left <= 0:
            if pending.taken is None:
                raise _expired(login)
            outcome = await completion.give_up(key, patience=patience)
        if outcome is not None:
            return await completion.result_of(outcome, login)
        if closing.is_set():
            raise closed_error()
        if loop.time() >= until:
            raise LoginTimeoutError(f"nobody finished the login within {timeout:g} seconds", reason="timeout")


async def _next_outcome(
    completion: Completion, key: str, *, pause: float, patience: float, closing: asyncio.Event
) -> Outcome | None:
    """Wait for an outcome for `pause` seconds, by the event loop's clock or the session's, whichever is ahead.

    A flow that closes settles the logins that it has taken, so then the store is read once more.
    """
    clock = completion.session.clock
    over = clock() + timedelta(seconds=pause)
    settled = partial(completion.logins.settled, key, timeout=pause)
    hearing = asyncio.ensure_future(retry_store(settled, patience=patience))
    closed = asyncio.ensure_future(closing.wait())
    try:
        while not hearing.done() and not closed.done() and (pause == 0 or clock() < over):
            await asyncio.wait((hearing, closed), timeout=_TICK, return_when=asyncio.FIRST_COMPLETED)
    finally:
        hearing.cancel()
        closed.cancel()
        await asyncio.gather(hearing, closed, return_exceptions=True)
    if not hearing.cancelled():
        return hearing.result()
    return await completion.logins.settled(key, timeout=0) if closing.is_set() else None


def _seconds_left(pending: PendingLogin, now: datetime) -> float:
    """Return for how many seconds a login may still succeed: until it expires, or until it must have been settled."""
    end = pending.expires_at if pending.taken is None else pending.taken.at + TAKER_DEAD
    return (end - now).total_seconds()


def _no_longer_kept_error(login: Login, now: datetime) -> AniListOAuthError:
    if login.expires_at <= now:
        return _expired(login)
    return LoginTimeoutError(
        "the login is no longer stored, perhaps because twenty newer ones were begun for its subject; start a new one",
        reason="cancelled",
    )


def _expired(login: Login) -> LoginTimeoutError:
    events.called_off(login.subject, reason="expired")
    return LoginTimeoutError("nobody finished the login before it expired; start a new one", reason="expired")
