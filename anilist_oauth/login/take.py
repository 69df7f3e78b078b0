"""One take of a login: the claim, the time its taker has, and the settling, so that whoever waits is told the same."""

import asyncio
import copy
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Self, TypeVar

import attrs

from anilist_oauth.errors import StorageError
from anilist_oauth.login.endings import interrupted_error
from anilist_oauth.login.store_retry import PATIENCE, retry_store
from anilist_oauth.storage.outcome import Outcome
from anilist_oauth.storage.protocols import LoginStore
from anilist_oauth.storage.records import Taken, new_claim

WORK_TIME = 70.0  # seconds from the claim, in which a taker gets the token and stores it
SETTLE_TIME = 80.0  # seconds from the claim, in which it settles the login
TAKER_DEAD = timedelta(seconds=90)  # after its claim, nobody will settle a login any more; clocks differ by 5 s at most
_LAST_WORDS = 5.0  # seconds to settle a login whose task is cancelled

T = TypeVar("T")


@attrs.frozen(kw_only=True, eq=False)
class Take:
    """What one taker does with one login. Its times count from the claim, by the clock of the event loop.

    Attributes:
        logins: The store.
        key: The login's key in it.
        answer: What it is taken with.
        claim: What `new_claim` made.
        began: When that was.
    """

    logins: LoginStore
    key: str
    answer: str
    claim: str
    began: float

    @classmethod
    def of(cls, logins: LoginStore, key: str, *, answer: str, now: datetime) -> Self:
        """Make a claim; nothing is taken yet."""
        began = asyncio.get_running_loop().time()
        return cls(logins=logins, key=key, answer=answer, claim=new_claim(now), began=began)

    async def take(self) -> Taken | None:
        """Take the login, and say who has it; None if it is unknown.

        A take that is cancelled may have arrived all the same. It is repeated with its own claim, which does no harm,
        and the login is settled, so that nobody waits for it.

        Raises:
            OutcomeUnknownError: It was cancelled, and the login is over.
            StorageError: The store failed for 30 seconds.
        """
        try:
            return await retry_store(partial(self.logins.take, self.key, claim=self.claim, code=self.answer))
        except asyncio.CancelledError:
            if not await self._end_interrupted():
                raise
        raise interrupted_error()

    async def settle(self, outcome: Outcome) -> None:
        """Keep how the login ended; a cancellation meanwhile does not prevent it.

        Raises:
            StorageError: The store did not answer in time, so that whoever waits may not hear of it.
        """
        try:
            await self.within(SETTLE_TIME, partial(self.logins.settle, self.key, outcome))
        except StorageError:
            if not await self._is_settled():
                raise
        except asyncio.CancelledError:  # the flow closes: what is known is said all the same
            try:
                async with asyncio.timeout(_LAST_WORDS):
                    await self.logins.settle(self.key, outcome)
            except TimeoutError as error:
                raise StorageError("the store did not answer while the login flow was closed") from error

    async def within(self, seconds: float, call: Callable[[], Awaitable[T]]) -> T:
        """Make a call of a store, with patience, until so many seconds after the claim.

        Raises:
            StorageError: The store failed for as long, or for 30 seconds.
        """
        until = self.began + seconds
        patience = min(PATIENCE, until - asyncio.get_running_loop().time())
        if patience <= 0:  # a store that answers at once is not stopped by the timeout below
            raise StorageError("the login took too long to be stored; start a new one")
        try:
            async with asyncio.timeout_at(until):
                return await retry_store(call, patience=patience)
        except TimeoutError as error:
            raise StorageError("the store did not answer in time; start a new login") from error

    async def _is_settled(self) -> bool:
        """Tell whether the outcome was kept although no answer came: then whoever waits is told of it."""
        try:
            async with asyncio.timeout(_LAST_WORDS):
                return await self.logins.settled(self.key, timeout=0) is not None
        except (StorageError, TimeoutError):
            return False

    async def _end_interrupted(self) -> bool:
        """Settle the login if it is this claim's; whether it is."""
        try:
            async with asyncio.timeout(_LAST_WORDS):
                taken = await self.logins.take(self.key, claim=self.claim, code=self.answer)
                if taken is None or taken.claim != self.claim:
                    return False
                await self.logins.settle(self.key, Outcome(error=copy.copy(interrupted_error())))
        except (StorageError, TimeoutError):
            return False
        return True
