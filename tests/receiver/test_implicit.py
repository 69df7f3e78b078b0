"""The implicit grant: the fragment is read, the token verified, and then the user confirms."""

from collections.abc import AsyncIterator

import pytest
from yarl import URL

from anilist_oauth.errors import ConfigurationError, LoginTimeoutError, SessionStateError
from anilist_oauth.login.login import Login
from anilist_oauth.sandbox import Sandbox
from tests.receiver.scenes import Scene, Seen, scene

LABEL = "@mika on Discord"


@pytest.fixture
async def stage() -> AsyncIterator[Scene]:
    """A receiver with a sandbox."""
    async with scene() as opened:
        yield opened


async def fragment(stage: Scene, login: Login, *, user: str = "mika") -> str:
    """Approve, and return the fragment of the callback."""
    return (await stage.sandbox.approve(login.url, user=user)).partition("#")[2]


async def read(stage: Scene, text: str) -> Seen:
    """Do the same as the page's script: post the fragment with the page's ticket."""
    page = await stage.get(stage.path)
    return await stage.ask("POST", stage.path, data={**page.forms[0], "fragment": text}, allow_redirects=True)


async def test_the_account_is_named_before_it_is_linked(stage: Scene) -> None:
    """AniList reports the user of the token, and only the button stores the token."""
    login = await stage.receiver.implicit(subject="discord:42", label=LABEL)
    assert dict(login.url.query) == {"client_id": "12345", "response_type": "token"}
    asked = await read(stage, await fragment(stage, login))
    assert "You are mika on AniList." in asked.words
    assert f"Link your AniList account to {LABEL}?" in asked.words
    assert await stage.flow.tokens.get("discord:42", client_id="12345") is None
    linked = await stage.post(asked.forms[0])
    assert f"mika on AniList is now linked to {LABEL}." in linked.words
    assert (await stage.flow.wait(login)).display_name == "mika"
    assert stage.posts() == 0
    assert (await stage.post(asked.forms[0])).text == linked.text


async def test_the_reading_page_runs_one_script_of_its_own(stage: Scene) -> None:
    """The policy allows that script by hash and nothing else, and the script clears the address."""
    await stage.receiver.implicit()
    page = await stage.get(stage.path)
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'sha256-" in policy
    assert "history.replaceState(null" in page.text
    assert page.forms[0]["fragment"] == ""


async def test_the_ticket_of_the_reading_page_works_once(stage: Scene) -> None:
    """It cannot be used again."""
    login = await stage.receiver.implicit(subject="discord:42")
    form = (await stage.get(stage.path)).forms[0]
    form["fragment"] = await fragment(stage, login)
    assert (await stage.post(form)).status == 303
    assert (await stage.post(form)).title == "This login is no longer open"
    assert (await stage.post({**form, "ticket": "made-up"})).title == "This login is no longer open"


@pytest.mark.requirement("S17")
async def test_another_applications_token_is_refused(stage: Scene) -> None:
    """AniList's viewer query would accept it, but its claims name the other application."""
    login = await stage.receiver.implicit(subject="discord:42")
    async with Sandbox() as other:
        foreign = f"{other.endpoints.authorization}?client_id=12345&response_type=token"
        forged = (await other.approve(foreign)).partition("#")[2]
    page = await read(stage, "access_token=a.e30.b&token_type=Bearer")
    assert page.title == "This login belongs to another program"
    page = await read(stage, forged)  # signed by somebody else: AniList does not know it
    assert (page.status, page.title) == (400, "AniList refused this login")
    asked = await read(stage, await fragment(stage, login))
    assert "mika on AniList" in (await stage.post(asked.forms[0])).words


@pytest.mark.parametrize("text", ["", "nonsense", "state=x", "error=access_denied&state="])
async def test_a_fragment_without_a_token_changes_nothing(stage: Scene, text: str) -> None:
    """Neither does a denial, because anybody can make one up without a state."""
    login = await stage.receiver.implicit(subject="discord:42")
    assert (await read(stage, text)).status == 400
    asked = await read(stage, await fragment(stage, login))
    assert "mika on AniList" in (await stage.post(asked.forms[0])).words


async def test_a_no_deletes_the_token(stage: Scene) -> None:
    """Nothing is stored, and the login has ended."""
    login = await stage.receiver.implicit(subject="discord:42")
    asked = await read(stage, await fragment(stage, login, user="rin"))
    assert "You are rin on AniList." in asked.words
    assert (await stage.post(asked.forms[1])).title == "Nothing was linked"
    with pytest.raises(LoginTimeoutError) as raised:
        await stage.flow.wait(login, timeout=20)
    assert raised.value.reason == "refused"
    assert await stage.flow.tokens.get("discord:42", client_id="12345") is None


async def test_there_is_one_at_a_time(stage: Scene) -> None:
    """Callbacks of two could not be distinguished, and after the first there can be a second."""
    login = await stage.receiver.implicit(subject="discord:1")
    with pytest.raises(SessionStateError, match="another implicit login is open"):
        await stage.receiver.implicit(subject="discord:2")
    await stage.flow.cancel(login)
    assert (await stage.get(stage.path)).status == 400
    await stage.receiver.implicit(subject="discord:2")


async def test_a_code_login_goes_on_beside_it(stage: Scene) -> None:
    """Its callback has a code and a state."""
    await stage.receiver.implicit(subject="discord:1")
    login = await stage.receiver.login(subject="discord:2")
    asked = await stage.arrive(await stage.sandbox.approve(login.url))
    await stage.post(asked.forms[0])
    assert (await stage.flow.wait(login)).login.subject == "discord:2"


async def test_it_is_for_loopback_only() -> None:
    """Otherwise other machines could send a token."""
    async with scene(redirect_uri="https://bot.example/callback", bind=("127.0.0.1", 0)) as stage:
        with pytest.raises(ConfigurationError, match="bind"):
            await stage.receiver.implicit(subject="discord:1")
        assert (await stage.get(URL(stage.path))).status == 400
