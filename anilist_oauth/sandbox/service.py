"""The whole server except its sockets: a request in, an answer out."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from yarl import URL

from anilist_oauth.sandbox.faults import EndpointName
from anilist_oauth.sandbox.graphql.endpoint import RECORDED, GraphQLEndpoint
from anilist_oauth.sandbox.graphql.nodes import World
from anilist_oauth.sandbox.messages import Answer, ReceivedRequest, json_answer, query_fields
from anilist_oauth.sandbox.oauth.authorization import Authorization, DenialName, Question, SentBackError
from anilist_oauth.sandbox.oauth.clients import Clients
from anilist_oauth.sandbox.oauth.error_responses import RefusedError, ServerFaultError
from anilist_oauth.sandbox.oauth.exchange import Exchange
from anilist_oauth.sandbox.oauth.grants import Grants
from anilist_oauth.sandbox.oauth.server_versions import Generation
from anilist_oauth.sandbox.oauth.signing_key import signing_key
from anilist_oauth.sandbox.people import People
from anilist_oauth.sandbox.rate_limit import MinuteLimit, WindowName
from anilist_oauth.sandbox.request_log import outcome
from anilist_oauth.sandbox.weather import Weather, WeatherName
from anilist_oauth.sandbox.website.routes import AUTHORIZE, Visits, laravel_error, not_allowed

TOKEN = "/api/v2/oauth/token"
GRAPHQL = "/graphql"
ENDPOINTS: dict[str, EndpointName] = {AUTHORIZE: "authorize", TOKEN: "token", GRAPHQL: "graphql"}

_TOKEN_LIMIT = 60  # per minute: Passport's throttle
_GRAPHQL_LIMIT, _DEGRADED_LIMIT = 90, 30  # per minute: AniList in good times, and in its degraded state


class NoCallbackError(Exception):
    """The browser is shown an error and never sent back to the application.

    Attributes:
        answer: What the browser shows: the status, headers and body.
    """

    def __init__(self, answer: Answer) -> None:
        super().__init__(
            f"the browser is shown an error and sent nowhere: {answer.status} {outcome(answer)}".rstrip()
            + " (compare the URL's client_id and redirect_uri with the sandbox's application)"
        )
        self.answer = answer


def landed(answer: Answer) -> str:
    """Return the URL that an answer redirects to.

    Raises:
        NoCallbackError: It does not redirect.
    """
    location = answer.headers.get("Location")
    if location is None:
        raise NoCallbackError(answer)
    return location


class Service:
    """Answers requests. The sandbox receives them from the network, or makes one up for `approve` and `deny`."""

    def __init__(
        self,
        *,
        clients: Clients,
        people: People,
        generation: Generation,
        denial: DenialName,
        now: Callable[[], datetime],
        token_limit: int | None,
        graphql_limit: int | None,
        graphql_window: WindowName,
        graphql_advertised: int | None,
    ) -> None:
        self._generation = generation
        self.grants: Grants = Grants(generation=generation, now=now, key=signing_key())
        self.authorization: Authorization = Authorization(
            clients=clients, grants=self.grants, generation=generation, denial=denial
        )
        self._visits = Visits(authorization=self.authorization, clients=clients, grants=self.grants, people=people)
        self._exchange = Exchange(clients=clients, grants=self.grants, generation=generation)
        self.world: World = World(people=people, now=now)
        self.strict = False
        self.graphql: GraphQLEndpoint = GraphQLEndpoint(grants=self.grants, world=self.world)
        self.weather: Weather = Weather()
        self._given_limits = token_limit, graphql_limit
        self._token_limit = MinuteLimit(nominal=_TOKEN_LIMIT, enforced=token_limit, now=now)
        self._graphql_limit = MinuteLimit(
            nominal=_GRAPHQL_LIMIT,
            enforced=graphql_limit,
            now=now,
            window=graphql_window,
            advertised=graphql_advertised,
        )

    def turn(self, weather: WeatherName) -> None:
        """Change the weather. Only ``throttled`` enforces limits that were not asked for."""
        self.weather.turn(weather)
        token_limit, graphql_limit = self._given_limits
        throttled = weather == "throttled"
        self._token_limit.enforced = _TOKEN_LIMIT if throttled and token_limit is None else token_limit
        self._graphql_limit.enforced = _DEGRADED_LIMIT if throttled and graphql_limit is None else graphql_limit

    async def answer(self, request: ReceivedRequest) -> Answer:
        """Answer any request like the server behind AniList."""
        try:
            if request.path == GRAPHQL:
                return self._answer_graphql(request)
            if request.path == TOKEN:
                return await self._answer_token(request)
            return await self._visits.answer(request)
        except RefusedError as refusal:
            return self._refused(refusal)
        except ServerFaultError:
            return laravel_error(request, HTTPStatus.INTERNAL_SERVER_ERROR)

    def visited(self, url: str | URL) -> Question | str:
        """Check an authorization URL. Return what the user is asked, or the URL that an error redirects to.

        Raises:
            NoCallbackError: The user is shown an error.
        """
        query = str(url).partition("#")[0].partition("?")[2]
        visit = ReceivedRequest(method="GET", path=AUTHORIZE, query=query, headers={}, fields=query_fields(query))
        try:
            return self.authorization.question(visit)
        except SentBackError as refusal:
            return refusal.location
        except RefusedError as refusal:
            raise NoCallbackError(self._refused(refusal)) from refusal
        except ServerFaultError as fault:
            raise NoCallbackError(laravel_error(visit, HTTPStatus.INTERNAL_SERVER_ERROR)) from fault

    async def _answer_token(self, request: ReceivedRequest) -> Answer:
        verdict = self._token_limit.request()
        if not verdict.allowed:
            answer = laravel_error(request, HTTPStatus.TOO_MANY_REQUESTS)
        elif request.method != "POST":
            answer = not_allowed(request, ["POST"])
        else:
            answer = await self._exchanged(request)
        return answer.with_headers(verdict.headers)

    async def _exchanged(self, request: ReceivedRequest) -> Answer:
        try:
            return await self._exchange.answer(request)
        except RefusedError as refusal:
            return self._refused(refusal)

    def _answer_graphql(self, request: ReceivedRequest) -> Answer:
        verdict = self._graphql_limit.request()
        if verdict.allowed:
            answer = self.graphql.answer(request, disabled=self.weather.name == "outage", strict=self.strict)
        else:
            answer = json_answer(RECORDED["too_many"], status=HTTPStatus.TOO_MANY_REQUESTS)
        return answer.with_headers({**RECORDED["headers"], **verdict.headers})

    def _refused(self, refusal: RefusedError) -> Answer:
        return json_answer(refusal.fields(self._generation), status=refusal.status, headers=refusal.headers)
