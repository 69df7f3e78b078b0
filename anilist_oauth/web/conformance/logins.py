"""Whole logins with every adapter. All adapters behave in the same way, because they share one core."""

import asyncio
from collections.abc import Awaitable, Mapping
from datetime import timedelta

import pytest
from yarl import URL

from anilist_oauth.errors import (
    AccessDeniedError,
    LoginRequiredError,
    SessionStateError,
    StorageError,
)
from anilist_oauth.web.conformance.site import Site
from anilist_oauth.web.conformance.stand import Open
from anilist_oauth.web.conformance.visitor import pieces

FAILED = "/login/anilist/failed?reason="
OURS = frozenset({"path=/", "httponly", "samesite=lax"})


async def afterwards(value: str | None) -> str | None:
    """Return the value later, as an async hook does."""
    await asyncio.sleep(0)
    return value


async def test_a_person_logs_in(open_stand: Open) -> None:
    """The visitor is sent to AniList, to the callback, and back to the page they came from."""
    stand = await open_stand()
    callback = await stand.approve(await stand.begin("?return_to=/%3Ftab=2"))
    seen = await stand.visitor.get(callback)
    assert (seen.status, seen.location) == (303, "/?tab=2")
    home = await stand.visitor.get(seen.location)
    assert home.text == f"who: anilist:{stand.sandbox.user.id} at /?tab=2"
    (completed,) = stand.site.logins
    assert completed.login.return_to == "/?tab=2"
    assert completed.user_id == stand.sandbox.user.id
    assert await stand.flow.token_for(completed.login.subject or "") == completed.token
    assert (await stand.flow.viewer(completed.login.subject or "")).name == "mika"


async def test_logins_in_several_tabs_do_not_interfere(open_stand: Open) -> None:
    """Logins that were begun in several tabs can be finished in any order, and each leads to its own page."""
    stand = await open_stand()
    callbacks = [await stand.approve(await stand.begin(f"?return_to=/%3Ftab={tab}")) for tab in range(5)]
    for tab in (3, 0, 4, 2, 1):
        assert (await stand.visitor.get(callbacks[tab])).location == f"/?tab={tab}"


async def test_the_oldest_of_six_tabs_is_given_up(open_stand: Open) -> None:
    """At most five binding cookies are kept, even if they are set at once, and other cookies are not counted."""
    stand = await open_stand()
    own = {"anilist-theme": "dark", "anilist-0123456789abcdef": "a cookie of the site"}
    stand.visitor.cookies.update(own)
    callbacks = [await stand.approve(await stand.begin()) for _ in range(6)]
    assert len(stand.visitor.cookies) == 5 + len(own)
    assert (await stand.visitor.get(callbacks[0])).location == f"{FAILED}cookie"
    for callback in callbacks[1:]:
        assert (await stand.visitor.get(callback)).location == "/"


async def test_a_callback_is_shown_again_within_a_minute(open_stand: Open) -> None:
    """A reload and a double click get the first result from one exchange. After a minute, the login is used."""
    stand = await open_stand()
    callback = await stand.approve(await stand.begin())
    both = await asyncio.gather(stand.visitor.get(callback), stand.visitor.get(callback))
    stand.advance(seconds=45)
    again = await stand.visitor.get(callback)
    assert [seen.location for seen in (*both, again)] == ["/", "/", "/"]
    assert len(stand.site.logins) == 3
    stand.advance(seconds=16)
    assert (await stand.visitor.get(callback)).location == f"{FAILED}used"
    assert stand.exchanges == 1


@pytest.mark.requirement("R9")
@pytest.mark.requirement("V33")
async def test_a_double_click_at_anilist_logs_in_once(open_stand: Open) -> None:
    """If the same browser brings two codes of one login, both requests succeed and only one code is sent."""
    stand = await open_stand()
    url = await stand.begin()
    one, two = await stand.approve(url), await stand.approve(url)
    assert one != two
    assert [(await stand.visitor.get(callback)).location for callback in (one, two)] == ["/", "/"]
    assert stand.exchanges == 1


async def test_a_used_cookie_is_kept_for_a_minute(open_stand: Open) -> None:
    """The callback sets the same cookie again, with a lifetime of one minute."""
    stand = await open_stand()
    callback = await stand.approve(await stand.begin())
    ((name, value),) = stand.visitor.cookies.items()
    seen = await stand.visitor.get(callback)
    cookies = [pieces(cookie) for cookie in seen.cookies if cookie.startswith("anilist-")]
    assert cookies == [(f"{name}={value}", OURS | {"max-age=60"})]


async def test_a_denial_is_explained(open_stand: Open) -> None:
    """A visitor who denies sees a page, and a call that waits for the login raises the error."""
    stand = await open_stand()
    url = await stand.begin()
    login = await stand.flow.look({"state": URL(url).query["state"]})
    assert login is not None
    seen = await stand.visitor.get(stand.local(await stand.sandbox.deny(url)))
    assert (seen.status, seen.location) == (303, f"{FAILED}denied")
    assert "Max-Age=60" in seen.cookies[0]
    page = await stand.visitor.get(seen.location)
    assert page.status == 400
    assert "You chose Deny" in page.text
    assert 'href="/login/anilist"' in page.text
    with pytest.raises(AccessDeniedError):
        await stand.flow.wait(login)


async def test_an_expired_login_is_explained(open_stand: Open) -> None:
    """After ten minutes the login has expired, even if the browser still has its cookie."""
    stand = await open_stand()
    url = await stand.begin()
    stand.advance(minutes=11)
    seen = await stand.visitor.get(await stand.approve(url))
    assert (seen.location, seen.cookies, stand.exchanges) == (f"{FAILED}expired", [], 0)


async def test_the_cookie_lives_as_long_as_the_login(open_stand: Open) -> None:
    """The cookie has the login's lifetime and is short. Scripts cannot read it, and other sites cannot use it."""
    stand = await open_stand(lifetime=timedelta(minutes=7))
    seen = await stand.visitor.get("/login/anilist")
    (cookie,) = seen.cookies
    assert pieces(cookie)[1] == OURS | {"max-age=420"}
    assert len(cookie) < 300


@pytest.mark.requirement("S5")
@pytest.mark.requirement("V1")
async def test_over_https_only_this_host_can_set_the_cookie(open_stand: Open) -> None:
    """If the redirect URI is https, the name of the cookie begins with __Host-, so other hosts cannot set it."""
    stand = await open_stand(redirect_uri="https://site.example/callback")
    seen = await stand.visitor.get("/login/anilist")
    (cookie,) = seen.cookies
    assert cookie.startswith("__Host-anilist-")
    assert pieces(cookie)[1] == OURS | {"max-age=600", "secure"}
    assert len(cookie) < 300
    assert (await stand.visitor.get(await stand.approve(seen.location))).location == "/"
    for _ in range(7):
        await stand.begin()
    assert len([name for name in stand.visitor.cookies if name.startswith("__Host-anilist-")]) == 5


@pytest.mark.parametrize(
    "headers", [{"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}, {"X-Moz": "prefetch"}]
)
async def test_a_prefetch_begins_and_finishes_nothing(open_stand: Open, headers: Mapping[str, str]) -> None:
    """A HEAD request or a browser's prefetch neither begins nor finishes a login."""
    stand = await open_stand()
    callback = await stand.approve(await stand.begin())
    for address in ("/login/anilist", callback):
        for ahead in (
            await stand.visitor.get(address, method="HEAD"),
            await stand.visitor.get(address, headers=headers),
        ):
            assert (ahead.status, ahead.text, ahead.cookies) == (204, "", [])
            assert ahead.headers["Cache-Control"] == "no-store"
    assert (await stand.visitor.get(callback)).location == "/"
    assert len(stand.site.logins) == 1


@pytest.mark.parametrize("later", [False, True], ids=["plain", "async"])
async def test_an_account_is_linked_to_the_signed_in_user(open_stand: Open, *, later: bool) -> None:
    """The hook, plain or async, returns the site's user. If it returns None, the login is a sign-in with sign_in."""

    def subject(cookies: Mapping[str, str]) -> Awaitable[str | None] | str | None:
        name = cookies.get("session")
        return afterwards(name) if later else name

    stand = await open_stand(Site(subject=subject, sign_in=True))
    for session in ("user:7", None):
        stand.visitor.cookies.clear()
        if session:
            stand.visitor.cookies["session"] = session
        await stand.visitor.get(await stand.approve(await stand.begin()))
    assert [login.login.subject for login in stand.site.logins] == ["user:7", f"anilist:{stand.sandbox.user.id}"]


async def test_an_error_of_the_subject_hook_is_explained(open_stand: Open) -> None:
    """If the hook raises one of our errors, a page explains it, because a redirect to the login would be a loop."""
    for trouble, reason in ((LoginRequiredError("nobody", subject=""), "unknown"), (StorageError("down"), "store")):

        def subject(_: Mapping[str, str], trouble: Exception = trouble) -> str | None:
            raise trouble

        stand = await open_stand(Site(subject=subject))
        seen = await stand.visitor.get("/login/anilist")
        assert (seen.status, seen.location, seen.cookies) == (303, f"{FAILED}{reason}", [])


async def test_an_application_may_be_mounted_under_a_prefix(open_stand: Open) -> None:
    """With callback_path, the login, the callback and the failure page are below the prefix."""
    stand = await open_stand(Site(prefix="/bot", callback_path="/callback"))
    url = await stand.begin()
    assert URL(url).query["redirect_uri"] == f"{stand.url}/bot/callback"
    assert (await stand.visitor.get(await stand.approve(url))).location == "/bot/"
    failed = await stand.visitor.get(stand.local(await stand.sandbox.deny(await stand.begin())))
    assert failed.location == f"/bot{FAILED}denied"
    page = await stand.visitor.get(failed.location)
    assert 'href="/bot/login/anilist"' in page.text


async def test_a_proxy_may_remove_the_prefix(open_stand: Open) -> None:
    """If the framework does not know the prefix, it is taken from the redirect URI, also for the failure page."""
    stand = await open_stand(Site(callback_path="/callback"), redirect_uri="{url}/bot/callback")
    callback = await stand.sandbox.deny(await stand.begin())
    failed = await stand.visitor.get(stand.local(callback).removeprefix("/bot"))
    assert failed.location == f"/bot{FAILED}denied"
    page = await stand.visitor.get(failed.location.removeprefix("/bot"))
    assert 'href="/bot/login/anilist"' in page.text


async def test_the_paths_can_be_chosen(open_stand: Open) -> None:
    """The application chooses the login path, and the callback's path is the decoded path of the redirect URI."""
    stand = await open_stand(Site(login_path="/anilist/"), redirect_uri="{url}/zur%C3%BCck%20hier/")
    assert (await stand.visitor.get(await stand.approve(await stand.begin()))).location == "/"
    failed = await stand.visitor.get("/zur%C3%BCck%20hier/")
    assert failed.location == "/anilist/failed?reason=invalid"


async def test_routes_can_be_added_without_init_app(open_stand: Open) -> None:
    """`login_routes` returns routes of the framework, which the application adds itself."""
    stand = await open_stand(Site(with_init_app=False))
    assert (await stand.visitor.get(await stand.approve(await stand.begin()))).location == "/"


async def test_the_lifespan_closes_what_it_opened(open_stand: Open) -> None:
    """The lifespan opens the session and the flow, and closes the flow before the session."""
    stand = await open_stand()
    await stand.visitor.get("/")  # the application has started
    login = await stand.flow.begin()
    await stand.stack.aclose()
    with pytest.raises(SessionStateError, match="flow is closed"):
        await stand.flow.wait(login, timeout=0)
    assert repr(stand.flow.session).endswith("closed>")
