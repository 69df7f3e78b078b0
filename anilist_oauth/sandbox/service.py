"""The whole server except its sockets: a request in, an answer out."""

from collections import deque
from http import HTTPStatus

from yarl import URL

from anilist_oauth.sandbox.clock import Clock
from anilist_oauth.sandbox.faults import EndpointName, Fault
from anilist_oauth.sandbox.graphql.endpoint import GraphQLEndpoint
from anilist_oauth.sandbox.graphql.errors import RECORDED
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
from anilist_oauth.sandbox.rate_limit import MinuteLimit
from anilist_oauth.sandbox.request_log import outcome
from anilist_oauth.sandbox.weather import Weather, WeatherName
from anilist_oauth.sandbox.website.routes import AUTHORIZE, Visits, laravel_error, not_allowed

TOKEN = "/api/v2/oauth/token"
GRAPHQL = "/graphql"
ENDPOINTS: dict[str, EndpointName] = {AUTHORIZE: "authorize", TOKEN: "token", GRAPHQL: "graphql"}


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
    """Answers requests. The sandbox receives them from the network, or makes one up for `approve` and `deny`.

    Attributes:
        url: The sandbox's origin, while it is open.
        requests: Every request that arrived, oldest first.
        faults: The faults of the next answers, by endpoint.
        strict: Whether queries that `findings` criticizes are refused.
    """

    def __init__(
        self,
        *,
        clients: Clients,
        people: People,
        clock: Clock,
        generation: Generation,
        denial: DenialName,
        token_limit: MinuteLimit,
        graphql_limit: MinuteLimit,
    ) -> None:
        self.clients: Clients = clients
        self.people: People = people
        self.clock: Clock = clock
        self.url: URL | None = None
        self.requests: list[ReceivedRequest] = []
        self.faults: dict[str, deque[Fault]] = {name: deque() for name in ENDPOINTS.values()}
        self.strict = False
        grants = Grants(generation=generation, now=clock.now, key=signing_key())
        self.authorization: Authorization = Authorization(
            clients=clients, grants=grants, generation=generation, denial=denial
        )
        self.world: World = World(people=people, now=clock.now)
        self.graphql: GraphQLEndpoint = GraphQLEndpoint(grants=grants, world=self.world)
        self.weather: Weather = Weather()
        self._visits = Visits(authorization=self.authorization, clients=clients, grants=grants, people=people)
        self._exchange = Exchange(clients=clients, grants=grants, generation=generation)
        self._generation = generation
        self._token_limit, self._graphql_limit = token_limit, graphql_limit

    def turn(self, weather: WeatherName) -> None:
        """Change the weather. Only ``throttled`` enforces limits that were not asked for."""
        self.weather.turn(weather)
        self._token_limit.throttled = self._graphql_limit.throttled = weather == "throttled"

    def fault(self, path: str) -> Fault:
        """Return the fault of the next answer at an address: a scripted one, else that of the weather."""
        endpoint = ENDPOINTS.get(path)
        if endpoint is None:
            return Fault()
        scripted = self.faults[endpoint]
        return scripted.popleft() if scripted else self.weather.fault(endpoint)

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
            try:
                answer = await self._exchange.answer(request)
            except RefusedError as refusal:
                answer = self._refused(refusal)
        return answer.with_headers(verdict.headers)

    def _answer_graphql(self, request: ReceivedRequest) -> Answer:
        verdict = self._graphql_limit.request()
        if verdict.allowed:
            answer = self.graphql.answer(request, disabled=self.weather.name == "outage", strict=self.strict)
        else:
            answer = json_answer(RECORDED["too_many"], status=HTTPStatus.TOO_MANY_REQUESTS)
        return answer.with_headers({**RECORDED["headers"], **verdict.headers})

    def _refused(self, refusal: RefusedError) -> Answer:
        return json_answer(refusal.fields(self._generation), status=refusal.status, headers=refusal.headers)
