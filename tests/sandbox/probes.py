"""The request of each recorded probe, written out, and a prober that plays it against the sandbox.

``tests/recorded/league_oauth2_server.json`` holds the names and the answers; what was sent stands here.
"""

import base64
import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

import aiohttp
import attrs
from yarl import URL

from anilist_oauth.oauth.application import Application
from anilist_oauth.sandbox import GenerationName, Sandbox

LOOPBACK = "http://127.0.0.1:9901/callback"
HTTPS = "https://app.example.test/callback"
SECRET = "0123456789abcdefghijABCDEFGHIJ0123456789"
VERIFIER = "a-verifier-of-the-forty-three-characters-or-more"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
APPLICATIONS = [
    Application(client_id=client_id, client_secret=SECRET, redirect_uri=redirect_uri)
    for client_id, redirect_uri in (("12345", LOOPBACK), ("22222", HTTPS), ("44444", "https://app.example.test/cb?x=1"))
]

Changes = Mapping[str, Any]
"""What differs from the usual fields; None leaves one out."""


@attrs.frozen
class Seen:
    """An answer, with random values named as in the recording."""

    status: int
    content_type: str
    location: str | None
    challenge: str | None
    body: str


class Prober:
    """A sandbox, and one browser in front of it."""

    def __init__(self, generation: GenerationName, **options: Any) -> None:
        self.sandbox = Sandbox(applications=APPLICATIONS, generation=generation, **options)
        self.browser = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def __aenter__(self) -> Self:
        await self.sandbox.open()
        await self.browser.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.browser.close()
        await self.sandbox.aclose()

    async def ask(self, method: str, path: str, **options: Any) -> tuple[Seen, str]:
        """Send one request; give the answer and its unnamed body."""
        url = URL(f"{self.sandbox.url}{path}", encoded=True)
        async with self.browser.request(method, url, allow_redirects=False, **options) as answer:
            text = await answer.text()
            location = answer.headers.get("Location")
            seen = Seen(
                status=answer.status,
                content_type=answer.headers.get("Content-Type", ""),
                location=None if location is None else _named(location),
                challenge=answer.headers.get("WWW-Authenticate"),
                body="HTML" if text.startswith("<!doctype html>") else _named(text),
            )
            return seen, location if location is not None else text

    async def sign_in(self) -> None:
        """Sign in as the first user."""
        await self.ask("POST", "/login", data={"user": self.sandbox.user.name})

    async def look(self, changes: Changes, **options: Any) -> tuple[Seen, str]:
        """Send the browser to the authorization endpoint."""
        usual = {"client_id": "12345", "redirect_uri": LOOPBACK, "response_type": "code", "state": "s1"}
        return await self.ask("GET", f"/api/v2/oauth/authorize?{urlencode(_changed(usual, changes))}", **options)

    async def decide(self, changes: Changes, *, deny: bool = False) -> tuple[Seen, str]:
        """Sign in, look, and press a button if there is one."""
        await self.sign_in()
        seen, page = await self.look(changes)
        if seen.body != "HTML":
            return seen, page
        forms = re.findall(r'<form method="post" action="/api/v2/oauth/authorize">(.*?)</form>', page)
        form = next(form for form in forms if ("DELETE" in form) is deny)
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
        return await self.ask("POST", "/api/v2/oauth/authorize", data=fields)

    async def code(self, changes: Changes) -> str:
        """Approve, and read the code out of the callback."""
        _, location = await self.decide(changes)
        found = re.search(r"[?&]code=([^&]*)", location)
        assert found is not None, location
        return found[1]

    async def exchange(self, fields: dict[str, Any], **options: Any) -> tuple[Seen, str]:
        """Send a form to the token endpoint."""
        return await self.ask("POST", "/api/v2/oauth/token", data=fields, **options)


Play = Callable[[Prober], Awaitable[Seen]]


def look(*, signed_in: bool = True, headers: Mapping[str, str] | None = None, **changes: Any) -> Play:
    """Look at the authorization endpoint, without pressing a button."""

    async def play(prober: Prober) -> Seen:
        if signed_in:
            await prober.sign_in()
        return (await prober.look(changes, headers=headers))[0]

    return play


def approve(**changes: Any) -> Play:
    """Approve."""

    async def play(prober: Prober) -> Seen:
        return (await prober.decide(changes))[0]

    return play


def deny(**changes: Any) -> Play:
    """Deny."""

    async def play(prober: Prober) -> Seen:
        return (await prober.decide(changes, deny=True))[0]

    return play


def token(
    *,
    asked: Changes | None = None,
    earlier: Changes | None = None,
    send: Callable[[Prober, dict[str, Any]], Awaitable[tuple[Seen, str]]] = Prober.exchange,
    late: bool = False,
    **changes: Any,
) -> Play:
    """Exchange a code.

    Args:
        asked: What differs in the authorization request.
        earlier: What differs in a token request that goes before, with the same code.
        send: How the fields are sent.
        late: Whether the code is older than its ten minutes.
        changes: What differs in the token request; ``code`` may be a function of the code.
    """

    async def play(prober: Prober) -> Seen:
        code = await prober.code(asked or {})
        usual = {
            "grant_type": "authorization_code",
            "client_id": "12345",
            "client_secret": SECRET,
            "redirect_uri": LOOPBACK,
            "code": code,
        }
        if earlier is not None:
            await prober.exchange(_changed(usual, earlier))
        if late:
            prober.sandbox.advance(timedelta(minutes=10))
        fields = _changed(usual, changes)
        if callable(fields.get("code")):
            fields["code"] = fields["code"](code)
        return (await send(prober, fields))[0]

    return play


def refresh(*, times: int = 1, given: str | None = None) -> Play:
    """Exchange a code, then use its refresh token, so many times."""

    async def play(prober: Prober) -> Seen:
        code = await prober.code({})
        client = {"client_id": "12345", "client_secret": SECRET}
        _, body = await prober.exchange(
            {**client, "grant_type": "authorization_code", "code": code, "redirect_uri": LOOPBACK}
        )
        found = re.search(r'"refresh_token":"([^"]*)"', body)
        assert found is not None, body
        fields = {**client, "grant_type": "refresh_token", "refresh_token": given or found[1]}
        for _ in range(times):
            seen, _ = await prober.exchange(fields)
        return seen

    return play


def posted(**options: Any) -> Play:
    """Send anything to the token endpoint."""

    async def play(prober: Prober) -> Seen:
        return (await prober.ask(**{"method": "POST", "path": "/api/v2/oauth/token", **options}))[0]

    return play


def as_json(content_type: str = "application/json", **headers: str) -> Callable[..., Awaitable[tuple[Seen, str]]]:
    """Send the fields as JSON."""

    async def send(prober: Prober, fields: dict[str, Any]) -> tuple[Seen, str]:
        return await prober.ask(
            "POST", "/api/v2/oauth/token", json=fields, headers={"Content-Type": content_type, **headers}
        )

    return send


def as_multipart(prober: Prober, fields: dict[str, Any]) -> Awaitable[tuple[Seen, str]]:
    """Send the fields as a multipart form."""
    form = aiohttp.FormData(fields, default_to_multipart=True)
    return prober.ask("POST", "/api/v2/oauth/token", data=form)


def with_headers(**headers: str) -> Callable[..., Awaitable[tuple[Seen, str]]]:
    """Send the form with more headers."""

    async def send(prober: Prober, fields: dict[str, Any]) -> tuple[Seen, str]:
        return await prober.exchange(fields, headers={name.replace("_", "-"): value for name, value in headers.items()})

    return send


def basic(secret: str) -> str:
    """Write the header of HTTP Basic."""
    return f"Basic {base64.b64encode(f'12345:{secret}'.encode()).decode()}"


def _changed(usual: Changes, changes: Changes) -> dict[str, Any]:
    return {name: value for name, value in {**usual, **changes}.items() if value is not None}


def _named(text: str) -> str:
    text = re.sub(r"code=def50200[0-9a-f]+", "code=CODE", text).replace("K" * 2000, "KKKK")
    text = re.sub(r"""("?access_token"?[=:]"?)eyJ[\w.-]+""", r"\1JWT", text)
    return re.sub(r'"refresh_token":"def50200[0-9a-f]+"', '"refresh_token":"REFRESH"', text)
