"""What the browser brings back, read without trust (RFC 6749 section 4.1.2)."""

import re
from collections.abc import Mapping
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
from anilist_oauth.oauth.callback_query import SIZE_LIMIT, Callback, CallbackQuery
from anilist_oauth.oauth.state import states_match
from anilist_oauth.redaction import Masked, MaskedText, clean
from anilist_oauth.tokens.access_token import Token

_CODE_BLOCK = re.compile(r"\s*```(?:[A-Za-z]*\n)?(.*?)```\s*", re.DOTALL)
_JWT = re.compile(r"[\w-]+\.[\w-]+\.[\w-]*(?=&|\Z)")
_SECONDS = re.compile("[1-9][0-9]{0,9}")
_LINE_BREAKS = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_SHORTEST_PIECE = 16  # characters of a code that a blank may cut off; a shorter piece is a word
_AROUND = "`'\"<>|\u2018\u2019\u201c\u201d\u00ab\u00bb"  # quotes of several languages, and a chat's marks


def callback_state(callback: Callback) -> str | None:
    """Read a callback's state, to look up the login it belongs to; nothing is checked or spent.

    Returns:
        The state, or None where it is absent or empty.

    Raises:
        InvalidCallbackError: The callback is malformed.
    """
    callback = Masked.around(callback)
    state = CallbackQuery.of(callback).state
    return None if state is None else str(state)


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
    callback, expected = Masked.around(callback), Masked(expected_state)
    del expected_state
    query = CallbackQuery.of(callback)
    if redirect_uri is not None and query.url is not None:
        _check_place(query.url, redirect_uri)
    _refuse_token(query)
    if query.state is not None and not states_match(expected.value, query.state):
        raise StateMismatchError(
            "the callback's state is not that of a login this browser or user began; start a new login",
            reason="unknown",
        )
    return str(code_of(query))


def code_of(query: CallbackQuery) -> MaskedText:
    """Give the code of a callback whose state is right, or absent; errors as for `parse_callback`."""
    _refuse_token(query)
    if "error" in query.parameters:
        _raise_error(query.parameters, verified=query.state is not None)
    if query.state is None:
        raise StateMismatchError("the callback has no state; start a new login", reason="missing")
    code = query.parameters.get("code")
    if code is None:
        raise InvalidCallbackError("the callback has neither a code nor an error; start a new login")
    return code


def _refuse_token(query: CallbackQuery) -> None:
    if "access_token" in query.parameters:
        raise InvalidCallbackError(
            "the callback carries an access token where a code was due: the login was begun with the implicit grant "
            "(response_type=token); begin it with authorize_url()"
        )


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
    callback = Masked.around(callback)
    now = checked_now(now)
    if isinstance(callback.value, str):
        callback = Masked(_joined(_unfenced(MaskedText(callback.value))))
        if _JWT.match(callback.value):
            callback = Masked(f"access_token={callback.value}")
    parameters = CallbackQuery.of(callback, fragment=True).parameters
    if "error" in parameters:
        _raise_error(parameters, verified=False)  # AniList's implicit grant keeps no state that could be compared
    if "access_token" not in parameters:
        raise InvalidCallbackError("there is no access token in it: copy the whole address, from # to its end")
    try:
        token = Token.from_access_token(parameters["access_token"])
    except ConfigurationError as error:
        raise InvalidCallbackError("the access token in it is damaged: copy the whole address again") from error
    seconds = _SECONDS.fullmatch(parameters.get("expires_in", ""))
    if seconds is None:
        return token
    try:
        expires_at = now + timedelta(seconds=int(seconds[0]))
    except OverflowError:
        return token
    return Token(access_token=token.access_token, expires_at=expires_at)


def parse_pin(pasted: str) -> str:
    """Understand what a user copied from AniList's pin page, and give the code.

    Taken are the bare code (with what is copied along behind it, such as ``&state=…``), ``code=…`` and the whole
    address, with quotes or a chat's code block around it, and with line breaks, or blanks between long pieces, inside.

    Raises:
        InvalidCallbackError: There is no code in it, or it is an implicit token (`parse_implicit` reads that).
    """
    if not isinstance(pasted, str):
        raise InvalidCallbackError(f"what was pasted must be a str, not {type(pasted).__name__}")
    pasted = MaskedText(pasted)
    text = _unfenced(pasted)
    lengths = [len(piece) for piece in _LINE_BREAKS.sub("", text).strip(f" \t{_AROUND}").split()]
    if len(lengths) > 1 and min(lengths) < _SHORTEST_PIECE:
        raise InvalidCallbackError("there is no code in it, but words; copy the code alone from AniList's page")
    text = _joined(text)
    code = MaskedText(text.partition("&")[0])
    if any(mark in code for mark in "=?#"):
        parameters = CallbackQuery.of(text, fragment=True).parameters
        if "error" in parameters:
            _raise_error(parameters, verified=False)
        is_token, code = "access_token" in parameters, parameters.get("code", MaskedText())
    else:
        is_token = _JWT.fullmatch(code) is not None
    if is_token:
        raise InvalidCallbackError("this is an access token, not a code; the application asks for response_type=code")
    if not code or not code.isascii() or not code.isprintable() or " " in code or "/" in code:
        raise InvalidCallbackError("there is no code in it; copy the whole code from AniList's page and paste it again")
    return str(code)


def _unfenced(pasted: MaskedText) -> MaskedText:
    """Take off a chat's code block."""
    if len(pasted) > SIZE_LIMIT:
        raise InvalidCallbackError("what was pasted has over 64 KiB; copy the code alone")
    block = _CODE_BLOCK.fullmatch(pasted)
    return MaskedText(block[1]) if block else pasted


def _joined(text: MaskedText) -> MaskedText:
    """Take away what a chat, a terminal or a mail puts around and into a pasted line."""
    visible = "".join(character for character in text if character.isprintable() and not character.isspace())
    return MaskedText(visible.strip(_AROUND).lstrip("?#&"))


def _check_place(url: MaskedText, redirect_uri: str) -> None:
    came, registered = _location(url), _location(str(redirect_uri))
    if came is None or registered is None:
        raise InvalidCallbackError("the callback's URL is malformed; start a new login")
    if came != registered:
        raise InvalidCallbackError(
            f"the callback came to {clean(came)}, which is not the redirect URI {registered}: pass redirect_uri=None "
            "behind a proxy that rewrites it"
        )


def _location(uri: str) -> str | None:
    """Reduce a URI to where it leads, as a browser writes it: host in ASCII, default port and dot segments gone."""
    try:
        url = URL(uri.replace("%2e", ".").replace("%2E", "."))
        return str(url.with_path(url.raw_path, encoded=True))
    except (ValueError, IndexError):  # the latter is yarl's for "https://[]@"
        return None


def _raise_error(parameters: Mapping[str, MaskedText], *, verified: bool) -> NoReturn:
    secrets = tuple(parameters[name] for name in ("state", "code") if name in parameters)
    error, description, hint = (
        clean(text, secrets=secrets) or None if text else None
        for text in (
            parameters["error"],
            parameters.get("error_description") or parameters.get("message"),
            parameters.get("hint"),
        )
    )
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
