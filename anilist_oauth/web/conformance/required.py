"""If a request needs a token, every adapter sends a person to the login and answers a program with 401."""

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
    """A person who is not signed in, or whose token was deleted, logs in and then gets the requested page."""
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
async def test_a_program_gets_401(open_stand: Open, options: dict[str, Any]) -> None:
    """A program gets 401 and JSON for every method."""
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
    """The JSON contains the path of the login, including the prefix."""
    stand = await open_stand(Site(**MOUNTED))
    seen = await stand.visitor.get("/bot/mine", headers=JSON)
    assert json.loads(seen.text) == {"detail": "log in with AniList", "login": "/bot/login/anilist"}


async def test_a_form_is_not_sent_again(open_stand: Open) -> None:
    """After a form was sent, the login does not lead back to it, because the form's data would be missing."""
    stand = await open_stand()
    assert (await stand.visitor.get("/mine", method="POST")).location == "/login/anilist"


@pytest.mark.parametrize("options", [{}, MOUNTED], ids=["plain", "mounted"])
@pytest.mark.parametrize("below", ["", "/deeper"])
async def test_a_refused_token_leads_to_the_login(open_stand: Open, options: dict[str, Any], below: str) -> None:
    """`InvalidTokenError` in any handler leads to the login, even in a mounted application."""
    site = Site(**options)
    stand = await open_stand(site)
    page = f"{site.prefix}{below}/refused"
    seen = await stand.visitor.get(page)
    assert (seen.status, seen.location) == (303, f"{site.prefix}/login/anilist?return_to={page.replace('/', '%2F')}")
    seen = await stand.visitor.get(page, headers=JSON)
    assert (seen.status, seen.headers["Content-Type"]) == (401, "application/json")
    assert (await stand.visitor.get(f"{site.prefix}/deeper/mine")).location.startswith(f"{site.prefix}/login/anilist?")


@pytest.mark.requirement("S21")
async def test_an_unsafe_address_is_not_returned_to(open_stand: Open) -> None:
    """The login refuses addresses that may lead to another site, so the person is not sent back to them."""
    stand = await open_stand()
    for page in ("/mine?a=\\", "/mine?" + "a" * 2048):
        assert (await stand.visitor.get(page)).location.startswith("/login/anilist")
        assert (await stand.visitor.get((await stand.visitor.get(page)).location)).status == 303
