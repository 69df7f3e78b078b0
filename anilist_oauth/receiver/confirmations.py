"""What came back from AniList and waits for its person's yes, each under a fresh one-time value."""

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

A_LOGIN = 16  # tickets; previews take one each, and the latest belongs to a person more likely than the first
AFTERWARDS = timedelta(minutes=1)


@attrs.define(kw_only=True)
class HeldCallback(Unpicklable):
    """What a ticket stands for.

    Attributes:
        login: The login it belongs to.
        brought: The callback as it was read, a verified implicit token, or None while a page still reads the fragment.
        answer: The work that the person's yes started, and the page it ends in.
        until: When it is let go of.
    """

    login: Login
    brought: CallbackQuery | Verified | None = attrs.field(repr=False)
    answer: asyncio.Task[Page] | None = attrs.field(default=None, repr=False)
    until: datetime


class Confirmations:
    """Confirmations by their value, in this process's memory; `clock` tells the time."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._held: dict[str, HeldCallback] = {}

    def issue(self, login: Login, brought: CallbackQuery | Verified | None) -> str:
        """Hold something until its login expires, and give its ticket; a login's 17th takes the place of its oldest."""
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
        """Look up a ticket."""
        held = self._held.get(ticket)
        return held if held is not None and self._clock() < held.until else None

    def drop(self, ticket: str) -> None:
        """Forget a ticket, and with it what it stands for."""
        self._held.pop(ticket, None)

    def answered(self, held: HeldCallback) -> None:
        """Let go of what was brought; its page stays for a minute, for a second press of the button."""
        held.brought = None
        held.until = self._clock() + AFTERWARDS
