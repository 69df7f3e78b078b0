"""Log in with AniList in Sanic (ASGI). A signed cookie keeps who is signed in, a SQLite file keeps the tokens.

Run it, open http://127.0.0.1:8080 and log in. A sandbox replaces AniList. To use AniList itself, take
`Application.from_env()` and omit `endpoints`.
"""

import secrets
import sys
from typing import Any

import uvicorn
from itsdangerous import BadSignature, TimestampSigner
from sanic import HTTPResponse, Request, Sanic, empty, html, json, redirect

from anilist_oauth import Application, LoginFlow, LoginRequiredError, OAuthSession, open_store
from anilist_oauth.sandbox import Sandbox, SandboxThread
from anilist_oauth.storage import Store
from anilist_oauth.web.asgi import LoginMiddleware, lifespan, token_for_request
from anilist_oauth.web.browser_request import BrowserRequest

SIGNER = TimestampSigner(secrets.token_hex())  # use a fixed key, or a restart signs everybody out


def signed_in(scope: Any) -> str | None:
    """Return who is signed in on this site: the subject of their login."""
    try:
        return SIGNER.unsign(BrowserRequest.from_scope(scope).cookies.get("subject", ""), max_age=86400).decode()
    except BadSignature:
        return None


def make_app(anilist: OAuthSession, store: Store) -> Any:
    """Build the site, which opens and closes AniList's session and the store."""
    flow = LoginFlow(anilist, logins=store.logins, tokens=store.tokens)
    token_of = token_for_request(flow, signed_in)
    app: Sanic[Any, Any] = Sanic("example", configure_logging=False)

    @app.exception(LoginRequiredError)
    async def replaced(_request: Request, _error: LoginRequiredError) -> HTTPResponse:
        return empty()  # the middleware sends its own response instead

    @app.get("/welcome")
    async def welcome(request: Request) -> HTTPResponse:
        completed = request.transport.scope["anilist"]  # this is called only after a finished login
        response = redirect(completed.login.return_to or "/")
        value = SIGNER.sign(completed.login.subject).decode()
        response.add_cookie("subject", value, httponly=True, samesite="Lax", secure=False)  # secure=True with https
        return response

    @app.get("/")
    async def home(request: Request) -> HTTPResponse:
        text = '<a href="/unread">Unread notifications</a>'
        if signed_in(request.transport.scope):
            text += "<form method=post action=/logout><button>Log out</button></form>"
        return html(f"<!doctype html><title>Sanic</title>{text}")

    @app.get("/unread")
    async def unread(request: Request) -> HTTPResponse:
        user = await anilist.viewer(await token_of(request.transport.scope))
        return json({"name": user.name, "unread": user.unread})

    @app.post("/logout")
    async def logout(request: Request) -> HTTPResponse:
        if subject := signed_in(request.transport.scope):
            await flow.logout(subject)  # deletes the token; omit this to keep acting for the user
        response = redirect("/", status=303)
        response.delete_cookie("subject")
        return response

    return lifespan(anilist, store, flow)(LoginMiddleware(app, flow, on_login="/welcome"))


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8080
    application = Application(client_id=1, client_secret="made-up", redirect_uri=f"http://127.0.0.1:{port}/callback")
    with SandboxThread(Sandbox(applications=[application])) as sandbox:
        anilist = OAuthSession(application, endpoints=sandbox.endpoints)
        uvicorn.run(make_app(anilist, open_store("sqlite:///tokens.db")), port=port, access_log=False)
