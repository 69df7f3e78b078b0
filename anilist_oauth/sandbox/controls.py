"""What tests can set and read in a sandbox, whether it runs in the test's event loop or in a thread."""

from datetime import datetime, timedelta
from typing import Any

from yarl import URL

from anilist_oauth.oauth.application import Application
from anilist_oauth.oauth.endpoints import Endpoints
from anilist_oauth.sandbox.client import OAuthSession
from anilist_oauth.sandbox.faults import EndpointName, Fault, WeatherName
from anilist_oauth.sandbox.messages import ReceivedRequest
from anilist_oauth.sandbox.people import User
from anilist_oauth.sandbox.service import ENDPOINTS, Service


class Controls:
    """The common methods of `Sandbox` and `SandboxThread` that do not wait.

    Attributes:
        application: The first registered application.
        user: The first account. `approve` and `deny` use it by default. Call it to set fields of an account:
            ``sandbox.user("mika", about="…")``. An unknown name creates an account.
        requests: Every request that arrived, oldest first. `approve` and `deny` do not send any.
        complaints: What `strict` found in the queries so far. Clear it in a test that sends a bad query on purpose.
        service: The parts of the sandbox, for internal use.
    """

    def __init__(self, service: Service) -> None:
        self.service: Service = service
        self.application: Application = next(iter(service.authorization.clients.values()))
        self.user: User = service.people.one(None)
        self.requests: list[ReceivedRequest] = service.requests
        self.complaints: list[str] = service.graphql.complaints

    @property
    def url(self) -> URL:
        """The sandbox's origin, such as ``http://127.0.0.1:40123``.

        Raises:
            RuntimeError: It is not open.
        """
        if self.service.url is None:
            raise RuntimeError("the sandbox is not open; use it in an `async with` block")
        return self.service.url

    @property
    def endpoints(self) -> Endpoints:
        """The sandbox's endpoints, for ``OAuthSession(…, endpoints=sandbox.endpoints)``."""
        authorization, token, graphql = (self.url.with_path(path) for path in ENDPOINTS)
        return Endpoints(authorization=authorization, token=token, graphql=graphql)

    @property
    def users(self) -> tuple[User, ...]:
        """Every account."""
        return tuple(self.service.people)

    def session(self) -> OAuthSession:
        """Return a session with the sandbox's application, endpoints and time: ``async with sandbox.session()``."""
        return OAuthSession(self.application, endpoints=self.endpoints, clock=self.now)

    def now(self) -> datetime:
        """Return the sandbox's time (aware, UTC). Can be a session's `clock`."""
        return self.service.clock.now()

    def advance(self, by: timedelta) -> None:
        """Advance the time. Codes expire after ten minutes, tokens after a year; shows begin, air and end."""
        if not isinstance(by, timedelta):
            raise TypeError(f"by: a timedelta is needed, not {type(by).__name__}")
        self.service.clock.advance(by)

    def next(self, endpoint: EndpointName, *faults: Fault) -> None:
        """Set faults for the next answers of an endpoint, one fault per answer. Later answers are normal.

        `approve` and `deny` count as visits to ``authorize``: a made-up answer for it decides where they end.
        """
        if not isinstance(endpoint, str) or endpoint not in self.service.faults:
            raise ValueError(f"endpoint: {endpoint!r} is not one of {', '.join(self.service.faults)}")
        if odd := [fault for fault in faults if not isinstance(fault, Fault)]:
            raise TypeError(f"faults: {odd[0]!r} is not a Fault")
        self.service.faults[endpoint].extend(faults)

    def weather(self, name: WeatherName) -> None:
        """Change the weather: ``outage``, ``cloudflare``, ``throttled``, ``slow``, ``flaky``, or ``clear`` again.

        `anilist_oauth.sandbox.faults.Weather` describes each of them. Faults of `next` take precedence. `approve` and
        `deny` are not affected.
        """
        self.service.turn(name)

    @property
    def echo_state(self) -> bool:
        """Whether callbacks contain the state. Set it to False to leave the state out."""
        return self.service.authorization.echoes_state

    @echo_state.setter
    def echo_state(self, echo: bool) -> None:
        self.service.authorization.echoes_state = echo

    @property
    def strict(self) -> bool:
        """Whether queries that `anilist-oauth check` would criticize are answered with 400.

        The fixture `anilist_sandbox` then also fails a test that sent such a query, and says what is wrong with it.
        """
        return self.service.strict

    @strict.setter
    def strict(self, strict: bool) -> None:
        self.service.strict = strict

    def media(self, number: int, /, **fields: Any) -> int:
        """Set fields of a media: ``sandbox.media(1, title="…", episodes=12)``. Other fields stay made up.

        Args:
            number: The media's id.
            fields: Fields of ``Media``. A title may be a string, a date a `datetime.date`, and references are ids.

        Returns:
            The id.

        Raises:
            ValueError: AniList's schema has no such field, or a value does not fit the field.
        """
        return self.node("Media", number, **fields)

    def node(self, kind: str, number: int, /, **fields: Any) -> int:
        """Set fields of any object that has an id: ``sandbox.node("Studio", 7, name="…")``. Otherwise like `media`."""
        from anilist_oauth.sandbox import data  # loads graphql-core

        return data.set_node(self.service.world, kind, number, fields).id

    def entry(self, user: User | str, *, media: int, **fields: Any) -> int:
        """Add a media to an account's list: ``sandbox.entry("mika", media=1, progress=3, status="CURRENT")``.

        By default an account's list is made up. After the first call it contains only what was set or saved.

        Args:
            user: The account.
            media: The media's id.
            fields: Fields of ``MediaList``. The score is in the account's format, and ``customLists`` are names.

        Returns:
            The entry's id.

        Raises:
            ValueError: There is no such account, media or field, or a value does not fit.
        """
        from anilist_oauth.sandbox import data  # loads graphql-core

        return data.set_entry(self.service.world, self.service.people.one(user), media, fields).id

    def _describe(self, name: str, fields: dict[str, Any]) -> User:
        from anilist_oauth.sandbox import data  # loads graphql-core

        user = self.service.people.named(name) or self.service.people.add(name)
        return data.set_user(self.service.world, user, fields)
