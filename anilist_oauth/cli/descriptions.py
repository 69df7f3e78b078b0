"""Describe accounts and tokens in words and in JSON, without the token itself."""

from datetime import UTC, datetime
from typing import Any

from anilist_oauth.tokens.access_token import Token
from anilist_oauth.tokens.viewer import Viewer, display_name


def account(user_id: int, viewer: Viewer | None, token: Token) -> dict[str, Any]:
    """Return an account as JSON values. Without a viewer, its name and address are null."""
    return {
        "user_id": user_id,
        "user_name": None if viewer is None else viewer.name,
        "site_url": None if viewer is None else viewer.site_url,
        "expires_at": None if token.expires_at is None else token.expires_at.isoformat(),
    }


def name_and_id(user_id: int, viewer: Viewer | None) -> str:
    """Return a user's name with the id. The user may change the name, but not the id."""
    return display_name(user_id, viewer) if viewer is None else f"{viewer.name} (AniList user {user_id})"


def day(token: Token) -> str:
    """Return how long a token is valid, in words."""
    return "for an unknown time" if token.expires_at is None else f"until {token.expires_at:%d %B %Y}"


def days_left(token: Token) -> int | None:
    """Return how many whole days a token is still valid, or None if its expiry is unknown."""
    return None if token.expires_at is None else max(0, (token.expires_at - datetime.now(UTC)).days)
