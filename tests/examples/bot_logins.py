"""What the bots beside this file share: a store, a session, and a receiver for users who come back from AniList.

The framework calls `open` when it starts and `aclose` when it ends. Each recipe shows where.
"""

from contextlib import AsyncExitStack

from anilist_oauth import (
    AccessDeniedError,
    AniListOAuthError,
    Application,
    Endpoints,
    Login,
    LoginFlow,
    LoginTimeoutError,
    OAuthSession,
    Pages,
    open_store,
)
from anilist_oauth.receiver import CallbackReceiver

PAGES = Pages(application="AniBot")  # add home= if the chat has a web address


class Logins:
    """The logins of one bot. It reads ``ANILIST_CLIENT_ID``, ``ANILIST_STORE`` and the like from the environment."""

    def __init__(self) -> None:
        self.store = open_store()
        self.anilist = OAuthSession(Application.from_env(), endpoints=Endpoints.from_env())
        self.flow = LoginFlow(self.anilist, logins=self.store.logins, tokens=self.store.tokens)
        # A reverse proxy forwards the redirect URI to this port. On your own machine, omit bind=.
        self.receiver = CallbackReceiver(self.flow, bind=("127.0.0.1", 8080), pages=PAGES)
        self._opened = AsyncExitStack()

    async def open(self) -> None:
        """Open everything in order. If one part cannot be opened, those before it are closed again."""
        async with AsyncExitStack() as stack:
            for thing in (self.store, self.anilist, self.flow, self.receiver):
                await stack.enter_async_context(thing)
            self._opened = stack.pop_all()

    async def aclose(self) -> None:
        """Close everything in reverse order."""
        await self._opened.aclose()

    async def begin(self, subject: str, label: str) -> Login:
        """Begin a login. Show `Login.link` only to this user, in private."""
        return await self.receiver.login(subject=subject, label=label)

    async def result(self, login: Login) -> str:
        """Wait until the login ends, and return a sentence about its result."""
        try:
            done = await self.flow.wait(login)
        except AccessDeniedError:
            return "You declined on AniList; nothing was linked."
        except LoginTimeoutError as error:
            if error.reason == "refused":
                return "Whoever opened that link said that it was not theirs. Keep the next one to yourself."
            return "Nobody finished that login. Ask for a new link when you like."
        except AniListOAuthError:
            return "That did not work; please try again."
        return f"You are {done.display_name} on AniList."
