"""The protocols that every store implements: `LoginStore` and `TokenStore`.

A store only gets digests of a state, code or binding, and tokens only in the records of a `TokenStore`. Every method
may raise `StorageError`. If it is ``retryable``, the same call may be repeated without harm, even if the first one
succeeded. A call that gets no answer raises within ten seconds; only `LoginStore.settled` waits longer. Stores use
expiry times only to delete old records. The flow checks whether a login has expired, by the session's clock.
"""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any, Protocol, runtime_checkable

from anilist_oauth.arguments import expect, wrong_type
from anilist_oauth.errors import StorageError
from anilist_oauth.storage.outcome import Outcome
from anilist_oauth.storage.records import PendingLogin, StoredToken, Taken

LIVE_LOGINS_A_SUBJECT = 20
ANONYMOUS_LOGINS = 100_000  # the most unfinished sign-ins in all processes together, because strangers can begin them
KEPT = timedelta(minutes=10)  # how long an expired login is kept, so that it can be reported as expired
_NEEDED: dict[str, tuple[Any, str]] = {
    "key": (str, "key: the SHA-256 hex of a state is needed"),
    "claim": (str, "claim: a string is needed"),
    "code": (str, "code: the digest of a code is needed"),
    "outcome": (Outcome, "outcome: an Outcome is needed"),
    "timeout": (int | float, "timeout: a number of seconds is needed"),
    "subject": (str, "subject: a string is needed"),
    "client_id": (str, "client_id: a string is needed"),
    "stored": (StoredToken, "stored: a StoredToken is needed"),
    "was": (StoredToken, "was: a StoredToken is needed"),
    "over": (str | None, "over: the token_id of a StoredToken is needed, or None"),
    "within": (timedelta | None, "within: a timedelta is needed, or None"),
    "only": (str | None, "client_id: a string is needed, or None"),
}


def check(**arguments: object) -> None:
    """Raise `ConfigurationError` if an argument of a store's method has the wrong type.

    Args:
        arguments: The arguments by their names. ``only`` stands for a `client_id` that may be None.
    """
    for name, value in arguments.items():
        kind, needed = _NEEDED[name]
        if not isinstance(value, kind):
            raise wrong_type(value, needed)


def forget_at(login: PendingLogin, *, now: datetime) -> datetime:
    """Return when a login that is added now may be deleted.

    Raises:
        StorageError: That would be after the year 9999.
    """
    expect(login, PendingLogin, "login: a PendingLogin is needed")
    try:
        return max(login.expires_at, now) + KEPT
    except OverflowError as error:
        raise StorageError("the login would end after the year 9999; give it a shorter lifetime") from error


def full_error(limit: int) -> StorageError:
    """Return the error of a store that contains too many unfinished sign-ins."""
    error = StorageError(
        f"the store contains {limit:,} unfinished sign-ins, which is the limit; try again later, and limit how many "
        "logins one IP address may begin",
        retryable=True,
    )
    error.full = True
    return error


def closed_error() -> StorageError:
    """Return the error of a call that waits for a login while its store is closed."""
    return StorageError("the store was closed during a wait for a login")


class LoginStore(Protocol):
    """A store of pending logins. The key of a login is the SHA-256 of its state, in hex.

    A login is *added*, then *taken* by exactly one claim in all processes, and then *settled* once. It is deleted ten
    minutes after it expired, was settled, or was added (in case the session's clock is behind), whichever is latest.
    Until then, `look` finds it, even if it has expired or was taken.
    """

    async def add(self, key: str, login: PendingLogin) -> None:
        """Store a pending login. Adding the same login again changes nothing.

        At most 20 logins of one client id and subject may be unfinished (not taken). If there are more, the oldest one
        is deleted. About 100,000 logins without a subject, which strangers can begin, may be unfinished in total.

        Raises:
            StorageError: The login could not be stored. If the limit is reached, the error is ``retryable``.
        """

    async def look(self, key: str) -> PendingLogin | None:
        """Return a login with its current `PendingLogin.taken`, or None if it is unknown. This changes nothing."""

    async def take(self, key: str, *, claim: str, code: str) -> Taken | None:
        """Take a login for a claim, unless it was taken already. This is atomic in all processes.

        Expiry is not checked. A claim may be repeated if the first answer was lost.

        Args:
            key: The key of the login.
            claim: A random string that identifies this call.
            code: The digest of the code.

        Returns:
            The claim and code that were stored first, or None if the login is unknown. The caller has the login if
            ``taken.claim == claim``.
        """

    async def settle(self, key: str, outcome: Outcome) -> None:
        """Store the outcome of a taken login, so that `settled` returns it in every process.

        The first outcome stays, so settling a login again changes nothing. Unknown logins are ignored.
        """

    async def settled(self, key: str, *, timeout: float) -> Outcome | None:
        """Wait for a login's outcome, and return it. An outcome from another process arrives within a few seconds.

        Returns:
            The outcome, or None after `timeout` seconds, or None at once if the login is or becomes unknown.
        """


@runtime_checkable
class CheckingLoginStore(LoginStore, Protocol):
    """A `LoginStore` that can check a login and take it in one step, which saves a round trip.

    `SQLStore` and `RedisStore` have one. With any other store, `LoginStore.look` and `LoginStore.take` are called one
    after the other.
    """

    async def check_and_take(
        self, key: str, *, claim: str, code: str, client_id: str, binding_digest: str | None, now: datetime
    ) -> PendingLogin | None:
        """Take a login as `take` does, if it belongs to this application, has this binding, and expires after `now`.

        Otherwise, or if it was taken already, this changes nothing. A claim may be repeated if the first answer was
        lost.

        Returns:
            The login with its `PendingLogin.taken`, or None if it is unknown. The caller has the login if
            ``taken.claim == claim``.
        """


class TokenStore(Protocol):
    """A store of users' tokens, one per client id and subject. A token is kept until it is deleted, even if expired."""

    async def get(self, subject: str, *, client_id: str) -> StoredToken | None:
        """Return the record of a subject, or None."""

    async def put(self, stored: StoredToken, *, over: str | None = None) -> bool:
        """Write the record of ``stored.client_id`` and ``stored.subject``, in one atomic step.

        A newer record is never replaced, which means one whose `StoredToken.issued_at` is in a later second. If one of
        the two records has no `issued_at`, or both are in the same second, the later write wins.

        Args:
            stored: The record.
            over: The record is only written if the existing one has this `StoredToken.token_id`. By default, it is
                written in any case, as after a login.

        Returns:
            Whether it was written.
        """

    async def delete(self, subject: str, *, client_id: str) -> None:
        """Delete the token of a subject, if there is one."""

    def expiring(self, within: timedelta | None, *, client_id: str | None = None) -> AsyncIterator[StoredToken]:
        """Iterate over the records whose users must log in again, in any order.

        Records that change during the iteration may be left out, or appear in their old form. A record that cannot be
        read is skipped, and reported at the end.

        Args:
            within: Return the records that have expired or will expire within this time, by the store's clock, and
                those with `StoredToken.needs_login`. None returns every record.
            client_id: Return only the records of this application.

        Raises:
            StorageError: At the end, if records were skipped.
        """


class UpdatingTokenStore(TokenStore, Protocol):
    """A `TokenStore` that can also check whether a record has changed since it was read. All stores here can.

    If several processes set the same mark, `update` returns True in exactly one of them. So a hook is called once in
    all processes. For other stores, `put` with ``over=`` is used, and two processes may both call the hook.
    """

    async def update(self, stored: StoredToken, *, was: StoredToken) -> bool:
        """Write a record if the existing one still has the `StoredToken.token_id` and `StoredToken.marks` of `was`.

        If the answer is lost and the call is repeated, it may return False although the first one wrote the record.

        Returns:
            Whether it was written.
        """
