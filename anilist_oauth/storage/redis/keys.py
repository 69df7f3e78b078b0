"""The names of `RedisStore`'s keys, and how its commands are run.

``anilist_oauth:{logins}:<SHA-256 of the state>`` is a hash for each login of the last minutes, and
``anilist_oauth:{logins}:of:<SHA-256 of client id and subject>`` the list of a subject's unfinished ones.
``anilist_oauth:{<client id>}:token:<subject>`` is a hash for each user, ``anilist_oauth:{<client id>}:expiry`` the
sorted set of the subjects by the expiry of their tokens, and ``anilist_oauth:applications`` the set of the client ids.
``anilist_oauth:pace`` is what the processes share of AniList's limit.
"""

from collections.abc import AsyncGenerator, Awaitable
from typing import Any, Protocol

Command = tuple[str | int, ...]

LOGINS = "anilist_oauth:{logins}:"
OWNERS = LOGINS + "of:"
SETTLED = LOGINS + "settled"  # the channel on which the key of a login is published that has ended
PACE = "anilist_oauth:pace"
APPLICATIONS = "anilist_oauth:applications"


class Run(Protocol):
    """Runs commands, several of them in one transaction, and gives their answers."""

    def __call__(self, *commands: Command) -> Awaitable[list[Any]]:
        """Run them; each may run twice where an answer was lost."""


class News(Protocol):
    """Subscribes to a channel."""

    def __call__(self, channel: str) -> AsyncGenerator[str | None, None]:
        """Yield what is published, and None whenever something may have been missed."""


def script(source: str, keys: tuple[str, ...], *arguments: str | int) -> Command:
    """Give the command that runs a Lua script: it is atomic."""
    return ("EVAL", source, len(keys), *keys, *arguments)
