"""The public class for logins. A login is bound to the person who began it, and is finished only once.

Reading order: `authorization_response` reads a callback, `completion` checks it and obtains the token, `waiting` waits
for the result, `subject_calls` uses stored tokens, and `store_retry` repeats calls of a store.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Literal, Self

from anilist_oauth.arguments import expect
from anilist_oauth.errors import AniListOAuthError
from anilist_oauth.login import events
from anilist_oauth.login.authorization_response import AuthorizationResponse
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
    """Begins and finishes logins, and keeps their tokens for later requests.

    A program needs one flow. If several processes share `logins` and `tokens`, one process may begin a login, another
    one finish it, and a third one wait for it. Close the flow, with ``async with`` or `aclose`, before the session and
    the stores.

    Args:
        session: The open session.
        logins: Stores pending logins. By default they are kept in memory.
        tokens: Stores tokens. By default they are kept in memory.
        lifetime: How long a login can be finished.
        return_origins: Origins such as ``https://app.example``, to which `return_to` may lead besides this site.
        on_expiring: Called with the subject when `token_for` or `graphql` finds a token that expires within thirty
            days. It is called once per stored token in all processes. Exceptions of a hook are logged.
        on_invalid: Called with the subject in the same way when AniList has refused a token.

    Raises:
        ConfigurationError: The lifetime is not positive, an origin is invalid, or an argument has the wrong type.
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
        records = unsealed(self.tokens)  # a custom store cannot recognize a sealed token either
        self._completion = Completion(session, logins=self.logins, tokens=records)
        live_tokens = LiveTokens(session, records, on_expiring=on_expiring, on_invalid=on_invalid)
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
        """Begin a login, store it, and return it with its URL.

        Show the URL only to the person it is for. Without a `binding`, whoever opens it links *their* AniList account
        to the subject. A bot must send it privately, or use `CallbackReceiver`. A web application must bind it to the
        browser.

        Args:
            subject: Your name for the person who logs in, such as ``discord:42``. Without it, the login is a sign-in
                and its subject becomes ``anilist:`` and the AniList user id.
            binding: A secret that only this browser or user can send again, such as a random cookie.
            return_to: Where the web application redirects to afterwards: a path of this site, or a URL with one of
                `return_origins`.
            label: The name on pages of the person the login is for, such as ``@mika on Discord``.

        Raises:
            ConfigurationError: `return_to` is not allowed, or a text is empty or longer than 2,048 bytes.
            StorageError: The login could not be stored. If the memory store is full, it is ``retryable``.
        """
        self._check_open()
        state, brought = MaskedText(new_state()), Masked(binding)
        del binding
        pending = begun_login(
            client_id=self.session.application.client_id,
            subject=subject,
            binding=brought,
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
        """Finish the login that a callback belongs to: exchange its code, identify the user, and store the token.

        A callback that raises a `CallbackError`, or a `RateLimitedError` that is ``retryable``, consumes nothing, and
        the right browser can still finish the login. An exchange that was not sent is repeated for ten seconds. After a
        429 that ends within thirty seconds, it is repeated then. Any other failure ends the login, and all calls that
        wait for it raise the same error. If the caller is cancelled, the work continues.

        For a minute, a callback with the same state and `binding` gets the first result, even with another code, as
        after a second click on "Approve". Without a binding, it raises `StateMismatchError` with the reason ``used``.

        If a pasted pin is wrong, the login stays open for another try.

        Args:
            callback: The callback's URL, or its query as a mapping. With `login`, the text that the user pasted.
            binding: The binding that was passed to `begin`. It must be left out if that call had none.
            login: For a pasted pin, the login that it is for.

        Raises:
            InvalidCallbackError: The callback is malformed, or has no code.
            StateMismatchError: The state is ``missing``, ``unknown``, ``expired`` or ``used``, or has another
                ``binding``.
            AccessDeniedError: The user declined. ``verified`` says whether this ended the login.
            AuthorizationError: AniList reported another error.
            ConfigurationError: The application has no client secret, or the binding is not a string.
            RateLimitedError: AniList does not accept logins at the moment. If ``retryable``, open the same callback
                again after ``retry_after`` seconds.
            ExchangeError: AniList refused the code (see `OAuthSession.exchange_code` for the subclasses).
            TokenMismatchError: The token belongs to another application. Or its user is not the one that the login was
                begun for (a subject ``anilist:…``), or not the one that AniList reports.
            InvalidTokenError: The new token does not name its user, and AniList refused it for a minute.
            ServiceError: The network or AniList failed. The code counts as spent.
            StorageError: A store failed for 30 seconds. It is ``retryable`` only before the login was taken.
            SessionStateError: The flow is closed, or the session is not open.
        """
        callback, brought, log = Masked(callback), Masked(binding), events.FinishLog()
        del binding
        try:
            self._check_open()
            if login is None:
                response = AuthorizationResponse.from_callback(callback, binding=brought)
            else:
                response = AuthorizationResponse.from_pin(callback, login=login, binding=brought)
        except AniListOAuthError as error:
            log.failed(error)
            raise
        return await self._tasks.run(response.sharers, self._completion.complete(response, log), failed=log.failed)

    async def accept(self, verified: Verified, *, login: Login, binding: str | None = None) -> CompletedLogin:
        """Finish a login with a pasted or implicit token instead of a code.

        Args:
            verified: The result of `OAuthSession.verify`.
            login: The login that the token is for.
            binding: The binding that was passed to `begin`.

        Raises:
            StateMismatchError: The login is ``expired``, ``used`` or ``unknown``, or has another ``binding``.
            TokenMismatchError: The login was begun for another AniList user (a subject ``anilist:…``).
            StorageError: The store failed for 30 seconds.
            SessionStateError: The flow is closed.
        """
        token, brought, log = Masked(verified), Masked(binding), events.FinishLog()
        del verified, binding
        try:
            self._check_open()
            response = AuthorizationResponse.from_verified(token, login=login, binding=brought)
        except AniListOAuthError as error:
            log.failed(error)
            raise
        return await self._tasks.run(object(), self._completion.complete(response, log), failed=log.failed)

    async def wait(self, login: Login, *, timeout: float = 600.0) -> CompletedLogin:
        """Wait until a login is finished, in this process or another one that shares the stores.

        Args:
            login: The result of `begin`.
            timeout: Seconds after which the wait ends. The login does not end then; use `cancel` for that.

        Raises:
            LoginTimeoutError: The `reason` is ``timeout``; or ``expired``; or ``cancelled``, which also means that
                twenty newer logins were begun for its subject; or ``refused`` (see `cancel`).
            OutcomeUnknownError: The process that took the login did not finish it within 90 seconds.
            SessionStateError: The flow is closed, or was closed during the wait.
            LoginRequiredError: The login succeeded, but its token was deleted before it could be read.
            StorageError: The store failed for 30 seconds.
            AniListOAuthError: The error that `finish` raised after the login was taken.
        """
        async with self._calls.under_way():
            return await wait_for(self._completion, login, timeout=timeout, closing=self._calls.closing)

    async def look(self, callback: Callback) -> Login | None:
        """Return the login of a callback if it can still be finished. This checks and changes nothing.

        Returns:
            The login, or None if its state is missing or unknown, or it has expired or was taken.

        Raises:
            InvalidCallbackError: The callback is malformed.
            StorageError: The store failed.
        """
        callback = Masked(callback)
        async with self._calls.under_way():
            return await self._completion.look(CallbackQuery.of(callback))

    async def cancel(self, login: Login, *, reason: Literal["cancelled", "timeout", "refused"] = "cancelled") -> None:
        """Cancel a login. Calls that wait for it raise `LoginTimeoutError` with this reason.

        A login that is being finished continues.

        Args:
            login: The result of `begin` or `look`.
            reason: ``refused`` if the person who opened the link said that the login is not theirs.

        Raises:
            ConfigurationError: The reason is not one of the three.
            StorageError: The store failed for 30 seconds.
        """
        expect(login, Login, "login: the result of begin is needed")
        error = called_off_error(reason)
        async with self._calls.under_way():
            if await self._completion.call_off(login, error):
                events.called_off(login.subject, reason=reason)

    async def open(self) -> Self:
        """Open the flow, as ``async with`` does. It may be called again. Open the session and the stores first.

        Raises:
            SessionStateError: The flow is closed.
        """
        self._check_open()
        return self

    async def aclose(self) -> None:
        """Wait some seconds for logins that are being finished, and end the others with `OutcomeUnknownError`.

        Other running calls end with `SessionStateError`. It may be called again.
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
