"""The year after a login: which token is live, who must log in again, and who is told."""

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import TypeVar

import attrs

from anilist_oauth.arguments import expect, validator
from anilist_oauth.errors import InvalidTokenError, LoginRequiredError, StorageError
from anilist_oauth.login.identity import check_viewer
from anilist_oauth.login.store_retry import retry_store
from anilist_oauth.redaction import clean
from anilist_oauth.session.session import OAuthSession
from anilist_oauth.storage.protocols import UpdatingTokenStore
from anilist_oauth.storage.records import StoredToken
from anilist_oauth.tokens.access_token import Token
from anilist_oauth.tokens.viewer import Viewer

T = TypeVar("T")

Hook = Callable[[str], Awaitable[None]]

EXPIRING = timedelta(days=30)  # before a token's end, its user can be asked to log in again
_REFUSAL = timedelta(hours=1)  # AniList has refused good tokens in incidents: then a marked one is tried again
_TRIES = 5  # to mark a record that other processes mark at the same time

logger: logging.Logger = logging.getLogger("anilist_oauth")


def _hook(name: str, hook: Hook | None) -> None:
    expect(hook, Callable | None, f"{name}: an async function of the subject is needed, or None")


@attrs.frozen(kw_only=True, eq=False)
class LiveTokens:
    """The stored tokens of one application, and the hooks that hear of their end."""

    session: OAuthSession
    tokens: UpdatingTokenStore
    on_expiring: Hook | None = attrs.field(validator=validator(_hook))
    on_invalid: Hook | None = attrs.field(validator=validator(_hook))

    async def get(self, subject: str) -> StoredToken:
        """Give a subject's record if its token may be used; `LoginRequiredError` if not."""
        stored = await self._stored(subject)
        now = self.session.clock()
        if stored.token.expires_within(EXPIRING, now=now):
            stored = await self._call_hook(stored, attrs.evolve(stored, told_expiring=True), self.on_expiring)
        if stored.token.expired(now):
            raise LoginRequiredError("the token's year is over: the user must log in again", subject=subject)
        if stored.needs_login:
            stored = await self._call_hook(stored, attrs.evolve(stored, told_invalid=True), self.on_invalid)
            if now < (stored.refused_at or stored.stored_at) + _REFUSAL:
                raise LoginRequiredError("AniList refuses the token: the user must log in again", subject=subject)
        return stored

    async def use(self, subject: str, ask: Callable[[Token], Awaitable[T]]) -> T:
        """Ask AniList something with a subject's token, and note what it thinks of the token."""
        stored = await self.get(subject)
        try:
            answer = await ask(stored.token)
        except InvalidTokenError:
            await self._try_mark(stored, refused=True)
            raise
        if stored.needs_login:
            await self._try_mark(stored, refused=False)
        return answer

    async def viewer(self, subject: str, *, max_wait: float | None) -> Viewer:
        """Give a subject's viewer as it is stored, else ask for it and store it over that very record."""
        stored = await self._stored(subject)
        if stored.viewer is not None:
            return stored.viewer
        viewer = await self.use(subject, lambda token: self.session.viewer(token, max_wait=max_wait))
        check_viewer(viewer, user_id=stored.user_id)
        for _ in range(_TRIES):
            present = await self._find(subject)
            if present is None or present.token_id != stored.token_id:
                break  # the user has logged in or out meanwhile
            named = attrs.evolve(present, viewer=viewer)
            if await retry_store(partial(self.tokens.update, named, was=present)):
                break
        return viewer

    async def forget(self, subject: str) -> None:
        """Delete a subject's record."""
        await retry_store(partial(self.tokens.delete, subject, client_id=self.session.application.client_id))

    async def _stored(self, subject: str) -> StoredToken:
        stored = await self._find(subject)
        if stored is None:
            raise LoginRequiredError("there is no token for this subject: the user must log in", subject=subject)
        return stored

    async def _find(self, subject: str) -> StoredToken | None:
        return await retry_store(partial(self.tokens.get, subject, client_id=self.session.application.client_id))

    async def _try_mark(self, stored: StoredToken, *, refused: bool) -> None:
        """Mark or clear the record, unless a store's failure prevents it: the answer of AniList counts more."""
        try:
            await self._mark(stored, refused=refused)
        except StorageError as error:
            logger.warning("whether AniList takes a token could not be noted: %s", error)

    async def _mark(self, stored: StoredToken, *, refused: bool) -> None:
        for _ in range(_TRIES):
            present = await self._find(stored.subject)
            if present is None or present.token_id != stored.token_id:
                return  # the user has logged in or out meanwhile
            refused_at = self.session.clock() if refused else None
            marked = attrs.evolve(present, needs_login=refused, refused_at=refused_at)
            if await retry_store(partial(self.tokens.update, marked, was=present)):
                if refused:
                    await self._call_hook(marked, attrs.evolve(marked, told_invalid=True), self.on_invalid)
                return

    async def _call_hook(self, stored: StoredToken, told: StoredToken, hook: Hook | None) -> StoredToken:
        """Call a hook, if this process is the one that notes so in the record; a failing hook is logged.

        A store that reads and does not write keeps nobody from a live token: the hook is called at a later meeting.
        """
        if hook is None or told.marks == stored.marks:
            return stored
        try:
            if not await retry_store(partial(self.tokens.update, told, was=stored)):
                return stored  # another process tells, or one will at the next meeting
        except StorageError as error:
            logger.warning("that a login hook is due could not be noted: %s", error)
            return stored
        try:
            await hook(stored.subject)
        except Exception:
            logger.exception("a login hook failed for subject %s", clean(stored.subject))
        return told
