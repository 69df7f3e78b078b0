"""Records for the tests of stores."""

import base64
import json
from datetime import UTC, datetime, timedelta

from anilist_oauth.storage import StoredToken
from anilist_oauth.storage.digests import digest
from anilist_oauth.storage.records import PendingLogin
from anilist_oauth.tokens.access_token import Token
from anilist_oauth.tokens.viewer import Viewer

NOON = datetime(2026, 10, 1, 12, 0, 0, 123456, tzinfo=UTC)


def key(number: int = 1) -> str:
    """Return the key of a login."""
    return digest(f"state {number}")


def pending(
    subject: str | None = "discord:42", *, client_id: str = "12345", expires_at: datetime = NOON + timedelta(minutes=10)
) -> PendingLogin:
    """Return a pending login with text of every kind."""
    return PendingLogin(
        client_id=client_id,
        subject=subject,
        binding_digest=digest("cookie"),
        label='@mika "ミカ" 🎴',
        return_to="/profile?x=1",
        expires_at=expires_at,
    )


def jwt(**claims: object) -> str:
    """Return an access token with these claims and an invalid signature."""
    header, payload = ({"alg": "RS256"}, claims)
    parts = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, payload))
    return ".".join((*parts, "c2lnbmF0dXJl"))


def stored(
    subject: str = "discord:42", *, client_id: str = "12345", token: str = "token-1", days: float | None = 365
) -> StoredToken:
    """Return the record of a token."""
    expires_at = None if days is None else NOON + timedelta(days=days)
    return StoredToken(
        client_id=client_id,
        subject=subject,
        token=Token(access_token=token * 150, expires_at=expires_at),
        viewer=Viewer(id=7, name="ミカ", avatar="https://img.example/a.png", site_url=None, unread=3),
        stored_at=NOON,
    )
