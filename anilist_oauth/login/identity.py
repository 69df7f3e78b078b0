"""Identify the user of a token that the token endpoint has just returned, by its claims and by AniList's viewer."""

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
_KIND_TIME = 2.0  # seconds for which a browser waits for the viewer if it is optional
_VIEWER_TIME = 60.0  # seconds for which it waits for the viewer if nothing else identifies the user
_SHORTEST_PAUSE = 1.0  # seconds, even if Retry-After is shorter


def claimed_user_id(claims: UnverifiedClaims | None, *, client_id: str) -> int | None:
    """Return the user id in the claims of a token, which must come directly from the token endpoint over TLS.

    Args:
        claims: The token's claims, or None if it is not a JWT.
        client_id: The id of this application.

    Returns:
        The ``sub`` claim, or None if the token is not a JWT, has no ``aud``, or has a ``sub`` that is not a positive
        integer.

    Raises:
        TokenMismatchError: The ``aud`` claim does not contain this application.
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
    """Return the subject of a finished login. For a sign-in, this is ``anilist:`` and the user id.

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
    """Return the viewer, or raise `TokenMismatchError` if it is another user than the token's."""
    if viewer.id != user_id:
        raise TokenMismatchError(
            f"the token names user {user_id}, but AniList names user {viewer.id}; log in again", reason="other_user"
        )
    return viewer


class Identity:
    """Identifies the users of new tokens, for the logins of one session.

    Attributes:
        viewer_needed: Whether the last token did not name its user. Then each login needs a turn of the pace.
    """

    def __init__(self, session: OAuthSession) -> None:
        self._session = session
        self.viewer_needed: bool = False

    async def identify(self, token: Token, claims: UnverifiedClaims | None) -> tuple[int, Viewer | None]:
        """Return the user id and the viewer of a token that the token endpoint has just returned.

        If the claims contain the user id, the viewer is optional. It is requested once, if the pace has a turn right
        now, and takes at most two seconds. Otherwise it is requested for up to 60 seconds.

        Args:
            token: The token.
            claims: Its claims, or None if it is not a JWT.

        Raises:
            TokenMismatchError: The token belongs to another application, or the viewer is another user.
            ServiceError: The token does not name its user, and AniList could not be asked.
        """
        user_id = claimed_user_id(claims, client_id=self._session.application.client_id)
        self.viewer_needed = user_id is None
        if user_id is None:
            viewer = await self._wait_for_viewer(token)
            return viewer.id, viewer
        try:
            async with asyncio.timeout(_KIND_TIME):
                viewer = await self._session.viewer(token, max_wait=0)
        except (AniListOAuthError, TimeoutError):
            return user_id, None  # the claims identify the user, and the viewer can be requested later
        return user_id, check_viewer(viewer, user_id=user_id)

    async def _wait_for_viewer(self, token: Token) -> Viewer:
        """Request the viewer until AniList returns it, for at most 60 seconds.

        AniList is also asked again if it refuses the new token, because that only happens during incidents. It is asked
        again after the time in ``Retry-After``, or else after 1, 2, 4 … seconds.
        """
        loop = asyncio.get_running_loop()
        until, usual = loop.time() + _VIEWER_TIME, _SHORTEST_PAUSE
        try:
            async with asyncio.timeout_at(until):
                while True:
                    try:
                        return await self._session.viewer(token, max_wait=until - loop.time())
                    except UnexpectedResponseError:
                        raise  # the response does not come from AniList
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
