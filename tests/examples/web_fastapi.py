"""Log in with AniList in FastAPI. The logged-in user is a dependency, and a SQLite file keeps the tokens.

Run it, open http://127.0.0.1:8080 and log in. A sandbox replaces AniList. To use AniList itself, take
`Application.from_env()` and omit `endpoints`.
"""

import secrets
import sys
from typing import Annotated

import uvicorn
from fastapi import Depends, FastAPI
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from anilist_oauth import Application, CompletedLogin, LoginFlow, OAuthSession, Token, Viewer, open_store
from anilist_oauth.sandbox import Sandbox, SandboxThread
from anilist_oauth.storage import Store
from anilist_oauth.web.starlette import init_app, lifespan, token_for_request


def signed_in(request: Request) -> str | None:
    """Return who is signed in on this site: the subject of their login."""
    subject: str | None = request.session.get("subject")
    return subject


def welcome(request: Request, completed: CompletedLogin) -> Response:
    """Sign the user in on this site."""
    request.session["subject"] = completed.login.subject
    return RedirectResponse(completed.login.return_to or "/")


def make_app(anilist: OAuthSession, store: Store, *, session_key: str) -> FastAPI:
    """Build the site, which opens and closes AniList's session and the store."""
    flow = LoginFlow(anilist, logins=store.logins, tokens=store.tokens)
    app = FastAPI(lifespan=lifespan(anilist, store, flow))
    init_app(app, flow, on_login=welcome)
    app.add_middleware(SessionMiddleware, secret_key=session_key)

    async def current_user(token: Annotated[Token, Depends(token_for_request(flow, signed_in))]) -> Viewer:
        return await anilist.viewer(token)

    @app.get("/", response_class=HTMLResponse)
    async def home(request: Request) -> str:
        text = '<a href="/unread">Unread notifications</a>'
        if signed_in(request):
            text += "<form method=post action=/logout><button>Log out</button></form>"
        return f"<!doctype html><title>FastAPI</title>{text}"

    @app.get("/unread")
    async def unread(user: Annotated[Viewer, Depends(current_user)]) -> dict[str, str | int | None]:
        return {"name": user.name, "unread": user.unread}

    @app.post("/logout")
    async def logout(request: Request) -> Response:
        if subject := signed_in(request):
            await flow.logout(subject)  # deletes the token; omit this to keep acting for the user
        request.session.clear()
        return RedirectResponse("/", status_code=303)

    return app


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8080
    application = Application(client_id=1, client_secret="made-up", redirect_uri=f"http://127.0.0.1:{port}/callback")
    with SandboxThread(Sandbox(applications=[application])) as sandbox:
        anilist = OAuthSession(application, endpoints=sandbox.endpoints)
        key = secrets.token_hex()  # use a fixed key, or a restart signs everybody out
        uvicorn.run(make_app(anilist, open_store("sqlite:///tokens.db"), session_key=key), port=port, access_log=False)
