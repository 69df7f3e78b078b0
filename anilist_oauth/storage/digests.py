"""Compute the SHA-256 of a secret. Stores keep only that of a state, binding or code, so that a leak reveals none."""

import hashlib

from anilist_oauth.redaction import secret_bytes


def digest(secret: str) -> str:
    """Return the SHA-256 of a state, binding, code or token as 64 hex digits.

    All of these are long and random, so a plain digest cannot be reversed and needs no salt.
    """
    return hashlib.sha256(secret_bytes(secret)).hexdigest()
