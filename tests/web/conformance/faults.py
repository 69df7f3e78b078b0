"""Adapters that are wrong on purpose: the site in Starlette with one fault."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import attrs
from multidict import CIMultiDict
from starlette.applications import Starlette
from yarl import URL

from anilist_oauth.errors import AniListOAuthError, ConfigurationError
from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.web.conformance.site import Site
from anilist_oauth.web.conformance.stand import Open, Stand, stand
from tests.web.sites import Asgi, by_uvicorn

Headers = list[tuple[bytes, bytes]]


@attrs.define
class Answer:
    """The response to the browser, and its request."""

    method: str
    path: str
    query: str
    asked: CIMultiDict[str]
    status: int
    headers: CIMultiDict[str]
    body: bytes = b""

    def lead(self, where: Callable[[str], str]) -> None:
        """Change the target, if the response is a redirect."""
        if "Location" in self.headers:
            self.headers["Location"] = where(self.headers["Location"])

    def set_cookies(self, change: Callable[[str], str | None]) -> None:
        """Change each cookie that the response sets. None removes the cookie."""
        lines = self.headers.popall("Set-Cookie", [])
        self.headers.extend(("Set-Cookie", new) for new in map(change, lines) if new is not None)


@attrs.frozen(kw_only=True)
class Fault:
    """What is wrong with an adapter.

    Attributes:
        site: Changes the description of the site.
        ask: Changes a request before the adapter sees it.
        answer: Changes the adapter's response.
        instead: Responds instead of the adapter, if it returns an address.
        forgives: Whether the adapter accepts wrong arguments.
        leaves_open: Whether the adapter leaves open what it opened.
    """

    site: Callable[[Site], Site] = lambda site: site
    ask: Callable[[Any], None] = lambda _scope: None
    answer: Callable[[Answer], None] = lambda _answer: None
    instead: Callable[[LoginFlow, URL], Any] | None = None
    forgives: bool = False
    leaves_open: bool = False


class FaultySite:
    """The small site, with an adapter that has that fault."""

    def __init__(self, fault: Fault, stack: AsyncExitStack) -> None:
        self._fault = fault
        self._stack = stack
        self._right = Asgi(Starlette)

    def application(self, flow: LoginFlow, site: Site, *things: Any) -> Any:
        """Write the site, with the fault."""
        if self._fault.leaves_open:
            things = tuple(_LeftOpen(thing, self._stack) for thing in things)
        try:
            inner = self._right.application(flow, self._fault.site(site), *things)
        except ConfigurationError:
            if self._fault.forgives:
                return None
            raise
        return _Faulty(inner, self._fault, flow)

    def init_app(self, application: Any, flow: LoginFlow) -> None:
        """Add a login, or pretend to."""
        if not self._fault.forgives:
            self._right.init_app(application, flow)

    def served(self, application: Any, listener: Any) -> Any:
        """Serve it with uvicorn."""
        return by_uvicorn(application, listener)


class _LeftOpen:
    def __init__(self, thing: Any, stack: AsyncExitStack) -> None:
        self._thing = thing
        self._stack = stack

    async def __aenter__(self) -> None:
        await self._thing.open()
        self._stack.push_async_callback(self._thing.aclose)

    async def __aexit__(self, *_: object) -> None:
        """Leave it open. The stack closes it later."""


class _Faulty:
    def __init__(self, app: Any, fault: Fault, flow: LoginFlow) -> None:
        self._app = app
        self._fault = fault
        self._flow = flow

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = CIMultiDict((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
        query = scope["query_string"].decode("latin-1")
        answer = Answer(scope["method"], scope["path"], query, asked, 0, CIMultiDict())
        self._fault.ask(scope)

        async def keep(message: Any) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                pairs = message["headers"]
                answer.headers.extend((name.decode("latin-1"), value.decode("latin-1")) for name, value in pairs)
            else:
                answer.body += message.get("body", b"")

        if self._fault.instead is not None and scope["path"] == "/callback" and scope["method"] == "GET":
            where = await self._fault.instead(self._flow, URL(f"http://x/?{query}", encoded=True))
            answer.status, answer.headers = 303, CIMultiDict({"Location": where})
        else:
            await self._app(scope, receive, keep)
        self._fault.answer(answer)
        answer.headers.pop("Content-Length", None)
        headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})


@asynccontextmanager
async def faulty(fault: Fault) -> AsyncIterator[tuple[FaultySite, Open]]:
    """Open stands for an adapter with a fault, until the block ends."""
    async with AsyncExitStack() as stack:
        adapter = FaultySite(fault, stack)

        async def opened(site: Site | None = None, **options: Any) -> Stand:
            return await stack.enter_async_context(stand(adapter, site or Site(), **options))

        yield adapter, opened


def answers(change: Callable[[Answer], None]) -> Fault:
    """Change every response."""
    return Fault(answer=change)


def status(right: int, wrong: int, *, at: str = "") -> Fault:
    """Respond with another status."""

    def change(answer: Answer) -> None:
        if answer.status == right and answer.path.startswith(at):
            answer.status = wrong

    return answers(change)


def leads(pattern: str, instead: str) -> Fault:
    """Redirect to another address."""
    return answers(lambda answer: answer.lead(lambda where: re.sub(pattern, instead, where)))


def cookies(pattern: str, instead: str | None) -> Fault:
    """Set cookies with other attributes, or remove those whose line does not match."""

    def change(line: str) -> str | None:
        if instead is None:
            return None if re.search(pattern, line) else line
        return re.sub(pattern, instead, line)

    return answers(lambda answer: answer.set_cookies(change))


def headers(change: Callable[[Headers], Headers]) -> Fault:
    """Change the headers of the request."""

    def ask(scope: Any) -> None:
        scope["headers"] = change(scope["headers"])

    return Fault(ask=ask)


def without_header(*names: bytes, also: Headers | None = None) -> Fault:
    """Remove some headers of the request, and add others."""
    return headers(lambda sent: [*(pair for pair in sent if pair[0].lower() not in names), *(also or [])])


def repeats_query(answer: Answer) -> None:
    """Show a text from the query, which a stranger may have written."""
    answer.body += URL.build(query_string=answer.query, encoded=True).query_string.encode("utf-8", "replace")


def names_itself(answer: Answer) -> None:
    """Remove Referrer-Policy, so that the next site learns the address of the page."""
    answer.headers.pop("Referrer-Policy", None)


def adds_cookie(answer: Answer) -> None:
    """Set another cookie in the response to a failure."""
    if "failed" in answer.headers.get("Location", ""):
        answer.headers.add("Set-Cookie", "seen=yes; Path=/")


def trusts_host(answer: Answer) -> None:
    """Redirect to the host that the browser names."""
    answer.lead(lambda where: f"http://{answer.asked['Host']}{where}" if where.startswith("/") else where)


def offers_any_page(answer: Answer) -> None:
    """Offer a link to any page that the request names."""
    answer.lead(lambda where: f"{where}?return_to=//evil.example" if where == "/login/anilist" else where)


def asks_sign_ins_too(answer: Answer) -> None:
    """Refuse visits from other sites although the login links no account."""
    if answer.asked.get("Sec-Fetch-Site") != "same-origin":
        answer.status = 403


async def finishes_for_anybody(flow: LoginFlow, callback: URL) -> str:
    """Finish a login without checking its browser."""
    try:
        done = await flow.finish(callback)
    except AniListOAuthError:
        return "/login/anilist/failed?reason=invalid"
    return done.login.return_to or "/"


def shares_cookies() -> Fault:
    """Use the cookies of every browser for every other."""
    known: dict[str, str] = {}

    def note(answer: Answer) -> None:
        for line in answer.headers.getall("Set-Cookie", []):
            name, _, value = line.partition(";")[0].partition("=")
            known[name] = value

    def ask(scope: Any) -> None:
        others = [pair for pair in scope["headers"] if pair[0].lower() != b"cookie"]
        every = "; ".join(f"{name}={value}" for name, value in known.items()).encode()
        scope["headers"] = [*others, (b"cookie", every)]

    return Fault(ask=ask, answer=note)
