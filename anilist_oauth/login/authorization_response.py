"""What comes back from AniList at the end of a login, read before anything is looked up."""

import hmac
import re
from typing import Any, Self

import attrs

from anilist_oauth.arguments import expect
from anilist_oauth.errors import AccessDeniedError, AuthorizationError, InvalidCallbackError, StateMismatchError
from anilist_oauth.login.login import Login
from anilist_oauth.oauth.callback import code_of, parse_pin
from anilist_oauth.oauth.callback_query import Callback, callback_parameters
from anilist_oauth.oauth.state import new_state, states_match
from anilist_oauth.redaction import Unpicklable, masked
from anilist_oauth.storage.digests import digest
from anilist_oauth.storage.records import PendingLogin
from anilist_oauth.tokens.viewer import Verified

_STATE = re.compile(r"(?:^|[?&#])state=([\w.~-]+)", re.ASCII)


def _binding(instance: object, attribute: "attrs.Attribute[str | None]", value: Any) -> None:
    del instance, attribute
    expect(value, str | None, "binding: a string is needed, or None")


@attrs.frozen(kw_only=True, eq=False)
class AuthorizationResponse(Unpicklable):
    """One callback, one pasted pin or one verified token, and who brought it.

    Attributes:
        state: The state it carries; of a pin, that of the login it was asked for.
        result: The code, the error that AniList sent with the state, or a verified token that came another way.
        binding: What the browser or user brought along, or None.
        login_key: The key of the login in a store.
        digest: What a store keeps of the answer, to know a duplicate by.
    """

    state: str = attrs.field(repr=masked)
    result: str | AccessDeniedError | AuthorizationError | Verified = attrs.field(repr=masked)
    binding: str | None = attrs.field(repr=masked, validator=_binding)
    login_key: str = attrs.field(init=False, repr=False)
    digest: str = attrs.field(init=False, repr=False)

    @login_key.default
    def _default_login_key(self) -> str:
        return digest(self.state)

    @digest.default
    def _default_digest(self) -> str:
        if isinstance(self.result, AuthorizationError):
            return digest(f"error {self.result.error}")
        if isinstance(self.result, Verified):
            return digest(self.result.token.access_token)
        return digest("error access_denied" if isinstance(self.result, AccessDeniedError) else self.result)

    @classmethod
    def from_callback(cls, callback: Callback, *, binding: str | None) -> Self:
        """Read a callback; one without a state is refused, with its typed error if it names one."""
        parameters = callback_parameters(callback)
        state = parameters.get("state")
        # Which state was expected is found by looking it up. One that is absent matches none.
        expected = new_state() if state is None else state
        answer: str | AccessDeniedError | AuthorizationError
        try:
            answer = code_of(parameters, expected_state=expected)
        except (AccessDeniedError, AuthorizationError) as error:
            if not error.verified:
                raise
            answer = error
        return cls(state=expected, result=answer, binding=binding)

    @classmethod
    def from_pin(cls, pasted: Callback, *, login: Login, binding: str | None) -> Self:
        """Read what a user pasted for a login; a whole address that carries another login's state is refused."""
        expect(login, Login, "login: what begin gave is needed, or None")
        if not isinstance(pasted, str):
            raise InvalidCallbackError(f"what the user pasted is a str, not {type(pasted).__name__}")
        code = parse_pin(pasted)
        found = _STATE.search("".join(pasted.split()))
        if found and not states_match(login.state, found[1]):
            raise StateMismatchError("what was pasted belongs to another login; start a new login", reason="unknown")
        return cls(state=login.state, result=code, binding=binding)

    @classmethod
    def from_verified(cls, verified: Verified, *, login: Login, binding: str | None) -> Self:
        """Take a verified token for a login."""
        expect(login, Login, "login: what begin gave is needed")
        expect(verified, Verified, "verified: what OAuthSession.verify gave is needed")
        return cls(state=login.state, result=verified, binding=binding)

    def is_bound_to(self, pending: PendingLogin) -> bool:
        """Tell whether the login's binding came along, or it has none and none came."""
        if self.binding is None or pending.binding_digest is None:
            return self.binding is None and pending.binding_digest is None
        return hmac.compare_digest(digest(self.binding), pending.binding_digest)
