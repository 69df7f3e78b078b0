"""Read and check a callback, which is not trusted because it comes from the browser (RFC 6749 section 4.1.2)."""

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

_CODE_BLOCK = r"(?s)\s*```(?:[A-Za-z]*\n)?(.*?)```\s*"
_JWT = r"[\w-]+\.[\w-]+\.[\w-]*(?=&|\Z)"
_SECONDS = "[1-9][0-9]{0,9}"
_LINE_BREAKS = r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+"
_SHORTEST_PIECE = 16  # characters; whitespace-separated pieces of a code have at least this many, words have fewer
_AROUND = "`'\"<>|\u2018\u2019\u201c\u201d\u00ab\u00bb"  # quotation marks of several languages, and chat markup


def callback_state(callback: Callback) -> str | None:
    """Return a callback's state, to find the login that it belongs to. This checks nothing and changes nothing.

    Returns:
        The state, or None if it is missing or empty.

    Raises:
        InvalidCallbackError: The callback is malformed.
    """
    callback = Masked(callback)
    state = CallbackQuery.of(callback).state
    return None if state is None else str(state)


def parse_callback(callback: Callback, *, expected_state: str, redirect_uri: str | None = None) -> str:
    """Check a callback and return its code.

    Args:
        callback: The callback's URL, or its query as a mapping of strings or lists, such as a framework's multidict.
        expected_state: The state of the login that this browser or user began.
        redirect_uri: The registered redirect URI. If it is given and the callback is a whole URL, the two must match,
            except for parts that browsers rewrite.

    Raises:
        AccessDeniedError: The user declined. ``verified`` says whether the state was correct.
        AuthorizationError: The server reported another ``error``.
        StateMismatchError: The state is ``missing``, or not the expected one (``unknown``).
        InvalidCallbackError: A parameter is repeated, there is no code, there is a token of the implicit grant, or the
            URL does not match the redirect URI.
    """
    callback, expected = Masked(callback), Masked(expected_state)
    del expected_state
    query = CallbackQuery.of(callback)
    if redirect_uri is not None and query.url is not None:
        _check_place(query.url, redirect_uri)
    return str(code_of(query, expected_state=expected))


def code_of(query: CallbackQuery, *, expected_state: Masked[str] | None = None) -> MaskedText:
    """Return the code of a callback. The errors are those of `parse_callback`.

    Without `expected_state`, the state is not compared, because the caller looks up the login by it.
    """
    if "access_token" in query.parameters:
        raise InvalidCallbackError(
            "the callback contains an access token instead of a code, because the login was begun with the implicit "
            "grant (response_type=token); begin it with authorize_url()"
        )
    if expected_state is not None and query.state is not None and not states_match(expected_state.value, query.state):
        raise StateMismatchError(
            "the callback's state does not belong to a login that this browser or user began; start a new login",
            reason="unknown",
        )
    if "error" in query.parameters:
        _raise_error(query.parameters, verified=query.state is not None)
    if query.state is None:
        raise StateMismatchError("the callback has no state; start a new login", reason="missing")
    code = query.parameters.get("code")
    if code is None:
        raise InvalidCallbackError("the callback has neither a code nor an error; start a new login")
    return code


def parse_implicit(callback: Callback, *, now: datetime) -> Token:
    """Read the token of the implicit grant from the URL's fragment, or from text that a user pasted.

    The token is not verified, and may belong to another application or user. Pass its ``access_token`` to
    `OAuthSession.verify` before you trust it.

    Args:
        callback: The URL with its fragment, or its parameters, or the token alone. Parameters after the token are
            ignored.
        now: The current time (aware). ``expires_in`` counts from it.

    Raises:
        AccessDeniedError: The user declined. It is not verified, because AniList's implicit grant drops the state.
        AuthorizationError: The server reported another ``error``.
        InvalidCallbackError: The callback contains no token.
        ConfigurationError: `now` is naive, or not a datetime.
    """
    callback = Masked(callback)
    now = checked_now(now)
    if isinstance(callback.value, str):
        callback = Masked(_joined(_unfenced(MaskedText(callback.value))))
        if re.match(_JWT, callback.value):
            callback = Masked(f"access_token={callback.value}")
    parameters = CallbackQuery.of(callback, fragment=True).parameters
    if "error" in parameters:
        _raise_error(parameters, verified=False)  # AniList's implicit grant drops the state, so nothing can be compared
    if "access_token" not in parameters:
        raise InvalidCallbackError(
            "there is no access token in this; copy the whole address, including the part after #"
        )
    try:
        token = Token.from_access_token(parameters["access_token"])
    except ConfigurationError as error:
        raise InvalidCallbackError("the access token in this is damaged; copy the whole address again") from error
    seconds = re.fullmatch(_SECONDS, parameters.get("expires_in", ""))
    if seconds is None:
        return token
    try:
        expires_at = now + timedelta(seconds=int(seconds[0]))
    except OverflowError:
        return token
    return Token(access_token=token.access_token, expires_at=expires_at)


def parse_pin(pasted: str) -> str:
    """Return the code in the text that a user copied from AniList's pin page.

    The text may be the code alone (parameters after it, such as ``&state=…``, are ignored), ``code=…`` or the whole
    address. It may be inside quotation marks or a chat's code block, and line breaks or spaces may divide it into long
    pieces.

    Raises:
        InvalidCallbackError: There is no code in the text, or it is a token of the implicit grant, which
            `parse_implicit` reads.
    """
    if not isinstance(pasted, str):
        raise InvalidCallbackError(f"the pasted text must be a str, not {type(pasted).__name__}")
    pasted = MaskedText(pasted)
    text = _unfenced(pasted)
    lengths = [len(piece) for piece in re.sub(_LINE_BREAKS, "", text).strip(f" \t{_AROUND}").split()]
    if len(lengths) > 1 and min(lengths) < _SHORTEST_PIECE:
        raise InvalidCallbackError("this is text without a code; copy only the code from AniList's page")
    text = _joined(text)
    code = MaskedText(text.partition("&")[0])
    if any(mark in code for mark in "=?#"):
        parameters = CallbackQuery.of(text, fragment=True).parameters
        if "error" in parameters:
            _raise_error(parameters, verified=False)
        is_token, code = "access_token" in parameters, parameters.get("code", MaskedText())
    else:
        is_token = re.fullmatch(_JWT, code) is not None
    if is_token:
        raise InvalidCallbackError("this is an access token, not a code; log in with response_type=code instead")
    if not code or not code.isascii() or not code.isprintable() or " " in code or "/" in code:
        raise InvalidCallbackError("there is no code in this; copy the whole code from AniList's page and try again")
    return str(code)


def _unfenced(pasted: MaskedText) -> MaskedText:
    """Remove the code block that chats put around text."""
    if len(pasted) > SIZE_LIMIT:
        raise InvalidCallbackError("the pasted text is longer than 64 KiB; copy only the code")
    block = re.fullmatch(_CODE_BLOCK, pasted)
    return MaskedText(block[1]) if block else pasted


def _joined(text: MaskedText) -> MaskedText:
    """Remove whitespace, invisible characters and quotation marks that chats and terminals add to a pasted line."""
    visible = "".join(character for character in text if character.isprintable() and not character.isspace())
    return MaskedText(visible.strip(_AROUND).lstrip("?#&"))


def _check_place(url: MaskedText, redirect_uri: str) -> None:
    came, registered = _location(url), _location(str(redirect_uri))
    if came is None or registered is None:
        raise InvalidCallbackError("the callback's URL is malformed; start a new login")
    if came != registered:
        raise InvalidCallbackError(
            f"the callback arrived at {clean(came)}, which is not the redirect URI {registered}; behind a proxy that "
            "rewrites the URL, pass redirect_uri=None"
        )


def _location(uri: str) -> str | None:
    """Return the place of a URI as browsers write it: with an ASCII host, no default port and no dot segments."""
    try:
        url = URL(uri.replace("%2e", ".").replace("%2E", "."))
        return str(url.with_path(url.raw_path, encoded=True))
    except (ValueError, IndexError):  # yarl raises IndexError for "https://[]@"
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
