"""Who needs a token and has none; the rest is tested over every adapter."""

import json

import pytest

from anilist_oauth.errors import LoginRequiredError
from anilist_oauth.web.token_required import live_token, login_first
from tests.flows import staged
from tests.web.test_browser_request import visit

HTML = {"Accept": "text/html"}


async def test_the_token_is_that_of_who_is_signed_in() -> None:
    """The hook says who, plainly or later; nobody has none."""

    async def later(request: str) -> str:
        return request

    async with staged() as stage:
        done = await stage.log_in(subject="user:7")
        assert await live_token(stage.flow, lambda request: request, "user:7") == done.token
        assert await live_token(stage.flow, later, "user:7") == done.token
        with pytest.raises(LoginRequiredError, match="nobody is signed in"):
            await live_token(stage.flow, lambda _request: None, "user:7")
        with pytest.raises(LoginRequiredError, match="no token for this subject"):
            await live_token(stage.flow, later, "user:8")


@pytest.mark.parametrize(
    ("method", "target", "location"),
    [
        ("GET", "/mine?a=1&b=2", "/login?return_to=%2Fmine%3Fa%3D1%26b%3D2"),
        ("GET", "//evil.example", "/login"),
        ("GET", "/\\evil.example", "/login"),
        ("POST", "/mine", "/login"),
    ],
)
def test_a_person_comes_back_where_a_get_leads(method: str, target: str, location: str) -> None:
    """What the login would refuse is left out, and a form is not sent again."""
    answer = login_first(visit(method=method, target=target, headers=HTML), login="/login")
    assert (answer.status, dict(answer.headers)["Location"]) == (303, location)


def test_a_program_is_told() -> None:
    """In JSON, with the path of the login."""
    answer = login_first(visit(target="/mine"), login="/login")
    assert answer.status == 401
    assert dict(answer.headers)["Content-Type"] == "application/json"
    assert json.loads(answer.body) == {"detail": "log in with AniList", "login": "/login"}
