"""Many users at AniList's limit, in virtual time over real sockets."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import attrs
import pytest

from anilist_oauth.errors import (
    GraphQLError,
    GraphQLForbiddenError,
    GraphQLNotFoundError,
    GraphQLValidationError,
    InvalidTokenError,
    OutcomeUnknownError,
    QueryTooComplexError,
    ServiceUnavailableError,
)
from anilist_oauth.oauth.callback import parse_callback
from anilist_oauth.pacing.pace import Pace
from anilist_oauth.sandbox import Fault, Sandbox, WeatherName
from anilist_oauth.sandbox.oauth.grants import signing_key
from anilist_oauth.sandbox.rate_limit import WindowName
from anilist_oauth.session.session import OAuthSession
from anilist_oauth.tokens.access_token import Token
from tests import virtual_time

QUERY = "query ($media: Int) { Viewer { id } Media(id: $media) { id } }"


@attrs.frozen
class Answered:
    """One answer: whose, the how-manieth of theirs, and when."""

    user: str
    place: int
    time: float


class World:
    """A sandbox at AniList's limit, and everybody logged in."""

    def __init__(self, sandbox: Sandbox, session: OAuthSession) -> None:
        self.sandbox = sandbox
        self.session = session
        self.tokens: dict[str, Token] = {}
        self.answered: list[Answered] = []
        self.refused = 0
        self._loop = asyncio.get_running_loop()

    async def log_in(self) -> None:
        """Log all users in."""
        for user in self.sandbox.users:
            url = self.session.authorize_url()
            callback = await self.sandbox.approve(url, user=user)
            code = parse_callback(callback, expected_state=url.query["state"])
            self.tokens[user.name] = await self.session.exchange_code(code)

    async def ask(self, user: str, times: int, *, session: OAuthSession | None = None) -> None:
        """Ask several times in this instant, and check that each answer is the user's own."""
        ids = {account.name: account.id for account in self.sandbox.users}

        async def one(place: int) -> None:
            media = place % 100 + 1
            data = await (session or self.session).graphql(QUERY, {"media": media}, token=self.tokens[user])
            assert data == {"Viewer": {"id": ids[user]}, "Media": {"id": media}}
            self.answered.append(Answered(user, place, self._loop.time()))

        await asyncio.gather(*(one(place) for place in range(1, times + 1)))

    def times(self, user: str) -> list[float]:
        """Give when a user's answers came, in the order in which they were asked for."""
        return [answer.time for answer in sorted(self.answered, key=lambda a: a.place) if answer.user == user]


@asynccontextmanager
async def opened(
    pace: Pace | None = None,
    users: Iterable[str] = ("mika",),
    window: WindowName = "fixed",
    advertised: int | None = None,
    private: Iterable[str] = (),
) -> AsyncIterator[World]:
    """Open a world in which everybody is logged in."""
    signing_key().result()  # made in a thread, which takes real seconds, once
    async with (
        Sandbox(
            users=users,
            private_users=private,
            graphql_limit=30,
            graphql_window=window,
            graphql_advertised=advertised,
        ) as server,
        OAuthSession(server.application, endpoints=server.endpoints, clock=server.now, pace=pace) as session,
    ):
        world = World(server, session)
        answer = server.service.answer

        async def counted(request: Any) -> Any:
            given = await answer(request)
            world.refused += given.status == 429
            return given

        server.service.answer = counted  # type: ignore[method-assign] # the sandbox does not count its refusals
        await world.log_in()
        yield world


def in_virtual_time(scenario: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a scenario."""
    virtual_time.run(scenario())


@pytest.mark.parametrize("window", ["fixed", "sliding"])
def test_twenty_users_ask_ten_queries_each_in_one_instant(window: WindowName) -> None:
    """Nobody is refused, each user's answers come in order and in their share of the time, the last within 7.5 min."""

    async def scenario() -> None:
        users = [f"user-{number}" for number in range(20)]
        async with opened(users=users, window=window) as world:
            began = asyncio.get_running_loop().time()
            await asyncio.gather(*(world.ask(user, 10) for user in users))
            assert world.refused == 0
            assert len(world.answered) == 200
            assert world.answered[-1].time - began <= 7.5 * 60
            for user in users:
                times = [time - began for time in world.times(user)]
                assert times == sorted(times)
                assert all(time <= k * 20 / 28 * 60 + 10 for k, time in enumerate(times, start=1))

    in_virtual_time(scenario)


@pytest.mark.parametrize("window", ["fixed", "sliding"])
def test_one_user_does_not_hold_up_another(window: WindowName) -> None:
    """One asks 190, and in the same instant another 10: the ten are done within 75 seconds."""

    async def scenario() -> None:
        async with opened(users=("busy", "other"), window=window) as world:
            began = asyncio.get_running_loop().time()
            await asyncio.gather(world.ask("busy", 190), world.ask("other", 10))
            assert world.refused == 0
            assert max(world.times("other")) - began <= 75

    in_virtual_time(scenario)


@pytest.mark.parametrize("window", ["fixed", "sliding"])
def test_lying_headers_cost_two_refusals_at_most(window: WindowName) -> None:
    """They say 90 while 30 are enforced: 200 queries meet at most two 429s in ten minutes, and none is lost."""

    async def scenario() -> None:
        async with opened(window=window, advertised=90) as world:
            began = asyncio.get_running_loop().time()
            await world.ask("mika", 200)
            assert len(world.answered) == 200
            assert 1 <= world.refused <= 2
            assert world.answered[-1].time - began <= 10 * 60

    in_virtual_time(scenario)


def test_two_sessions_with_one_pace_share_one_budget() -> None:
    """Together they stay below the limit."""

    async def scenario() -> None:
        async with opened(pace=Pace()) as world:
            server, pace = world.sandbox, world.session.pace
            async with OAuthSession(
                server.application, endpoints=server.endpoints, clock=server.now, pace=pace
            ) as other:
                await asyncio.gather(world.ask("mika", 60), world.ask("mika", 60, session=other))
            assert len(world.answered) == 120
            assert world.refused == 0

    in_virtual_time(scenario)


def test_a_bad_day_loses_no_query() -> None:
    """Bad gateways, lost and cut answers on every other request: all queries are answered in the end."""

    async def scenario() -> None:
        async with opened() as world:
            world.sandbox.weather("flaky")
            await world.ask("mika", 20)
            assert sorted(answer.place for answer in world.answered) == list(range(1, 21))

    in_virtual_time(scenario)


def test_an_answer_that_takes_too_long_is_given_up() -> None:
    """The timeout holds for each of the three tries; waits for a turn are not in it."""

    async def scenario() -> None:
        async with opened() as world:
            began = asyncio.get_running_loop().time()
            world.sandbox.next("graphql", *[Fault(delay=100)] * 3)
            with pytest.raises(OutcomeUnknownError):
                await world.session.graphql("{ Media(id: 1) { id } }", timeout=3)
            assert 9 <= asyncio.get_running_loop().time() - began <= 9 + 1.5 + 3 + 1
            assert len(world.session.pace._starts) == 3

    in_virtual_time(scenario)


@pytest.mark.parametrize("weather", ["outage", "cloudflare"])
def test_an_outage_never_reads_as_a_dead_token(weather: WeatherName) -> None:
    """A good token meets an outage: everybody is turned away for a minute, and then all goes on with the same token."""

    async def scenario() -> None:
        async with opened() as world:
            before = len(world.sandbox.requests)
            world.sandbox.weather(weather)
            for _ in range(3):
                with pytest.raises(ServiceUnavailableError) as caught:
                    await world.session.viewer(world.tokens["mika"])
                assert caught.value.retry_after == pytest.approx(60)
            assert len(world.sandbox.requests) - before == 1
            world.sandbox.weather("clear")
            await asyncio.sleep(60)
            assert (await world.session.viewer(world.tokens["mika"])).name == "mika"

    in_virtual_time(scenario)


SAVE = "mutation ($id: Int, $score: Float) { SaveMediaListEntry(mediaId: $id, score: $score) { id } }"


@pytest.mark.parametrize(
    ("query", "variables", "kind"),
    [
        ("{ Nope }", {}, GraphQLError),
        ('{ User(name: "nobody") { id } }', {}, GraphQLNotFoundError),
        ('{ MediaListCollection(userName: "shy") { hasNextChunk } }', {}, GraphQLNotFoundError),
        (SAVE, {"id": 1, "score": 101}, GraphQLValidationError),
        ("mutation { DeleteMediaListEntry(id: 1) { deleted } }", {}, GraphQLForbiddenError),
        (f"{{ Viewer {{ {' '.join(f'f{n}: id' for n in range(600))} }} }}", {}, QueryTooComplexError),
    ],
)
def test_each_refusal_of_the_sandbox_has_its_class(
    query: str, variables: dict[str, Any], kind: type[GraphQLError]
) -> None:
    """What AniList would refuse, the sandbox refuses, and the session says why."""

    async def scenario() -> None:
        async with opened(users=("mika", "shy"), private=("shy",)) as world:
            await world.session.graphql(SAVE, {"id": 1}, token=world.tokens["shy"])  # entry 1 is shy's
            with pytest.raises(GraphQLError) as caught:
                await world.session.graphql(query, variables, token=world.tokens["mika"])
            assert type(caught.value) is kind

    in_virtual_time(scenario)


def test_a_token_that_expired_or_was_never_good_is_dead() -> None:
    """After a year, AniList says "Invalid token"."""

    async def scenario() -> None:
        async with opened() as world:
            world.sandbox.advance(timedelta(days=366))
            for token in (world.tokens["mika"], "garbage"):
                with pytest.raises(InvalidTokenError):
                    await world.session.viewer(token)

    in_virtual_time(scenario)


def test_pages_of_the_sandbox_are_walked_to_their_end() -> None:
    """Pages, a nested connection and chunks, each by its own mark."""
    page = """query ($page: Int, $perPage: Int) { Page(page: $page, perPage: $perPage) {
      pageInfo { hasNextPage total } media(type: ANIME) { id }
    } }"""
    cast = """query ($page: Int, $perPage: Int) { Media(id: 1) {
      characters(page: $page, perPage: $perPage) { pageInfo { hasNextPage } nodes { id } }
    } }"""
    lists = """query ($chunk: Int, $perChunk: Int) {
      MediaListCollection(userName: "mika", chunk: $chunk, perChunk: $perChunk) {
        hasNextChunk lists { entries { id } }
      }
    }"""

    async def scenario() -> None:
        async with opened() as world:
            walk = world.session.paginate
            assert [len(data["Page"]["media"]) async for data in walk(page)] == [50, 50, 20]
            nodes = [len(data["Media"]["characters"]["nodes"]) async for data in walk(cast, path="Media.characters")]
            assert nodes == [25, 25, 10]
            groups = [data["MediaListCollection"]["lists"] async for data in walk(lists, per_page=100)]
            assert [sum(len(group["entries"]) for group in chunk) for chunk in groups] == [100, 60]

    in_virtual_time(scenario)
