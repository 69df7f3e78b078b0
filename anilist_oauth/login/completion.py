"""From a callback to a stored token: what is checked, in which order, and what is kept of how it ended."""

import asyncio
import copy
from datetime import timedelta
from functools import partial

import attrs

from anilist_oauth.arguments import validator
from anilist_oauth.errors import (
    AniListOAuthError,
    ConfigurationError,
    LoginRequiredError,
    LoginTimeoutError,
    RateLimitedError,
    SessionStateError,
    StateMismatchError,
)
from anilist_oauth.login.authorization_response import CANCELLED, AuthorizationResponse
from anilist_oauth.login.endings import as_final, taker_died_error, unknown_error
from anilist_oauth.login.events import FinishLog
from anilist_oauth.login.exchange_retry import exchange, refuse_in_pause
from anilist_oauth.login.identity import Identity, subject_of
from anilist_oauth.login.login import CompletedLogin, Login
from anilist_oauth.login.store_retry import PATIENCE, retry_store
from anilist_oauth.login.take import TAKER_DEAD, WORK_TIME, Take
from anilist_oauth.oauth.callback_query import CallbackQuery
from anilist_oauth.session.session import OAuthSession
from anilist_oauth.storage.digests import digest
from anilist_oauth.storage.outcome import Outcome
from anilist_oauth.storage.protocols import LoginStore, TokenStore
from anilist_oauth.storage.records import PendingLogin, StoredToken, Taken
from anilist_oauth.tokens.viewer import Verified, Viewer

_LONGEST_TURN = 30.0  # seconds that a browser may be kept waiting for AniList's pace
_DUPLICATE = timedelta(minutes=1)


def _login_store(name: str, logins: LoginStore) -> None:
    if not hasattr(logins, "take"):  # such as a store as a whole, or its tokens
        raise ConfigurationError(
            f"{name}: a LoginStore is needed, such as open_store(…).logins, not {type(logins).__name__}"
        )


@attrs.frozen(kw_only=True, eq=False)
class Completion:
    """The way of one application's logins from their callback to their end."""

    session: OAuthSession
    logins: LoginStore = attrs.field(validator=validator(_login_store))
    tokens: TokenStore
    identity: Identity = attrs.field(init=False)

    @identity.default
    def _default_identity(self) -> Identity:
        return Identity(self.session)

    async def complete(self, response: AuthorizationResponse) -> CompletedLogin:
        """Finish the login that a callback belongs to; until the login is taken, nothing is consumed."""
        log = FinishLog()
        try:
            return await self._complete(response, log)
        except Exception as error:
            log.failed(error)
            raise

    async def _complete(self, response: AuthorizationResponse, log: FinishLog) -> CompletedLogin:
        pending = await self.look_up(response.login_key)
        if pending is None:
            raise unknown_error()
        log.subject = pending.subject
        if pending.taken is not None:
            return await self._repeat_result(pending, pending.taken, response)
        self._check(pending, response)
        stored = await self._obtain(response, pending, log) if response.pasted else None
        take = Take.of(self.logins, response.login_key, answer=response.answer, now=self.session.clock())
        taken = await take.take()
        if taken is None:
            raise unknown_error()
        if taken.claim != take.claim:
            return await self._repeat_result(pending, taken, response)
        stored = await self._finish_taken(take, response, pending, stored, log)
        log.finished(stored)
        return self._completed(stored, as_login(self.session, pending, state=response.state, subject=stored.subject))

    async def call_off(self, login: Login, error: LoginTimeoutError) -> bool:
        """End a login by an error, unless it was taken before; whether it was ended."""
        key = digest(login.state)
        if await self.look_up(key) is None:
            return False
        take = Take.of(self.logins, key, answer=CANCELLED, now=self.session.clock())
        taken = await take.take()
        if taken is None or taken.claim != take.claim:
            return False
        await take.settle(Outcome(error=error))
        return True

    async def look(self, query: CallbackQuery) -> Login | None:
        """Read the login of a callback, while it can still be finished."""
        pending = None if query.state is None else await self.look_up(digest(query.state))
        if query.state is None or pending is None or pending.taken is not None:
            return None
        return (
            None if pending.expires_at <= self.session.clock() else as_login(self.session, pending, state=query.state)
        )

    async def look_up(self, key: str, *, patience: float = PATIENCE) -> PendingLogin | None:
        """Look up a login of this application, with patience; another application's is as good as unknown."""
        pending = await retry_store(partial(self.logins.look, key), patience=patience)
        return pending if pending is not None and pending.client_id == self.session.application.client_id else None

    async def result_of(self, outcome: Outcome, login: Login) -> CompletedLogin:
        """Give a login's success from its one stored record, or raise its error."""
        if outcome.error is not None:
            raise copy.copy(outcome.error)  # each waiter its own, so that none sees another's traceback
        subject = outcome.subject or ""
        client_id = self.session.application.client_id
        stored = await retry_store(partial(self.tokens.get, subject, client_id=client_id))
        if stored is None:
            raise LoginRequiredError("the login succeeded, but its token was deleted since", subject=subject)
        return self._completed(stored, attrs.evolve(login, subject=subject))

    def _completed(self, stored: StoredToken, login: Login) -> CompletedLogin:
        return CompletedLogin(login=login, token=stored.token, user_id=stored.user_id, viewer=stored.viewer)

    def _check(self, pending: PendingLogin, response: AuthorizationResponse) -> None:
        """Refuse what may not take the login, and what could not be exchanged anyway."""
        if pending.expires_at <= self.session.clock():
            raise StateMismatchError("the login has expired; start a new one", reason="expired")
        if not response.is_bound_to(pending):
            raise StateMismatchError(
                "the login was begun by another browser or user, or its cookie is missing; start a new login here",
                reason="binding",
            )
        if not isinstance(response.result, str):
            return
        if self.session.connector is None:
            raise SessionStateError("the session is not open: open it before the flow, and close it after")
        if self.session.application.client_secret is None:
            raise ConfigurationError("client_secret: an exchange needs it; give it to Application")
        refuse_in_pause(self.session)
        if self.identity.viewer_needed:
            self._refuse_in_queue(response.result)

    def _refuse_in_queue(self, code: str) -> None:
        """Refuse a login whose viewer AniList's pace would not let be asked for in time."""
        delay = self.session.pace.delay(code)  # as for any user who is new: no queue of others' is theirs
        if delay > _LONGEST_TURN:
            raise RateLimitedError(
                f"AniList can be asked again in {delay:.0f} seconds: open the same address again then",
                retry_after=delay,
            )

    async def _repeat_result(
        self, pending: PendingLogin, taken: Taken, response: AuthorizationResponse
    ) -> CompletedLogin:
        """Give a browser that came twice the first one's result; anybody else finds the login used."""
        age = self.session.clock() - taken.at
        same = response.binding is not None and response.is_bound_to(pending) and response.repeats(taken.code)
        if not same or age > _DUPLICATE:
            raise StateMismatchError("this login was finished or called off before; start a new one", reason="used")
        left = min(TAKER_DEAD - age, TAKER_DEAD).total_seconds()  # a clock may have been set back since
        settled = partial(self.logins.settled, response.login_key)
        outcome = await retry_store(partial(settled, timeout=left))
        if outcome is None:  # this process may have been suspended until its time was over, and the news be there
            outcome = await retry_store(partial(settled, timeout=0))
        if outcome is None:
            raise taker_died_error()
        return await self.result_of(outcome, as_login(self.session, pending, state=response.state))

    async def _finish_taken(
        self,
        take: Take,
        response: AuthorizationResponse,
        pending: PendingLogin,
        stored: StoredToken | None,
        log: FinishLog,
    ) -> StoredToken:
        """Do what only the taker does; however it ends, whoever waits is told, and told the same."""
        try:
            async with asyncio.timeout_at(take.began + WORK_TIME):
                stored = stored or await self._obtain(response, pending, log)
            await take.within(WORK_TIME, partial(self.tokens.put, stored))
        except (Exception, asyncio.CancelledError) as error:
            failure = as_final(error)
            try:
                await take.settle(Outcome(error=copy.copy(failure)))
            except AniListOAuthError as unsettled:
                log.unsettled(unsettled)
            if failure is error:
                raise
            raise failure from error
        try:
            await take.settle(Outcome(subject=stored.subject))
        except AniListOAuthError as error:
            raise as_final(error) from error
        return stored

    async def _obtain(self, response: AuthorizationResponse, pending: PendingLogin, log: FinishLog) -> StoredToken:
        """Get the token, and tell whose it is; nothing is stored yet."""
        if isinstance(response.result, Verified):
            token = response.result.token
            user: tuple[int, Viewer | None] = (response.result.viewer.id, response.result.viewer)
        elif isinstance(response.result, str):
            token = await exchange(self.session, response.result, log)
            user = await self.identity.identify(token)
        else:
            raise response.result
        user_id, viewer = user
        return StoredToken(
            client_id=self.session.application.client_id,
            subject=subject_of(pending.subject, user_id=user_id),
            token=token,
            user_id=user_id,
            viewer=viewer,
            stored_at=self.session.clock(),
        )


def as_login(session: OAuthSession, pending: PendingLogin, *, state: str, subject: str | None = None) -> Login:
    """Give a stored login back to one who has its state; `subject` is what that of a sign-in has become."""
    return Login(
        url=session.authorize_url(state=state),
        state=str(state),
        subject=pending.subject if subject is None else subject,
        label=pending.label,
        return_to=pending.return_to,
        expires_at=pending.expires_at,
    )
