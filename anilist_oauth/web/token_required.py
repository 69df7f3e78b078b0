"""What a request gets that needs a user's token where there is none: a person the login, a program a refusal."""

import json
from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

from anilist_oauth.errors import ConfigurationError, LoginRequiredError
from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.login.return_to import check_return_to
from anilist_oauth.tokens.access_token import Token
from anilist_oauth.web.browser_request import BrowserRequest
from anilist_oauth.web.browser_response import PRIVATE, BrowserResponse, redirect
from anilist_oauth.web.handlers import RequestT, settled

REFUSAL = "log in with AniList"


async def live_token(
    flow: LoginFlow, subject: Callable[[RequestT], Awaitable[str | None] | str | None], request: RequestT
) -> Token:
    """Give the live token of the one who is signed in.

    Raises:
        LoginRequiredError: Nobody is, or there is no live token.
        StorageError: The store failed.
    """
    name = await settled(subject(request))
    if name is None:
        raise LoginRequiredError("nobody is signed in: the user logs in", subject="")
    return await flow.token_for(name)


def login_first(visit: BrowserRequest, *, login: str) -> BrowserResponse:
    """Send a person to the login and back, if they can come back with a GET; tell a program 401."""
    if not visit.is_page:
        body = json.dumps({"detail": REFUSAL, "login": login}).encode()
        return BrowserResponse(status=401, headers=(*PRIVATE, ("Content-Type", "application/json")), body=body)
    return redirect(f"{login}{_back(visit)}")


def _back(visit: BrowserRequest) -> str:
    try:
        target = check_return_to(visit.target)
    except ConfigurationError:  # the login would refuse it, and the person with it
        return ""
    return f"?{urlencode({'return_to': target})}" if visit.method == "GET" else ""
