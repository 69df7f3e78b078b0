"""The key that signs access tokens."""

import functools
from concurrent.futures import Future, ThreadPoolExecutor

from cryptography.hazmat.primitives.asymmetric import rsa

_BITS = 4096  # AniList's signatures are 512 bytes long


@functools.cache
def signing_key() -> "Future[rsa.RSAPrivateKey]":
    """Start making this process's key, once, in a thread. It takes about half a second."""
    executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="anilist-sandbox-key")
    key = executor.submit(rsa.generate_private_key, 65537, _BITS)
    executor.shutdown(wait=False)
    return key
