"""Use stored tokens, find out which users must log in again, and call the hooks."""

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import TypeVar

import attrs

from anilist_oauth.arguments import expect
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

EXPIRING = timedelta(days=30)  # so long before a token expires, its user can be asked to log in again
_REFUSAL = timedelta(hours=1)  # a refused token is tried again after this, because incidents of AniList are short
_TRIES = 5  # tries to change a record that other processes change at the same time

logger: logging.Logger = logging.getLogger("anilist_oauth")


class LiveTokens:
    """The stored tokens of one application, and the hooks for tokens that expire soon or were refused."""

    def __init__(
        self, session: OAuthSession, tokens: UpdatingTokenStore, *, on_expiring: Hook | None, on_invalid: Hook | None
    ) -> None:
        for name, hook in (("on_expiring", on_expiring), ("on_invalid", on_invalid)):
            expect(hook, Callable | None, f"{name}: an async function of the subject is needed, or None")
        self.session = session
        self.tokens = tokens
        self.on_expiring = on_expiring
        self.on_invalid = on_invalid

    async def get(self, subject: str) -> StoredToken:
        """Return a subject's record if its token may be used. Otherwise raise `LoginRequiredError`."""
        stored = await self._stored(subject)
        now = self.session.clock()
        if stored.token.expires_within(EXPIRING, now=now):
            stored = await self._call_hook(stored, attrs.evolve(stored, told_expiring=True), self.on_expiring)
        if stored.token.expired(now):
            raise LoginRequiredError("the token has expired; the user must log in again", subject=subject)
        if stored.needs_login:
            stored = await self._call_hook(stored, attrs.evolve(stored, told_invalid=True), self.on_invalid)
            if now < (stored.refused_at or stored.stored_at) + _REFUSAL:
                raise LoginRequiredError("AniList refuses the token; the user must log in again", subject=subject)
        return stored

    async def use(self, subject: str, ask: Callable[[Token], Awaitable[T]]) -> T:
        """Make a request with a subject's token, and record whether AniList accepted the token."""
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
        """Return a subject's stored viewer. If there is none, request it from AniList and store it."""
        stored = await self._stored(subject)
        if stored.viewer is not None:
            return stored.viewer
        viewer = await self.use(subject, lambda token: self.session.viewer(token, max_wait=max_wait))
        check_viewer(viewer, user_id=stored.user_id)
        for _ in range(_TRIES):
            present = await self._find(subject)
            if present is None or present.token_id != stored.token_id:
                break  # the user logged in or out in the meantime
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
            raise LoginRequiredError("there is no token for this subject; the user must log in", subject=subject)
        return stored

    async def _find(self, subject: str) -> StoredToken | None:
        return await retry_store(partial(self.tokens.get, subject, client_id=self.session.application.client_id))

    async def _try_mark(self, stored: StoredToken, *, refused: bool) -> None:
        """Mark or unmark the record. If the store fails, only log that, because the caller needs AniList's answer."""
        try:
            await self._mark(stored, refused=refused)
        except StorageError as error:
            logger.warning("could not record whether AniList accepts a token: %s", error)

    async def _mark(self, stored: StoredToken, *, refused: bool) -> None:
        for _ in range(_TRIES):
            present = await self._find(stored.subject)
            if present is None or present.token_id != stored.token_id:
                return  # the user logged in or out in the meantime
            refused_at = self.session.clock() if refused else None
            marked = attrs.evolve(present, needs_login=refused, refused_at=refused_at)
            if await retry_store(partial(self.tokens.update, marked, was=present)):
                if refused:
                    await self._call_hook(marked, attrs.evolve(marked, told_invalid=True), self.on_invalid)
                return

    async def _call_hook(self, stored: StoredToken, told: StoredToken, hook: Hook | None) -> StoredToken:
        """Record in the store that a hook is called, and call it if no other process has recorded that.

        An exception of the hook is logged. If the store cannot be written, the token can still be used, and the hook is
        called at a later use.
        """
        if hook is None or told.marks == stored.marks:
            return stored
        try:
            if not await retry_store(partial(self.tokens.update, told, was=stored)):
                return stored  # another process calls it, or it is called at the next use
        except StorageError as error:
            logger.warning("could not record that a login hook is due: %s", error)
            return stored
        try:
            await hook(stored.subject)
        except Exception:
            logger.exception("a login hook failed for subject %s", clean(stored.subject))
        return told
