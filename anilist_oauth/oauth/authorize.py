"""Build the URL that the user's browser is sent to (RFC 6749 sections 4.1.1 and 4.2.1)."""

import re
from urllib.parse import urlencode

from yarl import URL

from anilist_oauth.arguments import expect
from anilist_oauth.errors import ConfigurationError
from anilist_oauth.oauth.application import Application
from anilist_oauth.oauth.state import new_state
from anilist_oauth.redaction import MaskedText

_STATE = r"[A-Za-z0-9._~-]{22,256}"


def authorization_url(endpoint: URL, *, client_id: str, redirect_uri: str, state: str | None = None) -> URL:
    """Return the URL that starts the authorization code grant.

    Args:
        endpoint: The authorization endpoint.
        client_id: The application's ID.
        redirect_uri: The registered redirect URI. It is percent-encoded once, so the server gets it byte for byte.
        state: The state: 22 to 256 characters of ``A-Z a-z 0-9 - _ . ~``. By default a new one.

    Raises:
        RedirectURIError: The redirect URI is invalid.
        ConfigurationError: The endpoint or the client id is not valid, or the state has another form. (After a denial,
            AniList returns the state without encoding it, so other characters would come back changed.)
    """
    expect(endpoint, URL, "endpoint: a yarl.URL is needed")
    application = Application(client_id=client_id, redirect_uri=redirect_uri)
    prefix = code_url_prefix(endpoint, client_id=application.client_id, redirect_uri=application.redirect_uri)
    return with_state(prefix, state)


def code_url_prefix(endpoint: URL, *, client_id: str, redirect_uri: str) -> URL:
    """Return the part of the URL that is the same in all logins of an application: all but the state's value."""
    query = {"client_id": client_id, "redirect_uri": redirect_uri, "response_type": "code"}
    return URL(f"{_with_query(endpoint, query)}&state=", encoded=True)


def with_state(prefix: URL, state: str | None) -> URL:
    """Append a state, or a new one, to the prefix. The errors are those of `authorization_url`."""
    if state is None:
        state = MaskedText(new_state())
    elif not isinstance(state, str) or not re.fullmatch(_STATE, state):
        del state
        raise ConfigurationError(
            "state: 22 to 256 characters of A-Z a-z 0-9 - _ . ~ are needed; leave it out to get a new one"
        )
    return URL.build(  # which takes half the time of parsing the whole URL
        scheme=prefix.scheme,
        authority=prefix.raw_authority,
        path=prefix.raw_path,
        query_string=prefix.raw_query_string + state,
        encoded=True,
    )


def implicit_url(endpoint: URL, *, client_id: str) -> URL:
    """Return the URL of the implicit grant. AniList only accepts ``client_id`` and ``response_type=token`` in it."""
    return URL(_with_query(endpoint, {"client_id": client_id, "response_type": "token"}), encoded=True)


def _with_query(endpoint: URL, query: dict[str, str]) -> str:
    return f"{endpoint}{'&' if endpoint.raw_query_string else '?'}{urlencode(query)}"
