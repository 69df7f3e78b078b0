"""What a store promises: two small protocols, and the record of a token.

A store never sees a state, code or binding, and holds tokens in `TokenStore` records only. Every method may raise
`StorageError`; ``retryable=True`` says that the same call, with the same arguments, may be made again without harm
although it may have worked. A store that does not answer says so within ten seconds; only `LoginStore.settled` waits
longer. Stores read no expiry but to sweep: the flow judges, by the session's clock.
"""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Protocol

from anilist_oauth.arguments import expect
from anilist_oauth.errors import StorageError
from anilist_oauth.storage.outcome import Outcome
from anilist_oauth.storage.records import PendingLogin, StoredToken, Taken

LIVE_LOGINS_A_SUBJECT = 20
ANONYMOUS_LOGINS = 100_000  # of all processes; strangers begin them
KEPT = timedelta(minutes=10)  # after its expiry, a login can still be told from one that never was


def forget_at(login: PendingLogin, *, now: datetime) -> datetime:
    """Tell when a login that is added now may be forgotten.

    Raises:
        StorageError: It would be kept beyond the end of the calendar.
    """
    expect(login, PendingLogin, "login: a PendingLogin is needed")
    try:
        return max(login.expires_at, now) + KEPT
    except OverflowError as error:
        raise StorageError("the login would end after the year 9999: give it a shorter lifetime") from error


def full_error(limit: int) -> StorageError:
    """Make the error of a store that has no room for another login of a stranger."""
    error = StorageError(
        f"{limit:,} sign-ins have begun and not yet ended, as many as are kept; begin again later, and limit how many "
        "logins one address may begin",
        retryable=True,
    )
    error.full = True
    return error


class LoginStore(Protocol):
    """Begun logins, each under the SHA-256 hex of its state.

    A login is *added*, *taken* by exactly one claim over all processes, and *settled* once. It is swept ten minutes
    after it expired or was settled or, where the session's clock is behind the store's, was added, whichever is latest;
    until then it is found, however long ago it expired or was taken.
    """

    async def add(self, key: str, login: PendingLogin) -> None:
        """Keep a begun login. Adding the same again changes nothing.

        At most 20 logins of one client id and subject are unfinished (not taken): the oldest of them goes, as if it
        had been swept. Of logins without a subject, which strangers begin, about 100,000 may be unfinished over all.

        Raises:
            StorageError: It could not be kept, or there is no room; then it is ``retryable``.
        """

    async def look(self, key: str) -> PendingLogin | None:
        """Read a login, with `PendingLogin.taken` as it stands; None if it is unknown. Nothing is changed."""

    async def take(self, key: str, *, claim: str, code: str) -> Taken | None:
        """Take a login, in one atomic step over all processes, and say who has it.

        If nobody had taken it, `claim` and `code` (a digest) are kept with it, for good. The answer is the claim and
        code that were kept first: the caller has won where ``taken.claim == claim``, also when the same call is
        repeated after a lost answer. None if the login is unknown. Expiry is not looked at.
        """

    async def settle(self, key: str, outcome: Outcome) -> None:
        """Keep how a taken login ended and wake all who wait for it, in every process.

        The first outcome stays: settling again changes nothing. An unknown login is passed over.
        """

    async def settled(self, key: str, *, timeout: float) -> Outcome | None:
        """Wait for a login's outcome, at once if there is one.

        None after `timeout` seconds, and early if the login is unknown or becomes so: then `look` finds nothing either.
        The outcome of another process arrives within a few seconds of its settling.
        """


class TokenStore(Protocol):
    """Users' tokens, one for each client id and subject, until they are deleted; a dead token is kept as well."""

    async def get(self, subject: str, *, client_id: str) -> StoredToken | None:
        """Read the record of a subject; None if there is none."""

    async def put(self, stored: StoredToken, *, over: str | None = None) -> bool:
        """Write the record of ``stored.client_id`` and ``stored.subject``, in one atomic step.

        Without `over` it replaces what is there: a new login. With a token id, it is written only over a record of
        that `StoredToken.token_id`. A record is never written over a newer one, which is one whose
        `StoredToken.issued_at` lies in a later second; where either record has none, and within one second, the later
        write stands.

        Returns:
            Whether it was written.
        """

    async def delete(self, subject: str, *, client_id: str) -> None:
        """Forget the token of a subject; nothing happens if there is none."""

    def expiring(self, within: timedelta | None, *, client_id: str | None = None) -> AsyncIterator[StoredToken]:
        """Iterate over the records whose users must log in again.

        Those are the ones that expire within that time (or have), by the store's clock, and those marked
        `StoredToken.needs_login`; with None it is every record. One application's only, where `client_id` is given.
        The order is not promised; records that change meanwhile may be left out or come as they were. A record that
        cannot be read is skipped, and reported by a `StorageError` at the end, after all others.
        """


class UpdatingTokenStore(TokenStore, Protocol):
    """A `TokenStore` that can also tell whether a record is still the one that was read; those of this package can.

    With it, of several processes that set the same mark exactly one hears True, so that a hook is called once over all
    of them. Without it, `put` with ``over=`` is used instead, and two processes that meet may both call the hook.
    """

    async def update(self, stored: StoredToken, *, was: StoredToken) -> bool:
        """Write a record if the one that is there has the `StoredToken.token_id` and the `StoredToken.marks` of `was`.

        After a lost answer the repeated call may say False although the first one wrote.

        Returns:
            Whether it was written.
        """
