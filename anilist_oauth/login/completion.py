"""Finish a login: check the callback, obtain the token, store it, and store the outcome."""

import asyncio
import copy
from datetime import timedelta
from functools import partial

import attrs

from anilist_oauth.errors import (
    AniListOAuthError,
    ConfigurationError,
    LoginRequiredError,
    LoginTimeoutError,
    RateLimitedError,
    StateMismatchError,
)
from anilist_oauth.login.authorization_response import CANCELLED, AuthorizationResponse
from anilist_oauth.login.endings import as_final, superseded_error, taker_died_error, unknown_error
from anilist_oauth.login.events import FinishLog
from anilist_oauth.login.exchange_retry import exchange
from anilist_oauth.login.identity import Identity, subject_of
from anilist_oauth.login.login import CompletedLogin, Login
from anilist_oauth.login.store_retry import PATIENCE, retry_store
from anilist_oauth.login.take import TAKER_DEAD, WORK_TIME, Take
from anilist_oauth.oauth.callback_query import CallbackQuery
from anilist_oauth.session.session import OAuthSession
from anilist_oauth.storage.digests import digest
from anilist_oauth.storage.outcome import Outcome
from anilist_oauth.storage.protocols import CheckingLoginStore, LoginStore, TokenStore
from anilist_oauth.storage.records import PendingLogin, StoredToken, Taken
from anilist_oauth.tokens.claims import peek_claims
from anilist_oauth.tokens.viewer import Verified, Viewer

_LONGEST_TURN = 30.0  # seconds for which a browser may wait for a turn of the pace
_DUPLICATE = timedelta(minutes=1)


class Completion:
    """Finishes the logins of one application."""

    def __init__(self, session: OAuthSession, *, logins: LoginStore, tokens: TokenStore) -> None:
        if not hasattr(logins, "take"):  # such as a whole store, or its tokens
            raise ConfigurationError(
                f"logins: a LoginStore is needed, such as open_store(…).logins, not {type(logins).__name__}"
            )
        self.session = session
        self.logins = logins
        self.tokens = tokens
        self.one_step: CheckingLoginStore | None = logins if isinstance(logins, CheckingLoginStore) else None
        self.identity: Identity = Identity(session)

    async def complete(self, response: AuthorizationResponse, log: FinishLog) -> CompletedLogin:
        """Finish the login that a callback belongs to. Nothing is consumed until the login is taken."""
        take, clock, client_id = None, self.session.clock, self.session.application.client_id
        claim = partial(Take, self.logins, response.login_key, answer=response.answer, clock=clock)
        if self.one_step is not None and not response.pasted and self._is_ready(response):
            take, check_and_take = claim(), self.one_step.check_and_take
            pending = await take.take(
                partial(check_and_take, client_id=client_id, binding_digest=response.binding_digest, now=clock())
            )
        else:
            pending = await retry_store(partial(self.logins.look, response.login_key))
        if pending is None or pending.client_id != client_id:
            raise unknown_error()
        log.subject = pending.subject
        stored, taken = None, pending.taken
        if taken is None:
            self._check(pending, response)
            stored = await self._obtain(response, pending, log) if response.pasted else None
            take = claim()  # when the taker's time begins
            taken = await take.take(self.logins.take)
        if taken is None:
            raise unknown_error()
        if take is None or taken.claim != take.claim:
            return await self._repeat_result(pending, taken, response)
        stored = await self._finish_taken(take, response, pending, stored, log)
        log.finished(stored)
        login = as_login(self.session, pending, state=response.state, subject=stored.subject)
        return CompletedLogin(login=login, token=stored.token, user_id=stored.user_id, viewer=stored.viewer)

    async def call_off(self, login: Login, error: LoginTimeoutError) -> bool:
        """End a login with an error, unless it was already taken. Return whether this ended it."""
        key = digest(login.state)
        if await self.look_up(key) is None:
            return False
        take = Take(self.logins, key, answer=CANCELLED, clock=self.session.clock)
        if not take.has(await take.take(self.logins.take)):
            return False
        await take.settle(Outcome(error=error))
        return True

    async def look(self, query: CallbackQuery) -> Login | None:
        """Return the login of a callback if it can still be finished."""
        pending = None if query.state is None else await self.look_up(digest(query.state))
        if query.state is None or pending is None or pending.taken is not None:
            return None
        return (
            None if pending.expires_at <= self.session.clock() else as_login(self.session, pending, state=query.state)
        )

    async def look_up(self, key: str, *, patience: float = PATIENCE) -> PendingLogin | None:
        """Return a login of this application, or None. The store is tried again for up to `patience` seconds."""
        pending = await retry_store(partial(self.logins.look, key), patience=patience)
        return pending if pending is not None and pending.client_id == self.session.application.client_id else None

    async def result_of(self, outcome: Outcome, login: Login) -> CompletedLogin:
        """Return the result of a login from its stored outcome, or raise its error."""
        if outcome.error is not None:
            raise copy.copy(outcome.error)  # a copy for each waiter, so that none sees another's traceback
        subject = outcome.subject or ""
        client_id = self.session.application.client_id
        stored = await retry_store(partial(self.tokens.get, subject, client_id=client_id))
        if stored is None:
            raise LoginRequiredError("the login succeeded, but its token was deleted; log in again", subject=subject)
        login = attrs.evolve(login, subject=subject)
        return CompletedLogin(login=login, token=stored.token, user_id=stored.user_id, viewer=stored.viewer)

    async def give_up(self, key: str, *, patience: float = PATIENCE) -> Outcome:
        """End a login whose taker died, and return its outcome.

        It is stored, so that a process that was only suspended does not call the login a success later. If that process
        was quicker, its outcome is returned.
        """
        died = Outcome(error=taker_died_error())
        await retry_store(partial(self.logins.settle, key, died), patience=patience)
        return await retry_store(partial(self.logins.settled, key, timeout=0), patience=patience) or died

    def _is_ready(self, response: AuthorizationResponse) -> bool:
        """Return whether the session could exchange the callback's code now."""
        try:
            self._check_session(response)
        except AniListOAuthError:
            return False
        return True

    def _check(self, pending: PendingLogin, response: AuthorizationResponse) -> None:
        """Raise an error if a callback must not take the login, or its code could not be exchanged now."""
        if pending.expires_at <= self.session.clock():
            raise StateMismatchError("the login has expired; start a new one", reason="expired")
        if not response.is_bound_to(pending):
            raise StateMismatchError(
                "the login was begun by another browser or user, or its cookie is missing; start a new login here",
                reason="binding",
            )
        self._check_session(response)

    def _check_session(self, response: AuthorizationResponse) -> None:
        """Raise an error if the callback's code could not be exchanged now."""
        if not isinstance(response.result, str):
            return
        self.session.check_open()
        if self.session.application.client_secret is None:
            raise ConfigurationError("client_secret: it is needed to exchange a code; pass it to Application")
        self.session.pace.refuse_exchanges()
        if self.identity.viewer_needed:
            self._refuse_in_queue(response.result)

    def _refuse_in_queue(self, code: str) -> None:
        """Raise an error if the viewer is needed and the wait for its request would be too long."""
        delay = self.session.pace.delay(code)  # the delay for a new user, who has no calls in the queue
        if delay > _LONGEST_TURN:
            raise RateLimitedError(
                f"AniList accepts requests again in {delay:.0f} seconds; open the same address again then",
                retry_after=delay,
            )

    async def _repeat_result(
        self, pending: PendingLogin, taken: Taken, response: AuthorizationResponse
    ) -> CompletedLogin:
        """Return the first result to the same browser for a minute. Otherwise raise that the login is used."""
        age = self.session.clock() - taken.at
        same = response.binding_digest is not None and response.is_bound_to(pending) and response.repeats(taken.code)
        if not same or age > _DUPLICATE:
            raise StateMismatchError("this login is already finished or was canceled; start a new one", reason="used")
        left = min(TAKER_DEAD - age, TAKER_DEAD).total_seconds()  # the clock may have been set back
        settled = partial(self.logins.settled, response.login_key)
        outcome = await retry_store(partial(settled, timeout=left)) or await self.give_up(response.login_key)
        return await self.result_of(outcome, as_login(self.session, pending, state=response.state))

    async def _finish_taken(
        self,
        take: Take,
        response: AuthorizationResponse,
        pending: PendingLogin,
        stored: StoredToken | None,
        log: FinishLog,
    ) -> StoredToken:
        """Obtain and store the token of a login that this call has taken. Store the outcome in any case.

        So all calls that wait for the login get the same outcome.
        """
        try:
            async with asyncio.timeout_at(take.began + WORK_TIME):
                stored = stored or await self._obtain(response, pending, log)
            kept = await take.within(WORK_TIME, partial(self.tokens.put, stored))
        except (Exception, asyncio.CancelledError) as error:
            failure = as_final(error)
            try:
                await take.settle(Outcome(error=copy.copy(failure)))
            except AniListOAuthError as unsettled:
                log.unsettled(unsettled)
            if failure is error:
                raise
            raise failure from error
        outcome = Outcome(subject=stored.subject) if kept else Outcome(error=superseded_error())
        try:
            outcome = await take.settle(outcome)
        except AniListOAuthError as error:
            raise as_final(error) from error
        if outcome.error is not None:
            raise copy.copy(outcome.error)
        return stored

    async def _obtain(self, response: AuthorizationResponse, pending: PendingLogin, log: FinishLog) -> StoredToken:
        """Obtain the token and the user. This stores nothing."""
        if isinstance(response.result, Verified):
            token = response.result.token
            claims = peek_claims(token.access_token)
            user: tuple[int, Viewer | None] = (response.result.viewer.id, response.result.viewer)
        elif isinstance(response.result, str):
            token = await exchange(self.session, response.result, log)
            claims = peek_claims(token.access_token)
            user = await self.identity.identify(token, claims)
        else:
            raise response.result
        user_id, viewer = user
        return StoredToken(
            client_id=self.session.application.client_id,
            subject=subject_of(pending.subject, user_id=user_id),
            token=token,
            user_id=user_id,
            viewer=viewer,
            issued_at=claims.issued_at if claims else None,
            stored_at=self.session.clock(),
        )


def as_login(session: OAuthSession, pending: PendingLogin, *, state: str, subject: str | None = None) -> Login:
    """Return the `Login` for a pending login and its state. For a finished sign-in, pass its `subject`."""
    return Login(
        url=session.authorize_url(state=state),
        state=str(state),
        subject=pending.subject if subject is None else subject,
        label=pending.label,
        return_to=pending.return_to,
        expires_at=pending.expires_at,
    )
