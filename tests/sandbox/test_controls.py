"""What a test says to a sandbox and reads from it."""

from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from anilist_oauth import GraphQLError, LoginFlow, OAuthSession, parse_callback
from anilist_oauth.receiver import CallbackReceiver
from anilist_oauth.sandbox import Sandbox, SandboxThread
from anilist_oauth.sandbox.website.forms import first_form


async def test_a_session_comes_with_the_sandbox() -> None:
    """Unopened, with its application, its endpoints and its time."""
    async with Sandbox() as sandbox, sandbox.session() as anilist:
        assert isinstance(anilist, OAuthSession)
        assert anilist.endpoints == sandbox.endpoints
        url = anilist.authorize_url()
        callback = await sandbox.approve(url)
        token = await anilist.exchange_code(parse_callback(callback, expected_state=url.query["state"]))
        assert (await anilist.viewer(token)).name == "mika"


def test_a_session_needs_an_open_sandbox() -> None:
    """Before that, nobody knows the port."""
    with pytest.raises(RuntimeError, match="not open"):
        Sandbox().session()


async def test_a_receivers_page_is_pressed() -> None:
    """The login is finished as if a person had pressed the button; each sandbox has a port of its own for it."""
    async with (
        Sandbox() as sandbox,
        sandbox.session() as anilist,
        LoginFlow(anilist) as flow,
        CallbackReceiver(flow) as receiver,
    ):
        login = await receiver.login(subject="discord:42")
        page = await sandbox.confirm(await sandbox.approve(login.url))
        assert "mika" in page
        assert (await flow.wait(login, timeout=5)).display_name == "mika"
        with pytest.raises(ValueError, match="has no button to press"):
            await sandbox.confirm(f"{sandbox.application.redirect_uri}?code=x&state=y")


def test_a_page_is_pressed_without_a_loop(anilist_sandbox: SandboxThread) -> None:
    """In the fixture, `confirm` needs no await; where nobody listens, the connection is refused."""
    with pytest.raises(aiohttp.ClientConnectionError):
        anilist_sandbox.confirm_sync(f"{anilist_sandbox.application.redirect_uri}?code=x")


def test_only_the_first_button_of_the_first_form_counts() -> None:
    """As in a browser, where one button is pressed; a form that is sent by GET is passed over."""
    page = """<form action="/search"><input name="q"></form><input name="outside">
      <form method="POST" action="?x=1"><input name="a" value="1"><input value="no name">
      <button name="yes" value="2">Yes</button><button name="no">No</button></form>
      <form method="post" action="/other"><input name="b"></form>"""
    assert first_form(page, "http://127.0.0.1/cb?y=2") == ("http://127.0.0.1/cb?x=1", {"a": "1", "yes": "2"})
    assert first_form('<form method="post"><input name="a"></form>', "http://a.example/cb") == (
        "http://a.example/cb",
        {"a": ""},
    )


async def test_a_strict_sandbox_refuses_what_anilist_passes_over() -> None:
    """Pages that are too large, deprecated fields; a query that only needs a token passes."""
    async with Sandbox() as sandbox, sandbox.session() as anilist:
        query = "{ Page(perPage: 100) { media { id } } }"
        assert len((await anilist.graphql(query))["Page"]["media"]) == 50
        assert not sandbox.strict
        sandbox.strict = True
        with pytest.raises(GraphQLError, match=r"anilist_sandbox\.strict: perPage is 100"):
            await anilist.graphql(query)
        with pytest.raises(GraphQLError, match="seasonInt is deprecated"):
            await anilist.graphql("{ Media(id: 1) { seasonInt } }")
        with pytest.raises(GraphQLError, match="Cannot query field"):
            await anilist.graphql("{ Nope }")
        url = anilist.authorize_url()
        code = parse_callback(await sandbox.approve(url), expected_state=url.query["state"])
        assert (await anilist.viewer(await anilist.exchange_code(code))).name == "mika"
        assert [one.partition("\n")[0] for one in sandbox.complaints] == [
            "perPage is 100: AniList returns at most 50, without saying so. (line 1, column 3)",
            "The field Media.seasonInt is deprecated. No longer supported (line 1, column 18)",
            'Cannot query field "Nope" on type "Query". (line 1, column 3)',
        ]


def test_a_redirect_uri_is_of_one_application() -> None:
    """Given with applications, which have theirs, it is refused."""
    assert Sandbox(redirect_uri="https://bot.example/cb").application.redirect_uri == "https://bot.example/cb"
    with pytest.raises(ValueError, match="leave one of the two out"):
        Sandbox(applications=[Sandbox().application], redirect_uri="https://bot.example/cb")


@pytest.mark.parametrize("wrong", [None, 5, [], "a day"])
def test_time_and_endpoints_of_a_wrong_type_are_refused(wrong: Any) -> None:
    """The error says what is needed."""
    sandbox = Sandbox()
    with pytest.raises(TypeError, match=r"^by: a timedelta is needed"):
        sandbox.advance(wrong)
    with pytest.raises(ValueError, match=r"^endpoint: .+ is not one of authorize, token, graphql"):
        sandbox.next(wrong)
    before = sandbox.now()
    sandbox.advance(timedelta(days=1))
    assert sandbox.now() - before >= timedelta(days=1)
