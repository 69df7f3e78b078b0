"""No frame of this package shows a secret to a crash reporter (requirement S36).

Sentry, rich and structlog show the local variables of each frame at their defaults, and scrub by a variable's name.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, cast

import pytest
import sentry_sdk
import sentry_sdk.envelope
import sentry_sdk.transport
from yarl import URL

from anilist_oauth import (
    AniListOAuthError,
    Application,
    CallbackError,
    ConfigurationError,
    OAuthSession,
    RedirectGuard,
    StorageError,
    Token,
    bearer_headers,
    callback_state,
    parse_callback,
    parse_implicit,
    parse_pin,
)
from anilist_oauth.login import flow as flow_module
from anilist_oauth.sandbox import Fault
from tests.canaries import shown_in
from tests.flaky import FlakyLogins
from tests.flows import COOKIE, OPAQUE, Stage, staged

NOW = datetime(2026, 11, 28, tzinfo=UTC)
CANARY = "canary-" + "s3cret" * 20
APPLICATION = Application(client_id=7, client_secret=CANARY, redirect_uri="https://bot.example/cb")
LONG = CANARY + "x" * 70_000
OTHER_STATE = "other-state-" + "x" * 31

PURE: dict[str, Callable[[], object]] = {
    "a secret with a blank": lambda: Application(client_id=7, client_secret=f"{CANARY} x", redirect_uri="https://h/"),
    "a secret as bytes": lambda: Application(
        client_id=7, client_secret=cast("Any", CANARY.encode()), redirect_uri="https://h/"
    ),
    "secret and id exchanged": lambda: Application(
        client_id=f"{CANARY} x", client_secret="7", redirect_uri="https://h/"
    ),
    "a token with a blank": lambda: Token(access_token=f"{CANARY} x", expires_at=None),
    "a token of another type": lambda: Token(access_token=cast("Any", [CANARY]), expires_at=None),
    "a mac token": lambda: Token(access_token=CANARY, token_type="mac", expires_at=None),
    "a naive token": lambda: Token(access_token=CANARY, expires_at=NOW.replace(tzinfo=None)),
    "a bare token with a blank": lambda: Token.from_access_token(f"{CANARY} x"),
    "a dict without its expiry": lambda: Token.from_dict({"access_token": CANARY, "token_type": "Bearer"}),
    "a dict with an odd expiry": lambda: Token.from_dict(
        {"access_token": CANARY, "token_type": "Bearer", "expires_at": "soon"}
    ),
    "a header of a token with a blank": lambda: bearer_headers(f"{CANARY} x"),
    "a callback as the redirect URI": lambda: RedirectGuard("https://h/").check(f"https://h/?code={CANARY}"),
    "the same as a URL": lambda: RedirectGuard("https://h/").check(cast("Any", URL(f"https://h/?code={CANARY}"))),
    "an own state that is too odd": lambda: OAuthSession(APPLICATION).authorize_url(state=f"{CANARY} x"),
    "a callback for a redirect URI": lambda: OAuthSession(APPLICATION).authorize_url(
        redirect_uri=f"https://bot.example/cb?code={CANARY}"
    ),
    "a state of another browser": lambda: parse_callback({"code": CANARY, "state": CANARY}, expected_state=LONG),
    "a repeated code": lambda: parse_callback(f"code={CANARY}&code={CANARY}", expected_state=CANARY),
    "a repeated state": lambda: callback_state({"state": [CANARY, CANARY]}),
    "a callback of another type": lambda: callback_state(cast("Any", [CANARY])),
    "a callback that is too long": lambda: callback_state(f"state={LONG}"),
    "a value of another type": lambda: parse_callback(
        {"code": CANARY.encode(), "state": CANARY}, expected_state=CANARY
    ),
    "a denial": lambda: parse_callback({"error": "access_denied", "state": CANARY}, expected_state=CANARY),
    "another error": lambda: parse_callback(f"?error=x&code={CANARY}&state={CANARY}", expected_state=CANARY),
    "no code": lambda: parse_callback({"state": CANARY}, expected_state=CANARY),
    "a token in a callback": lambda: parse_callback(f"https://h/#access_token={CANARY}", expected_state=CANARY),
    "a callback that came elsewhere": lambda: parse_callback(
        URL(f"https://else.example/?code={CANARY}&state={CANARY}"), expected_state=CANARY, redirect_uri="https://h/"
    ),
    "a malformed callback": lambda: parse_callback(
        f"https://[::1?code={CANARY}&state={CANARY}", expected_state=CANARY, redirect_uri="https://h/"
    ),
    "words and a code": lambda: parse_pin(f"my code: {CANARY}"),
    "a code with a slash": lambda: parse_pin(f"{CANARY}/x"),
    "a code twice": lambda: parse_pin(f"code={CANARY}&code={CANARY}"),
    "a paste that is too long": lambda: parse_pin(LONG),
    "an error that was pasted": lambda: parse_pin(f"?error=x&code={CANARY}"),
    "an implicit token that is damaged": lambda: parse_implicit({"access_token": f"{CANARY} x"}, now=NOW),
    "an implicit error": lambda: parse_implicit(f"#error=x&state={CANARY}", now=NOW),
    "a naive now": lambda: parse_implicit(f"#access_token={CANARY}", now=NOW.replace(tzinfo=None)),
}


@pytest.mark.requirement("S36")
def test_no_pure_call_that_fails_shows_a_secret() -> None:
    """In no frame of a traceback does a local variable show a secret argument."""
    for name, call in PURE.items():
        with pytest.raises((CallbackError, ConfigurationError)) as caught:
            call()
        assert shown_in(caught.value, CANARY) == [], name


class BrokenZone(tzinfo):
    """A time zone that fails."""

    def utcoffset(self, _when: datetime | None) -> timedelta:
        """Fail."""
        raise ZeroDivisionError

    def dst(self, _when: datetime | None) -> None:
        """Say nothing."""

    def tzname(self, _when: datetime | None) -> None:
        """Say nothing."""


@pytest.mark.requirement("S36")
def test_a_token_whose_expiry_fails_is_not_shown() -> None:
    """This holds for errors of others, too."""
    with pytest.raises(ZeroDivisionError) as caught:
        Token(access_token=CANARY, expires_at=NOW.replace(tzinfo=BrokenZone()))
    assert shown_in(caught.value, CANARY) == []


async def failures(stage: Stage) -> list[tuple[str, BaseException, tuple[str, ...]]]:
    """Let logins and calls fail in every way. Return the errors and the secrets of each."""
    secret = stage.session.application.client_secret or ""
    done = await stage.log_in(subject="a")
    token = done.token.access_token
    found: list[tuple[str, BaseException, tuple[str, ...]]] = []

    async def fails(name: str, call: Awaitable[object], *secrets: str) -> None:
        (error,) = await asyncio.gather(call, return_exceptions=True)
        assert isinstance(error, AniListOAuthError), name
        found.append((name, error, (secret, token, *secrets)))

    async def login(name: str, *faults: Fault, graphql: tuple[Fault, ...] = ()) -> None:
        begun, callback = await stage.begin(binding=COOKIE)
        stage.sandbox.next("token", *faults)
        stage.sandbox.next("graphql", *graphql)
        code = URL(callback).query["code"]
        await fails(name, stage.flow.finish(callback, binding=COOKIE), code, begun.state, COOKIE)

    for status, body in (
        (401, {"error": "invalid_client"}),
        (400, {"error": "invalid_grant", "hint": "Authorization code has been revoked"}),
        (400, {"error": "unsupported_grant_type", "message": f"no {token}"}),
        (400, {"error": "invalid_request", "access_token": token, "refresh_token": token}),
        (400, {"error": {"status": 400, "messages": ["SQL Error"]}}),
        (503, "<html>"),
        (302, ""),
        (200, {"access_token": f"{token} x"}),
        (200, {"access_token": token, "token_type": "mac"}),
        (200, "[]"),
    ):
        await login(f"exchange: {status} {body}", Fault(status=status, body=body))
    await login("exchange: a lost answer", Fault(close="before"))
    await login("exchange: another application's token", Fault(body={"access_token": "e30.eyJhdWQiOiI5OSJ9.e30"}))
    await login("viewer: other", OPAQUE, graphql=(Fault(body="<html>"),))

    begun, callback = await stage.begin(binding=COOKIE)
    code = URL(callback).query["code"]
    for name, call in {
        "no state": stage.flow.finish({"code": code}, binding=COOKIE),
        "another browser": stage.flow.finish(callback, binding="another-" + COOKIE),
        "a binding of another type": stage.flow.finish(callback, binding=cast("Any", COOKIE.encode())),
        "a code that comes twice": stage.flow.finish(f"{callback}&code={code}", binding=COOKIE),
        "an error": stage.flow.finish(f"{callback}&error=x".replace("code=", "other="), binding=COOKIE),
        "words": stage.flow.finish(f"here: {code}", login=begun, binding=COOKIE),
        "another login's address": stage.flow.finish(
            callback.replace(begun.state, OTHER_STATE), login=begun, binding=COOKIE
        ),
        "a pin with a binding of another type": stage.flow.finish(
            callback, login=begun, binding=cast("Any", COOKIE.encode())
        ),
        "a token that is not verified": stage.flow.accept(cast("Any", token), login=begun, binding=COOKIE),
        "a look at a repeated state": stage.flow.look(f"{callback}&state={begun.state}"),
        "a begun login without a binding": stage.flow.begin(subject="a", binding="", return_to="//evil"),
        "an exchange at another address": stage.session.exchange_code(code, redirect_uri=callback),
        "a garbled code": stage.session.exchange_code(f"{code} {code}"),
        "a token of no use": stage.session.verify(f"{token} x"),
        "another application's": stage.session.verify("e30.eyJhdWQiOiI5OSJ9." + token.rpartition(".")[2]),
    }.items():
        await fails(name, call, code, begun.state, OTHER_STATE[:40], COOKIE)  # of a match, a repr shows 50 characters
    for name, faults in {
        "a mistyped query": (),
        "an outage": (Fault(status=500),) * 3,
        "a refused token": (Fault(status=400, body={"errors": [{"message": "Invalid token", "status": 400}]}),),
    }.items():
        stage.sandbox.next("graphql", *faults)
        await fails(f"graphql: {name}", stage.flow.graphql("a", "{ Nope }"))
    await login("exchange: 429", Fault(status=429, body={"message": "Too Many Attempts."}))
    await login("a pause after a 429")
    await stage.sandbox.aclose()
    await fails("unreachable", stage.session.exchange_code(CANARY), CANARY)
    await fails("graphql: unreachable", stage.session.graphql("{ Viewer { id } }", token=token))
    await fails("viewer: unreachable", stage.session.viewer(token))
    await fails("pages: unreachable", anext(stage.session.paginate("{ Page { media { id } } }", token=token)))
    return found


@pytest.mark.requirement("S36")
@pytest.mark.requirement("V30")
async def test_no_call_that_fails_shows_a_secret() -> None:
    """This holds for logins, exchanges and queries with every class of error."""
    async with staged() as stage:
        ends = await failures(stage)
    assert {name: shown for name, error, secrets in ends if (shown := shown_in(error, *secrets))} == {}
    assert len({type(error) for _, error, _ in ends}) >= 14


@pytest.mark.requirement("S36")
@pytest.mark.parametrize("return_to", [None, "//evil.example"])
async def test_a_login_that_cannot_begin_shows_no_secret(
    return_to: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither state nor binding is shown if a store fails or an argument is wrong."""
    state = "state-" + "s" * 37
    monkeypatch.setattr(flow_module, "new_state", lambda: state)
    logins = FlakyLogins()
    logins.weather.before["add"] = [StorageError("the disk is full")]
    async with staged(logins=logins) as stage:
        with pytest.raises((ConfigurationError, StorageError)) as caught:
            await stage.flow.begin(binding=COOKIE, return_to=return_to)
    assert shown_in(caught.value, state, COOKIE) == []


class Kept(sentry_sdk.transport.Transport):
    """Keeps the events that Sentry would send."""

    def __init__(self, _options: Any = None) -> None:
        super().__init__()
        self.events: list[str] = []

    def capture_envelope(self, envelope: sentry_sdk.envelope.Envelope) -> None:
        """Keep an event."""
        self.events += [json.dumps(item.payload.json, default=str) for item in envelope.items]


@pytest.fixture
def kept() -> Iterator[Kept]:
    """Run Sentry with its default settings, without sending anything."""
    transport = Kept()
    sentry_sdk.init(dsn="http://key@127.0.0.1:9/1", transport=transport, default_integrations=False)
    yield transport
    sentry_sdk.get_client().close()
    sentry_sdk.init()


@pytest.mark.requirement("S36")
@pytest.mark.requirement("V30")
async def test_sentry_s_event_contains_no_secret(kept: Kept) -> None:
    """This holds for an outage, a refused code and every other failed login."""
    async with staged() as stage:
        ends = await failures(stage)
    for name, error, secrets in ends:
        kept.events.clear()
        sentry_sdk.capture_exception(error)
        assert len(kept.events) == 1
        shown = kept.events[0]
        assert "anilist_oauth" in shown
        assert not [secret for secret in secrets if secret[:60] in shown], name
