"""Handle the requests to a receiver. Only those at the redirect URI's path are served."""

import asyncio
from collections.abc import Coroutine
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from anilist_oauth.errors import AniListOAuthError
from anilist_oauth.html_page import Page, Pages
from anilist_oauth.html_page.browser_headers import is_navigation
from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.login.login import Login
from anilist_oauth.oauth.callback import code_of, parse_implicit
from anilist_oauth.oauth.callback_query import CallbackQuery
from anilist_oauth.oauth.uri import is_loopback, split_uri
from anilist_oauth.receiver.address import requested_path
from anilist_oauth.receiver.confirmations import Confirmations, HeldCallback
from anilist_oauth.receiver.connections import body_of
from anilist_oauth.receiver.pages import FRAGMENT, HERE, REFUSAL, TICKET, ReceiverPages
from anilist_oauth.redaction import Masked, MaskedText
from anilist_oauth.tokens.viewer import Verified

_OF_CALLBACK = frozenset({"code", "state", "error", "access_token"})
_REDIRECT = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


class CallbackHandler:
    """Handles the requests of browsers for the logins of one flow.

    Args:
        flow: The flow that the logins belong to.
        path: The redirect URI's path. Other paths get 404.
        on_loopback: Whether only this machine can connect. Then a request's ``Host`` must be a loopback host. Otherwise
            a web page could connect through a domain name that resolves to this machine (DNS rebinding).
        pages: The application's name, the link back and the language of the pages.

    Attributes:
        implicit: The open login of the implicit grant, or None.
    """

    def __init__(self, flow: LoginFlow, *, path: str, on_loopback: bool, pages: Pages) -> None:
        self._flow = flow
        self._path = path
        self._on_loopback = on_loopback
        self._pages = ReceiverPages(pages)
        self._tickets = Confirmations(flow.session.clock)
        self._answers: set[asyncio.Task[Page]] = set()
        self._methods = {"GET": self._get, "HEAD": self._head, "POST": self._post}
        self.implicit: Login | None = None

    async def aclose(self) -> None:
        """Cancel the tasks of this handler. The flow's tasks continue."""
        for task in self._answers:
            task.cancel()
        await asyncio.gather(*self._answers, return_exceptions=True)

    async def serve(self, request: web.BaseRequest) -> web.Response:
        """Return the response to one request."""
        if self._on_loopback and not _names_this_machine(request.headers.get("Host", "")):
            return self.refuse(400)
        if requested_path(request.rel_url.raw_path) != self._path:
            return self.refuse(404)
        answer = self._methods.get(request.method)
        try:
            return self.refuse(405) if answer is None else await answer(request)
        except AniListOAuthError as error:
            return _sent(self._pages.failed(error))
        except web.HTTPException as error:  # the body did not arrive, is too large or is malformed
            return self.refuse(error.status)

    def refuse(self, status: int) -> web.Response:
        """Return a response with an error status: 503 for too many connections, 500 for a bug, 4xx for no callback."""
        if status == 500:
            return _sent(self._pages.failed(AniListOAuthError("the receiver has a bug")))
        return _sent(self._pages.full() if status == 503 else self._pages.stray(status))

    async def is_open(self, login: Login | None) -> bool:
        """Return whether a login can still be finished."""
        return login is not None and await self._flow.look({"state": login.state}) is not None

    async def _head(self, request: web.BaseRequest) -> web.Response:
        """Return an empty response for a program or a prefetch, because nobody is there to confirm."""
        del request
        return web.Response(status=204, headers=_REDIRECT)

    async def _get(self, request: web.BaseRequest) -> web.Response:
        if not is_navigation(request.headers):
            return await self._head(request)
        given = Masked(request.query)
        if not _OF_CALLBACK.isdisjoint(given.value):
            return await self._callback(CallbackQuery.of(given))
        if TICKET in given.value:
            return _sent(await self._question(MaskedText(given.value[TICKET])))
        if self.implicit is not None and await self.is_open(self.implicit):
            return _sent(self._pages.fragment_reader(self._tickets.issue(self.implicit, None)))
        return self.refuse(400)

    async def _callback(self, query: CallbackQuery) -> web.Response:
        """Hold the callback of an open login until the user confirms it. An error from AniList ends the login."""
        login = await self._flow.look(query)
        if login is None:
            if query.state is None:
                code_of(query)  # raises the error in the query, or that the state is missing; both may be forged
            return _sent(self._pages.closed())
        if "error" in query.parameters:
            await self._flow.finish(query)  # raises the error in the query
        code_of(query)  # raises if there is no code
        return _redirect(self._tickets.issue(login, query))

    async def _question(self, ticket: MaskedText) -> Page:
        """Ask the user to confirm, or show the result again."""
        held = self._tickets.find(ticket)
        if held is not None and held.answer is not None:
            return await asyncio.shield(held.answer)
        if held is None or held.brought is None or not await self.is_open(held.login):
            return self._pages.closed()
        viewer = held.brought.viewer if isinstance(held.brought, Verified) else None
        return self._pages.question(held.login, ticket, viewer=viewer)

    async def _post(self, request: web.BaseRequest) -> web.Response:
        if request.headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin"}:
            return self.refuse(403)
        form = Masked(dict(parse_qsl((await body_of(request)).decode("ascii", "replace"), keep_blank_values=True)))
        ticket = MaskedText(form.value.get(TICKET, ""))
        held = self._tickets.find(ticket)
        if held is None:
            return _sent(self._pages.closed())
        if held.answer is None:
            if held.brought is None:
                self._tickets.drop(ticket)
                return await self._verify_fragment(held.login, MaskedText(form.value.get(FRAGMENT, "")))
            work = self._refuse(held) if REFUSAL in form.value else self._finish(held, held.brought)
            held.answer = asyncio.create_task(self._answer(ticket, held, work))
            self._answers.add(held.answer)
            held.answer.add_done_callback(self._answers.discard)
        return _sent(await asyncio.shield(held.answer))

    async def _verify_fragment(self, login: Login, fragment: MaskedText) -> web.Response:
        """Ask AniList whose token it is, so that the question can name the account."""
        token = parse_implicit(MaskedText(f"#{fragment}"), now=self._flow.session.clock())
        return _redirect(self._tickets.issue(login, await self._flow.session.verify(token.access_token)))

    async def _answer(self, ticket: MaskedText, held: HeldCallback, work: Coroutine[Any, Any, Page]) -> Page:
        """Await the work of a button and return the resulting page. The page is kept for a minute.

        So the same page is shown if a button is pressed again. After a failure that consumed nothing, the button works
        again.
        """
        try:
            page = await work
        except AniListOAuthError as error:
            if getattr(error, "retryable", False):
                held.answer = None
                return self._pages.later(ticket, error)
            page = self._pages.failed(error)
        self._tickets.answered(held)
        return page

    async def _finish(self, held: HeldCallback, brought: CallbackQuery | Verified) -> Page:
        if isinstance(brought, Verified):
            return self._pages.linked(await self._flow.accept(brought, login=held.login))
        return self._pages.linked(await self._flow.finish(brought))

    async def _refuse(self, held: HeldCallback) -> Page:
        """End a login that the visitor did not ask for. The program that waits for it gets the error at once."""
        if not await self.is_open(held.login):
            return self._pages.closed()
        await self._flow.cancel(held.login, reason="refused")
        return self._pages.not_me()


def _names_this_machine(host: str) -> bool:
    return is_loopback((split_uri(f"//{host}").host or "").removeprefix("[").removesuffix("]"))


def _redirect(ticket: str) -> web.Response:
    """Redirect to a page whose address contains neither code nor state."""
    location = f"{HERE}{TICKET}={ticket}"
    return web.Response(status=303, headers={**_REDIRECT, "Location": location})


def _sent(page: Page) -> web.Response:
    return web.Response(status=page.status, headers=page.headers, body=page.body)
