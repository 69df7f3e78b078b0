"""Read AniList's response at the end of a login (a callback, pin or token), before its login is looked up."""

import hmac
import re
from typing import Any, Self

from anilist_oauth.arguments import expect, wrong_type
from anilist_oauth.errors import AccessDeniedError, AuthorizationError, InvalidCallbackError, StateMismatchError
from anilist_oauth.login.login import Login
from anilist_oauth.oauth.callback import code_of, parse_pin
from anilist_oauth.oauth.callback_query import CallbackQuery
from anilist_oauth.oauth.state import states_match
from anilist_oauth.redaction import Masked, MaskedText, Unpicklable
from anilist_oauth.storage.digests import digest
from anilist_oauth.storage.records import PendingLogin
from anilist_oauth.tokens.viewer import Verified

_STATE = r"(?a)(?:^|[?&#])state=([\w.~-]+)"
_CODE = "code"
CANCELLED = "cancelled"  # the `answer` of a login that was taken to cancel it


class AuthorizationResponse(Unpicklable):
    """A callback, a pasted pin or a verified token, and the binding that came with it.

    Attributes:
        state: The state in the callback, or that of the login which the pin or token is for.
        result: The code, the error that AniList sent with the state, or a verified token.
        pasted: Whether this is a pin. A pin is exchanged before its login is taken.
        login_key: The key of the login in a store.
        answer: The form in which a store keeps the result: a digest of the code, token or error.
        kind: ``code`` for every code, because all mean approval. Otherwise the same as `answer`.
        binding_digest: The digest of the binding that the browser or user sent, or None.
        sharers: A key that is equal for callers who get the same result: one browser or user with one login and any
            code. Without a binding, two callers with the same callback may be different persons. With a pin, the
            application has the login, so the same pin that is pasted twice at once gets one result.
    """

    def __init__(
        self,
        state: MaskedText,
        result: MaskedText | AccessDeniedError | AuthorizationError | Verified,
        *,
        binding_digest: str | None,
        answer: str,
        pasted: bool = False,
    ) -> None:
        self.state = state
        self.result = result
        self.pasted = pasted
        self.login_key: str = digest(state)
        self.answer = answer
        self.kind: str = _CODE if isinstance(result, str) else answer
        self.binding_digest = binding_digest
        if binding_digest is not None:
            self.sharers: object = (self.login_key, self.kind, binding_digest)
        else:
            self.sharers = (self.login_key, answer) if pasted else object()

    @classmethod
    def from_callback(cls, callback: Masked[Any], *, binding: Masked[Any]) -> Self:
        """Read a callback. Without a state, raise the error in it, or else `StateMismatchError`."""
        bound = digest_binding(binding)
        query = CallbackQuery.of(callback)
        try:
            code = code_of(query)
        except (AccessDeniedError, AuthorizationError) as error:
            if query.state is None:
                raise
            name = "access_denied" if isinstance(error, AccessDeniedError) else error.error
            answer = f"error {digest(name)}"
            return cls(query.state, error.with_traceback(None), binding_digest=bound, answer=answer)
        return cls(query.state or MaskedText(), code, binding_digest=bound, answer=digest(code))

    @classmethod
    def from_pin(cls, pasted: Masked[Any], *, login: Login, binding: Masked[Any]) -> Self:
        """Read the text that a user pasted for a login. An address with the state of another login is refused."""
        bound = digest_binding(binding)
        expect(login, Login, "login: the result of begin is needed, or None")
        if not isinstance(pasted.value, str):
            raise InvalidCallbackError(f"the pasted text must be a str, not {type(pasted.value).__name__}")
        code = MaskedText(parse_pin(MaskedText(pasted.value)))
        found = re.search(_STATE, "".join(pasted.value.split()))
        if found and not states_match(login.state, found[1]):
            del found
            raise StateMismatchError("the pasted text belongs to another login; start a new login", reason="unknown")
        return cls(MaskedText(login.state), code, binding_digest=bound, answer=digest(code), pasted=True)

    @classmethod
    def from_verified(cls, verified: Masked[Verified], *, login: Login, binding: Masked[Any]) -> Self:
        """Read a verified token for a login."""
        bound = digest_binding(binding)
        expect(login, Login, "login: the result of begin is needed")
        expect(verified.value, Verified, "verified: the result of OAuthSession.verify is needed")
        answer = f"token {digest(verified.value.token.access_token)}"
        return cls(MaskedText(login.state), verified.value, binding_digest=bound, answer=answer)

    def repeats(self, answer: str) -> bool:
        """Return whether an `answer` in a store is of the same kind. That of a code is a digest, without a space."""
        return self.kind == (_CODE if " " not in answer and answer != CANCELLED else answer)

    def is_bound_to(self, pending: PendingLogin) -> bool:
        """Return whether the binding is that of the login. If the login has no binding, none may be sent."""
        return hmac.compare_digest(self.binding_digest or "", pending.binding_digest or "")


def digest_binding(binding: Masked[Any]) -> str | None:
    """Return the digest of a binding, or None if there is none. Raises `ConfigurationError` if it has another type."""
    if binding.value is None:
        return None
    if not isinstance(binding.value, str):
        raise wrong_type(binding.value, "binding: a string is needed, or None")
    return digest(binding.value)
