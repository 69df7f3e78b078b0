"""Stores for pending logins and for tokens.

Read `protocols` first, which defines what every store must do. `records` defines the stored values. `store` opens a
store by its URL, and `memory`, `sql` and `redis` implement stores. What a record means for a login is decided in
`anilist_oauth.login`.
"""

from anilist_oauth.storage.memory.logins import MemoryLoginStore
from anilist_oauth.storage.memory.tokens import MemoryTokenStore
from anilist_oauth.storage.outcome import Outcome
from anilist_oauth.storage.plain_text import InsecureStoreWarning
from anilist_oauth.storage.protocols import LoginStore, TokenStore
from anilist_oauth.storage.records import PendingLogin, StoredToken, Taken
from anilist_oauth.storage.redis.store import RedisStore
from anilist_oauth.storage.sealed import SealedTokenStore
from anilist_oauth.storage.sql.store import SQLStore
from anilist_oauth.storage.store import Store, open_store

__all__ = [
    "InsecureStoreWarning",
    "LoginStore",
    "MemoryLoginStore",
    "MemoryTokenStore",
    "Outcome",
    "PendingLogin",
    "RedisStore",
    "SQLStore",
    "SealedTokenStore",
    "Store",
    "StoredToken",
    "Taken",
    "TokenStore",
    "open_store",
]
