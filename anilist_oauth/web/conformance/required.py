"""What every adapter does alike where a request needs a token: a person is sent to log in, a program is told."""

import json
from typing import Any

import pytest
from yarl import URL

from anilist_oauth.web.conformance.site import Site
from anilist_oauth.web.conformance.stand import Open

MOUNTED: dict[str, Any] = {"prefix": "/bot", "callback_path": "/callback"}
SITES = pytest.mark.parametrize("options", [{}, MOUNTED, {"with_init_app": False}], ids=["plain", "mounted", "routes"])
JSON = {"Accept": "application/json"}


@SITES
async def test_a_person_is_sent_to_log_in_and_back(open_stand: Open, options: dict[str, Any]) -> None:
    """Nobody signed in, then signed in with a token, then the token is gone: the page they asked for comes at last."""
    site = Site(**options)
    stand = await open_stand(site)
    login = f"{site.prefix}/login/anilist"
    page = f"{site.prefix}/mine?tab=%C3%A9"
    seen = await stand.visitor.get(page)
    assert (seen.status, seen.headers["Cache-Control"]) == (303, "no-store")
    assert seen.location.startswith(f"{login}?")
    assert URL(seen.location).query["return_to"] == page
    begun = await stand.visitor.get(seen.location)
    back = await stand.visitor.get(await stand.approve(begun.location))
    assert back.location == page
    assert (await stand.visitor.get(back.location)).text == f"user {stand.sandbox.user.id}"
    await stand.flow.logout(f"anilist:{stand.sandbox.user.id}")
    assert (await stand.visitor.get(page)).location == seen.location


@SITES
async def test_a_program_is_told(open_stand: Open, options: dict[str, Any]) -> None:
    """401 and JSON, whatever the method."""
    site = Site(**options)
    stand = await open_stand(site)
    for method in ("GET", "POST"):
        for headers in (JSON, {"Accept": "*/*"}):
            seen = await stand.visitor.get(f"{site.prefix}/mine", method=method, headers=headers)
            assert seen.status == 401
            assert seen.headers["Cache-Control"] == "no-store"
            assert seen.headers["Content-Type"].startswith("application/json")
            assert json.loads(seen.text)["detail"] == "log in with AniList"


async def test_a_program_is_told_where_the_login_is(open_stand: Open) -> None:
    """The JSON has its path, with the prefix."""
    stand = await open_stand(Site(**MOUNTED))
    seen = await stand.visitor.get("/bot/mine", headers=JSON)
    assert json.loads(seen.text) == {"detail": "log in with AniList", "login": "/bot/login/anilist"}


async def test_a_form_is_not_sent_again(open_stand: Open) -> None:
    """Who sent a form is sent to log in, but not back: it would arrive without what was in it."""
    stand = await open_stand()
    assert (await stand.visitor.get("/mine", method="POST")).location == "/login/anilist"


@pytest.mark.parametrize("options", [{}, MOUNTED], ids=["plain", "mounted"])
@pytest.mark.parametrize("below", ["", "/deeper"])
async def test_a_refused_token_is_a_login(open_stand: Open, options: dict[str, Any], below: str) -> None:
    """`InvalidTokenError` in any handler of the application, and of what is mounted in it, means the same."""
    site = Site(**options)
    stand = await open_stand(site)
    page = f"{site.prefix}{below}/refused"
    seen = await stand.visitor.get(page)
    assert (seen.status, seen.location) == (303, f"{site.prefix}/login/anilist?return_to={page.replace('/', '%2F')}")
    seen = await stand.visitor.get(page, headers=JSON)
    assert (seen.status, seen.headers["Content-Type"]) == (401, "application/json")
    assert (await stand.visitor.get(f"{site.prefix}/deeper/mine")).location.startswith(f"{site.prefix}/login/anilist?")


@pytest.mark.requirement("S21")
async def test_a_page_that_could_be_another_site_is_not_returned_to(open_stand: Open) -> None:
    """The login would refuse it, and the person with it."""
    stand = await open_stand()
    for page in ("/mine?a=\\", "/mine?" + "a" * 2048):
        assert (await stand.visitor.get(page)).location.startswith("/login/anilist")
        assert (await stand.visitor.get((await stand.visitor.get(page)).location)).status == 303
