"""The findings of `doctor` for each mistake, with the sandbox and with every recorded server."""

import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from anilist_oauth.cli.diagnosis import diagnose
from anilist_oauth.cli.findings import Finding
from anilist_oauth.cli.settings import endpoints_at
from anilist_oauth.clock import utc_now
from anilist_oauth.oauth.application import Application
from anilist_oauth.sandbox import Fault, Sandbox
from anilist_oauth.storage import Store, open_store
from anilist_oauth.storage.sql import runner as sql_runner
from tests.recordings import Recorded, recorded
from tests.services import free_port

ID, SECRET = "12345", "0123456789abcdefghijABCDEFGHIJ0123456789"
SERVERS = (
    "league 6.1.1",
    "league 7.1.0",
    "league 7.3.2",
    "league 7.4.0",
    "league 8.5.5",
    "league 9.4.1",
    "Passport 10",
)
RIGHT = "client id, secret and redirect URI are right"
DISABLED = (
    "The AniList API has been temporarily disabled due to severe stability issues. "
    "Please check the official AniList Discord for more information."
)


def environment(registered: str, **changes: str) -> dict[str, str]:
    """Return correct settings with some changes."""
    return {
        "ANILIST_CLIENT_ID": ID,
        "ANILIST_CLIENT_SECRET": SECRET,
        "ANILIST_REDIRECT_URI": registered,
        **{f"ANILIST_{name.upper()}": value for name, value in changes.items()},
    }


def by_level(findings: list[Finding], level: str) -> dict[str, Finding]:
    """Return the findings of a level by name."""
    return {finding.name: finding for finding in findings if finding.level == level}


def assert_the_three(findings: list[Finding], given: Mapping[str, str]) -> None:
    """Check that all three settings are shown, the secret by its length, and nothing else is reported."""
    problems = by_level(findings, "problem")
    assert list(problems) == ["application"]
    text = problems["application"].text
    assert "One of these differs from its settings" in text
    assert f"client id      {given['ANILIST_CLIENT_ID']}" in text
    assert f"client secret  {len(given['ANILIST_CLIENT_SECRET'])} characters" in text
    assert f"redirect URI   {given['ANILIST_REDIRECT_URI']}" in text
    assert given["ANILIST_CLIENT_SECRET"] not in str(findings)


class TestInTheSandbox:
    """The sandbox as AniList, and this machine as it is."""

    uri = "http://127.0.0.1:1/callback"

    @pytest.fixture(autouse=True)
    async def _opened(self) -> AsyncIterator[None]:
        self.uri = f"http://127.0.0.1:{free_port()}/callback"
        application = Application(client_id=ID, client_secret=SECRET, redirect_uri=self.uri)
        async with Sandbox(applications=[application]) as self.sandbox:
            yield

    async def diagnose(self, settings: Mapping[str, str] | None = None, **options: Any) -> list[Finding]:
        """Run the diagnosis."""
        options.setdefault("store", open_store("memory:"))
        options.setdefault("clock", self.sandbox.now)
        return await diagnose(settings or environment(self.uri), endpoints=self.sandbox.endpoints, **options)

    async def test_all_is_well(self) -> None:
        """Every check is reported, and no user is needed."""
        findings = await self.diagnose()
        assert {finding.name: finding.text for finding in findings if finding.name != "version"} == {
            "client_id": ID,
            "client_secret": "40 characters",
            "redirect_uri": self.uri,
            "port": f"{self.uri.split(':')[2].split('/')[0]} is free",
            "store": "can be opened and read",
            "network": "127.0.0.1 answers",
            "application": RIGHT,
            "clock": "right to within 1 s",
            "rate_limit": "90 requests a minute, 89 left in this minute",
        }
        assert all(finding.level == "good" for finding in findings)

    @pytest.mark.parametrize(
        ("changes", "name", "text"),
        [
            ({"client_secret": SECRET[:20] + " " + SECRET[20:]}, "client_secret", "space or control character"),
            ({"client_secret": SECRET[:20] + "\u200b"}, "client_secret", "space or control character"),
            ({"client_secret": ""}, "client_secret", "ANILIST_CLIENT_SECRET is not set"),
            ({"client_id": " "}, "client_id", "ANILIST_CLIENT_ID is not set"),
            ({"client_id": "my-bot"}, "client_id", "not a number"),
            ({"client_id": SECRET}, "client_id", "not a number"),
            ({"client_id": f"'{ID}'"}, "client_id", "ANILIST_CLIENT_ID contains quotes"),
            ({"client_secret": f'"{SECRET}" '}, "client_secret", "ANILIST_CLIENT_SECRET contains quotes"),
            ({"redirect_uri": '"http://127.0.0.1:8080/"'}, "redirect_uri", "ANILIST_REDIRECT_URI contains quotes"),
            ({"redirect_uri": ""}, "redirect_uri", "ANILIST_REDIRECT_URI is not set"),
            ({"redirect_uri": "127.0.0.1:8080/callback"}, "redirect_uri", "it has no scheme"),
            ({"redirect_uri": "http://127.0.0.1:8080/callback "}, "redirect_uri", "whitespace"),
            ({"redirect_uri": "http://127.0.0.1:8080/callback#x"}, "redirect_uri", "fragment"),
        ],
    )
    async def test_a_malformed_setting_is_the_only_problem(self, changes: dict[str, str], name: str, text: str) -> None:
        """It is reported without asking AniList, and nothing else is reported because of it."""
        findings = await self.diagnose(environment(self.uri, **changes))
        problems = by_level(findings, "problem")
        assert list(problems) == [name]
        assert text in problems[name].text
        assert problems[name].remedy
        assert "application" in by_level(findings, "unknown")
        assert not any(request.path.endswith("/token") for request in self.sandbox.requests)
        assert SECRET not in str(findings)

    async def test_whitespace_around_a_setting_is_no_problem(self) -> None:
        """It is stripped when the application is created."""
        assert not by_level(await self.diagnose(environment(self.uri, client_secret=f" {SECRET}\n")), "problem")

    @pytest.mark.parametrize("slip", ["id", "secret", "slash", "scheme", "localhost"])
    async def test_a_wrong_setting_lists_all_three(self, slip: str) -> None:
        """A wrong id, secret and redirect URI look the same, and similar URIs are listed."""
        given = (
            environment(self.uri)
            | {
                "id": {"ANILIST_CLIENT_ID": "54321"},
                "secret": {"ANILIST_CLIENT_SECRET": SECRET[:-1]},
                "slash": {"ANILIST_REDIRECT_URI": f"{self.uri}/"},
                "scheme": {"ANILIST_REDIRECT_URI": self.uri.replace("http:", "https:")},
                "localhost": {"ANILIST_REDIRECT_URI": self.uri.replace("127.0.0.1", "localhost")},
            }[slip]
        )
        findings = await self.diagnose(given)
        assert_the_three(findings, given)
        application = by_level(findings, "problem")["application"]
        assert ("39 characters (secrets of AniList have 40)" in application.text) == (slip == "secret")
        assert slip in {"id", "secret"} or f"  {self.uri}" in str(application.remedy).split("\n")

    async def test_a_taken_port_is_the_only_problem(self) -> None:
        """Everything else is good."""
        with socket.create_server(("127.0.0.1", int(self.uri.split(":")[2].split("/")[0]))):
            findings = await self.diagnose()
        problems = by_level(findings, "problem")
        assert list(problems) == ["port"]
        assert "another program uses it" in problems["port"].text

    @pytest.mark.parametrize(("minutes", "text"), [(10, "10 minutes behind"), (-10, "10 minutes ahead of")])
    async def test_a_wrong_clock_is_the_only_problem(self, minutes: int, text: str) -> None:
        """It is compared with AniList's clock."""
        self.sandbox.advance(timedelta(minutes=minutes))
        problems = by_level(await self.diagnose(clock=utc_now), "problem")
        assert list(problems) == ["clock"]
        assert problems["clock"].text == f"this machine is {text} AniList"

    async def test_a_store_that_cannot_be_opened_is_the_only_problem(self, tmp_path: Path) -> None:
        """Its folder is below a plain file."""
        (tmp_path / "plain").write_text("a file")
        problems = by_level(await self.diagnose(store=open_store(f"sqlite:///{tmp_path}/plain/tokens.db")), "problem")
        assert list(problems) == ["store"]
        assert "Not a directory" in problems["store"].text

    async def test_a_missing_extra_is_reported(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """The finding has the command that installs it."""
        monkeypatch.setitem(sys.modules, sql_runner.__name__, None)
        problems = by_level(await self.diagnose(store=open_store(f"sqlite:///{tmp_path}/tokens.db")), "problem")
        assert "pip install" in problems["store"].text

    async def test_no_network_is_the_only_problem(self) -> None:
        """The settings are not checked, so nothing is said about them."""
        findings = await diagnose(
            environment(self.uri), endpoints=endpoints_at("https://anilist.invalid"), store=open_store("memory:")
        )
        problems = by_level(findings, "problem")
        assert list(problems) == ["network"]
        assert {name: finding.text for name, finding in by_level(findings, "unknown").items()} == {
            "application": "not checked: AniList cannot be reached",
            "clock": "not compared: the server did not answer",
            "rate_limit": "not known: the server did not answer",
        }

    async def test_a_lost_response_is_a_network_problem(self) -> None:
        """The request may have arrived, but the server did not answer."""
        self.sandbox.next("graphql", *[Fault(close="before")] * 9)
        assert list(by_level(await self.diagnose(), "problem")) == ["network"]

    @pytest.mark.parametrize(
        ("faults", "text"),
        [
            ([Fault(status=503, body="<html>503</html>")] * 9, "HTTP 503"),
            ([Fault(status=403, body={"errors": [{"message": DISABLED, "status": 403}], "data": None})] * 9, DISABLED),
        ],
    )
    async def test_an_outage_differs_from_no_network(self, faults: list[Fault], text: str) -> None:
        """It is one problem with AniList's text, although both endpoints have it."""
        self.sandbox.next("graphql", *faults)
        self.sandbox.next("token", *faults)
        findings = await self.diagnose()
        problems = by_level(findings, "problem")
        assert list(problems) == ["anilist"]
        assert text in problems["anilist"].text
        assert by_level(findings, "unknown")["application"].text == "not checked: AniList is not available"

    @pytest.mark.parametrize("weather", ["outage", "cloudflare"])
    async def test_other_weather_is_a_problem_of_anilist(self, weather: Any) -> None:
        """A page of Cloudflare is about this IP address."""
        self.sandbox.weather(weather)
        problems = by_level(await self.diagnose(), "problem")
        assert list(problems) == ["anilist"]
        assert "HTTP 403" in problems["anilist"].text
        assert ("only this IP address was refused" in str(problems["anilist"].remedy)) == (weather == "cloudflare")

    async def test_one_endpoint_alone_may_be_down(self) -> None:
        """The application is not reported as wrong."""
        self.sandbox.next("token", Fault(status=502))
        assert list(by_level(await self.diagnose(), "problem")) == ["anilist"]

    async def test_a_used_up_rate_limit_is_reported(self) -> None:
        """The settings are checked nevertheless."""
        self.sandbox.next("graphql", Fault(status=429, headers={"Retry-After": "40"}))
        findings = await self.diagnose()
        assert list(by_level(findings, "problem")) == ["rate_limit"]
        assert by_level(findings, "good")["application"].text == RIGHT

    async def test_a_rate_limit_is_reported_once(self) -> None:
        """It is not both good and a problem."""
        self.sandbox.next("token", Fault(status=429, headers={"Retry-After": "40"}))
        assert [finding.level for finding in await self.diagnose() if finding.name == "rate_limit"] == ["problem"]

    async def test_a_server_that_is_not_anilist_is_reported(self) -> None:
        """Examples are a captive portal, and a server that accepts any code."""
        self.sandbox.next("graphql", Fault(status=200, body="<html>Welcome to the hotel</html>"))
        assert list(by_level(await self.diagnose(), "problem")) == ["anilist"]
        self.sandbox.next("token", Fault(status=200, body={"access_token": "x"}))
        problems = by_level(await self.diagnose(), "problem")
        assert "it is not AniList" in problems["anilist"].text

    async def test_another_refusal_is_quoted(self) -> None:
        """The finding has the server's text."""
        self.sandbox.next("token", Fault(status=400, body={"error": "unauthorized_client", "message": "No."}))
        problems = by_level(await self.diagnose(), "problem")
        assert "unauthorized_client; No." in problems["application"].text

    async def test_a_graphql_error_is_a_response(self) -> None:
        """It shows that the server can be reached."""
        self.sandbox.next("graphql", Fault(status=400, body={"errors": [{"message": "No.", "status": 400}]}))
        assert not by_level(await self.diagnose(), "problem")

    @pytest.mark.parametrize("uri", ["https://bot.example/callback", "https://anilist.co/api/v2/oauth/pin", "app://x"])
    async def test_a_redirect_uri_elsewhere_needs_no_port_here(self, uri: str) -> None:
        """No port is opened."""
        assert by_level(await self.diagnose(environment(uri)), "good")["port"].text.startswith(
            "not needed: the redirect URI is not on this machine"
        )

    async def test_plain_http_elsewhere_is_noted(self) -> None:
        """AniList accepts it, but the code is sent unencrypted."""
        findings = await self.diagnose(environment("http://bot.example/callback"))
        assert "plain http to another machine" in by_level(findings, "good")["redirect_uri"].text


def row(probe: str, server: str) -> Recorded:
    """Return the recorded response of a server to a probe."""
    return next(answer for answer in recorded() if answer.probe == probe and server in answer.servers)


@asynccontextmanager
async def scripted(server: str, uri: str) -> AsyncIterator[str]:
    """Serve the recorded responses of one server, and GraphQL in AniList's form. Return the base URL."""

    async def token(request: web.Request) -> web.Response:
        fields = await request.post()
        probe = "token, wrong code"
        if fields["client_id"] != ID:
            probe = "token, unknown client_id"
        elif fields["client_secret"] != SECRET:
            probe = "token, wrong client_secret"
        elif fields["redirect_uri"] != uri and server != "league 9.4.1":  # which looks at the code before the URI
            probe = "token, redirect_uri mismatched (trailing slash)"
        answer = row(probe, server)
        return web.Response(status=answer.status, headers=answer.headers, body=answer.body)

    async def graphql(request: web.Request) -> web.Response:
        del request
        return web.json_response({"errors": [{"message": "Unauthorized.", "status": 401}], "data": None}, status=401)

    app = web.Application()
    app.router.add_post("/api/v2/oauth/token", token)
    app.router.add_post("/graphql", graphql)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("slip", ["none", "id", "secret", "slash", "scheme", "localhost"])
async def test_every_recorded_server_is_understood(server: str, slip: str) -> None:
    """All is right or one of the three is wrong; league 9 checks the code first, so the URI is unknown."""
    uri = f"http://127.0.0.1:{free_port()}/callback"
    given = (
        environment(uri)
        | {
            "none": {},
            "id": {"ANILIST_CLIENT_ID": "54321"},
            "secret": {"ANILIST_CLIENT_SECRET": SECRET[::-1]},
            "slash": {"ANILIST_REDIRECT_URI": f"{uri}/"},
            "scheme": {"ANILIST_REDIRECT_URI": uri.replace("http:", "https:")},
            "localhost": {"ANILIST_REDIRECT_URI": uri.replace("127.0.0.1", "localhost")},
        }[slip]
    )
    async with scripted(server, uri) as base:
        findings = await diagnose(given, endpoints=endpoints_at(base), store=open_store("memory:"))
    if slip in {"id", "secret"} or (slip != "none" and server != "league 9.4.1"):
        assert_the_three(findings, given)
        return
    assert not by_level(findings, "problem")
    application = next(finding for finding in findings if finding.name == "application")
    assert application.level == ("unknown" if server == "league 9.4.1" else "good")
    assert ("the redirect URI" in application.text) == (server == "league 9.4.1")


def test_the_store_is_opened_by_the_check() -> None:
    """`open_store` opens nothing, so a failure is a finding."""
    assert isinstance(open_store("sqlite:////nowhere/at/all.db"), Store)
