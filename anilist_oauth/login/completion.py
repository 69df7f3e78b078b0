"""From a callback to a stored token: what is checked, in which order, and what is kept of how it ended."""

import asyncio
import copy
import logging
from datetime import timedelta

import attrs

from anilist_oauth.errors import (
    AniListOAuthError,
    ConfigurationError,
    LoginRequiredError,
    OutcomeUnknownError,
    RateLimitedError,
    ServiceError,
    ServiceUnavailableError,
    SessionStateError,
    StateMismatchError,
    StorageError,
    TokenMismatchError,
    UnexpectedResponseError,
)
from anilist_oauth.graphql.viewer_query import VIEWER_QUERY, parse_viewer
from anilist_oauth.login.authorization_response import AuthorizationResponse
from anilist_oauth.login.login import CompletedLogin, Login
from anilist_oauth.login.store_retry import retry_store
from anilist_oauth.redaction import clean
from anilist_oauth.session.session import OAuthSession
from anilist_oauth.storage.outcome import Outcome
from anilist_oauth.storage.protocols import LoginStore, TokenStore
from anilist_oauth.storage.records import PendingLogin, StoredToken, Taken, new_claim
from anilist_oauth.tokens.access_token import Token
from anilist_oauth.tokens.viewer import Verified, Viewer

_LONGEST_TURN = 30.0  # seconds that a browser may be kept waiting for AniList's pace
_VIEWER_TIME = 60.0  # seconds
_SHORTEST_PAUSE = 1.0  # seconds, where AniList says to come again at once
_LAST_WORDS = 5.0  # seconds to settle a login whose task is cancelled
_DUPLICATE = timedelta(minutes=1)
TAKER_DEAD = timedelta(seconds=75)  # after its take, nobody will settle a login any more
SIGN_IN = "anilist:"  # and the viewer's id: the subject of a login begun without one

logger: logging.Logger = logging.getLogger("anilist_oauth")


def _login_store(_completion: object, _field: object, logins: LoginStore) -> None:
    if not hasattr(logins, "take"):  # such as a store as a whole, or its tokens
        raise ConfigurationError(
            f"logins: a LoginStore is needed, such as open_store(…).logins, not {type(logins).__name__}"
        )


@attrs.frozen(kw_only=True, eq=False)
class Completion:
    """The way of one application's logins from their callback to their end."""

    session: OAuthSession
    logins: LoginStore = attrs.field(validator=_login_store)
    tokens: TokenStore

    async def complete(self, response: AuthorizationResponse) -> CompletedLogin:
        """Finish the login that a callback belongs to; until the login is taken, nothing is consumed."""
        pending = await self.look_up(response.login_key)
        if pending is None:
            raise _unknown_error()
        login = as_login(self.session, pending, state=response.state)
        if pending.taken is not None:
            return await self._repeat_result(pending, pending.taken, response, login)
        self._check(pending, response)
        claim = new_claim(self.session.clock())
        try:
            taken = await retry_store(lambda: self.logins.take(response.login_key, claim=claim, code=response.digest))
        except asyncio.CancelledError:
            await self._settle_interrupted(response.login_key, claim)
            raise
        if taken is None:
            raise _unknown_error()
        if taken.claim != claim:
            return await self._repeat_result(pending, taken, response, login)
        return await self._finish_taken(response, login)

    async def look_up(self, key: str) -> PendingLogin | None:
        """Look up a login of this application; another application's is as good as unknown."""
        pending = await self.logins.look(key)
        return pending if pending is not None and pending.client_id == self.session.application.client_id else None

    async def result_of(self, outcome: Outcome, login: Login) -> CompletedLogin:
        """Give a login's success from its one stored record, or raise its error."""
        if outcome.error is not None:
            raise copy.copy(outcome.error)  # each waiter its own, so that none sees another's traceback
        subject = outcome.subject or ""
        client_id = self.session.application.client_id
        stored = await retry_store(lambda: self.tokens.get(subject, client_id=client_id))
        if stored is None:
            raise LoginRequiredError("the login succeeded, but its token was deleted since", subject=subject)
        return CompletedLogin(
            login=attrs.evolve(login, subject=subject), token=stored.token, user_id=stored.user_id, viewer=stored.viewer
        )

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
        delay = self.session.pace.delay(response.result)  # as for any user who is new: no queue of others' is theirs
        if delay > _LONGEST_TURN:
            raise RateLimitedError(
                f"AniList can be asked again in {delay:.0f} seconds: open the same address again then",
                retry_after=delay,
            )

    async def _repeat_result(
        self, pending: PendingLogin, taken: Taken, response: AuthorizationResponse, login: Login
    ) -> CompletedLogin:
        """Give a browser that came twice the first one's result; anybody else finds the login used."""
        age = self.session.clock() - taken.at
        same = response.binding is not None and response.is_bound_to(pending) and taken.code == response.digest
        if not same or age > _DUPLICATE:
            raise StateMismatchError("this login was finished or called off before; start a new one", reason="used")
        left = min(TAKER_DEAD - age, TAKER_DEAD).total_seconds()  # a clock may have been set back since
        outcome = await retry_store(lambda: self.logins.settled(response.login_key, timeout=left))
        if outcome is None:
            raise taker_died_error()
        return await self.result_of(outcome, login)

    async def _settle_interrupted(self, key: str, claim: str) -> None:
        """End a login if it was taken although the answer did not come, so that nobody waits for it."""
        error = _interrupted_error()
        try:
            async with asyncio.timeout(_LAST_WORDS):
                pending = await self.logins.look(key)
                if pending is None or pending.taken is None or pending.taken.claim != claim:
                    return
                await self.logins.settle(key, Outcome(error=copy.copy(error)))
        except (StorageError, TimeoutError):
            return
        raise error

    async def _finish_taken(self, response: AuthorizationResponse, login: Login) -> CompletedLogin:
        """Do what only the taker does; however it ends, who waits is told."""
        try:
            stored = await self._obtain_and_store(response, login)
        except (Exception, asyncio.CancelledError) as error:
            failure = _as_final(error)
            try:
                await self._settle(response.login_key, Outcome(error=copy.copy(failure)))
            except AniListOAuthError as unsettled:
                logger.warning("a failed login could not be settled: %s", type(unsettled).__name__)
            if failure is error:
                raise
            raise failure from error
        try:
            await self._settle(response.login_key, Outcome(subject=stored.subject))
        except AniListOAuthError as error:
            raise _as_final(error) from error
        logger.info("login finished: AniList user %d, subject %s", stored.user_id, clean(stored.subject))
        return CompletedLogin(
            login=attrs.evolve(login, subject=stored.subject),
            token=stored.token,
            user_id=stored.user_id,
            viewer=stored.viewer,
        )

    async def _obtain_and_store(self, response: AuthorizationResponse, login: Login) -> StoredToken:
        """Get the token, tell whose it is, and store both."""
        token, viewer = await self._won(response)
        signed_in = f"{SIGN_IN}{viewer.id}"
        subject = signed_in if login.subject is None else login.subject
        if subject.startswith(SIGN_IN) and subject != signed_in:
            raise TokenMismatchError(
                f"the login was begun for {subject}, but AniList knows this user as {signed_in}; sign out there first",
                reason="other_user",
            )
        stored = StoredToken(
            client_id=self.session.application.client_id,
            subject=subject,
            token=token,
            viewer=viewer,
            stored_at=self.session.clock(),
        )
        await retry_store(lambda: self.tokens.put(stored))
        return stored

    async def _won(self, response: AuthorizationResponse) -> tuple[Token, Viewer]:
        if isinstance(response.result, Verified):
            return response.result.token, response.result.viewer
        if not isinstance(response.result, str):
            raise response.result
        token = await self.session.exchange_code(response.result)
        return token, await self._viewer(token)

    async def _viewer(self, token: Token) -> Viewer:
        """Read the viewer; the code is spent, so that AniList is asked again as long as a browser can be kept waiting.

        It is asked when it says, or the pace does; else after 1, 2, 4 … seconds.
        """
        loop = asyncio.get_running_loop()
        until, usual = loop.time() + _VIEWER_TIME, _SHORTEST_PAUSE
        try:
            async with asyncio.timeout_at(until):
                while True:
                    try:
                        return await self._ask(token, max_wait=until - loop.time())
                    except UnexpectedResponseError:
                        raise  # whoever answers there is not AniList
                    except ServiceError as error:
                        pause = usual if error.retry_after is None else max(error.retry_after, _SHORTEST_PAUSE)
                        if loop.time() + pause >= until:
                            raise
                    usual *= 2
                    await asyncio.sleep(pause)
        except TimeoutError as error:
            raise ServiceUnavailableError("AniList did not say who the user is; start a new login later") from error

    async def _ask(self, token: Token, *, max_wait: float) -> Viewer:
        try:
            return parse_viewer(await self.session.graphql(VIEWER_QUERY, token=token, max_wait=max_wait))
        except RateLimitedError as error:
            raise RateLimitedError(
                "AniList had too many requests to say who the user is; start a new login later",
                retry_after=error.retry_after,
            ) from error

    async def _settle(self, key: str, outcome: Outcome) -> None:
        try:
            await retry_store(lambda: self.logins.settle(key, outcome))
        except asyncio.CancelledError:  # the flow closes: what is known is said all the same
            try:
                async with asyncio.timeout(_LAST_WORDS):
                    await self.logins.settle(key, outcome)
            except TimeoutError as error:
                raise StorageError("the store did not answer while the login flow was closed") from error


def as_login(session: OAuthSession, pending: PendingLogin, *, state: str) -> Login:
    """Give a stored login back to one who has its state."""
    return Login(
        url=session.authorize_url(state=state),
        state=state,
        subject=pending.subject,
        label=pending.label,
        return_to=pending.return_to,
        expires_at=pending.expires_at,
    )


def taker_died_error() -> OutcomeUnknownError:
    """Make the error of a login that was taken and never settled."""
    return OutcomeUnknownError("the process that finished this login stopped in the middle of it; start a new login")


def _unknown_error() -> StateMismatchError:
    return StateMismatchError(
        "no login with this state is known here; start a new one. Where it happens often, several workers or a restart "
        "are the usual cause: logins kept in memory are seen by one process only, so give LoginFlow a shared store",
        reason="unknown",
    )


def _interrupted_error() -> OutcomeUnknownError:
    return OutcomeUnknownError("the login was interrupted after its code may have been sent; start a new login")


def _as_final(error: BaseException) -> AniListOAuthError:
    """Give the error that ends a taken login: the same call cannot help any more."""
    if not isinstance(error, AniListOAuthError):
        return _interrupted_error()
    if hasattr(error, "retryable"):
        error.retryable = False
    return error
