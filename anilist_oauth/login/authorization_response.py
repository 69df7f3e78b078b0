"""Read what comes back from AniList at the end of a login, before anything is looked up."""

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
CANCELLED = "cancelled"  # the answer with which a cancelled login is taken


class AuthorizationResponse(Unpicklable):
    """A callback, a pasted pin or a verified token, and the binding that came with it.

    Attributes:
        state: The state of the callback, or of the login that the pin or token is for.
        result: The code, the error that AniList sent with the state, or a verified token.
        binding: The binding that the browser or user sent, or None.
        pasted: Whether it is a pin. A pin is exchanged before its login is taken.
        login_key: The key of the login in a store.
        answer: What a store keeps of the result: the digest of a code or token, or the name of an error.
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
        self.login_key = digest(state)
        self.answer = answer

    @classmethod
    def from_callback(cls, callback: Callback, *, binding: str | Masked[Any] | None) -> Self:
        """Read a callback. Without a state it is refused, with the error that it names or `StateMismatchError`."""
        callback, brought = Masked.around(callback), Masked.around(binding)
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
        """Read what a user pasted for a login. An address with another login's state is refused."""
        pasted, brought = Masked.around(pasted), Masked.around(binding)
        del binding
        bound = masked_binding(brought)
        expect(login, Login, "login: the result of begin is needed, or None")
        if not isinstance(pasted.value, str):
            raise InvalidCallbackError(f"what the user pasted must be a str, not {type(pasted.value).__name__}")
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
        verified, brought = Masked.around(verified), Masked.around(binding)
        del binding
        bound = masked_binding(brought)
        expect(login, Login, "login: the result of begin is needed")
        expect(verified.value, Verified, "verified: the result of OAuthSession.verify is needed")
        answer = f"token {digest(verified.value.token.access_token)}"
        return cls(MaskedText(login.state), verified.value, binding=bound, answer=answer)

    @property
    def sharers(self) -> object:
        """A key that is equal for callers who share one result: one browser or user with one login, whatever the code.

        Without a binding, nothing shows that two callers with the same callback are the same person. A pin's login is
        held by the application, so the same pin pasted twice at once counts as one.
        """
        if self.binding is None:
            return (self.login_key, self.answer) if self.pasted else object()
        return self.login_key, _kind(self.answer), digest(self.binding)

    def repeats(self, answer: str) -> bool:
        """Return whether this is the `answer` with which the login was taken. Any code means "approved"."""
        return _kind(self.answer) == _kind(answer)

    def is_bound_to(self, pending: PendingLogin) -> bool:
        """Return whether the login's binding was sent, or it has none and none was sent."""
        if self.binding is None or pending.binding_digest is None:
            return self.binding is None and pending.binding_digest is None
        return hmac.compare_digest(digest(self.binding), pending.binding_digest)


def _kind(answer: str) -> str:
    """Return an answer unchanged, but the same name for every code. A code's answer is its bare digest."""
    return "code" if " " not in answer and answer != CANCELLED else answer


def masked_binding(value: str | Masked[Any] | None) -> MaskedText | None:
    """Return a binding that crash reporters do not show. Raises `ConfigurationError` if it is not a str or None."""
    given = Masked.around(value)
    del value
    expect(given.value, str | None, "binding: a string is needed, or None")
    return None if given.value is None else MaskedText(given.value)
