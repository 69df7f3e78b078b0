"""The people who have an account at the sandbox."""

from collections.abc import Iterable, Iterator

import attrs

_FIRST_ID = 112_084  # six digits, as the ids of most of AniList's users


@attrs.frozen(kw_only=True)
class User:
    """An account; `id` is the token's ``sub``, as an int. A private one's list is for its own eyes."""

    id: int
    name: str
    private: bool = False

    @property
    def site_url(self) -> str:
        """The profile's address at AniList's own site; nothing is there for a made-up user."""
        return f"https://anilist.co/user/{self.name}"


class People:
    """Every account, the first one being whom the sandbox takes where nobody is named."""

    def __init__(self, names: Iterable[str], *, private: Iterable[str] = ()) -> None:
        if isinstance(names, str):
            raise TypeError(f"users: names are needed, such as users=({names!r},)")
        names, hidden = list(names), set(private)
        self._users = {
            name: User(id=_FIRST_ID + index, name=name, private=name in hidden) for index, name in enumerate(names)
        }
        if not self._users:
            raise ValueError("users: the sandbox needs one at least, such as users=('mika',)")
        if len(self._users) < len(names) or not hidden <= self._users.keys():
            raise ValueError("users: each name is there once, and private_users are some of them")

    def __iter__(self) -> Iterator[User]:
        return iter(self._users.values())

    @property
    def first(self) -> User:
        """The first account."""
        return next(iter(self))

    def named(self, name: str) -> User | None:
        """Find an account by its name."""
        return self._users.get(name)

    def one(self, who: User | str | None) -> User:
        """Give the account that is meant; None is the first one.

        Raises:
            ValueError: The sandbox has no such user.
        """
        if who is None:
            return self.first
        name = who.name if isinstance(who, User) else who
        user = self.named(name)
        if user is None:
            raise ValueError(f"user: nobody here is named {name!r}; there are {', '.join(self._users)}")
        return user
