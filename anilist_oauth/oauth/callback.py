"""What the browser brings back, read without trust (RFC 6749 section 4.1.2)."""

import re
from datetime import datetime, timedelta
from typing import NoReturn

from yarl import URL

from anilist_oauth.clock import checked_now
from anilist_oauth.errors import (
    AccessDeniedError,
    AuthorizationError,
    ConfigurationError,
    InvalidCallbackError,
    StateMismatchError,
)
from anilist_oauth.oauth.callback_query import SIZE_LIMIT, Callback, callback_parameters, callback_url
from anilist_oauth.oauth.state import states_match
from anilist_oauth.redaction import clean
from anilist_oauth.tokens.access_token import Token

_CODE_BLOCK = re.compile(r"\s*```(?:[A-Za-z]*\n)?(.*?)```\s*", re.DOTALL)
_JWT = re.compile(r"[\w-]+\.[\w-]+\.[\w-]*(?=&|\Z)")
_SECONDS = re.compile("[1-9][0-9]{0,9}")
_AROUND = "`'\"<>|\u2018\u2019\u201c\u201d\u00ab\u00bb"  # quotes of several languages, and a chat's marks


def callback_state(callback: Callback) -> str | None:
    """Read a callback's state, to look up the login it belongs to; nothing is checked or spent.

    Returns:
        The state, or None where it is absent or empty.

    Raises:
        InvalidCallbackError: The callback is malformed.
    """
    return callback_parameters(callback).get("state")


def parse_callback(callback: Callback, *, expected_state: str, redirect_uri: str | None = None) -> str:
    """Check a callback and give its code.

    Args:
        callback: Its URL, or its query as a mapping (string or list values, any framework's multidict).
        expected_state: The state of the login this browser or user began.
        redirect_uri: The registered redirect URI; a full URL must then be at it, as far as a browser keeps it.

    Raises:
        AccessDeniedError: The user declined; ``verified`` tells whether the state was right.
        AuthorizationError: The server sent another ``error``.
        StateMismatchError: The state is ``missing``, or ``unknown``: not the expected one.
        InvalidCallbackError: A parameter is repeated, there is no code, an implicit token is there, or the URL is not
            at the redirect URI.
    """
    parameters = callback_parameters(callback)
    if redirect_uri is not None:
        _check_place(callback_url(callback), redirect_uri)
    return code_of(parameters, expected_state=expected_state)


def code_of(parameters: dict[str, str], *, expected_state: str) -> str:
    """Give the code of what `callback_parameters` collected; errors as for `parse_callback`."""
    if "access_token" in parameters:
        raise InvalidCallbackError(
            "the callback carries an access token where a code was due: the login was begun with the implicit grant "
            "(response_type=token); begin it with authorize_url()"
        )
    given = parameters.get("state")
    if given is not None and not (isinstance(expected_state, str) and states_match(expected_state, given)):
        raise StateMismatchError(
            "the callback's state is not that of a login this browser or user began; start a new login",
            reason="unknown",
        )
    if "error" in parameters:
        _raise_error(parameters)
    if given is None:
        raise StateMismatchError("the callback has no state; start a new login", reason="missing")
    code = parameters.get("code")
    if code is None:
        raise InvalidCallbackError("the callback has neither a code nor an error; start a new login")
    return code


def parse_implicit(callback: Callback, *, now: datetime) -> Token:
    """Read an implicit grant's token from the fragment, or from what a user pasted; it is unverified.

    Anybody can hand over a token of another application or user: before it is trusted, pass its ``access_token`` to
    `OAuthSession.verify`.

    Args:
        callback: The URL with its fragment, its parameters, or the bare token with what is copied along behind it.
        now: The present time (aware), from which ``expires_in`` counts.

    Raises:
        AccessDeniedError: The user declined (unverified: AniList's implicit grant keeps no state).
        AuthorizationError: The server sent another ``error``.
        InvalidCallbackError: There is no token in it.
        ConfigurationError: `now` is naive, or no datetime.
    """
    if isinstance(callback, str):
        callback = _unwrapped(callback)
        if _JWT.match(callback):
            callback = f"access_token={callback}"
    parameters = callback_parameters(callback, fragment=True)
    if "error" in parameters:
        _raise_error({**parameters, "state": ""})
    if "access_token" not in parameters:
        raise InvalidCallbackError("there is no access token in it: copy the whole address, from # to its end")
    try:
        token = Token.from_access_token(parameters["access_token"])
    except ConfigurationError as error:
        raise InvalidCallbackError("the access token in it is damaged: copy the whole address again") from error
    seconds = _SECONDS.fullmatch(parameters.get("expires_in", ""))
    if seconds is None:
        return token
    return Token(access_token=token.access_token, expires_at=checked_now(now) + timedelta(seconds=int(seconds[0])))


def parse_pin(pasted: str) -> str:
    """Understand what a user copied from AniList's pin page, and give the code.

    Taken are the bare code (with what is copied along behind it, such as ``&state=…``), ``code=…`` and the whole
    address, with blanks, quotes, line breaks or a chat's code block around or inside.

    Raises:
        InvalidCallbackError: There is no code in it, or it is an implicit token (`parse_implicit` reads that).
    """
    text = _unwrapped(pasted)
    code = text.partition("&")[0]
    if any(mark in code for mark in "=?#"):
        parameters = callback_parameters(text, fragment=True)
        if "error" in parameters:
            _raise_error({**parameters, "state": ""})
        is_token, code = "access_token" in parameters, parameters.get("code", "")
    else:
        is_token = _JWT.fullmatch(code) is not None
    if is_token:
        raise InvalidCallbackError("this is an access token, not a code; the application asks for response_type=code")
    if not code or not code.isascii() or not code.isprintable() or " " in code or "/" in code:
        raise InvalidCallbackError("there is no code in it; copy the whole code from AniList's page and paste it again")
    return code


def _unwrapped(pasted: str) -> str:
    """Take away what a chat, a terminal or a mail puts around and into a pasted line."""
    if not isinstance(pasted, str):
        raise InvalidCallbackError(f"what was pasted must be a str, not {type(pasted).__name__}")
    if len(pasted) > SIZE_LIMIT:
        raise InvalidCallbackError("what was pasted has over 64 KiB; copy the code alone")
    block = _CODE_BLOCK.fullmatch(pasted)
    text = block[1] if block else pasted
    return "".join(c for c in text if c.isprintable() and not c.isspace()).strip(_AROUND).lstrip("?#&")


def _check_place(url: str | None, redirect_uri: str) -> None:
    if url is None:
        return
    try:
        came, registered = _location(url), _location(str(redirect_uri))
    except (ValueError, IndexError) as error:  # the latter is yarl's for "https://[]@"
        raise InvalidCallbackError("the callback's URL is malformed; start a new login") from error
    if came != registered:
        raise InvalidCallbackError(
            f"the callback came to {clean(came)}, which is not the redirect URI {registered}: pass redirect_uri=None "
            "behind a proxy that rewrites it"
        )


def _location(uri: str) -> str:
    """Reduce a URI to where it leads, as a browser writes it: host in ASCII, default port and dot segments gone."""
    url = URL(uri.replace("%2e", ".").replace("%2E", "."))
    return str(url.with_path(url.raw_path, encoded=True))


def _raise_error(parameters: dict[str, str]) -> NoReturn:
    secrets = tuple(parameters[name] for name in ("state", "code") if parameters.get(name))
    error, description, hint = (
        clean(text, secrets=secrets) or None if text else None
        for text in (
            parameters["error"],
            parameters.get("error_description") or parameters.get("message"),
            parameters.get("hint"),
        )
    )
    verified = bool(parameters.get("state"))
    if error == "access_denied":
        raise AccessDeniedError("the user declined to log in with AniList", verified=verified)
    said = "; ".join(part for part in (error, description, hint) if part)
    raise AuthorizationError(
        f"AniList did not let the user log in ({said}); start a new login",
        error=error or "",
        description=description,
        hint=hint,
        verified=verified,
    )
