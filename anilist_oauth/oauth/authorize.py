"""Where the user's browser is sent (RFC 6749 sections 4.1.1 and 4.2.1)."""

import re
from urllib.parse import urlencode

from yarl import URL

from anilist_oauth.errors import ConfigurationError
from anilist_oauth.oauth.redirect_uri import RedirectGuard
from anilist_oauth.oauth.state import new_state

_STATE = re.compile(r"[A-Za-z0-9._~-]{22,256}")


def authorization_url(endpoint: URL, *, client_id: str, redirect_uri: str, state: str | None = None) -> URL:
    """Build the URL of the authorization code grant.

    Args:
        endpoint: The authorization endpoint.
        client_id: The application's ID.
        redirect_uri: The registered redirect URI; percent-encoded once, so that the server reads it byte for byte.
        state: The state to send, 22 to 256 characters of ``A-Z a-z 0-9 - _ . ~``; None for a fresh one.

    Raises:
        RedirectURIError: The redirect URI cannot be one.
        ConfigurationError: The state is not of that form. (AniList's server puts a state into the redirect of a denial
            unencoded, so that other characters would come back changed.)
    """
    registered = RedirectGuard(redirect_uri).registered
    return with_state(code_url_prefix(endpoint, client_id=client_id, redirect_uri=registered), state)


def code_url_prefix(endpoint: URL, *, client_id: str, redirect_uri: str) -> str:
    """Build the part of the URL that is the same for every login of an application, up to the state's value."""
    query = {"client_id": client_id, "redirect_uri": redirect_uri, "response_type": "code"}
    return f"{_with_query(endpoint, query)}&state="


def with_state(prefix: str, state: str | None) -> URL:
    """Complete a prefix with a state, or with a fresh one; raises as `authorization_url`."""
    if state is None:
        return URL(prefix + new_state(), encoded=True)
    if not isinstance(state, str) or not _STATE.fullmatch(state):
        del state
        raise ConfigurationError(
            "state: 22 to 256 characters of A-Z a-z 0-9 - _ . ~ are needed; leave it out, and a fresh one is made"
        )
    return URL(prefix + state, encoded=True)


def implicit_url(endpoint: URL, *, client_id: str) -> URL:
    """Build the URL of the implicit grant: AniList takes ``client_id`` and ``response_type=token``, and no more."""
    return URL(_with_query(endpoint, {"client_id": client_id, "response_type": "token"}), encoded=True)


def _with_query(endpoint: URL, query: dict[str, str]) -> str:
    return f"{endpoint}{'&' if endpoint.raw_query_string else '?'}{urlencode(query)}"
