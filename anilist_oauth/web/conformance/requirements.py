"""Every adapter meets the security requirements, so that all of them refuse the same requests."""

import asyncio
import random
from urllib.parse import quote

import pytest
from yarl import URL

from anilist_oauth.storage import MemoryLoginStore
from anilist_oauth.storage.records import PendingLogin
from anilist_oauth.web.conformance.site import Site
from anilist_oauth.web.conformance.stand import Open
from anilist_oauth.web.conformance.visitor import Seen

FAILED = "/login/anilist/failed?reason="
ELSEWHERE = [
    "//evil.example",
    "/\\evil.example",
    "https:evil.example",
    "https://evil.example/",
    "javascript:alert(1)",
    "\t//evil.example",
    "/\t/evil.example",
    "/%2f/evil.example",
    "/%252f/evil.example",
    "/ /evil.example",
    "/%5cevil.example",
    "http://127.0.0.1@evil.example/",
    "http://[::1",
    "evil.example",
    "/\r\nSet-Cookie: a=b",
    "/" + "a" * 3000,
]
IMAGE = quote("<img src=x onerror=alert(1)>")


class CountingStore(MemoryLoginStore):
    """A store that counts the logins that are begun."""

    added: int = 0

    async def add(self, key: str, login: PendingLogin) -> None:
        """Count the login and store it."""
        self.added += 1
        await super().add(key, login)


class ForgetfulStore(MemoryLoginStore):
    """A store that finds no login while `forgets` is set."""

    forgets = False

    async def look(self, key: str) -> PendingLogin | None:
        """Read the login, unless the store forgets."""
        return None if self.forgets else await super().look(key)


def is_private(seen: Seen) -> bool:
    """Return whether the headers forbid caching, referrers and MIME sniffing, and set a content policy."""
    headers = seen.headers
    return (
        headers.get("Cache-Control") == "no-store"
        and headers.get("Referrer-Policy") == "no-referrer"
        and headers.get("X-Content-Type-Options") == "nosniff"
        and headers.get("Content-Security-Policy", "").startswith("default-src 'none'")
    )


@pytest.mark.requirement("S20")
async def test_no_page_keeps_code_or_state(open_stand: Open) -> None:
    """Every response at the callback redirects to an address without code and state, and is not cached."""
    stand = await open_stand()
    url = await stand.begin()
    good = await stand.approve(url)
    bad = [
        stand.local(await stand.sandbox.deny(await stand.begin())),
        f"{good}&code=again",
        "/callback?code=c0de&state=nobodys",
        "/callback?error=server_error&state=nobodys&code=c0de",
    ]
    for callback in (good, good, *bad):
        seen = await stand.visitor.get(callback)
        assert seen.status == 303
        assert "code" not in seen.location
        assert "state" not in seen.location
        assert is_private(seen)
        assert "code" not in seen.text
    begun = await stand.visitor.get("/login/anilist")
    page = await stand.visitor.get(f"{FAILED}cookie")
    refused = await stand.visitor.get("/login/anilist?return_to=//evil.example")
    ahead = await stand.visitor.get(good, method="HEAD")
    assert all(is_private(seen) for seen in (begun, page, refused, ahead))
    for shown in (page, refused):
        assert "http://" not in shown.text
        assert "https://" not in shown.text
        assert "src=" not in shown.text


@pytest.mark.requirement("S21")
@pytest.mark.requirement("V12")
async def test_a_return_to_another_site_begins_no_login(open_stand: Open) -> None:
    """A page refuses the address in every spelling, and also refuses the parameter if it is given twice."""
    logins = CountingStore()
    stand = await open_stand(logins=logins)
    queries = [f"return_to={quote(elsewhere, safe='')}" for elsewhere in ELSEWHERE]
    for query in (*queries, "return_to=//evil.example", "return_to=/a&return_to=/b"):
        seen = await stand.visitor.get(f"/login/anilist?{query}")
        assert (seen.status, seen.cookies, "This link leads to another site" in seen.text) == (400, [], True), query
        assert "evil" not in seen.text
    assert logins.added == 0


@pytest.mark.requirement("S21")
async def test_a_return_to_of_this_site_is_kept(open_stand: Open) -> None:
    """Paths of the site and allowed origins are kept unchanged, and the redirect always has the status 303."""
    stand = await open_stand(return_origins=["https://app.example"])
    for wish in ("/", "/a/b?c=%2F&d=1#e", "https://app.example/x"):
        seen = await stand.visitor.get(await stand.approve(await stand.begin(f"?return_to={quote(wish, safe='')}")))
        assert (seen.status, URL(seen.location)) == (303, URL(wish))
        assert stand.site.logins[-1].login.return_to == wish
    for nothing in ("", "?return_to="):
        seen = await stand.visitor.get(await stand.approve(await stand.begin(nothing)))
        assert (seen.status, seen.location) == (303, "/")


@pytest.mark.requirement("S28")
async def test_the_host_header_is_ignored(open_stand: Open) -> None:
    """Both steps use the registered redirect URI, whatever host a request names."""
    stand = await open_stand()
    spoofed = {
        "Host": "evil.example",
        "Forwarded": "host=evil.example;proto=https",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Prefix": "/evil",
        "X-Original-URL": "/evil",
    }
    begun = await stand.visitor.get("/login/anilist", headers=spoofed)
    assert URL(begun.location).query["redirect_uri"] == f"{stand.url}/callback"
    assert "Secure" not in begun.cookies[0]
    seen = await stand.visitor.get(await stand.approve(begun.location), headers=spoofed)
    assert seen.location == "/"
    (sent,) = [request for request in stand.sandbox.requests if request.path == "/api/v2/oauth/token"]
    assert sent.fields["redirect_uri"] == f"{stand.url}/callback"
    failed = await stand.visitor.get("/callback?code=a", headers=spoofed)
    assert failed.location == f"{FAILED}invalid"
    mine = await stand.visitor.get("/mine", headers={"Host": "evil.example", "Cookie": "who=nobody"})
    assert mine.location == "/login/anilist?return_to=%2Fmine"


@pytest.mark.requirement("V1")
@pytest.mark.requirement("V2")
async def test_a_stolen_callback_is_refused(open_stand: Open) -> None:
    """Another browser cannot finish the login, with or without a cookie of its own, and the right browser still can."""
    stand = await open_stand()
    callback = await stand.approve(await stand.begin())
    other = await stand.another()
    for _ in range(2):
        seen = await other.get(callback)
        assert (seen.status, seen.location) == (303, f"{FAILED}cookie")
        await stand.begin(visitor=other)
    ((_, own),) = list(other.cookies.items())[:1]
    other.cookies = dict.fromkeys(stand.visitor.cookies, own)  # the right name, which anybody can compute
    assert (await other.get(callback)).location == f"{FAILED}cookie"
    assert stand.exchanges == 0
    assert (await stand.visitor.get(callback)).location == "/"
    assert (await other.get(callback)).location == f"{FAILED}used"
    assert len(stand.site.logins) == 1


@pytest.mark.requirement("V1")
@pytest.mark.requirement("V2")
@pytest.mark.requirement("V7")
async def test_a_login_of_a_bot_is_refused(open_stand: Open) -> None:
    """A browser that opens the link of a bot's login cannot finish it here, and the bot still can."""
    stand = await open_stand()
    login = await stand.flow.begin(subject="discord:42")
    callback = await stand.approve(str(login.url))
    await stand.begin()
    for browser in (stand.visitor, await stand.another()):
        assert (await browser.get(callback)).location == f"{FAILED}cookie"
    assert stand.exchanges == 0
    assert (await stand.flow.finish(callback)).login.subject == "discord:42"


@pytest.mark.requirement("V7")
async def test_any_missing_piece_is_refused(open_stand: Open) -> None:
    """Without the state in the query, the stored login or the binding cookie, nothing is sent to AniList."""
    logins = ForgetfulStore()
    stand = await open_stand(logins=logins)
    callback = await stand.approve(await stand.begin())
    code, state = (URL(callback).query[name] for name in ("code", "state"))
    cookies = dict(stand.visitor.cookies)
    for query in (f"code={code}", f"code={code}&state="):
        assert (await stand.visitor.get(f"/callback?{query}")).location == f"{FAILED}invalid"
    for name, value in cookies.items():
        time, _, binding = value.partition(".")
        for spoilt in (
            "",
            time,
            binding,
            f"{time}.{binding[:-1]}",
            f"{time}.{'A' * 43}",
            f"{time}.{state}",
            f'"{value}x"',
        ):
            stand.visitor.cookies = {name: spoilt}
            assert (await stand.visitor.get(callback)).location == f"{FAILED}cookie"
    stand.visitor.cookies = cookies
    logins.forgets = True
    assert (await stand.visitor.get(callback)).location == f"{FAILED}unknown"
    logins.forgets = False
    assert stand.exchanges == 0
    assert (await stand.visitor.get(callback)).location == "/"


@pytest.mark.requirement("V7")
async def test_two_clients_do_not_take_each_others_logins(open_stand: Open) -> None:
    """If two clients share a store and a browser, the callback of one does not know the logins of the other."""
    logins = MemoryLoginStore()
    one = await open_stand(logins=logins)
    two = await open_stand(Site(login_path="/other"), logins=logins, client_id=2)
    two.visitor.cookies = one.visitor.cookies  # both are at 127.0.0.1, and cookies do not depend on the port
    first, second = await one.begin(), await two.begin()
    assert len(one.visitor.cookies) == 2
    assert (await two.visitor.get(await one.approve(first))).location == "/other/failed?reason=unknown"
    assert (await one.visitor.get(await two.approve(second))).location == f"{FAILED}unknown"
    assert (one.exchanges, two.exchanges) == (0, 0)
    assert (await one.visitor.get(await one.approve(first))).location == "/"
    assert (await two.visitor.get(await two.approve(second))).location == "/"


def _nonsense(seed: int) -> str:
    """Return a random query of odd bytes, broken escapes, and repeated or very long names."""
    chance = random.Random(seed)
    names = ["code", "state", "error", "return_to", "iss", "access_token", "message", "reason", "é", ""]
    pieces = [
        "%",
        "%2",
        "%zz",
        "%00",
        "%ff",
        "%ed%a0%80",
        "//",
        "[::1",
        "http://[",
        "a" * 900,
        "=",
        "+",
        "/",
        "\\",
        "{}",
    ]
    pairs = (
        quote(chance.choice(names))
        + chance.choice(["=", "=", ""])
        + "".join(chance.choices(pieces, k=chance.randrange(4)))
        for _ in range(chance.randrange(6))
    )
    return chance.choice("&;").join(pairs)


@pytest.mark.requirement("V8")
async def test_nonsense_is_answered(open_stand: Open) -> None:
    """No query, cookie or path from a stranger causes a server error or a long wait."""
    stand = await open_stand()
    async with asyncio.timeout(60):
        for seed in range(60):
            query = _nonsense(seed)
            headers = {"Cookie": _nonsense(seed + 1000).replace("&", "; anilist-0123456789abcdef=")}
            for path in ("/login/anilist", "/callback", "/login/anilist/failed"):
                seen = await stand.visitor.get(f"{path}?{query}", headers=headers)
                assert seen.status in {303, 400, 503}, (path, query)
                assert seen.status == 400 or path == "/login/anilist" or seen.location.startswith(FAILED)
    assert stand.exchanges == 0


@pytest.mark.requirement("V18")
async def test_no_text_of_a_request_is_shown(open_stand: Open) -> None:
    """No page shows an image tag that is in a parameter, and the content security policy would block the image."""
    stand = await open_stand()
    state = URL(await stand.begin()).query["state"]
    names = ["code", "error", "error_description", "message", "hint", "iss", "state", "reason", "return_to"]
    places = [f"{name}={IMAGE}" for name in names] + [f"error={IMAGE}&error_description={IMAGE}&state={state}"]
    for query in places:
        for path in ("/callback", "/login/anilist", "/login/anilist/failed"):
            seen = await stand.visitor.get(f"{path}?{query}")
            if seen.status == 303 and not seen.location.startswith(str(stand.sandbox.url)):
                assert "img" not in seen.location
                seen = await stand.visitor.get(seen.location)
            assert "<img" not in seen.text
            assert is_private(seen)
