"""Read AniList's response at the end of a login (a callback, pin or token), before its login is looked up."""

import hmac
import re
from typing import Any, Self

from anilist_oauth.arguments import expect
from anilist_oauth.errors import AccessDeniedError, AuthorizationError, InvalidCallbackError, StateMismatchError
from anilist_oauth.login.login import Login
from anilist_oauth.oauth.callback import code_of, parse_pin
from anilist_oauth.oauth.callback_query import Callback, CallbackQuery
from anilist_oauth.oauth.state import states_match
from anilist_oauth.redaction import Masked, MaskedText, Unpicklable
from anilist_oauth.storage.digests import digest
from anilist_oauth.storage.records import PendingLogin
from anilist_oauth.tokens.viewer import Verified

_STATE = r"(?a)(?:^|[?&#])state=([\w.~-]+)"
CANCELLED = "cancelled"  # the `answer` of a login that was taken to cancel it


class AuthorizationResponse(Unpicklable):
    """A callback, a pasted pin or a verified token, and the binding that came with it.

    Attributes:
        state: The state in the callback, or that of the login which the pin or token is for.
        result: The code, the error that AniList sent with the state, or a verified token.
        binding: The binding that the browser or user sent, or None.
        pasted: Whether this is a pin. A pin is exchanged before its login is taken.
        login_key: The key of the login in a store.
        answer: The form in which a store keeps the result: a digest of the code, token or error.
    """

    def __init__(
        self,
        state: MaskedText,
        result: MaskedText | AccessDeniedError | AuthorizationError | Verified,
        *,
        binding: MaskedText | None,
        answer: str,
        pasted: bool = False,
    ) -> None:
        self.state = state
        self.result = result
        self.binding = binding
        self.pasted = pasted
        self.login_key: str = digest(state)
        self.answer = answer

    @classmethod
    def from_callback(cls, callback: Callback, *, binding: str | Masked[Any] | None) -> Self:
        """Read a callback. Without a state, raise the error in it, or else `StateMismatchError`."""
        callback, brought = Masked(callback), Masked(binding)
        del binding
        bound = masked_binding(brought)
        query = CallbackQuery.of(callback)
        try:
            code = code_of(query)
        except (AccessDeniedError, AuthorizationError) as error:
            if query.state is None:
                raise
            name = "access_denied" if isinstance(error, AccessDeniedError) else error.error
            answer = f"error {digest(name)}"
            return cls(query.state, error.with_traceback(None), binding=bound, answer=answer)
        return cls(query.state or MaskedText(), code, binding=bound, answer=digest(code))

    @classmethod
    def from_pin(cls, pasted: Callback, *, login: Login, binding: str | Masked[Any] | None) -> Self:
        """Read the text that a user pasted for a login. An address with the state of another login is refused."""
        pasted, brought = Masked(pasted), Masked(binding)
        del binding
        bound = masked_binding(brought)
        expect(login, Login, "login: the result of begin is needed, or None")
        if not isinstance(pasted.value, str):
            raise InvalidCallbackError(f"the pasted text must be a str, not {type(pasted.value).__name__}")
        code = MaskedText(parse_pin(MaskedText(pasted.value)))
        found = re.search(_STATE, "".join(pasted.value.split()))
        if found and not states_match(login.state, found[1]):
            del found
            raise StateMismatchError("the pasted text belongs to another login; start a new login", reason="unknown")
        return cls(MaskedText(login.state), code, binding=bound, answer=digest(code), pasted=True)

    @classmethod
    def from_verified(
        cls, verified: Verified | Masked[Verified], *, login: Login, binding: str | Masked[Any] | None
    ) -> Self:
        """Read a verified token for a login."""
        verified, brought = Masked(verified), Masked(binding)
        del binding
        bound = masked_binding(brought)
        expect(login, Login, "login: the result of begin is needed")
        expect(verified.value, Verified, "verified: the result of OAuthSession.verify is needed")
        answer = f"token {digest(verified.value.token.access_token)}"
        return cls(MaskedText(login.state), verified.value, binding=bound, answer=answer)

    @property
    def sharers(self) -> object:
        """A key that is equal for callers who get the same result: one browser or user with one login and any code.

        Without a binding, two callers with the same callback may be different persons. With a pin, the application has
        the login, so the same pin that is pasted twice at once gets one result.
        """
        if self.binding is None:
            return (self.login_key, self.answer) if self.pasted else object()
        return self.login_key, _kind(self.answer), digest(self.binding)

    def repeats(self, answer: str) -> bool:
        """Return whether the login was taken with the same `answer`. All codes are the same, as they mean approval."""
        return _kind(self.answer) == _kind(answer)

    def is_bound_to(self, pending: PendingLogin) -> bool:
        """Return whether the binding is that of the login. If the login has no binding, none may be sent."""
        if self.binding is None or pending.binding_digest is None:
            return self.binding is None and pending.binding_digest is None
        return hmac.compare_digest(digest(self.binding), pending.binding_digest)


def _kind(answer: str) -> str:
    """Return ``code`` for every code, and any other answer unchanged. The answer of a code is only its digest."""
    return "code" if " " not in answer and answer != CANCELLED else answer


def masked_binding(value: str | Masked[Any] | None) -> MaskedText | None:
    """Return a binding that crash reporters do not show. Raises `ConfigurationError` if it is not a str or None."""
    given = Masked(value)
    del value
    expect(given.value, str | None, "binding: a string is needed, or None")
    return None if given.value is None else MaskedText(given.value)
