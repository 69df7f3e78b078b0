"""Every adapter resists attacks by strangers: planted cookies, forced links, redirect loops, unlimited input."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import pytest

from anilist_oauth.html_page import Pages
from anilist_oauth.web.conformance.odd_cookies import NAME, ODD_HEADERS, VALUE
from anilist_oauth.web.conformance.site import Site
from anilist_oauth.web.conformance.stand import Open, Stand

FAILED = "/login/anilist/failed?reason="
ELSEWHERE: list[dict[str, str | None]] = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
]
IMAGE: dict[str, str | None] = {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}  # on a page of the site itself
OLDER: dict[str, str | None] = {"Sec-Fetch-Site": None}  # old browsers, and all browsers over http, do not send it


def signed_in(cookies: Mapping[str, str]) -> str | None:
    """Return who is signed in at the site."""
    return cookies.get("session")


async def linking(open_stand: Open, *, user: str | None = "alice", **options: Any) -> Stand:
    """Open a site that links accounts, with a visitor who is signed in."""
    stand = await open_stand(Site(subject=signed_in, **options))
    if user is not None:
        stand.visitor.cookies["session"] = user
    return stand


@pytest.mark.requirement("S31")
@pytest.mark.requirement("V29")
async def test_a_planted_cookie_is_not_taken_for_a_binding(open_stand: Open) -> None:
    """None of about fifty odd headers is accepted as the binding, but the header that a browser sends is."""
    stand = await open_stand(redirect_uri="https://site.example/callback")
    callback = await stand.approve(await stand.begin())
    ((name, value),) = stand.visitor.cookies.items()
    assert name.startswith("__Host-")
    victim = await stand.another()
    for odd in ODD_HEADERS:
        if odd.startswith(b"\t"):
            continue  # HTTP itself removes the tab, and no browser keeps it in a name
        header = odd.replace(NAME.encode(), name.encode()).replace(NAME[7:].encode(), name[7:].encode())
        header = header.replace(VALUE.encode(), value.encode())
        status, location = await victim.raw(callback, [b"Cookie: " + header])
        assert (status, location) in {(303, f"{FAILED}cookie"), (400, "")}, header
    assert stand.exchanges == 0
    status, location = await victim.raw(callback, [f"Cookie: a=b; {name}={value}; c=d".encode()])
    assert (status, location, stand.exchanges) == (303, "/", 1)


@pytest.mark.requirement("S32")
async def test_a_login_of_another_user_is_refused(open_stand: Open) -> None:
    """The signed-in user must be the one for whom the login was begun. Otherwise no code is sent."""
    stand = await linking(open_stand)
    callback = await stand.approve(await stand.begin())
    for other in ("bob", "alice2", "None", ""):
        stand.visitor.cookies["session"] = other
        seen = await stand.visitor.get(callback)
        assert seen.location == f"{FAILED}cookie"
    del stand.visitor.cookies["session"]
    assert (await stand.visitor.get(callback)).location == f"{FAILED}cookie"
    assert "somebody else was signed in" in (await stand.visitor.get(f"{FAILED}cookie")).text
    assert (stand.exchanges, stand.site.logins) == (0, [])
    stand.visitor.cookies["session"] = "alice"
    for _ in range(2):  # the same callback again, as by a double click
        assert (await stand.visitor.get(callback)).location == "/"
    assert {login.login.subject for login in stand.site.logins} == {"alice"}


@pytest.mark.requirement("S32")
async def test_a_sign_in_is_refused_if_somebody_has_signed_in_since(open_stand: Open) -> None:
    """The sign-in would replace the signed-in user. The user who signed in with it may repeat the callback."""
    stand = await linking(open_stand, user=None, sign_in=True)
    callback = await stand.approve(await stand.begin())
    stand.visitor.cookies["session"] = "bob"
    assert (await stand.visitor.get(callback)).location == f"{FAILED}cookie"
    assert stand.site.logins == []
    stand.visitor.cookies["session"] = f"anilist:{stand.sandbox.user.id}"
    assert (await stand.visitor.get(callback)).location == "/"
    del stand.visitor.cookies["session"]
    assert (await stand.visitor.get(callback)).location == "/"


@pytest.mark.requirement("S33")
@pytest.mark.requirement("V28")
async def test_a_visitor_from_another_site_must_confirm(open_stand: Open) -> None:
    """Only the button on the site's own page begins to link the account, and it keeps return_to."""
    stand = await linking(open_stand, user="<b>alice</b>", pages=Pages(application="AniSite"))
    for headers in (*ELSEWHERE, IMAGE, OLDER, OLDER | {"Referer": "https://evil.example/"}):
        page = await stand.visitor.get("/login/anilist?return_to=/a%3Fb", headers=headers)
        assert (page.status, page.cookies) == (200, [])
        for text in ("&lt;b&gt;alice&lt;/b&gt;", "AniSite", 'method="post"', "/login/anilist?return_to=%2Fa%3Fb"):
            assert text in page.text
        assert page.headers["Referrer-Policy"] == "same-origin"
        assert page.headers["Cache-Control"] == "no-store"
    policy = page.headers["Content-Security-Policy"]
    assert f"form-action 'self' {stand.sandbox.endpoints.authorization.origin()}" in policy
    for headers in (*ELSEWHERE, OLDER | {"Origin": "null"}, OLDER | {"Origin": "https://evil.example"}, OLDER):
        again = await stand.visitor.get("/login/anilist?return_to=/a", method="POST", headers=headers)
        assert (again.status, again.cookies, 'method="post"' in again.text) == (200, [], True)
    for headers in ({}, OLDER | {"Origin": str(stand.url)}):
        begun = await stand.visitor.get("/login/anilist?return_to=/a%3Fb", method="POST", headers=headers)
        assert begun.status == 303
        assert (await stand.visitor.get(await stand.approve(begun.location))).location == "/a?b"
    assert {login.login.subject for login in stand.site.logins} == {"<b>alice</b>"}


@pytest.mark.requirement("S33")
async def test_a_visitor_from_the_site_itself_need_not_confirm(open_stand: Open) -> None:
    """Sec-Fetch-Site shows where the visitor comes from, or the referrer if that header is missing."""
    stand = await linking(open_stand)
    for headers in ({}, OLDER | {"Referer": f"{stand.url}/settings"}):
        assert (await stand.visitor.get("/login/anilist", headers=headers)).status == 303


async def test_a_sign_in_may_begin_on_any_site(open_stand: Open) -> None:
    """A sign-in links no account, so a visitor from another site need not confirm."""
    for stand in (await open_stand(), await linking(open_stand, user=None, sign_in=True)):
        for headers in (*ELSEWHERE, OLDER):
            assert (await stand.visitor.get("/login/anilist", headers=headers)).status == 303


@pytest.mark.requirement("S34")
async def test_nobody_is_signed_in_silently(open_stand: Open) -> None:
    """If accounts are linked, a visitor who is not signed in must sign in at the site first, and no login is begun."""
    stand = await linking(open_stand, user=None)
    for address in ("/login/anilist", "/login/anilist?return_to=/a", "/login/anilist?return_to=//evil.example"):
        for headers in ({}, *ELSEWHERE):
            seen = await stand.visitor.get(address, headers=headers)
            assert (seen.status, seen.cookies, "Sign in to this site first" in seen.text) == (401, [], True)
            assert "Log in with AniList" not in seen.text
    sent = await stand.visitor.get("/mine")
    assert sent.location == "/login/anilist?return_to=%2Fmine"
    assert (await stand.visitor.get(sent.location)).status == 401
    assert stand.sandbox.requests == []


@pytest.mark.requirement("S34")
@pytest.mark.parametrize("with_init_app", [True, False], ids=["init_app", "routes"])
async def test_a_site_that_forgets_is_explained(open_stand: Open, *, with_init_app: bool) -> None:
    """If nobody is signed in right after a login, no other login begins by itself, but a button offers one."""
    stand = await open_stand(Site(with_init_app=with_init_app))
    sent = await stand.visitor.get("/mine")
    begun = await stand.visitor.get(sent.location)
    back = await stand.visitor.get(await stand.approve(begun.location))
    del stand.visitor.cookies["who"]
    seen = await stand.visitor.get(back.location)
    assert seen.location == f"{FAILED}session&return_to=%2Fmine"
    page = await stand.visitor.get(seen.location)
    assert "This site does not remember you" in page.text
    assert "/login/anilist?return_to=%2Fmine" in page.text
    assert (await stand.visitor.get("/mine", headers={"Accept": "*/*"})).status == 401
    assert stand.exchanges == 1


@pytest.mark.requirement("S34")
async def test_a_token_that_is_refused_at_once_is_explained(open_stand: Open) -> None:
    """No other login begins, because its token would be refused as well."""
    stand = await open_stand()
    sent = await stand.visitor.get("/refused")
    begun = await stand.visitor.get(sent.location)
    back = await stand.visitor.get(await stand.approve(begun.location))
    assert (await stand.visitor.get(back.location)).location == f"{FAILED}session&return_to=%2Frefused"


@pytest.mark.requirement("S34")
@pytest.mark.parametrize("with_init_app", [True, False], ids=["init_app", "routes"])
async def test_a_store_that_forgets_is_explained(open_stand: Open, *, with_init_app: bool) -> None:
    """If the token is missing after a second login too, no third login begins by itself."""
    stand = await open_stand(Site(with_init_app=with_init_app))
    for _ in range(2):
        sent = await stand.visitor.get("/mine")
        begun = await stand.visitor.get(sent.location)
        assert (await stand.visitor.get(await stand.approve(begun.location))).location == "/mine"
        await stand.flow.logout(f"anilist:{stand.sandbox.user.id}")
    assert (await stand.visitor.get("/mine")).location == f"{FAILED}session&return_to=%2Fmine"


@pytest.mark.requirement("S40")
async def test_the_return_to_of_a_sign_in_must_be_short(open_stand: Open) -> None:
    """Strangers can begin sign-ins, so return_to may have at most 512 bytes. To link an account, it may have more."""
    for number, status in ((511, 303), (512, 400)):
        stand = await open_stand()
        assert (await stand.visitor.get(f"/login/anilist?return_to=/{'a' * number}")).status == status
    stand = await linking(open_stand)
    wish = "/" + "a" * 2000
    seen = await stand.visitor.get(await stand.approve(await stand.begin(f"?return_to={wish}")))
    assert seen.location == wish


async def test_the_failure_page_keeps_return_to(open_stand: Open) -> None:
    """The button on the failure page keeps return_to if it is safe, and nothing else from the address is repeated."""
    stand = await open_stand()
    wish = quote("/report/7?a=b&c=d", safe="")
    url = await stand.begin(f"?return_to={wish}")
    denied = await stand.visitor.get(stand.local(await stand.sandbox.deny(url)))
    assert denied.location == f"{FAILED}denied&return_to={wish}"
    page = await stand.visitor.get(denied.location)
    assert f'href="/login/anilist?return_to={wish}"' in page.text
    for other in ("//evil.example", "https://evil.example/", "/a&return_to=/b", "/" + "a" * 512):
        page = await stand.visitor.get(f"{FAILED}denied&return_to={other}")
        assert 'href="/login/anilist"' in page.text
