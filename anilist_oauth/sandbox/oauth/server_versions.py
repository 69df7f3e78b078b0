"""Three versions of AniList's server library, and their differences.

AniList answers like thephpleague/oauth2-server 7.1 to 7.3.2 under Laravel Passport. It may upgrade on any day, so later
versions are included.
"""

from typing import Literal, get_args

import attrs

GenerationName = Literal["7.3.2", "8.5.5", "9.4.1"]


@attrs.frozen(kw_only=True)
class Generation:
    """What one version accepts, and how it words errors.

    Attributes:
        name: The version of the library.
        text_keys: The keys of an error's text, before and after the hint.
        free_loopback_port: Whether the port of a registered ``http://127.0.0.1`` or ``http://[::1]`` may differ
            (RFC 8252 section 7.3).
        checks_pkce: Whether a code challenge is checked (RFC 7636).
        expects_lists: Whether ``redirect_uri[]=`` is refused. Otherwise it causes a server error.
        requires_redirect_uri: Whether the token request needs ``redirect_uri`` even if the authorization request had
            none.
        client_owns_redirect_uri: Whether a wrong ``redirect_uri`` in the token request counts as a wrong client.
        says_invalid_grant: Whether a bad code is ``invalid_grant``, as in RFC 6749, instead of ``invalid_request``.
        state_in_errors: Whether ``invalid_scope`` also returns the state.
        float_times: Whether the token's times are floats.
        header_has_jti: Whether the token's header repeats its ``jti``.
    """

    name: GenerationName
    text_keys: tuple[tuple[str, ...], tuple[str, ...]]
    free_loopback_port: bool
    checks_pkce: bool
    expects_lists: bool
    requires_redirect_uri: bool
    client_owns_redirect_uri: bool
    says_invalid_grant: bool
    state_in_errors: bool
    float_times: bool
    header_has_jti: bool


_ALL = {
    generation.name: generation
    for generation in (
        Generation(
            name="7.3.2",
            text_keys=(("message",), ()),
            free_loopback_port=False,
            checks_pkce=False,
            expects_lists=False,
            requires_redirect_uri=True,
            client_owns_redirect_uri=True,
            says_invalid_grant=False,
            state_in_errors=False,
            float_times=False,
            header_has_jti=True,
        ),
        Generation(
            name="8.5.5",
            text_keys=(("error_description",), ("message",)),
            free_loopback_port=True,
            checks_pkce=True,
            expects_lists=True,
            requires_redirect_uri=False,
            client_owns_redirect_uri=True,
            says_invalid_grant=False,
            state_in_errors=False,
            float_times=True,
            header_has_jti=False,
        ),
        Generation(
            name="9.4.1",
            text_keys=(("error_description",), ()),
            free_loopback_port=True,
            checks_pkce=True,
            expects_lists=True,
            requires_redirect_uri=False,
            client_owns_redirect_uri=False,
            says_invalid_grant=True,
            state_in_errors=True,
            float_times=True,
            header_has_jti=False,
        ),
    )
}


def generation_named(name: GenerationName) -> Generation:
    """Return a generation by the library's version.

    Raises:
        ValueError: There is no such version here.
    """
    if name not in _ALL:
        raise ValueError(f"generation: {name!r} is not one of {', '.join(get_args(GenerationName))}")
    return _ALL[name]
