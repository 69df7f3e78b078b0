"""The names of `RedisStore`'s keys, and the functions with which its commands are run.

- ``anilist_oauth:{logins}:<SHA-256 of the state>``: a hash for each login of the last minutes.
- ``anilist_oauth:{logins}:of:<SHA-256 of client id and subject>``: a list of a subject's unfinished logins.
- ``anilist_oauth:{logins}:anonymous``: a sorted set of the unfinished logins without a subject.
- ``anilist_oauth:{<client id>}:token:<subject>``: a hash for each user.
- ``anilist_oauth:{<client id>}:expiry``: a sorted set of an application's subjects by the expiry of their tokens.
- ``anilist_oauth:applications``: a set of the client ids.
- ``anilist_oauth:pace``: the record with which all processes share one budget of requests.
- ``anilist_oauth:version``: the version of the data.
- ``anilist_oauth:sealed``: exists if a sealed token was ever stored.
"""

from collections.abc import AsyncGenerator, Awaitable
from typing import Any, Protocol
from urllib.parse import quote

import attrs

Command = tuple[str | int, ...]


@attrs.frozen
class Keys:
    """The names of the keys of one store. All begin with its prefix."""

    prefix: str = "anilist_oauth:"

    @property
    def logins(self) -> str:
        """The prefix of a login's key."""
        return f"{self.prefix}{{logins}}:"

    @property
    def owners(self) -> str:
        """The prefix of the key of a subject's unfinished logins."""
        return f"{self.logins}of:"

    @property
    def anonymous(self) -> str:
        """The key of the unfinished logins without a subject."""
        return f"{self.logins}anonymous"

    @property
    def settled(self) -> str:
        """The channel on which the keys of finished logins are published."""
        return f"{self.logins}settled"

    @property
    def applications(self) -> str:
        """The key of the client ids."""
        return f"{self.prefix}applications"

    @property
    def version(self) -> str:
        """The key of the version."""
        return f"{self.prefix}version"

    @property
    def pace(self) -> str:
        """The key of the pace that the processes share."""
        return f"{self.prefix}pace"

    @property
    def sealed(self) -> str:
        """The key that exists if there are sealed tokens."""
        return f"{self.prefix}sealed"

    def expiry(self, client_id: str) -> str:
        """Return the key of an application's subjects by expiry."""
        return f"{self.prefix}{{{quote(client_id, safe='')}}}:expiry"

    def token(self, client_id: str, subject: str) -> str:
        """Return the key of a user's record."""
        return f"{self.prefix}{{{quote(client_id, safe='')}}}:token:{subject}"


class Run(Protocol):
    """Runs commands and returns their answers. Several commands are run in one transaction."""

    def __call__(self, *commands: Command) -> Awaitable[list[Any]]:
        """Run the commands. If an answer is lost, a command may run twice."""


class News(Protocol):
    """Subscribes to a channel."""

    def __call__(self, channel: str) -> AsyncGenerator[str | None, None]:
        """Yield published messages, and None each time that messages may have been missed."""


def script(source: str, keys: tuple[str, ...], *arguments: str | int) -> Command:
    """Return the command that runs a Lua script, which is atomic. The client sends only its digest where possible."""
    return ("EVAL", source, len(keys), *keys, *arguments)
