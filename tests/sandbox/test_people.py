"""The accounts."""

import pytest

from anilist_oauth.sandbox import Sandbox
from anilist_oauth.sandbox.people import People


def test_the_first_account_stands_for_all() -> None:
    """Found by value, by name, or by naming nobody; ids differ."""
    people = People(["mika", "rin"])
    mika, rin = people
    assert people.one(None) is people.first is mika
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
    with pytest.raises(ValueError, match="each name is there once"):
        Sandbox(users=users, private_users=private)
