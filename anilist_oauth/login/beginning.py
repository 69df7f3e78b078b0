"""Check the arguments of a new login. Otherwise a wrong value would only raise when the user comes back."""

from datetime import datetime
from typing import Any

from anilist_oauth.errors import ConfigurationError
from anilist_oauth.login.authorization_response import digest_binding
from anilist_oauth.login.return_to import check_return_to
from anilist_oauth.redaction import Masked
from anilist_oauth.storage.records import PendingLogin

RETURN_TO_LIMIT = 512  # bytes for sign-ins, because strangers can begin them and a store keeps each until it expires


def begun_login(
    *,
    client_id: str,
    subject: str | None,
    binding: Masked[Any],
    label: str | None,
    return_to: str | None,
    origins: frozenset[str],
    expires_at: datetime,
) -> PendingLogin:
    """Return the record of a new login.

    Raises:
        ConfigurationError: `return_to` is not allowed or too long, the binding is empty, or a text is too long.
    """
    if return_to is not None:
        check_return_to(return_to, origins=origins)
        if subject is None and len(return_to) > RETURN_TO_LIMIT:
            raise ConfigurationError(
                f"return_to: at most {RETURN_TO_LIMIT} bytes are allowed for a sign-in; shorten its query"
            )
    if binding.value == "":
        raise ConfigurationError("binding: a random string is needed, or None")
    return PendingLogin(
        client_id=client_id,
        subject=subject,
        binding_digest=digest_binding(binding),
        label=label,
        return_to=return_to,
        expires_at=expires_at,
    )
