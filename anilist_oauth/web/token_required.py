"""Find the token of the site's signed-in user, for handlers that make requests on their behalf."""

from collections.abc import Callable
from typing import Any, Generic

from anilist_oauth.arguments import expect
from anilist_oauth.errors import LoginRequiredError
from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.redaction import Masked
from anilist_oauth.tokens.access_token import Token
from anilist_oauth.web.browser_request import BrowserRequest
from anilist_oauth.web.browser_response import BrowserResponse
from anilist_oauth.web.handlers import RequestT, Subject, settled
from anilist_oauth.web.login_endpoints import REFUSAL, REQUIRED, LoginEndpoints

__all__ = ["NOT_ALLOWED", "REFUSAL", "REQUIRED", "RequiredToken"]

NOT_ALLOWED = 1008
"""The code with which a WebSocket is refused: "policy violation" (RFC 6455 section 7.4.1)."""


class RequiredToken(Generic[RequestT]):
    """Implements each adapter's `token_for_request`.

    Args:
        flow: The flow that keeps the tokens.
        subject: Called with the request. Returns the site's signed-in user, or None.
        login_path: Where a login begins, for applications without `init_app`.
        callback_path: As for `login_routes`, for applications without `init_app`.
    """

    def __init__(
        self, flow: LoginFlow, subject: Subject[RequestT], *, login_path: str, callback_path: str | None
    ) -> None:
        expect(subject, Callable, "subject: a function of the request is needed")
        self._endpoints = LoginEndpoints(flow, login_path=login_path, callback_path=callback_path)
        self._subject = subject

    async def find(self, request: Any, browser: BrowserRequest, *, installed: bool) -> Token | BrowserResponse:
        """Return the valid token of the signed-in user.

        Args:
            request: The framework's request, masked or not.
            browser: The same request as a plain value.
            installed: Whether the application uses `init_app`, which responds to `LoginRequiredError`.

        Returns:
            The token. Without a token and without `init_app`, the response to send instead.

        Raises:
            LoginRequiredError: Nobody is signed in, or there is no valid token. Only raised if `installed` is true.
            StorageError: The store failed.
        """
        given = Masked(request)
        del request
        try:
            return await self._token(given)
        except LoginRequiredError as error:
            if installed:
                raise
            return self._endpoints.instead(browser, error)

    async def _token(self, request: Masked[Any]) -> Token:
        name = await settled(self._subject(request.value))
        if name is None:
            raise LoginRequiredError("nobody is signed in; the user must log in", subject="")
        return await self._endpoints.flow.token_for(name)
