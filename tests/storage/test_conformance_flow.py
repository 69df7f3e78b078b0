"""Login flows in two processes work together with every store."""

import asyncio
from collections.abc import AsyncIterator

import attrs
import pytest
from yarl import URL

from anilist_oauth.errors import AccessDeniedError, InvalidTokenError, LoginRequiredError, StateMismatchError
from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.oauth.application import Application
from anilist_oauth.sandbox import Fault
from anilist_oauth.session.session import OAuthSession
from anilist_oauth.storage.digests import digest
from tests.flows import COOKIE, Stage, Unpaced, staged
from tests.storage.openers import Stores


@attrs.frozen
class Pair:
    """Two flows with one sandbox and one store, each with its own session."""

    stage: Stage
    other: LoginFlow


@pytest.fixture
async def pair(stores: Stores) -> AsyncIterator[Pair]:
    """Both flows, open."""
    async with staged(logins=stores.logins, tokens=stores.tokens) as stage:
        sandbox = stage.sandbox
        session = OAuthSession(sandbox.application, endpoints=sandbox.endpoints, clock=sandbox.now, pace=Unpaced())
        async with session, LoginFlow(session, logins=stores.other_logins, tokens=stores.other_tokens) as other:
            yield Pair(stage, other)


async def test_a_login_begins_in_one_process_and_ends_in_another(pair: Pair) -> None:
    """Calls that wait in one process get the outcome from the other."""
    login, callback = await pair.stage.begin(subject="discord:42", label="@mika", return_to="/me")
    waiting = asyncio.ensure_future(pair.stage.flow.wait(login, timeout=30))
    assert await pair.other.look(callback) == login
    done = await pair.other.finish(callback)
    assert await waiting == done
    assert done.login == login
    assert await pair.stage.flow.token_for("discord:42") == done.token


@pytest.mark.requirement("V1")
@pytest.mark.requirement("S2")
async def test_another_browser_is_refused_and_consumes_nothing(pair: Pair) -> None:
    """It has another cookie or none."""
    _, callback = await pair.stage.begin(binding=COOKIE)
    for binding in ("another", None, ""):
        with pytest.raises(StateMismatchError) as caught:
            await pair.other.finish(callback, binding=binding)
        assert caught.value.reason == "binding"
    assert not pair.stage.sandbox.requests
    assert (await pair.other.finish(callback, binding=COOKIE)).display_name == "mika"


@pytest.mark.requirement("V7")
async def test_another_application_is_refused_and_consumes_nothing(pair: Pair) -> None:
    """A login in a shared store is unknown to every application but its own, even with its cookie."""
    _, callback = await pair.stage.begin(binding=COOKIE)
    sandbox, own = pair.stage.sandbox, pair.stage.session.application
    application = Application(client_id="54321", redirect_uri=own.redirect_uri, client_secret="x")
    session = OAuthSession(application, endpoints=sandbox.endpoints, clock=sandbox.now)
    async with session, LoginFlow(session, logins=pair.other.logins, tokens=pair.other.tokens) as flow:
        with pytest.raises(StateMismatchError) as caught:
            await flow.finish(callback, binding=COOKIE)
    assert caught.value.reason == "unknown"
    assert not sandbox.requests
    assert (await pair.other.finish(callback, binding=COOKIE)).display_name == "mika"


@pytest.mark.requirement("S3")
async def test_fifty_callbacks_over_two_processes_make_one_request(pair: Pair) -> None:
    """All with the right binding get the result."""
    login, callback = await pair.stage.begin(subject="a", binding=COOKIE)
    flows = [pair.stage.flow, pair.other] * 25
    done = await asyncio.gather(*(flow.finish(callback, binding=COOKIE) for flow in flows))
    assert done == [done[0]] * 50
    assert done[0].login == login
    assert pair.stage.posts() == 1


@pytest.mark.requirement("S3")
async def test_without_a_binding_one_of_fifty_is_let_in(pair: Pair) -> None:
    """This also holds in two processes."""
    _, callback = await pair.stage.begin(subject="a")
    flows = [pair.stage.flow, pair.other] * 25
    results = await asyncio.gather(*(flow.finish(callback) for flow in flows), return_exceptions=True)
    refused = [result.reason for result in results if isinstance(result, StateMismatchError)]
    assert refused == ["used"] * 49
    assert pair.stage.posts() == 1


async def test_a_denial_reaches_the_other_process(pair: Pair) -> None:
    """The error has its class and attributes."""
    login = await pair.stage.flow.begin()
    waiting = asyncio.ensure_future(pair.stage.flow.wait(login, timeout=30))
    with pytest.raises(AccessDeniedError):
        await pair.other.finish(await pair.stage.sandbox.deny(login.url))
    with pytest.raises(AccessDeniedError) as caught:
        await waiting
    assert caught.value.verified


@pytest.mark.requirement("S5")
async def test_an_altered_state_finds_nothing(pair: Pair) -> None:
    """The state is a random key, so no part of it can be changed."""
    login, callback = await pair.stage.begin()
    code = URL(callback).query["code"]
    for state in (login.state.swapcase(), login.state + "A", digest(login.state), login.state[::-1]):
        with pytest.raises(StateMismatchError) as caught:
            await pair.other.finish({"code": code, "state": state})
        assert caught.value.reason == "unknown"
    assert not pair.stage.sandbox.requests


@pytest.mark.requirement("S30")
async def test_a_subject_s_twenty_first_login_ends_its_first(pair: Pair) -> None:
    """The others can be finished."""
    begun = [await pair.stage.begin(subject="a") for _ in range(21)]
    with pytest.raises(StateMismatchError) as caught:
        await pair.other.finish(begun[0][1])
    assert caught.value.reason == "unknown"
    assert (await pair.other.finish(begun[1][1])).login == begun[1][0]


async def test_hooks_are_called_once_in_both_processes(pair: Pair) -> None:
    """The first process that finds the refused token calls it."""
    told = []

    async def on_invalid(subject: str) -> None:
        told.append(subject)

    await pair.stage.log_in(subject="a")
    flows = [
        LoginFlow(flow.session, logins=flow.logins, tokens=flow.tokens, on_invalid=on_invalid)
        for flow in (pair.stage.flow, pair.other)
    ]
    refusal = Fault(status=400, body={"errors": [{"message": "Invalid token", "status": 400}], "data": None})
    pair.stage.sandbox.next("graphql", *[refusal] * 10)
    asked = (flow.graphql("a", "{ Viewer { id } }") for flow in flows * 5)
    answers = await asyncio.gather(*asked, return_exceptions=True)
    kinds = {type(answer) for answer in answers}
    assert InvalidTokenError in kinds
    assert kinds <= {InvalidTokenError, LoginRequiredError}  # the last caller finds the mark already set
    assert told == ["a"]
