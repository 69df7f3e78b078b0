"""The requests of visitors to a receiver."""

import asyncio
import io
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from yarl import URL

from anilist_oauth.errors import (
    AccessDeniedError,
    AuthorizationError,
    InvalidClientError,
    LoginTimeoutError,
    StorageError,
)
from anilist_oauth.pacing.pace import Pace
from anilist_oauth.sandbox import Fault
from anilist_oauth.storage import MemoryLoginStore
from anilist_oauth.storage.records import PendingLogin
from tests.frames import frames_of, shown
from tests.receiver.scenes import Scene, scene
from tests.services import free_port

LABEL = "@mika on Discord"


@pytest.fixture
async def stage() -> AsyncIterator[Scene]:
    """A receiver with a sandbox."""
    async with scene() as opened:
        yield opened


async def test_a_person_is_asked_and_the_account_is_linked(stage: Scene) -> None:
    """The callback leads to a question whose button links the account, and the next page names the account."""
    login = await stage.receiver.login(subject="discord:42", label=LABEL)
    callback = await stage.sandbox.approve(login.url)
    came = await stage.get(callback)
    assert (came.status, came.text) == (303, "")
    asked = await stage.arrive(callback)
    assert (asked.status, asked.title) == (200, "Link your AniList account?")
    assert f"Link your AniList account to {LABEL}?" in asked.words
    assert stage.posts() == 0
    linked = await stage.post(asked.forms[0])
    assert linked.status == 200
    assert f"mika on AniList is now linked to {LABEL}." in linked.words
    done = await stage.flow.wait(login, timeout=20)
    assert (done.login.subject, done.display_name) == ("discord:42", "mika")
    assert (await stage.flow.token_for("discord:42")).access_token == done.token.access_token


@pytest.mark.requirement("S20")
async def test_no_page_has_code_or_state_in_its_address(stage: Scene) -> None:
    """The redirect leads to the same path with a ticket, is not cached, and sends no referrer."""
    login = await stage.receiver.login(subject="discord:42")
    callback = URL(await stage.sandbox.approve(login.url))
    came = await stage.get(callback)
    location = callback.join(URL(came.headers["Location"]))
    assert (location.origin(), location.path, list(location.query)) == (callback.origin(), callback.path, ["ticket"])
    assert login.state not in str(location)
    assert callback.query["code"] not in str(location)
    for answer in (came, asked := await stage.get(location), await stage.post(asked.forms[0])):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.status == 303 or "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert login.state not in answer.text


async def test_a_link_preview_consumes_nothing(stage: Scene) -> None:
    """A chat may follow every redirect before the person does."""
    login = await stage.receiver.login(subject="discord:42")
    callback = await stage.sandbox.approve(login.url)
    previewed = await stage.arrive(callback)
    asked = await stage.arrive(callback)
    assert previewed.forms[0]["ticket"] != asked.forms[0]["ticket"]
    assert stage.posts() == 0
    assert "mika on AniList" in (await stage.post(asked.forms[0])).words


async def test_a_second_press_shows_the_same_page(stage: Scene) -> None:
    """A button that is pressed twice within a minute sends one code and shows one page."""
    login = await stage.receiver.login(subject="discord:42")
    asked = await stage.arrive(await stage.sandbox.approve(login.url))
    first, second = await asyncio.gather(stage.post(asked.forms[0]), stage.post(asked.forms[0]))
    third = await stage.post(asked.forms[0])
    reloaded = await stage.get(f"{stage.path}?ticket={asked.forms[0]['ticket']}")
    refused = await stage.post(asked.forms[1])
    assert first.text == second.text == third.text == reloaded.text == refused.text
    assert "mika on AniList" in first.words
    assert stage.posts() == 1
    stage.advance(seconds=61)
    assert (await stage.post(asked.forms[0])).title == "This login is no longer open"


async def test_that_is_not_me_ends_the_login(stage: Scene) -> None:
    """Waiting calls end at once with the reason, and no button in any tab works afterwards."""
    login = await stage.receiver.login(subject="discord:42")
    strange = await stage.arrive(await stage.sandbox.approve(login.url, user="rin"))
    own = await stage.arrive(await stage.sandbox.approve(login.url, user="mika"))
    refused = await stage.post(strange.forms[1])
    assert (refused.title, "This login was ended" in refused.words) == ("Nothing was linked", True)
    with pytest.raises(LoginTimeoutError) as raised:
        await stage.flow.wait(login, timeout=20)
    assert raised.value.reason == "refused"
    for form in strange.forms:
        assert (await stage.post(form)).text == refused.text
    for form in own.forms:
        assert (await stage.post(form)).title == "This login is no longer open"
    assert stage.posts() == 0


async def test_a_no_after_the_yes_changes_nothing(stage: Scene) -> None:
    """A page in another tab does not say that nothing was linked."""
    login = await stage.receiver.login(subject="discord:42")
    first, second = [await stage.arrive(await stage.sandbox.approve(login.url)) for _ in range(2)]
    await stage.post(first.forms[0])
    assert (await stage.post(second.forms[1])).title == "This login is no longer open"
    assert (await stage.flow.wait(login, timeout=20)).login.subject == "discord:42"


@pytest.mark.requirement("S11")
async def test_a_denial_ends_the_login_at_once(stage: Scene) -> None:
    """Waiting calls end, nothing is exchanged, and another login continues."""
    login, other = [await stage.receiver.login(subject=f"discord:{number}") for number in (1, 2)]
    page = await stage.get(await stage.sandbox.deny(login.url))
    assert (page.status, page.title) == (200, "Nothing was linked")
    with pytest.raises(AccessDeniedError):
        await stage.flow.wait(login, timeout=20)
    asked = await stage.arrive(await stage.sandbox.approve(other.url))
    assert "mika on AniList" in (await stage.post(asked.forms[0])).words
    assert stage.posts() == 1


@pytest.mark.requirement("S11")
@pytest.mark.requirement("S39")
async def test_another_error_of_the_server_ends_the_login_too(stage: Scene) -> None:
    """The page has the text for the error's code, and no text from the address."""
    login = await stage.receiver.login(subject="discord:42")
    page = await stage.get(f"{stage.path}?error=invalid_scope&hint=Call+0900&state={login.state}")
    assert page.title == "AniList refused this login"
    assert "0900" not in page.text
    assert "The request was wrong" in page.words
    with pytest.raises(AuthorizationError):
        await stage.flow.wait(login, timeout=20)


@pytest.mark.requirement("S11")
@pytest.mark.parametrize("query", ["error=access_denied", "error=access_denied&state=", "error=server_error&state="])
async def test_an_error_without_a_state_changes_nothing(stage: Scene, query: str) -> None:
    """Anybody can make one up, so it is shown and the wait continues."""
    login = await stage.receiver.login(subject="discord:42")
    assert (await stage.get(f"{stage.path}?{query}")).status == 400
    asked = await stage.arrive(await stage.sandbox.approve(login.url))
    assert "mika on AniList" in (await stage.post(asked.forms[0])).words


@pytest.mark.requirement("S20")
@pytest.mark.requirement("S25")
@pytest.mark.requirement("S39")
@pytest.mark.parametrize("state", ["", "&state=", "&state=wrong"])
async def test_an_error_without_a_login_is_not_attributed_to_anilist(stage: Scene, state: str) -> None:
    """Anybody can make one up, so neither its text nor a failure of AniList is shown."""
    page = await stage.get(f"{stage.path}?error=server_error&error_description=Call+0900&message=Call+0900{state}")
    assert (page.status, "0900" in page.text) == (400, False)
    assert "AniList has a problem" not in page.words


@pytest.mark.requirement("S25")
@pytest.mark.parametrize(
    ("method", "target", "status"),
    [
        ("GET", "/favicon.ico", 404),
        ("GET", "/callback/", 404),
        ("GET", "/Callback?code=a&state=b", 404),
        ("GET", "/callback", 400),
        ("GET", "/callback?x=1", 400),
        ("GET", "/callback?code=a&state=wrong", 400),
        ("GET", "/callback?code=a", 400),
        ("GET", "/callback?code=a&state=b&state=c", 400),
        ("GET", "/callback?error=access_denied&state=wrong", 400),
        ("GET", "/callback?ticket=none", 400),
        ("HEAD", "/callback?code=a&state=STATE", 204),
        ("PUT", "/callback?code=a&state=STATE", 405),
        ("GET", "/callback?code=&state=STATE", 400),
        ("GET", "/callback?access_token=a.b.c&state=STATE", 400),
    ],
)
async def test_a_stray_request_changes_nothing(stage: Scene, method: str, target: str, status: int) -> None:
    """Nothing is exchanged, stored or repeated, and the person can still finish."""
    login = await stage.receiver.login(subject="discord:42")
    url = f"{URL(stage.path).origin()}{target.replace('STATE', login.state)}"
    seen = await stage.ask(method, url)
    assert seen.status == status
    assert (seen.headers["Cache-Control"], seen.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert target not in seen.text
    assert stage.posts() == 0
    asked = await stage.arrive(await stage.sandbox.approve(login.url))
    assert "mika on AniList" in (await stage.post(asked.forms[0])).words


@pytest.mark.requirement("S25")
@pytest.mark.parametrize("name", ["Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"])
async def test_a_prefetch_gets_nothing(stage: Scene, name: str) -> None:
    """A prefetch gets 204, for a callback and for a denial."""
    login = await stage.receiver.login(subject="discord:42")
    for callback in (await stage.sandbox.approve(login.url), await stage.sandbox.deny(login.url)):
        assert (await stage.get(callback, headers={name: "prefetch;prerender"})).status == 204
    assert "Link your" in (await stage.arrive(await stage.sandbox.approve(login.url))).words


@pytest.mark.requirement("S25")
@pytest.mark.requirement("S38")
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
        {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
    ],
)
async def test_an_image_gets_no_ticket(stage: Scene, headers: dict[str, str]) -> None:
    """A page that shows the callback as an image many times does not replace the person's ticket."""
    login = await stage.receiver.login(subject="discord:42")
    callback = await stage.sandbox.approve(login.url)
    asked = await stage.arrive(callback, headers={"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"})
    for _ in range(20):
        assert (await stage.get(callback, headers=headers)).status == 204
    assert "mika on AniList" in (await stage.post(asked.forms[0])).words


CODE, TOKEN = "canary-code-5d1c", "canary.eyJzdWIiOiIxIn0.token"


@pytest.mark.requirement("S36")
@pytest.mark.parametrize("method", ["look", "finish", "cancel"])
async def test_a_crash_reporter_sees_no_code(stage: Scene, monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    """Whatever fails at a callback, no local variable shows code or state."""
    login = await stage.receiver.login(subject="discord:42")
    asked = await stage.arrive(f"{stage.path}?code={CODE}&state={login.state}")
    errors: list[BaseException] = []

    async def fails(*_: object, **__: object) -> None:
        error = StorageError("the store is away")
        errors.append(error)
        raise error

    monkeypatch.setattr(stage.flow, method, fails)
    form = asked.forms[1 if method == "cancel" else 0]
    answer = stage.get(f"{stage.path}?code={CODE}&state={login.state}") if method == "look" else stage.post(form)
    assert (await answer).status == 503
    (error,) = errors
    seen = shown(error)
    assert "handler" in {frame.f_globals["__name__"].rpartition(".")[2] for frame in frames_of(error)}
    assert not [secret for secret in (CODE, login.state) if secret in seen]


@pytest.mark.requirement("S36")
async def test_a_crash_reporter_sees_no_fragment(stage: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """No local variable shows the token of an implicit login."""
    await stage.receiver.implicit(subject="discord:42")
    form = (await stage.get(stage.path)).forms[0]
    errors: list[BaseException] = []

    async def fails(access_token: str) -> None:
        del access_token
        error = StorageError("")
        errors.append(error)
        raise error

    monkeypatch.setattr(stage.session, "verify", fails)
    assert (await stage.post({**form, "fragment": f"access_token={TOKEN}"})).status == 503
    assert "handler" in {frame.f_globals["__name__"].rpartition(".")[2] for frame in frames_of(errors[0])}
    assert TOKEN not in shown(errors[0])


async def test_a_bug_is_logged_without_the_request(
    stage: Scene, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The page says that the program failed, and the log has the place, but nothing from the request."""

    async def broken(callback: object) -> None:
        raise KeyError(str(callback))

    monkeypatch.setattr(stage.flow, "look", broken)
    page = await stage.get(f"{stage.path}?code=canary&state=canary")
    assert (page.status, page.title) == (500, "Nothing was linked")
    assert "KeyError in broken, line" in caplog.text
    assert "canary" not in caplog.text + page.text


@pytest.mark.requirement("V18")
@pytest.mark.parametrize("name", ["code", "state", "error", "error_description", "message", "hint", "iss", "ticket"])
async def test_an_image_in_a_parameter_is_text(stage: Scene, name: str) -> None:
    """No page contains a tag from a callback, and the content security policy would block it."""
    login = await stage.receiver.login(subject="discord:42")
    image = "<img src=x onerror=alert(1)>"
    for others in ({}, {"error": "x"}, {"error": "x", "state": login.state}):
        page = await stage.arrive(str(URL(stage.path).with_query({**others, name: image})))
        assert "<img" not in page.text
        assert page.headers["Content-Security-Policy"].startswith("default-src 'none'; ")


@pytest.mark.requirement("S25")
async def test_a_label_is_text_whatever_is_in_it(stage: Scene) -> None:
    """Markup is escaped, control and bidi characters are removed, and at most 80 characters are shown."""
    login = await stage.receiver.login(subject="s", label="<b>\u202eevil\x07\n</b>" + "a" * 100)
    asked = await stage.arrive(await stage.sandbox.approve(login.url))
    written = "&lt;b&gt;evil &lt;/b&gt;" + "a" * 67 + "…"
    assert f"<bdi>{written}</bdi>" in asked.text
    assert "\u202e" not in asked.text


async def test_without_a_label_the_page_says_what_it_knows(stage: Scene) -> None:
    """The subject is not shown."""
    login = await stage.receiver.login(subject="discord:42")
    asked = await stage.arrive(await stage.sandbox.approve(login.url))
    assert "to the program that sent you the link?" in asked.words
    assert "discord:42" not in asked.text


@pytest.mark.requirement("S25")
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_a_form_from_another_site_is_refused(stage: Scene, site: str) -> None:
    """The buttons only work on our own page."""
    login = await stage.receiver.login(subject="discord:42")
    asked = await stage.arrive(await stage.sandbox.approve(login.url))
    assert (await stage.post(asked.forms[0], headers={"Sec-Fetch-Site": site})).status == 403
    assert stage.posts() == 0
    pressed = await stage.post(asked.forms[0], headers={"Sec-Fetch-Site": "same-origin"})
    assert "mika on AniList" in pressed.words


async def test_anything_but_a_form_is_refused(stage: Scene) -> None:
    """JSON, a file, other bytes or an unknown ticket gets a page and causes no bug."""
    login = await stage.receiver.login(subject="discord:42")
    asked = await stage.arrive(await stage.sandbox.approve(login.url))
    assert (await stage.ask("POST", stage.path, json=asked.forms[0])).status == 400
    form = {"Content-Type": "application/x-www-form-urlencoded; charset=none-such"}
    for data in (b"\xff\xfe=%ff", b"", b"ticket=%00", b"ticket=none", b"&&&==="):
        assert (await stage.ask("POST", stage.path, data=data, headers=form)).status == 400
    assert "Link your" in (await stage.get(f"{stage.path}?ticket={asked.forms[0]['ticket']}")).words


@pytest.mark.requirement("S2")
@pytest.mark.requirement("S25")
async def test_on_loopback_a_request_must_name_this_machine(stage: Scene) -> None:
    """A web page cannot connect through its own name for 127.0.0.1."""
    login = await stage.receiver.login(subject="discord:42")
    callback = await stage.sandbox.approve(login.url)
    for host in ("evil.example", "127.0.0.1.evil.example:80", "", "[::2]", "localhost.evil.example"):
        assert (await stage.get(callback, headers={"Host": host})).status == 400
    for host in ("localhost:1", "[::1]:8080", "127.0.0.1"):
        assert (await stage.get(callback, headers={"Host": host})).status == 303


async def test_an_expired_login_keeps_nothing(stage: Scene) -> None:
    """After its expiry, neither a callback nor an open question can be confirmed."""
    login = await stage.receiver.login(subject="discord:42")
    callback = await stage.sandbox.approve(login.url)
    asked = await stage.arrive(callback)
    stage.advance(minutes=11)
    for page in (await stage.get(callback), await stage.post(asked.forms[0])):
        assert (page.status, page.title) == (400, "This login is no longer open")
    assert stage.posts() == 0


async def test_a_login_finished_elsewhere_is_over(stage: Scene) -> None:
    """A question that is still open in another tab says so and sends no code."""
    login = await stage.receiver.login(subject="discord:42")
    first, second = [await stage.arrive(await stage.sandbox.approve(login.url)) for _ in range(2)]
    await stage.post(first.forms[0])
    ticket = second.forms[0]["ticket"]
    assert (await stage.get(f"{stage.path}?ticket={ticket}")).title == "This login is no longer open"
    assert (await stage.post(second.forms[0])).title == "This login is no longer open"
    assert stage.posts() == 1


async def test_a_login_bound_to_a_browser_is_refused(stage: Scene) -> None:
    """It stays open for that browser."""
    login = await stage.flow.begin(subject="site:1", binding="a-cookie")
    callback = await stage.sandbox.approve(login.url)
    asked = await stage.arrive(callback)
    assert (await stage.post(asked.forms[0])).title == "Not in this browser"
    assert (await stage.flow.finish(callback, binding="a-cookie")).display_name == "mika"


async def test_a_wrong_secret_is_a_setup_error(stage: Scene) -> None:
    """The page says who must fix it but names no setting, and the program gets the error."""
    login = await stage.receiver.login(subject="discord:42")
    asked = await stage.arrive(await stage.sandbox.approve(login.url))
    stage.sandbox.next("token", Fault(status=401, body={"error": "invalid_client"}))
    page = await stage.post(asked.forms[0])
    assert (page.status, page.title) == (502, "Nothing was linked")
    assert "not set up correctly" in page.words
    assert "12345" not in page.text
    with pytest.raises(InvalidClientError):
        await stage.flow.wait(login, timeout=20)


async def test_an_outage_is_not_a_setup_error(stage: Scene) -> None:
    """The page says that AniList failed."""
    login = await stage.receiver.login(subject="discord:42")
    asked = await stage.arrive(await stage.sandbox.approve(login.url))
    stage.sandbox.weather("outage")
    assert (await stage.post(asked.forms[0])).title == "AniList is not responding"
    assert login.expires_at - stage.sandbox.now() > timedelta(minutes=9)


async def test_after_a_429_the_button_works_again(stage: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was consumed, so the same ticket works later."""
    login = await stage.receiver.login(subject="discord:42")
    asked = await stage.arrive(await stage.sandbox.approve(login.url))
    busy = Pace()
    busy.pause_exchanges(40.4)  # it says 40 for most of a second
    monkeypatch.setattr(stage.flow.session, "pace", busy)
    page = await stage.post(asked.forms[0])
    assert (page.status, page.title, page.forms) == (503, "Not yet", [{"ticket": asked.forms[0]["ticket"]}])
    assert "Try again in 40 seconds." in page.words
    monkeypatch.undo()
    assert "mika on AniList" in (await stage.post(page.forms[0])).words
    assert (await stage.flow.wait(login, timeout=20)).display_name == "mika"


class Unreachable(MemoryLoginStore):
    """A store that cannot be read."""

    async def look(self, key: str) -> PendingLogin | None:
        """Raise an error."""
        raise StorageError(f"the store is away: {key}")


async def test_a_failing_store_gets_a_page() -> None:
    """The page shows no text of the store's error."""
    async with scene(logins=Unreachable()) as stage:
        login = await stage.receiver.login(subject="discord:42")
        page = await stage.get(await stage.sandbox.approve(login.url))
    assert (page.status, page.title) == (503, "Nothing was linked")
    assert "the store is away" not in page.text


async def test_a_redirect_uri_keeps_its_own_query_and_encoding() -> None:
    """With a query and percent-encoding it is found, and its pages are at its path."""
    uri = f"http://127.0.0.1:{free_port()}/cb%20a/%7Ex/%c3%a9?x=1"
    async with scene(redirect_uri=uri) as stage:
        login = await stage.receiver.login(subject="discord:42")
        callback = await stage.sandbox.approve(login.url)
        assert callback.startswith(f"{uri}&code=")
        asked = await stage.arrive(callback)
        linked = await stage.ask("POST", uri.partition("?")[0], data=asked.forms[0])
    assert "mika on AniList" in linked.words


async def test_behind_a_proxy_any_host_name_is_served() -> None:
    """With ``bind=``, the proxy may pass any host name."""
    async with scene(redirect_uri="https://bot.example/anilist/callback", bind=("127.0.0.1", 0)) as stage:
        login = await stage.receiver.login(subject="discord:42")
        query = (await stage.sandbox.approve(login.url)).partition("?")[2]
        host, port = stage.receiver.addresses[0]
        asked = await stage.arrive(
            f"http://{host}:{port}/anilist/callback?{query}",
            headers={"Host": "bot.example", "X-Forwarded-Host": "evil"},
        )
        linked = await stage.ask(
            "POST", f"http://{host}:{port}/anilist/callback", data=asked.forms[0], headers={"Host": "bot.example"}
        )
    assert "mika on AniList" in linked.words


@pytest.mark.requirement("S35")
async def test_a_form_too_large_is_refused(stage: Scene) -> None:
    """No form of the pages has a megabyte."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await stage.ask("POST", stage.path, data=io.BytesIO(b"a" * (1024**2 + 1)), headers=form)).status == 413
