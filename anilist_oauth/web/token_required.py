"""The token of who is signed in, for a handler that acts for them."""

from collections.abc import Callable
from typing import Any, Generic

from anilist_oauth.arguments import expect
from anilist_oauth.errors import LoginRequiredError
from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.tokens.access_token import Token
from anilist_oauth.web.browser_request import BrowserRequest
from anilist_oauth.web.browser_response import BrowserResponse
from anilist_oauth.web.handlers import RequestT, Subject, settled
from anilist_oauth.web.login_endpoints import REFUSAL, REQUIRED, LoginEndpoints

__all__ = ["NOT_ALLOWED", "REFUSAL", "REQUIRED", "RequiredToken"]

NOT_ALLOWED = 1008
"""The code with which a WebSocket is refused: "policy violation" (RFC 6455 section 7.4.1)."""


class RequiredToken(Generic[RequestT]):
    """What an adapter's `token_for_request` is made of.

    Args:
        flow: Whose tokens.
        subject: Called with the request; says who is signed in at the site, or None.
        login_path: Where a login begins, for an application without `init_app`.
        callback_path: As for `login_routes`, likewise.
    """

    def __init__(
        self, flow: LoginFlow, subject: Subject[RequestT], *, login_path: str, callback_path: str | None
    ) -> None:
        expect(subject, Callable, "subject: a function of the request is needed")
        self._endpoints = LoginEndpoints(flow, login_path=login_path, callback_path=callback_path)
        self._subject = subject

    async def find(self, request: Any, browser: BrowserRequest, *, installed: bool) -> Token | BrowserResponse:
        """Give the live token of the one who is signed in, or the answer of an application without `init_app`.

        Args:
            request: The request of the framework.
            browser: The same as a plain value.
            installed: Whether `init_app` answers the error.

        Raises:
            LoginRequiredError: Nobody is signed in, or there is no live token, and `init_app` answers that.
            StorageError: The store failed.
        """
        try:
            return await self._token(request)
        except LoginRequiredError as error:
            if installed:
                raise
            return self._endpoints.instead(browser, error)

    async def _token(self, request: Any) -> Token:
        name = await settled(self._subject(request))
        if name is None:
            raise LoginRequiredError("nobody is signed in: the user must log in", subject="")
        return await self._endpoints.flow.token_for(name)
