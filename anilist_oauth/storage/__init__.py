"""Where logins and tokens are kept: read `base` first, for what every store promises."""

from anilist_oauth.storage.base import LoginStore, StoredToken, TokenStore
from anilist_oauth.storage.memory import MemoryLoginStore
from anilist_oauth.storage.memory_tokens import MemoryTokenStore
from anilist_oauth.storage.opening import Store, open_store
from anilist_oauth.storage.outcome import Outcome
from anilist_oauth.storage.redis import RedisStore
from anilist_oauth.storage.sealed import SealedTokenStore
from anilist_oauth.storage.sql import SQLStore

__all__ = [
    "LoginStore",
    "MemoryLoginStore",
    "MemoryTokenStore",
    "Outcome",
    "RedisStore",
    "SQLStore",
    "SealedTokenStore",
    "Store",
    "StoredToken",
    "TokenStore",
    "open_store",
]
