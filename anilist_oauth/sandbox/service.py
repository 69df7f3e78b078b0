"""The whole server except its sockets: a request in, an answer out."""

from collections import deque
from collections.abc import Mapping

from yarl import URL

from anilist_oauth.sandbox.clock import Clock
from anilist_oauth.sandbox.faults import EndpointName, Fault, Weather, WeatherName
from anilist_oauth.sandbox.graphql.endpoint import GraphQLEndpoint
from anilist_oauth.sandbox.graphql.errors import RECORDED
from anilist_oauth.sandbox.graphql.nodes import World
from anilist_oauth.sandbox.messages import Answer, ReceivedRequest, json_answer, query_fields
from anilist_oauth.sandbox.oauth.authorization import Authorization
from anilist_oauth.sandbox.oauth.exchange import Exchange
from anilist_oauth.sandbox.oauth.grants import Question
from anilist_oauth.sandbox.oauth.server_versions import RefusedError
from anilist_oauth.sandbox.people import People
from anilist_oauth.sandbox.rate_limit import MinuteLimit
from anilist_oauth.sandbox.request_log import outcome
from anilist_oauth.sandbox.website.routes import AUTHORIZE, Visits, laravel_error

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


class Service:
    """Answers requests. The sandbox receives them from the network, or makes one up for `approve` and `deny`.

    Attributes:
        url: The sandbox's origin, while it is open.
        requests: Every request that arrived, oldest first.
        faults: The faults of the next answers, by endpoint.
        strict: Whether queries with `findings` are refused.
    """

    def __init__(
        self, *, authorization: Authorization, people: People, clock: Clock, limits: Mapping[str, MinuteLimit]
    ) -> None:
        self.authorization: Authorization = authorization
        self.people: People = people
        self.clock: Clock = clock
        self.url: URL | None = None
        self.requests: list[ReceivedRequest] = []
        self.faults: dict[str, deque[Fault]] = {name: deque() for name in ENDPOINTS.values()}
        self.strict = False
        self.weather: Weather = Weather()
        self.world: World = World(people=people, now=clock.now)
        self.graphql: GraphQLEndpoint = GraphQLEndpoint(grants=authorization.grants, world=self.world)
        self._limits = limits
        self._visits = Visits(authorization=authorization, people=people)
        self._exchange = Exchange(clients=authorization.clients, grants=authorization.grants)

    def turn(self, weather: WeatherName) -> None:
        """Change the weather. Only ``throttled`` enforces limits that were not asked for."""
        self.weather.turn(weather)
        for limit in self._limits.values():
            limit.throttled = weather == "throttled"

    def fault(self, path: str) -> Fault:
        """Return the fault of the next answer at an address: a scripted one, else that of the weather."""
        endpoint = ENDPOINTS.get(path)
        if endpoint is None:
            return Fault()
        return self._scripted(endpoint) or self.weather.fault(endpoint)

    async def answer(self, request: ReceivedRequest) -> Answer:
        """Answer any request like the server behind AniList."""
        limit = self._limits.get(request.path)
        is_allowed, headers = (True, {}) if limit is None else limit.request()
        try:
            answer = await self._answer(request) if is_allowed else self._too_many(request)
        except RefusedError as error:
            answer = self._refused(request, error)
        recorded = RECORDED["headers"] if request.path == GRAPHQL else {}
        return answer.with_headers({**recorded, **headers})

    def visited(self, url: str | URL) -> Question | str:
        """Visit an authorization URL. Return what the user is asked, or the URL that the browser is redirected to.

        A made-up answer of a scripted fault comes first.

        Raises:
            NoCallbackError: The user is shown an error.
        """
        query = str(url).partition("#")[0].partition("?")[2]
        visit = ReceivedRequest(method="GET", path=AUTHORIZE, query=query, headers={}, fields=query_fields(query))
        fault = self._scripted("authorize")
        answer = fault.made_up if fault else None
        if answer is None:
            try:
                return self.authorization.question(visit)
            except RefusedError as error:
                answer = self._refused(visit, error)
        if "Location" not in answer.headers:
            raise NoCallbackError(answer)
        return answer.headers["Location"]

    def _scripted(self, endpoint: EndpointName) -> Fault | None:
        """Take the next scripted fault of an endpoint, if there is one."""
        faults = self.faults[endpoint]
        return faults.popleft() if faults else None

    async def _answer(self, request: ReceivedRequest) -> Answer:
        if request.path == GRAPHQL:
            return self.graphql.answer(request, disabled=self.weather.name == "outage", strict=self.strict)
        if request.path != TOKEN:
            return await self._visits.answer(request)
        if request.method != "POST":
            return laravel_error(request, 405, allowed=["POST"])
        return await self._exchange.answer(request)

    def _too_many(self, request: ReceivedRequest) -> Answer:
        is_graphql = request.path == GRAPHQL
        return json_answer(RECORDED["too_many"], status=429) if is_graphql else laravel_error(request, 429)

    def _refused(self, request: ReceivedRequest, error: RefusedError) -> Answer:
        if error.status == 500:
            return laravel_error(request, error.status)
        fields = error.fields(self.authorization.grants.generation)
        return json_answer(fields, status=error.status, headers=error.headers)
