"""What a test says to a sandbox and reads from it, whether it runs in the test's own loop or in a thread."""

from collections import deque
from datetime import datetime, timedelta
from typing import Any

import attrs
from yarl import URL

from anilist_oauth.oauth.application import Application
from anilist_oauth.oauth.endpoints import Endpoints
from anilist_oauth.sandbox.client import OAuthSession, new_session
from anilist_oauth.sandbox.clock import Clock
from anilist_oauth.sandbox.data import set_entry, set_node, set_user
from anilist_oauth.sandbox.faults import EndpointName, Fault
from anilist_oauth.sandbox.messages import ReceivedRequest
from anilist_oauth.sandbox.oauth.clients import Clients
from anilist_oauth.sandbox.people import People, User
from anilist_oauth.sandbox.service import ENDPOINTS, GRAPHQL, TOKEN, Service
from anilist_oauth.sandbox.weather import WeatherName
from anilist_oauth.sandbox.website.routes import AUTHORIZE


@attrs.define(kw_only=True)
class State:
    """What a sandbox is made of."""

    clients: Clients
    people: People
    clock: Clock
    service: Service
    url: URL | None = None
    requests: list[ReceivedRequest] = attrs.field(factory=list)
    faults: dict[str, deque[Fault]] = attrs.field(factory=lambda: {name: deque() for name in ENDPOINTS.values()})


class Controls:
    """What `Sandbox` and `SandboxThread` have in common: nothing here waits.

    Attributes:
        state: What the sandbox is made of; for its own use.
    """

    def __init__(self, state: State) -> None:
        self.state: State = state

    @property
    def url(self) -> URL:
        """The sandbox's origin, such as ``http://127.0.0.1:40123``.

        Raises:
            RuntimeError: It is not open.
        """
        if self.state.url is None:
            raise RuntimeError("the sandbox is not open: use it in an `async with` block")
        return self.state.url

    @property
    def endpoints(self) -> Endpoints:
        """The sandbox's endpoints, for ``OAuthSession(…, endpoints=sandbox.endpoints)``."""
        return Endpoints(
            authorization=self.url.with_path(AUTHORIZE),
            token=self.url.with_path(TOKEN),
            graphql=self.url.with_path(GRAPHQL),
        )

    @property
    def application(self) -> Application:
        """The first of the registered applications."""
        return self.state.clients.first

    @property
    def users(self) -> tuple[User, ...]:
        """Every account."""
        return tuple(self.state.people)

    @property
    def user(self) -> User:
        """The first account, which approves and denies where nobody is named.

        Called, it sets fields of an account: ``sandbox.user("mika", about="…")``. A name that no account has makes one.
        """
        return self.state.people.first

    @property
    def requests(self) -> list[ReceivedRequest]:
        """Every request that arrived, oldest first; `approve` and `deny` send none."""
        return self.state.requests

    def session(self) -> OAuthSession:
        """Make a session of the application with the sandbox's endpoints and time: ``async with sandbox.session()``."""
        return new_session(self.application, self.endpoints, self.now)

    def now(self) -> datetime:
        """Tell the sandbox's time, aware, in UTC: a `clock=` for a session."""
        return self.state.clock.now()

    def advance(self, by: timedelta) -> None:
        """Let time pass: codes expire after ten minutes, tokens after a year; shows begin, air and end."""
        if not isinstance(by, timedelta):
            raise TypeError(f"by: a timedelta is needed, not {type(by).__name__}")
        self.state.clock.advance(by)

    def next(self, endpoint: EndpointName, *faults: Fault) -> None:
        """Script the next answers of an endpoint, one fault for each; later ones are as they should be.

        `approve` and `deny` are visits to ``authorize`` too: an answer made up for it decides where they end.
        """
        if not isinstance(endpoint, str) or endpoint not in self.state.faults:
            raise ValueError(f"endpoint: {endpoint!r} is not one of {', '.join(self.state.faults)}")
        if odd := [fault for fault in faults if not isinstance(fault, Fault)]:
            raise TypeError(f"faults: {odd[0]!r} is no Fault")
        self.state.faults[endpoint].extend(faults)

    def weather(self, name: WeatherName) -> None:
        """Change the weather: ``outage``, ``cloudflare``, ``throttled``, ``slow``, ``flaky``, or ``clear`` again.

        `anilist_oauth.sandbox.weather.Weather` says what each does. Scripted answers go first, and the users of
        `approve` and `deny` are not troubled.
        """
        self.state.service.turn(name)

    @property
    def echo_state(self) -> bool:
        """Whether callbacks carry the state; set it to False, and none does."""
        return self.state.service.authorization.echoes_state

    @echo_state.setter
    def echo_state(self, echo: bool) -> None:
        self.state.service.authorization.echoes_state = echo

    @property
    def strict(self) -> bool:
        """Whether a query with a finding is answered 400: one that `anilist-oauth check` would name."""
        return self.state.service.strict

    @strict.setter
    def strict(self, strict: bool) -> None:
        self.state.service.strict = strict

    def media(self, number: int, /, **fields: Any) -> int:
        """Set fields of a media: ``sandbox.media(1, title="…", episodes=12)``; everything else stays made up.

        Args:
            number: The media's id.
            fields: Fields of ``Media``. A title may be one text, a date a `datetime.date`, what refers to others ids.

        Returns:
            The id.

        Raises:
            ValueError: AniList's schema has no such field, or a value does not fit it.
        """
        return self.node("Media", number, **fields)

    def node(self, kind: str, number: int, /, **fields: Any) -> int:
        """Set fields of anything that has an id: ``sandbox.node("Studio", 7, name="…")``; otherwise as `media`."""
        return set_node(self.state.service.world, kind, number, fields).id

    def entry(self, user: User | str, *, media: int, **fields: Any) -> int:
        """Put a media on an account's list: ``sandbox.entry("mika", media=1, progress=3, status="CURRENT")``.

        Before the first one an account's list is made up; from then on it holds what was set, and what is saved.

        Args:
            user: The account.
            media: The media's id.
            fields: Fields of ``MediaList``; a score in the account's own format, ``customLists`` as names.

        Returns:
            The entry's id.

        Raises:
            ValueError: There is no such account, media or field, or a value does not fit.
        """
        return set_entry(self.state.service.world, self.state.people.one(user), media, fields).id

    def _describe(self, name: str, fields: dict[str, Any]) -> User:
        user = self.state.people.named(name) or self.state.people.add(name)
        return set_user(self.state.service.world, user, fields)
