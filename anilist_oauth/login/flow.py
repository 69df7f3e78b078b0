"""Logins from their beginning to their end: each bound to who began it, finished once, and kept for its year.

Reading order: `response` reads what comes back, `completion` checks it and earns the token, `waiting` is for who began,
`live_tokens` for the year afterwards; `retry_store` is the patience that all have with a store.
"""

import logging
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Literal, Self

from anilist_oauth.arguments import expect
from anilist_oauth.errors import ConfigurationError, LoginTimeoutError, SessionStateError
from anilist_oauth.login.authorization_response import AuthorizationResponse
from anilist_oauth.login.completion import Completion, as_login
from anilist_oauth.login.live_tokens import Hook, LiveTokens
from anilist_oauth.login.login import CompletedLogin, Login, checked_lifetime
from anilist_oauth.login.return_to import allowed_origins, check_return_to
from anilist_oauth.login.shared_tasks import SharedTasks
from anilist_oauth.login.store_retry import retry_store
from anilist_oauth.login.waiting import wait_for
from anilist_oauth.oauth.callback import callback_state
from anilist_oauth.oauth.callback_query import Callback
from anilist_oauth.oauth.state import new_state
from anilist_oauth.redaction import clean
from anilist_oauth.session.session import OAuthSession
from anilist_oauth.storage import LoginStore, MemoryLoginStore, MemoryTokenStore, Outcome, TokenStore
from anilist_oauth.storage.digests import digest
from anilist_oauth.storage.records import PendingLogin, new_claim
from anilist_oauth.storage.sealed import UnsealedTokenStore
from anilist_oauth.tokens.access_token import Token
from anilist_oauth.tokens.viewer import Verified

_LIFETIME = timedelta(minutes=10)
_CALLED_OFF = {
    "cancelled": "the login was called off; start a new one",
    "timeout": "nobody finished the login in the time it was given; start a new one",
    "refused": "whoever opened the link said that the login is not theirs; send a new link to the right person alone",
}

logger: logging.Logger = logging.getLogger("anilist_oauth")


class LoginFlow:
    """The thread from a login's beginning to its end, and to the token afterwards.

    One flow serves a whole program. Several processes work together where they share `logins` and `tokens`: a login may
    begin in one, be finished in another, and be waited for in a third. Close it, with ``async with`` or `aclose`,
    before the session and the stores.

    Args:
        session: The open session.
        logins: Where begun logins are kept; in this process's memory unless given.
        tokens: Where tokens are kept; in this process's memory unless given.
        lifetime: How long a login can be finished.
        return_origins: Origins such as ``https://app.example`` that `return_to` may name besides own paths.
        on_expiring: Called with the subject once a stored token, over all processes, at the first `token_for` or
            `graphql` that meets it within thirty days of its end (or after).
        on_invalid: Likewise, for a token that AniList refused. What a hook raises is logged.

    Raises:
        ConfigurationError: The lifetime is not positive, an origin is none, or an argument is of another type.
    """

    def __init__(
        self,
        session: OAuthSession,
        *,
        logins: LoginStore | None = None,
        tokens: TokenStore | None = None,
        lifetime: timedelta = _LIFETIME,
        return_origins: Iterable[str] = (),
        on_expiring: Hook | None = None,
        on_invalid: Hook | None = None,
    ) -> None:
        expect(session, OAuthSession, "session: an OAuthSession is needed")
        self.session = session
        self.logins: LoginStore = MemoryLoginStore(clock=session.clock) if logins is None else logins
        self.tokens: TokenStore = MemoryTokenStore(clock=session.clock) if tokens is None else tokens
        self.lifetime: timedelta = checked_lifetime(lifetime)
        self.return_origins: frozenset[str] = allowed_origins(return_origins)
        records = UnsealedTokenStore(self.tokens)  # a program's own store does not know a sealed token either
        self._completion = Completion(session=session, logins=self.logins, tokens=records)
        self._live_tokens = LiveTokens(session=session, tokens=records, on_expiring=on_expiring, on_invalid=on_invalid)
        self._tasks = SharedTasks()
        self._closed = False

    async def begin(
        self,
        *,
        subject: str | None = None,
        binding: str | None = None,
        return_to: str | None = None,
        label: str | None = None,
    ) -> Login:
        """Begin a login; it is stored before its URL is given.

        Show the URL to the one person it is for. Without a `binding`, whoever opens it links *their* AniList account to
        the subject: a bot shows it in private, or asks through `CallbackReceiver`; a web application binds the browser.

        Args:
            subject: Whose login it is in the application's own terms, such as ``discord:42``. None is a sign-in: the
                subject becomes ``anilist:`` and the user's AniList id.
            binding: A secret that only this browser or user brings along again, such as a random cookie.
            return_to: Where the web application goes on afterwards: a path of its own, or a URL of `return_origins`.
            label: What a page may call the one who asks, such as ``@mika on Discord``.

        Raises:
            ConfigurationError: `return_to` leads elsewhere, or a text is empty or over 2,048 bytes.
            StorageError: The login could not be stored; in memory, ``retryable`` where there is no room.
        """
        self._check_open()
        if return_to is not None:
            check_return_to(return_to, origins=self.return_origins)
        if binding is not None and (not isinstance(binding, str) or not binding):
            raise ConfigurationError("binding: a random string is needed, or None")
        state = new_state()
        pending = PendingLogin(
            client_id=self.session.application.client_id,
            subject=subject,
            binding_digest=None if binding is None else digest(binding),
            label=label,
            return_to=return_to,
            expires_at=self.session.clock() + self.lifetime,
        )
        await self.logins.add(digest(state), pending)
        logger.info("login begun: subject %s", clean(str(subject)))
        return as_login(self.session, pending, state=state)

    async def finish(
        self, callback: Callback, *, binding: str | None = None, login: Login | None = None
    ) -> CompletedLogin:
        """Finish the login that a callback belongs to: exchange its code, read the viewer, store both.

        A callback that is refused before its login is taken (a `CallbackError`, or `RateLimitedError`) consumes
        nothing: the right browser can still finish. Any later failure ends the login, at once for who waits too: start
        a new one. The work goes on when the caller is cancelled. The same callback with the same `binding` gets the
        first one's result for a minute; without a binding it is ``used``.

        Args:
            callback: Its URL, or its query as a mapping; with `login`, what the user pasted from the pin page.
            binding: What `begin` was given. A login begun without one is refused if one comes along.
            login: The login a pasted pin was asked for; only then.

        Raises:
            InvalidCallbackError: The callback is malformed, or has no code.
            StateMismatchError: Its state is ``missing``, ``unknown``, ``expired``, ``used``, or of another ``binding``.
            AccessDeniedError: The user declined; ``verified`` says whether the login is over.
            AuthorizationError: AniList sent another error.
            ConfigurationError: The application has no client secret, or the binding is not a string.
            RateLimitedError: AniList's pace would keep the user waiting over 30 seconds; open the callback again then.
            ExchangeError: AniList refused the code (see `OAuthSession.exchange_code` for the classes).
            TokenMismatchError: The login was begun for another AniList user (a subject ``anilist:…``).
            ServiceError: The network or AniList failed; the code counts as spent.
            StorageError: A store failed for 30 seconds; ``retryable`` only before the login was taken.
            SessionStateError: The flow is closed, or the session is not open.
        """
        self._check_open()
        if login is None:
            response = AuthorizationResponse.from_callback(callback, binding=binding)
        else:
            response = AuthorizationResponse.from_pin(callback, login=login, binding=binding)
        # Without a binding nothing shows that two who bring one callback are the same: the take lets one of them in.
        same: object = object() if binding is None else (response.login_key, response.digest, digest(binding))
        return await self._tasks.run(same, self._completion.complete(response))

    async def accept(self, verified: Verified, *, login: Login, binding: str | None = None) -> CompletedLogin:
        """Finish a login with a token that did not come from an exchange: a pasted or implicit one.

        Args:
            verified: What `OAuthSession.verify` gave.
            login: The login it was asked for.
            binding: What `begin` was given.

        Raises:
            StateMismatchError: The login is ``expired``, ``used``, ``unknown``, or of another ``binding``.
            TokenMismatchError: The login was begun for another AniList user (a subject ``anilist:…``).
            StorageError: The store failed for 30 seconds.
            SessionStateError: The flow is closed.
        """
        self._check_open()
        response = AuthorizationResponse.from_verified(verified, login=login, binding=binding)
        return await self._tasks.run(object(), self._completion.complete(response))

    async def wait(self, login: Login, *, timeout: float = 600.0) -> CompletedLogin:
        """Wait until a login is finished, here or in another process that shares the stores.

        Args:
            login: What `begin` gave.
            timeout: Seconds. A wait that ends does not end the login; `cancel` does.

        Raises:
            LoginTimeoutError: ``timeout``; ``expired``: the login can no longer be finished; ``cancelled``: it was
                called off, or its subject has begun twenty newer ones.
            OutcomeUnknownError: Who took the login has not ended it within 75 seconds: its process died.
            LoginRequiredError: It succeeded, but the token was deleted before it was read.
            StorageError: The store failed for 30 seconds.
            AniListOAuthError: What `finish` raised after the login was taken.
        """
        return await wait_for(self._completion, login, timeout=timeout)

    async def look(self, callback: Callback) -> Login | None:
        """Read the login a callback belongs to, while it can still be finished; nothing is spent or checked.

        Returns:
            The login; None if its state is missing or unknown, or it has expired or was taken.

        Raises:
            InvalidCallbackError: The callback is malformed.
            StorageError: The store failed.
        """
        state = callback_state(callback)
        pending = None if state is None else await self._completion.look_up(digest(state))
        if state is None or pending is None or pending.taken is not None:
            return None
        return None if pending.expires_at <= self.session.clock() else as_login(self.session, pending, state=state)

    async def cancel(self, login: Login, *, reason: Literal["cancelled", "timeout", "refused"] = "cancelled") -> None:
        """Call a login off: whoever waits gets a `LoginTimeoutError` with this reason. One already taken goes on.

        Args:
            login: What `begin` or `look` gave.
            reason: ``refused`` where whoever opened the link says that the login is not theirs.

        Raises:
            ConfigurationError: The reason is none of the three.
            StorageError: The store failed for 30 seconds.
        """
        expect(login, Login, "login: what begin gave is needed")
        if reason not in _CALLED_OFF:
            raise ConfigurationError(f"reason: one of {', '.join(_CALLED_OFF)} is needed")
        key, claim = digest(login.state), new_claim(self.session.clock())
        taken = None
        if await retry_store(lambda: self._completion.look_up(key)) is not None:
            taken = await retry_store(lambda: self.logins.take(key, claim=claim, code=digest("cancelled")))
        if taken is not None and taken.claim == claim:
            error = LoginTimeoutError(_CALLED_OFF[reason], reason=reason)
            await retry_store(lambda: self.logins.settle(key, Outcome(error=error)))

    async def token_for(self, subject: str) -> Token:
        """Give a subject's live token.

        Raises:
            LoginRequiredError: There is none, it has expired, or AniList refused it within the last hour (it has
                refused good ones in incidents, so that it is kept and tried again).
            StorageError: The store failed.
        """
        return (await self._live_tokens.get(subject)).token

    async def graphql(
        self,
        subject: str,
        query: str,
        variables: Mapping[str, Any] | None = None,
        *,
        operation_name: str | None = None,
        max_wait: float | None = None,
        timeout: float | None = None,
    ) -> dict[str, Any]:
        """Ask AniList as a subject: `OAuthSession.graphql` with the token of `token_for`.

        `InvalidTokenError` marks the stored token as one that needs a login, if it is still the one that was used.
        """

        async def ask(token: Token) -> dict[str, Any]:
            return await self.session.graphql(
                query, variables, token=token, operation_name=operation_name, max_wait=max_wait, timeout=timeout
            )

        return await self._live_tokens.use(subject, ask)

    async def logout(self, subject: str) -> None:
        """Forget a subject's token. AniList cannot be told: the user revokes it at https://anilist.co/settings/apps."""
        await self.tokens.delete(subject, client_id=self.session.application.client_id)

    async def aclose(self) -> None:
        """Wait some seconds for logins being finished, then end the rest as `OutcomeUnknownError`; safe to repeat."""
        self._closed = True
        await self._tasks.aclose()

    async def __aenter__(self) -> Self:
        self._check_open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def _check_open(self) -> None:
        if self._closed:
            raise SessionStateError("the login flow is closed; make a new one")
