"""Identify the user of a new token: by its claims, if AniList's token endpoint just returned it, and by the viewer."""

import asyncio

from anilist_oauth.errors import (
    AniListOAuthError,
    InvalidTokenError,
    RateLimitedError,
    ServiceError,
    ServiceUnavailableError,
    TokenMismatchError,
    UnexpectedResponseError,
)
from anilist_oauth.session.session import OAuthSession
from anilist_oauth.tokens.access_token import Token
from anilist_oauth.tokens.claims import UnverifiedClaims
from anilist_oauth.tokens.viewer import Viewer

SIGN_IN = "anilist:"  # followed by the user id: the subject of a sign-in
_KIND_TIME = 2.0  # seconds that a browser waits for an optional name
_VIEWER_TIME = 60.0  # seconds that it waits for the viewer if nothing else identifies the user
_SHORTEST_PAUSE = 1.0  # seconds, even if AniList says to come back at once


def claimed_user_id(claims: UnverifiedClaims | None, *, client_id: str) -> int | None:
    """Return the user id that a token claims. The token must come directly from the token endpoint, over TLS.

    Args:
        claims: The token's claims, or None if it is not a JWT.
        client_id: This application.

    Returns:
        The ``sub`` claim. None if the token is not a JWT, has no ``aud``, or its ``sub`` is not a positive integer.

    Raises:
        TokenMismatchError: Its ``aud`` does not contain this application.
    """
    if claims is None or not claims.audience:
        return None
    if client_id not in claims.audience:
        raise TokenMismatchError(
            "the token endpoint returned another application's token; check the endpoints and start a new login",
            reason="other_application",
        )
    return claims.user_id


def subject_of(subject: str | None, *, user_id: int) -> str:
    """Return the subject of a finished login: the one it was begun with, or that of a sign-in.

    Raises:
        TokenMismatchError: The login was begun for another AniList user.
    """
    signed_in = f"{SIGN_IN}{user_id}"
    if subject is None:
        return signed_in
    if subject.startswith(SIGN_IN) and subject != signed_in:
        raise TokenMismatchError(
            f"the login was begun for {subject}, but the user is {signed_in}; sign out of AniList and try again",
            reason="other_user",
        )
    return subject


def check_viewer(viewer: Viewer, *, user_id: int) -> Viewer:
    """Return the viewer, or raise `TokenMismatchError` if AniList names another user than the token."""
    if viewer.id != user_id:
        raise TokenMismatchError(
            f"the token names user {user_id}, but AniList names user {viewer.id}; log in again", reason="other_user"
        )
    return viewer


class Identity:
    """Identifies the users of new tokens, for the logins of one session.

    Attributes:
        viewer_needed: Whether the last token did not name its user. If so, each login needs a turn of the pace.
    """

    def __init__(self, session: OAuthSession) -> None:
        self._session = session
        self.viewer_needed: bool = False

    async def identify(self, token: Token, claims: UnverifiedClaims | None) -> tuple[int, Viewer | None]:
        """Return the user id and, if available, the viewer of a token that the token endpoint just returned.

        `claims` are those of the token, or None if it is not a JWT.

        If the token names its user, the viewer is requested once, only if the pace has a turn right now, for at most
        two seconds, and may be None. Otherwise it is waited for, up to 60 seconds.

        Raises:
            TokenMismatchError: The token is another application's, or the viewer is another user.
            ServiceError: The token does not name its user, and AniList could not be asked.
        """
        user_id = claimed_user_id(claims, client_id=self._session.application.client_id)
        self.viewer_needed = user_id is None
        if user_id is None:
            viewer = await self._wait_for_viewer(token)
            return viewer.id, viewer
        found = await self._ask_once(token)
        return user_id, None if found is None else check_viewer(found, user_id=user_id)

    async def _ask_once(self, token: Token) -> Viewer | None:
        try:
            async with asyncio.timeout(_KIND_TIME):
                return await self._session.viewer(token, max_wait=0)
        except (AniListOAuthError, TimeoutError):
            return None  # whatever failed: the token names the user, and the name can follow later

    async def _wait_for_viewer(self, token: Token) -> Viewer:
        """Wait for the viewer as long as a browser can wait. Refusing a new token counts as an incident, too.

        AniList is asked again when it or the pace says so, otherwise after 1, 2, 4 … seconds.
        """
        loop = asyncio.get_running_loop()
        until, usual = loop.time() + _VIEWER_TIME, _SHORTEST_PAUSE
        try:
            async with asyncio.timeout_at(until):
                while True:
                    try:
                        return await self._session.viewer(token, max_wait=until - loop.time())
                    except UnexpectedResponseError:
                        raise  # the answer does not come from AniList
                    except (ServiceError, InvalidTokenError) as error:
                        said = getattr(error, "retry_after", None)
                        pause = usual if said is None else max(said, _SHORTEST_PAUSE)
                        if loop.time() + pause >= until:
                            raise
                    usual *= 2
                    await asyncio.sleep(pause)
        except TimeoutError as error:
            raise ServiceUnavailableError("AniList did not say who the user is; start a new login later") from error
        except RateLimitedError as error:
            raise RateLimitedError(
                "AniList had too many requests to say who the user is; start a new login later",
                retry_after=error.retry_after,
            ) from error
