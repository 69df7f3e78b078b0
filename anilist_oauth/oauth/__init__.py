"""The authorization code grant as values, without I/O: the requests to AniList, and how to read its responses.

Reading order, which is that of a login: `application`, `redirect_uri`, `authorize`, `callback`, `exchange`. Requests
are sent by `session`, and logins are stored by `login`.
"""

from anilist_oauth.oauth.application import Application
from anilist_oauth.oauth.authorize import authorization_url
from anilist_oauth.oauth.callback import callback_state, parse_callback, parse_implicit, parse_pin
from anilist_oauth.oauth.endpoints import ANILIST, PIN_REDIRECT_URI, Endpoints
from anilist_oauth.oauth.exchange import parse_token_response, token_request
from anilist_oauth.oauth.redirect_uri import RedirectGuard
from anilist_oauth.oauth.state import new_state, states_match

__all__ = [
    "ANILIST",
    "PIN_REDIRECT_URI",
    "Application",
    "Endpoints",
    "RedirectGuard",
    "authorization_url",
    "callback_state",
    "new_state",
    "parse_callback",
    "parse_implicit",
    "parse_pin",
    "parse_token_response",
    "states_match",
    "token_request",
]
