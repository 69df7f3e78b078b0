"""What a store promises: two small protocols.

A store never sees a state, code or binding, and tokens only in `TokenStore` records. Every method may raise
`StorageError`. With ``retryable=True`` the same call may be repeated without harm, even if it succeeded the first time.
A store that does not answer raises within ten seconds; only `LoginStore.settled` waits longer. Stores use expiry times
only for deleting old records. The flow checks them, by the session's clock.
"""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from anilist_oauth.arguments import expect
from anilist_oauth.errors import StorageError
from anilist_oauth.storage.outcome import Outcome
from anilist_oauth.storage.records import PendingLogin, StoredToken, Taken

LIVE_LOGINS_A_SUBJECT = 20
ANONYMOUS_LOGINS = 100_000  # in all processes together; strangers can begin them
KEPT = timedelta(minutes=10)  # how long an expired login can still be told from an unknown one


def forget_at(login: PendingLogin, *, now: datetime) -> datetime:
    """Return when a login that is added now may be deleted.

    Raises:
        StorageError: That would be after the end of the calendar.
    """
    expect(login, PendingLogin, "login: a PendingLogin is needed")
    try:
        return max(login.expires_at, now) + KEPT
    except OverflowError as error:
        raise StorageError("the login would end after the year 9999; give it a shorter lifetime") from error


def full_error(limit: int) -> StorageError:
    """Return the error of a store that has no room for another sign-in."""
    error = StorageError(
        f"the store holds {limit:,} sign-ins that have not ended, which is the limit; try again later, and limit how "
        "many logins one address may begin",
        retryable=True,
    )
    error.full = True
    return error


class LoginStore(Protocol):
    """Pending logins, each under the SHA-256 hex of its state.

    A login is *added*, then *taken* by exactly one claim over all processes, then *settled* once. It is deleted ten
    minutes after it expired, was settled, or was added (if the session's clock is behind), whichever is latest. Until
    then it can be found, even if it expired or was taken long ago.
    """

    async def add(self, key: str, login: PendingLogin) -> None:
        """Store a pending login. Adding the same one again changes nothing.

        At most 20 logins of one client id and subject may be unfinished (not taken). Beyond that, the oldest one is
        deleted. Of logins without a subject, which strangers can begin, about 100,000 may be unfinished in total.

        Raises:
            StorageError: It could not be stored. If there is no room, the error is ``retryable``.
        """

    async def look(self, key: str) -> PendingLogin | None:
        """Return a login with its current `PendingLogin.taken`, or None if it is unknown. Nothing is changed."""

    async def take(self, key: str, *, claim: str, code: str) -> Taken | None:
        """Take a login, in one step that is atomic over all processes. Return who has it.

        If nobody had taken it, `claim` and `code` (a digest) are stored with it for good. The result is the claim and
        code that were stored first. The caller has won if ``taken.claim == claim``, also when it repeats a call whose
        answer was lost. None if the login is unknown. Expiry is not checked.
        """

    async def settle(self, key: str, outcome: Outcome) -> None:
        """Store how a taken login ended, and wake all who wait for it, in every process.

        The first outcome stays, so settling again changes nothing. Unknown logins are ignored.
        """

    async def settled(self, key: str, *, timeout: float) -> Outcome | None:
        """Wait for a login's outcome. If there is one already, return it at once.

        Returns None after `timeout` seconds. Returns None early if the login is or becomes unknown; then `look` finds
        nothing either. An outcome from another process arrives within a few seconds.
        """


@runtime_checkable
class CheckingLoginStore(LoginStore, Protocol):
    """A `LoginStore` that can check a login and take it in one step, which saves a round trip. A database here is one.

    With any other store, `LoginStore.look` and `LoginStore.take` are called one after the other.
    """

    async def check_and_take(
        self, key: str, *, claim: str, code: str, client_id: str, binding_digest: str | None, now: datetime
    ) -> PendingLogin | None:
        """Take a login like `take`, if it is this application's, has this binding, and expires after `now`.

        If one of these is not so, or somebody has taken it, nothing is changed.

        Returns:
            The login with its `PendingLogin.taken`, or None if it is unknown. The caller has won if
            ``taken.claim == claim``, also when it repeats a call whose answer was lost.
        """


class TokenStore(Protocol):
    """Users' tokens, one per client id and subject. They are kept until deleted, even when expired."""

    async def get(self, subject: str, *, client_id: str) -> StoredToken | None:
        """Return the record of a subject, or None."""

    async def put(self, stored: StoredToken, *, over: str | None = None) -> bool:
        """Write the record of ``stored.client_id`` and ``stored.subject``, in one atomic step.

        Without `over`, this is a new login and replaces the existing record. With `over`, the record is only written if
        the existing one has that `StoredToken.token_id`. A newer record is never overwritten. Newer means that its
        `StoredToken.issued_at` is in a later second. If either record has no `issued_at`, or both are in the same
        second, the later write wins.

        Returns:
            Whether it was written.
        """

    async def delete(self, subject: str, *, client_id: str) -> None:
        """Delete the token of a subject, if there is one."""

    def expiring(self, within: timedelta | None, *, client_id: str | None = None) -> AsyncIterator[StoredToken]:
        """Iterate over the records whose users must log in again.

        These are the records that expire within that time (or have expired), by the store's clock, and those with
        `StoredToken.needs_login`. With None it is every record. If `client_id` is given, only that application's. The
        order is not defined. Records that change during the iteration may be left out, or appear in their old form. A
        record that cannot be read is skipped, and a `StorageError` reports it at the end.
        """


class UpdatingTokenStore(TokenStore, Protocol):
    """A `TokenStore` that can also check whether a record has changed since it was read. All stores here are ones.

    With it, exactly one of several processes that set the same mark gets True, so that a hook is called once over all
    of them. Without it, `put` with ``over=`` is used, and two processes may both call the hook.
    """

    async def update(self, stored: StoredToken, *, was: StoredToken) -> bool:
        """Write a record if the existing one still has the `StoredToken.token_id` and `StoredToken.marks` of `was`.

        If an answer is lost, the repeated call may return False although the first one wrote the record.

        Returns:
            Whether it was written.
        """
