"""Stores keep only the SHA-256 of a secret, so that a leaked store reveals none."""

import hashlib

from anilist_oauth.redaction import secret_bytes


def digest(secret: str) -> str:
    """Return the SHA-256 of a state, binding, code or token as 64 hex digits.

    All of these are long and random, so a plain digest cannot be reversed and needs no salt.
    """
    return hashlib.sha256(secret_bytes(secret)).hexdigest()
