"""Logins from their beginning to their end: each bound to who began it, finished once, and kept for its year.

Reading order: `authorization_response` reads what comes back, `completion` checks it and gets the token, `waiting` is
for whoever began, `subject_calls` for the year afterwards; `store_retry` is the patience that all have with a store.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Literal, Self

from anilist_oauth.arguments import expect
from anilist_oauth.errors import CallbackError
from anilist_oauth.login import events
from anilist_oauth.login.authorization_response import AuthorizationResponse, masked_binding
from anilist_oauth.login.beginning import begun_login
from anilist_oauth.login.completion import Completion, as_login
from anilist_oauth.login.endings import called_off_error
from anilist_oauth.login.live_tokens import Hook, LiveTokens
from anilist_oauth.login.login import CompletedLogin, Login, checked_lifetime
from anilist_oauth.login.open_calls import OpenCalls, closed_error
from anilist_oauth.login.return_to import allowed_origins
from anilist_oauth.login.shared_tasks import SharedTasks
from anilist_oauth.login.store_retry import retry_store
from anilist_oauth.login.subject_calls import SubjectCalls
from anilist_oauth.login.waiting import wait_for
from anilist_oauth.oauth.callback_query import Callback, CallbackQuery
from anilist_oauth.oauth.state import new_state
from anilist_oauth.redaction import Masked, MaskedText, Unpicklable
from anilist_oauth.session.session import OAuthSession
from anilist_oauth.storage import LoginStore, MemoryLoginStore, MemoryTokenStore, TokenStore
from anilist_oauth.storage.digests import digest
from anilist_oauth.storage.sealed import unsealed
from anilist_oauth.tokens.viewer import Verified

_LIFETIME = timedelta(minutes=10)


class LoginFlow(SubjectCalls, Unpicklable):
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
        records = unsealed(self.tokens)  # a program's own store does not know a sealed token either
        self._completion = Completion(session=session, logins=self.logins, tokens=records)
        live_tokens = LiveTokens(session=session, tokens=records, on_expiring=on_expiring, on_invalid=on_invalid)
        super().__init__(live_tokens, calls=OpenCalls())
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
        state, brought = MaskedText(new_state()), Masked.around(binding)
        del binding
        pending = begun_login(
            client_id=self.session.application.client_id,
            subject=subject,
            binding=masked_binding(brought),
            label=label,
            return_to=return_to,
            origins=self.return_origins,
            expires_at=self.session.clock() + self.lifetime,
        )
        await retry_store(lambda: self.logins.add(digest(state), pending))
        events.begun(subject)
        return as_login(self.session, pending, state=state)

    async def finish(
        self, callback: Callback, *, binding: str | None = None, login: Login | None = None
    ) -> CompletedLogin:
        """Finish the login that a callback belongs to: exchange its code, tell whose the token is, and store it.

        A callback that is refused before its login is taken (a `CallbackError`, or a `RateLimitedError` that is
        ``retryable``) consumes nothing: the right browser can still finish. An exchange that was not sent is repeated
        for ten seconds, and a 429 that ends within thirty is waited out. Any other failure ends the login, at once for
        whoever waits too: start a new one. The work goes on when the caller is cancelled.

        For a minute the same state with the same `binding` gets the first one's result, whatever code it brings: a
        second click on "Approve" makes a second code. Without a binding it is ``used``.

        A pasted pin is exchanged first. Whatever is wrong with it, its login stays open for the next one.

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
            RateLimitedError: AniList takes no logins at present; where it is ``retryable``, open the same callback
                again after ``retry_after`` seconds.
            ExchangeError: AniList refused the code (see `OAuthSession.exchange_code` for the classes).
            TokenMismatchError: The token is another application's, or another user's than the login was begun for (a
                subject ``anilist:…``) or than AniList's viewer.
            InvalidTokenError: AniList refused the fresh token for a minute, and the token does not say whose it is.
            ServiceError: The network or AniList failed; the code counts as spent.
            StorageError: A store failed for 30 seconds; ``retryable`` only before the login was taken.
            SessionStateError: The flow is closed, or the session is not open.
        """
        self._check_open()
        callback, brought = Masked.around(callback), Masked.around(binding)
        del binding
        try:
            if login is None:
                response = AuthorizationResponse.from_callback(callback, binding=brought)
            else:
                response = AuthorizationResponse.from_pin(callback, login=login, binding=brought)
        except CallbackError as error:
            events.FinishLog().failed(error)
            raise
        return await self._tasks.run(response.sharers, self._completion.complete(response))

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
        token, brought = Masked.around(verified), Masked.around(binding)
        del verified, binding
        response = AuthorizationResponse.from_verified(token, login=login, binding=brought)
        return await self._tasks.run(object(), self._completion.complete(response))

    async def wait(self, login: Login, *, timeout: float = 600.0) -> CompletedLogin:
        """Wait until a login is finished, here or in another process that shares the stores.

        Args:
            login: What `begin` gave.
            timeout: Seconds. A wait that ends does not end the login; `cancel` does.

        Raises:
            LoginTimeoutError: ``timeout``; ``expired``: the login can no longer be finished; ``cancelled``: it was
                called off, or its subject has begun twenty newer ones.
            OutcomeUnknownError: Whoever took the login has not ended it within 90 seconds: its process died.
            SessionStateError: The flow is closed, or was closed meanwhile.
            LoginRequiredError: It succeeded, but the token was deleted before it was read.
            StorageError: The store failed for 30 seconds.
            AniListOAuthError: What `finish` raised after the login was taken.
        """
        async with self._calls.under_way():
            return await wait_for(self._completion, login, timeout=timeout, closing=self._calls.closing)

    async def look(self, callback: Callback) -> Login | None:
        """Read the login a callback belongs to, while it can still be finished; nothing is spent or checked.

        Returns:
            The login; None if its state is missing or unknown, or it has expired or was taken.

        Raises:
            InvalidCallbackError: The callback is malformed.
            StorageError: The store failed.
        """
        callback = Masked.around(callback)
        async with self._calls.under_way():
            return await self._completion.look(CallbackQuery.of(callback))

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
        error = called_off_error(reason)
        async with self._calls.under_way():
            if await self._completion.call_off(login, error):
                events.called_off(login.subject, reason=reason)

    async def open(self) -> Self:
        """Do what ``async with`` does on entering; safe to repeat. The session and the stores are opened before.

        Raises:
            SessionStateError: The flow is closed.
        """
        self._check_open()
        return self

    async def aclose(self) -> None:
        """Wait some seconds for logins being finished, and end the rest as `OutcomeUnknownError`; safe to repeat.

        Then calls that are still under way end as `SessionStateError`.
        """
        self._closed = True
        try:
            await self._tasks.aclose()
        finally:
            await self._calls.aclose()

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def _check_open(self) -> None:
        if self._closed:
            raise closed_error()
