"""What a flow does for subjects who have logged in, for as long as their tokens live."""

from collections.abc import Mapping
from typing import Any

from anilist_oauth.login.live_tokens import LiveTokens
from anilist_oauth.login.open_calls import OpenCalls
from anilist_oauth.tokens.access_token import Token
from anilist_oauth.tokens.viewer import Viewer


class SubjectCalls:
    """The half of `LoginFlow` that works with stored tokens."""

    def __init__(self, live_tokens: LiveTokens, *, calls: OpenCalls) -> None:
        self._live_tokens = live_tokens
        self._calls = calls

    async def token_for(self, subject: str) -> Token:
        """Give a subject's live token.

        Raises:
            LoginRequiredError: There is none, it has expired, or AniList refused it within the last hour (it has
                refused good ones in incidents, so that it is kept and tried again).
            StorageError: The store failed for 30 seconds.
        """
        async with self._calls.under_way():
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
        """Ask AniList as a subject: `OAuthSession.graphql` with the token of `token_for`.

        `InvalidTokenError` marks the stored token as one that needs a login, if it is still the one that was used.
        """
        async with self._calls.under_way():
            return await self._live_tokens.use(
                subject,
                lambda token: self._live_tokens.session.graphql(
                    query, variables, token=token, operation_name=operation_name, max_wait=max_wait, timeout=timeout
                ),
            )

    async def viewer(self, subject: str, *, max_wait: float | None = None) -> Viewer:
        """Give a subject's viewer: as stored, else asked for and stored. What is stored is not asked for again.

        Args:
            subject: Whose viewer.
            max_wait: Seconds that the wait for a turn may take, as for `OAuthSession.graphql`.

        Raises:
            LoginRequiredError: There is no token, or none that may be used to ask.
            TokenMismatchError: AniList names another user than the one who logged in.
            AniListOAuthError: As for `graphql`.
        """
        async with self._calls.under_way():
            return await self._live_tokens.viewer(subject, max_wait=max_wait)

    async def logout(self, subject: str) -> None:
        """Forget a subject's token. AniList cannot be told: the user revokes it at https://anilist.co/settings/apps."""
        async with self._calls.under_way():
            await self._live_tokens.forget(subject)
