"""The accounts of the sandbox."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import attrs

_FIRST_ID = 112_084  # six digits, like the ids of most AniList users


def _no_sandbox(_name: str, _fields: dict[str, Any]) -> "User":
    raise TypeError("this account belongs to no sandbox; use sandbox.user")


@attrs.frozen(kw_only=True)
class User:
    """An account. Its `id` is the token's ``sub`` as an int. Only the user can see the list of a private account."""

    id: int
    name: str
    private: bool = False
    _describe: "Describe" = attrs.field(default=_no_sandbox, eq=False, repr=False)

    def __call__(self, name: str, /, **fields: Any) -> "User":
        """Set fields of an account: ``sandbox.user("mika", about="…")``. An unknown name creates an account.

        Raises:
            ValueError: AniList's schema has no such field, or a value does not fit the field.
        """
        return self._describe(name, fields)

    @property
    def site_url(self) -> str:
        """The address of the profile on AniList's site. A made-up user has no page there."""
        return f"https://anilist.co/user/{self.name}"


Describe = Callable[[str, dict[str, Any]], User]
"""A function that sets fields of the account with a name."""


class People:
    """All accounts. The first one is the default."""

    def __init__(self, names: Iterable[str], *, private: Iterable[str] = (), describe: Describe = _no_sandbox) -> None:
        if isinstance(names, str) or not isinstance(names, Iterable):
            raise TypeError(f"users: names are needed, such as users=({names!r},)")
        names, hidden = list(names), set(private)
        self._users: dict[str, User] = {}
        self._describe = describe
        for name in names:
            self.add(name, private=name in hidden)
        if not self._users:
            raise ValueError("users: the sandbox needs at least one, such as users=('mika',)")
        if len(self._users) < len(names) or not hidden <= self._users.keys():
            raise ValueError("users: names must be unique, and private_users must be some of them")

    def __iter__(self) -> Iterator[User]:
        return iter(self._users.values())

    def add(self, name: str, *, private: bool = False) -> User:
        """Create an account.

        Raises:
            TypeError: The name is not a string.
            ValueError: The name is empty.
        """
        if not isinstance(name, str):
            raise TypeError(f"users: a name is a string, not {type(name).__name__}")
        if not name:
            raise ValueError("users: a name is needed, such as mika")
        user = User(id=_FIRST_ID + len(self._users), name=name, private=private, describe=self._describe)
        return self._users.setdefault(name, user)

    def named(self, name: str) -> User | None:
        """Return the account with a name, or None."""
        return self._users.get(name) if isinstance(name, str) else None

    def one(self, who: User | str | None) -> User:
        """Return the account that is meant. None is the first one.

        Raises:
            ValueError: The sandbox has no such user.
        """
        if who is None:
            return next(iter(self))
        name = who.name if isinstance(who, User) else who
        if not isinstance(name, str):
            raise TypeError(f"user: a User or a name is needed, not {type(name).__name__}")
        if name not in self._users:
            raise ValueError(f"user: nobody here is named {name!r}; there are {', '.join(self._users)}")
        return self._users[name]
