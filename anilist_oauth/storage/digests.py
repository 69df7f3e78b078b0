"""What a store knows a secret by: its SHA-256, so that a leaked store opens nothing."""

import hashlib


def digest(secret: str) -> str:
    """Give the SHA-256 of a state, binding, code or token as 64 hex digits.

    All of these are long and random, so that a plain digest cannot be turned back and needs no salt.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
