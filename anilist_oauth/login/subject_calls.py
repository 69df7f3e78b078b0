"""The methods of a flow for subjects who have logged in."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

from anilist_oauth.arguments import expect
from anilist_oauth.login.live_tokens import LiveTokens
from anilist_oauth.login.open_calls import OpenCalls
from anilist_oauth.tokens.access_token import Token
from anilist_oauth.tokens.viewer import Viewer


class SubjectCalls:
    """The methods of `LoginFlow` that use stored tokens."""

    def __init__(self, live_tokens: LiveTokens, *, calls: OpenCalls) -> None:
        self._live_tokens = live_tokens
        self._calls = calls

    def _for(self, subject: str) -> AbstractAsyncContextManager[None]:
        expect(subject, str, "subject: a string is needed, such as discord:42")
        return self._calls.under_way()

    async def token_for(self, subject: str) -> Token:
        """Return a subject's valid token.

        Raises:
            LoginRequiredError: There is no token, it has expired, or AniList refused it within the last hour. (AniList
                has refused valid tokens during incidents, so a refused token is kept and tried again later.)
            StorageError: The store failed for 30 seconds.
        """
        async with self._for(subject):
            return (await self._live_tokens.get(subject)).token

    async def graphql(
        self,
        subject: str,
        query: str,
        variables: Mapping[str, Any] | None = None,
        *,
        operation_name: str | None = None,
        max_wait: float | None = None,
        timeout: float | None = None,
    ) -> dict[str, Any]:
        """Send a query with the subject's stored token. See `OAuthSession.graphql` for the arguments and errors.

        After an `InvalidTokenError`, the stored token is marked as refused, unless it was replaced in the meantime.

        Raises:
            LoginRequiredError: As for `token_for`.
        """
        async with self._for(subject):
            return await self._live_tokens.use(
                subject,
                lambda token: self._live_tokens.session.graphql(
                    query, variables, token=token, operation_name=operation_name, max_wait=max_wait, timeout=timeout
                ),
            )

    async def viewer(self, subject: str, *, max_wait: float | None = None) -> Viewer:
        """Return a subject's viewer. It is requested once and then stored.

        Args:
            subject: The subject.
            max_wait: The longest wait for a turn, in seconds, as for `OAuthSession.graphql`.

        Raises:
            LoginRequiredError: As for `token_for`.
            TokenMismatchError: AniList reports another user than the one who logged in.
            AniListOAuthError: The errors of `graphql`.
        """
        async with self._for(subject):
            return await self._live_tokens.viewer(subject, max_wait=max_wait)

    async def logout(self, subject: str) -> None:
        """Delete a subject's token. Only the user can revoke it at AniList: https://anilist.co/settings/apps."""
        async with self._for(subject):
            await self._live_tokens.forget(subject)
