"""Log in with AniList in aiohttp.web. An encrypted cookie keeps who is signed in, a SQLite file keeps the tokens.

Run it, open http://127.0.0.1:8080 and log in. A sandbox replaces AniList. To use AniList itself, take
`Application.from_env()` and omit `endpoints`.
"""

import sys

from aiohttp import web
from aiohttp_session import get_session, new_session, setup
from aiohttp_session.cookie_storage import EncryptedCookieStorage
from cryptography.fernet import Fernet

from anilist_oauth import Application, CompletedLogin, LoginFlow, OAuthSession, open_store
from anilist_oauth.sandbox import Sandbox, SandboxThread
from anilist_oauth.storage import Store
from anilist_oauth.web.aiohttp import init_app, lifespan, token_for_request


async def signed_in(request: web.Request) -> str | None:
    """Return who is signed in on this site: the subject of their login."""
    subject: str | None = (await get_session(request)).get("subject")
    return subject


async def welcome(request: web.Request, completed: CompletedLogin) -> web.StreamResponse:
    """Sign the user in on this site, in a new session."""
    (await new_session(request))["subject"] = completed.login.subject
    raise web.HTTPSeeOther(completed.login.return_to or "/")


def make_app(anilist: OAuthSession, store: Store, *, session_key: Fernet) -> web.Application:
    """Build the site, which opens and closes AniList's session and the store."""
    flow = LoginFlow(anilist, logins=store.logins, tokens=store.tokens)
    token_of = token_for_request(flow, signed_in)

    async def home(request: web.Request) -> web.Response:
        text = '<a href="/unread">Unread notifications</a>'
        if await signed_in(request):
            text += "<form method=post action=/logout><button>Log out</button></form>"
        return web.Response(text=f"<!doctype html><title>aiohttp.web</title>{text}", content_type="text/html")

    async def unread(request: web.Request) -> web.Response:
        user = await anilist.viewer(await token_of(request))
        return web.json_response({"name": user.name, "unread": user.unread})

    async def logout(request: web.Request) -> web.StreamResponse:
        if subject := await signed_in(request):
            await flow.logout(subject)  # deletes the token; omit this to keep acting for the user
        (await get_session(request)).invalidate()
        raise web.HTTPSeeOther("/")

    app = web.Application()
    setup(app, EncryptedCookieStorage(session_key, httponly=True, samesite="Lax"))
    app.cleanup_ctx.append(lifespan(anilist, store, flow))
    init_app(app, flow, on_login=welcome)
    app.add_routes([web.get("/", home), web.get("/unread", unread), web.post("/logout", logout)])
    return app


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8080
    application = Application(client_id=1, client_secret="made-up", redirect_uri=f"http://127.0.0.1:{port}/callback")
    with SandboxThread(Sandbox(applications=[application])) as sandbox:
        anilist = OAuthSession(application, endpoints=sandbox.endpoints)
        key = Fernet(Fernet.generate_key())  # use a fixed key, or a restart signs everybody out
        app = make_app(anilist, open_store("sqlite:///tokens.db"), session_key=key)
        web.run_app(app, host="127.0.0.1", port=port)
