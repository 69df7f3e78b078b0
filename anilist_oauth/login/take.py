"""Take a login, so that only one call finishes it, and settle it, so that all waiting calls get the same outcome."""

import asyncio
import copy
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from anilist_oauth.errors import StorageError
from anilist_oauth.login.endings import interrupted_error
from anilist_oauth.login.store_retry import PATIENCE, retry_store
from anilist_oauth.storage.outcome import Outcome
from anilist_oauth.storage.protocols import LoginStore
from anilist_oauth.storage.records import PendingLogin, Taken, new_claim

WORK_TIME = 70.0  # seconds after the claim within which the token must be stored
SETTLE_TIME = 80.0  # seconds after the claim within which the login must be settled
TAKER_DEAD = timedelta(seconds=90)  # so long after the claim, it is no longer settled; clocks may differ by 5 s
_LAST_WORDS = 5.0  # seconds to settle a login whose task is cancelled
_LATE = "the store did not answer in time; start a new login"

T = TypeVar("T")
Found = TypeVar("Found", PendingLogin | None, Taken | None)


class Take:
    """One attempt to take a login. Nothing is taken until `take` is called.

    Args:
        clock: The session's clock, by which others decide how long ago the login was taken.

    Attributes:
        logins: The store.
        key: The login's key in it.
        answer: The `AuthorizationResponse.answer` with which it is taken.
        claim: The result of `new_claim`.
        began: The time of the claim, by the event loop's clock. All time limits count from it.
    """

    def __init__(self, logins: LoginStore, key: str, *, answer: str, clock: Callable[[], datetime]) -> None:
        self.logins = logins
        self.key = key
        self.answer = answer
        self._clock = clock
        self._claimed_at = clock()
        self.claim: str = new_claim(self._claimed_at)
        self.began: float = asyncio.get_running_loop().time()

    async def take(self, method: Callable[..., Awaitable[Found]]) -> Found:
        """Take the login.

        A cancelled call may have reached the store. So it is repeated with the same claim, which does no harm, and the
        login is settled. Otherwise calls would wait for it in vain.

        Args:
            method: `LoginStore.take`, or `CheckingLoginStore.check_and_take` with its other arguments.

        Returns:
            What the store's method returns.

        Raises:
            OutcomeUnknownError: The call was cancelled, and the login is over.
            StorageError: The store failed for 30 seconds.
        """
        call = partial(method, self.key, claim=self.claim, code=self.answer)
        try:
            return await retry_store(call)
        except asyncio.CancelledError:
            if not await self._end_interrupted(call):
                raise
        raise interrupted_error()

    def has(self, found: PendingLogin | Taken | None) -> bool:
        """Return whether the login was taken with this claim."""
        taken = found.taken if isinstance(found, PendingLogin) else found
        return taken is not None and taken.claim == self.claim

    async def settle(self, outcome: Outcome) -> Outcome:
        """Store the outcome of the login, even if this call is cancelled.

        Returns:
            The outcome that is stored. If this process was suspended for so long that others gave up, it is theirs.

        Raises:
            StorageError: The store did not answer in time, so calls that wait for the login may not end at once.
        """
        try:
            await self.within(SETTLE_TIME, partial(self.logins.settle, self.key, outcome))
        except StorageError:
            stored = await self._stored()
            if stored is None:
                raise
            return stored
        except asyncio.CancelledError:  # the flow is closing; store the outcome nevertheless
            try:
                async with asyncio.timeout(_LAST_WORDS):
                    await self.logins.settle(self.key, outcome)
            except TimeoutError as error:
                raise StorageError("the store did not answer while the flow was closing; log in again") from error
        # While a computer sleeps, the event loop's clock stops, but others may have given up by the session's clock.
        slept = (self._clock() - self._claimed_at).total_seconds() > SETTLE_TIME
        return (await self._stored() if slept else None) or outcome

    async def within(self, seconds: float, call: Callable[[], Awaitable[T]]) -> T:
        """Call a store, with retries, until this many seconds after the claim.

        Raises:
            StorageError: The store failed until that time, or for 30 seconds.
        """
        until = self.began + seconds
        patience = min(PATIENCE, until - asyncio.get_running_loop().time())
        if patience <= 0:  # the timeout below does not stop a store that answers at once
            raise StorageError("the login took too long to be stored; start a new one")
        try:
            async with asyncio.timeout_at(until) as limit:
                answer = await retry_store(call, patience=patience)
        except TimeoutError as error:
            raise StorageError(_LATE) from error
        if limit.expired():  # a driver may swallow the cancellation, as asyncio.wait_for does in Python 3.11
            raise StorageError(_LATE)
        return answer

    async def _stored(self) -> Outcome | None:
        """Return the outcome that is stored, or None if the store does not answer."""
        try:
            async with asyncio.timeout(_LAST_WORDS):
                return await self.logins.settled(self.key, timeout=0)
        except (StorageError, TimeoutError):
            return None

    async def _end_interrupted(self, call: Callable[[], Awaitable[PendingLogin | Taken | None]]) -> bool:
        """Repeat the interrupted call, and settle the login if this claim then has it. Return whether it has."""
        try:
            async with asyncio.timeout(_LAST_WORDS):
                if not self.has(await call()):
                    return False
                await self.logins.settle(self.key, Outcome(error=copy.copy(interrupted_error())))
        except (StorageError, TimeoutError):
            return False
        return True
