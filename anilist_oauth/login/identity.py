"""Whose token it is: what the token says, where AniList's token endpoint has just given it, and AniList's viewer."""

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
from anilist_oauth.tokens.claims import peek_claims
from anilist_oauth.tokens.viewer import Viewer

SIGN_IN = "anilist:"  # and the user id: the subject of a login begun without one
_KIND_TIME = 2.0  # seconds that a browser waits for a name it could do without
_VIEWER_TIME = 60.0  # seconds that it waits for a viewer without whom nobody knows the user
_SHORTEST_PAUSE = 1.0  # seconds, where AniList says to come again at once


def claimed_user_id(token: Token, *, client_id: str) -> int | None:
    """Read the user id from a token that came from the token endpoint itself, over TLS.

    Returns:
        The ``sub`` claim; None if the token is not a JWT, has no ``aud``, or no positive integer as ``sub``.

    Raises:
        TokenMismatchError: Its ``aud`` does not hold this application.
    """
    claims = peek_claims(token.access_token)
    if claims is None or not claims.audience:
        return None
    if client_id not in claims.audience:
        raise TokenMismatchError(
            "the token endpoint gave a token of another application; check the endpoints, and start a new login",
            reason="other_application",
        )
    return claims.user_id


def subject_of(subject: str | None, *, user_id: int) -> str:
    """Give the subject of a login: its own, or that of a sign-in.

    Raises:
        TokenMismatchError: The login was begun for another user of AniList.
    """
    signed_in = f"{SIGN_IN}{user_id}"
    if subject is None:
        return signed_in
    if subject.startswith(SIGN_IN) and subject != signed_in:
        raise TokenMismatchError(
            f"the login was begun for {subject}, but the user is {signed_in}; sign out of AniList there first",
            reason="other_user",
        )
    return subject


def check_viewer(viewer: Viewer, *, user_id: int) -> Viewer:
    """Give the viewer back; `TokenMismatchError` if AniList names another user than the token does."""
    if viewer.id != user_id:
        raise TokenMismatchError(
            f"the token names user {user_id}, but AniList names user {viewer.id}; log in again", reason="other_user"
        )
    return viewer


class Identity:
    """Tells whose token it is, for the logins of one session.

    Attributes:
        viewer_needed: Whether the last token did not say whose it is, so that AniList's pace decides over a login.
    """

    def __init__(self, session: OAuthSession) -> None:
        self._session = session
        self.viewer_needed: bool = False

    async def identify(self, token: Token) -> tuple[int, Viewer | None]:
        """Tell whose a token is that the token endpoint has just given.

        Where the token says so, the viewer is asked once, if the pace has a turn this very moment, for two seconds at
        most, and may be None. Else it is waited for up to 60 seconds.

        Raises:
            TokenMismatchError: The token is another application's, or the viewer is another user.
            ServiceError: The token does not say whose it is, and AniList could not be asked.
        """
        user_id = claimed_user_id(token, client_id=self._session.application.client_id)
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
            return None  # whatever it is, the token said who the user is, and the name can follow

    async def _wait_for_viewer(self, token: Token) -> Viewer:
        """Ask for as long as a browser can be kept waiting; a fresh token that is refused is an incident, too.

        AniList is asked again when it says, or the pace does; else after 1, 2, 4 … seconds.
        """
        loop = asyncio.get_running_loop()
        until, usual = loop.time() + _VIEWER_TIME, _SHORTEST_PAUSE
        try:
            async with asyncio.timeout_at(until):
                while True:
                    try:
                        return await self._session.viewer(token, max_wait=until - loop.time())
                    except UnexpectedResponseError:
                        raise  # whoever answers there is not AniList
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
