"""Callbacks that wait for the user's confirmation, each under a fresh one-time ticket."""

import asyncio
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

import attrs

from anilist_oauth.html_page import Page
from anilist_oauth.login.login import Login
from anilist_oauth.oauth.callback_query import CallbackQuery
from anilist_oauth.redaction import MaskedText, Unpicklable
from anilist_oauth.tokens.viewer import Verified

A_LOGIN = 16  # tickets; each preview takes one, and the latest visit is most likely the person's
AFTERWARDS = timedelta(minutes=1)


@attrs.define(kw_only=True)
class HeldCallback(Unpicklable):
    """What belongs to a ticket.

    Attributes:
        login: The login it belongs to.
        brought: The parsed callback, a verified implicit token, or None while the page reads the fragment.
        answer: The task that the user's answer started. It returns the page to show.
        until: When it is dropped.
    """

    login: Login
    brought: CallbackQuery | Verified | None = attrs.field(repr=False)
    answer: asyncio.Task[Page] | None = attrs.field(default=None, repr=False)
    until: datetime


class Confirmations:
    """Held callbacks by their ticket, in this process's memory. `clock` returns the time."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._held: dict[str, HeldCallback] = {}

    def issue(self, login: Login, brought: CallbackQuery | Verified | None) -> str:
        """Hold a callback until its login expires, and return its ticket. A login's 17th replaces its oldest."""
        now = self._clock()
        for ticket in [ticket for ticket, held in self._held.items() if held.until <= now]:
            del self._held[ticket]
        of_login = [ticket for ticket, held in self._held.items() if held.login.state == login.state]
        for ticket in of_login[: max(0, len(of_login) + 1 - A_LOGIN)]:
            del self._held[ticket]
        ticket = MaskedText(secrets.token_urlsafe(32))
        self._held[ticket] = HeldCallback(login=login, brought=brought, until=login.expires_at)
        return ticket

    def find(self, ticket: str) -> HeldCallback | None:
        """Return what belongs to a ticket, or None."""
        held = self._held.get(ticket)
        return held if held is not None and self._clock() < held.until else None

    def drop(self, ticket: str) -> None:
        """Forget a ticket and what belongs to it."""
        self._held.pop(ticket, None)

    def answered(self, held: HeldCallback) -> None:
        """Drop the callback. Its page is kept for a minute, for a second press of the button."""
        held.brought = None
        held.until = self._clock() + AFTERWARDS
