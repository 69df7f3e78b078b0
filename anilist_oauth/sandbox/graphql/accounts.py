"""Users: their options, whom they follow and what they like best; an account of the sandbox begins with neither."""

from collections.abc import Iterator
from typing import Any

from anilist_oauth.sandbox.graphql.errors import not_found
from anilist_oauth.sandbox.graphql.made_up import USERS, number
from anilist_oauth.sandbox.graphql.nodes import Node, World
from anilist_oauth.sandbox.graphql.view import Arguments, View, rules
from anilist_oauth.sandbox.people import User

FAVOURITES = {"anime": "Media", "manga": "Media", "characters": "Character", "staff": "Staff", "studios": "Studio"}
_CLOSENESS = 5  # one in so many follows another, among those who are made up


def account(world: World, user: Node | int) -> User | None:
    """Return the account of the sandbox that a user is, if it is one."""
    number = user if isinstance(user, int) else user.id
    return next((person for person in world.people if person.id == number), None)


def users(view: View) -> Iterator[Node]:
    """Return the users that anybody can see."""
    for person in view.world.people:
        if not person.private or person == view.viewer:
            yield view.world.node("User", person.id)
    yield from view.nodes("User", USERS)


def found_user(view: View, user_id: int | None, name: str | None) -> Node:
    """Find a user by id or name; nobody is inferred.

    Raises:
        AniListError: There is none.
    """
    if user_id is not None:
        return view.found("User", user_id)
    everybody = [*(view.world.node("User", person.id) for person in view.world.people), *view.nodes("User", USERS)]
    for user in everybody:
        if name and view.value(user, "name").casefold() == name.casefold():
            return user
    raise not_found()


def may_see(view: View, user: Node) -> bool:
    """Return whether a user's profile and list are open to the viewer."""
    person = account(view.world, user)
    return person is None or not person.private or person == view.viewer


def following(view: View, user: Node) -> tuple[int, ...]:
    """Return the ids of those whom a user follows."""
    if "_following" in user.facts or account(view.world, user):
        return tuple(user.facts.get("_following", ()))
    return tuple(other for other in USERS if other != user.id and not number(user.key, f"follows {other}", _CLOSENESS))


def followers(view: View, user: Node) -> list[Node]:
    """Return those who follow a user."""
    return [other for other in users(view) if user.id in following(view, other)]


def favourites(user: Node) -> dict[str, tuple[int, ...]]:
    """Return the ids of what a user likes best, by kind and in the user's order."""
    return {**dict.fromkeys(FAVOURITES, ()), **user.facts.get("_favourites", {})}


def _favourite_edges(_view: View, user: Node, _arguments: Arguments) -> dict[str, Any]:
    return {
        kind: [{"node": one, "favouriteOrder": place} for place, one in enumerate(numbers, start=1)]
        for kind, numbers in favourites(user).items()
    }


def _is_favourite(view: View, node: Node, _arguments: Arguments) -> bool:
    if view.viewer is None:
        return False
    kinds = favourites(view.account)
    return any(node.id in kinds[kind] for kind, name in FAVOURITES.items() if name == node.kind)


def _name(view: View, user: Node, _arguments: Arguments) -> str:
    person = account(view.world, user)
    return person.name if person else f"{view.value(user, '_first')}{user.id}"


rules(
    {
        "User.name": _name,
        "User.favourites": _favourite_edges,
        "*.isFavourite": _is_favourite,
        "User.isFollowing": lambda view, user, _: view.viewer is not None and user.id in following(view, view.account),
        "User.isFollower": lambda view, user, _: view.viewer_id in following(view, user),
        "User.unreadNotificationCount": lambda view, user, _: 0 if user.id == view.viewer_id else None,
    }
)
