"""What comes back from AniList at the end of a login, read before anything is looked up."""

import hmac
import re
from typing import Any, Self

import attrs

from anilist_oauth.arguments import expect
from anilist_oauth.errors import AccessDeniedError, AuthorizationError, InvalidCallbackError, StateMismatchError
from anilist_oauth.login.login import Login
from anilist_oauth.oauth.callback import code_of, parse_pin
from anilist_oauth.oauth.callback_query import Callback, CallbackQuery
from anilist_oauth.oauth.state import states_match
from anilist_oauth.redaction import Masked, MaskedText, Unpicklable, masked
from anilist_oauth.storage.digests import digest
from anilist_oauth.storage.records import PendingLogin
from anilist_oauth.tokens.viewer import Verified

_STATE = re.compile(r"(?:^|[?&#])state=([\w.~-]+)", re.ASCII)
CANCELLED = "cancelled"  # what a login is taken with that is called off


@attrs.frozen(kw_only=True, eq=False)
class AuthorizationResponse(Unpicklable):
    """One callback, one pasted pin or one verified token, and who brought it.

    Attributes:
        state: The state it carries; of a pin, that of the login it was asked for.
        result: The code, the error that AniList sent with the state, or a verified token that came another way.
        binding: What the browser or user brought along, or None.
        pasted: Whether it is a pin, which is exchanged before its login is taken.
        login_key: The key of the login in a store.
        answer: What a store keeps of the result: the digest of a code or token, the name of an error.
    """

    state: MaskedText = attrs.field(repr=masked)
    result: MaskedText | AccessDeniedError | AuthorizationError | Verified = attrs.field(repr=masked)
    binding: MaskedText | None = attrs.field(repr=masked)
    pasted: bool = False
    login_key: str
    answer: str

    @classmethod
    def from_callback(cls, callback: Callback, *, binding: str | Masked[Any] | None) -> Self:
        """Read a callback; one without a state is refused, with its typed error if it names one."""
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
            return cls(
                state=query.state,
                result=error.with_traceback(None),
                binding=bound,
                login_key=digest(query.state),
                answer=f"error {digest(name)}",
            )
        state = query.state or MaskedText()
        return cls(state=state, result=code, binding=bound, login_key=digest(state), answer=digest(code))

    @classmethod
    def from_pin(cls, pasted: Callback, *, login: Login, binding: str | Masked[Any] | None) -> Self:
        """Read what a user pasted for a login; a whole address that carries another login's state is refused."""
        pasted, brought = Masked.around(pasted), Masked.around(binding)
        del binding
        bound = masked_binding(brought)
        expect(login, Login, "login: what begin gave is needed, or None")
        if not isinstance(pasted.value, str):
            raise InvalidCallbackError(f"what the user pasted is a str, not {type(pasted.value).__name__}")
        code = MaskedText(parse_pin(MaskedText(pasted.value)))
        found = _STATE.search("".join(pasted.value.split()))
        if found and not states_match(login.state, found[1]):
            del found
            raise StateMismatchError("what was pasted belongs to another login; start a new login", reason="unknown")
        state = MaskedText(login.state)
        return cls(state=state, result=code, binding=bound, pasted=True, login_key=digest(state), answer=digest(code))

    @classmethod
    def from_verified(
        cls, verified: Verified | Masked[Verified], *, login: Login, binding: str | Masked[Any] | None
    ) -> Self:
        """Take a verified token for a login."""
        verified, brought = Masked.around(verified), Masked.around(binding)
        del binding
        bound = masked_binding(brought)
        expect(login, Login, "login: what begin gave is needed")
        expect(verified.value, Verified, "verified: what OAuthSession.verify gave is needed")
        answer = f"token {digest(verified.value.token.access_token)}"
        state = MaskedText(login.state)
        return cls(state=state, result=verified.value, binding=bound, login_key=digest(state), answer=answer)

    @property
    def sharers(self) -> object:
        """Name those who get one result: one browser or user with one login, whichever code each of them brings.

        Without a binding nothing shows that two who bring one callback are the same person. A pin's login is in the
        hands of the application, so that the same paste, twice at once, is one.
        """
        if self.binding is None:
            return (self.login_key, self.answer) if self.pasted else object()
        return self.login_key, _kind(self.answer), digest(self.binding)

    def repeats(self, answer: str) -> bool:
        """Tell whether it says the same as the `answer` that a login was taken with: any code says "approved"."""
        return _kind(self.answer) == _kind(answer)

    def is_bound_to(self, pending: PendingLogin) -> bool:
        """Tell whether the login's binding came along, or it has none and none came."""
        if self.binding is None or pending.binding_digest is None:
            return self.binding is None and pending.binding_digest is None
        return hmac.compare_digest(digest(self.binding), pending.binding_digest)


def _kind(answer: str) -> str:
    """Give an answer itself, but one name for all codes; a code's is the bare digest."""
    return "code" if " " not in answer and answer != CANCELLED else answer


def masked_binding(value: str | Masked[Any] | None) -> MaskedText | None:
    """Give a binding so that no crash reporter shows it; a `ConfigurationError` for what is not a string, or None."""
    given = Masked.around(value)
    del value
    expect(given.value, str | None, "binding: a string is needed, or None")
    return None if given.value is None else MaskedText(given.value)
