"""Three versions of AniList's server library, their differences, and their errors word for word.

AniList answers like thephpleague/oauth2-server 7.1 to 7.3.2 under Laravel Passport. It may upgrade on any day, so later
versions are included.
"""

import json
from pathlib import Path
from typing import Any, Literal, get_args

import attrs

GenerationName = Literal["7.3.2", "8.5.5", "9.4.1"]
_FOLDER = Path(__file__).parent
_ALL: dict[str, Any] = json.loads((_FOLDER / "server_versions.json").read_text(encoding="utf-8"))
_ERRORS: dict[str, dict[str, Any]] = json.loads((_FOLDER / "error_responses.json").read_text(encoding="utf-8"))


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
        names_response_type: Whether a missing ``response_type`` is named.
        bad_grant: The error of a bad code: ``invalid_grant``, as in RFC 6749, or ``invalid_request``.
        garbled_code: The hint of a code that cannot be read.
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
    names_response_type: bool
    bad_grant: str
    garbled_code: str
    state_in_errors: bool
    float_times: bool
    header_has_jti: bool


def generation_named(name: GenerationName) -> Generation:
    """Return a generation by the library's version.

    Raises:
        ValueError: There is no such version here.
    """
    if name not in _ALL:
        raise ValueError(f"generation: {name!r} is not one of {', '.join(get_args(GenerationName))}")
    return Generation(name=name, **_ALL[name])


@attrs.frozen(kw_only=True)
class RefusedError(Exception):
    """One ``error`` with its text, hint and HTTP status (RFC 6749 sections 4.1.2.1 and 5.2)."""

    status: int
    error: str
    text: str
    hint: str | None = None
    headers: dict[str, str] = attrs.field(factory=dict)

    def fields(self, generation: Generation) -> dict[str, str]:
        """Return the fields in the order of that version."""
        before, behind = generation.text_keys
        hint = {} if self.hint is None else {"hint": self.hint}
        return {"error": self.error, **dict.fromkeys(before, self.text), **hint, **dict.fromkeys(behind, self.text)}


def refused(name: str, hint: str | None = None) -> RefusedError:
    """Return an error by its name in ``error_responses.json``, with a hint if it has none of its own."""
    return RefusedError(**{"hint": hint, **_ERRORS[name]})


def missing(parameter: str) -> RefusedError:
    """Return the error for a missing parameter."""
    return refused("invalid_request", f"Check the `{parameter}` parameter")
