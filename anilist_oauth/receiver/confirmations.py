"""Hold callbacks until the user confirms them. The user's browser gets a random ticket for each."""

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

A_LOGIN = 16  # tickets per login; each link preview takes one, and the latest visit is most likely the person's
AFTERWARDS = timedelta(minutes=1)


@attrs.define(kw_only=True)
class HeldCallback(Unpicklable):
    """A callback that waits for confirmation.

    Attributes:
        login: The login that the callback belongs to.
        brought: The parsed callback, or a verified implicit token, or None while the page reads the fragment.
        answer: The task that the user's answer started. It returns the page to show.
        until: The time at which the callback is dropped.
    """

    login: Login
    brought: CallbackQuery | Verified | None = attrs.field(repr=False)
    answer: asyncio.Task[Page] | None = attrs.field(default=None, repr=False)
    until: datetime


class Confirmations:
    """Held callbacks by ticket, in the memory of this process.

    Args:
        clock: Returns the current time (aware).
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._held: dict[str, HeldCallback] = {}

    def issue(self, login: Login, brought: CallbackQuery | Verified | None) -> str:
        """Hold a callback until its login expires, and return a new ticket for it.

        A login has at most 16 tickets. Another one replaces its oldest.
        """
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
        """Return the callback for a ticket, or None."""
        held = self._held.get(ticket)
        return held if held is not None and self._clock() < held.until else None

    def drop(self, ticket: str) -> None:
        """Forget a ticket and its callback."""
        self._held.pop(ticket, None)

    def answered(self, held: HeldCallback) -> None:
        """Drop the data of a callback, but keep the resulting page for a minute, in case a button is pressed again."""
        held.brought = None
        held.until = self._clock() + AFTERWARDS
