"""The accounts."""

from typing import Any

import pytest

from anilist_oauth.sandbox import Sandbox
from anilist_oauth.sandbox.people import People, User


def test_the_first_account_stands_for_all() -> None:
    """Found by value, by name, or by naming nobody; ids differ."""
    people = People(["mika", "rin"])
    mika, rin = people
    assert people.one(None) is mika
    assert people.one("rin") is people.one(rin) is rin
    assert mika.id != rin.id


def test_no_account_at_all_is_a_mistake() -> None:
    """Nobody could approve."""
    with pytest.raises(ValueError, match="users"):
        Sandbox(users=())


def test_a_name_alone_is_a_mistake() -> None:
    """Its letters would be the users."""
    with pytest.raises(TypeError, match=r"users=\('mika',\)"):
        Sandbox(users="mika")


@pytest.mark.parametrize(("users", "private"), [(["mika", "mika"], []), (["mika"], ["rin"])])
def test_every_name_means_one_account(users: list[str], private: list[str]) -> None:
    """Neither two accounts of one name, nor a private one that is not there."""
    with pytest.raises(ValueError, match="names must be unique"):
        Sandbox(users=users, private_users=private)


@pytest.mark.parametrize("users", [None, 5, "mika", [5], [None]])
def test_users_are_names(users: Any) -> None:
    """One string is not taken for its letters, and a number is nobody."""
    with pytest.raises(TypeError, match=r"^users: (names are needed|a name is a string)"):
        Sandbox(users=users)


def test_a_user_without_a_name_is_refused() -> None:
    """Neither at the start nor later."""
    with pytest.raises(ValueError, match=r"^users: a name is needed"):
        Sandbox(users=[""])
    with pytest.raises(ValueError, match=r"^users: a name is needed"):
        Sandbox().user("")


async def test_who_approves_is_a_user_or_a_name() -> None:
    """A number is neither."""
    user: Any = 112084
    several: Any = []
    async with Sandbox() as sandbox:
        with pytest.raises(TypeError, match=r"^user: a User or a name is needed, not int"):
            await sandbox.approve(sandbox.session().authorize_url(), user=user)
        with pytest.raises(TypeError, match=r"^users: a name is a string, not list"):
            sandbox.user(several)


def test_an_account_knows_its_profile() -> None:
    """The address that AniList would have."""
    assert User(id=1, name="mika").site_url == "https://anilist.co/user/mika"
