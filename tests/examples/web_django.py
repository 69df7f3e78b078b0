"""Log in with AniList in Django (ASGI). Django's session keeps who is signed in, a SQLite file keeps the tokens.

Run it, open http://127.0.0.1:8080 and log in. A sandbox replaces AniList. To use AniList itself, take
`Application.from_env()` and omit `endpoints`. In your own project, `make_app` belongs in ``asgi.py``.
"""

import secrets
import sys
from typing import Any

import django
import uvicorn
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import path

from anilist_oauth import Application, LoginFlow, OAuthSession, open_store
from anilist_oauth.sandbox import Sandbox, SandboxThread
from anilist_oauth.storage import Store
from anilist_oauth.web.asgi import LoginMiddleware, answering, lifespan


def make_app(anilist: OAuthSession, store: Store) -> Any:
    """Build the site, which opens and closes AniList's session and the store."""
    flow = LoginFlow(anilist, logins=store.logins, tokens=store.tokens)

    async def welcome(request: HttpRequest) -> HttpResponse:
        completed = request.scope["anilist"]  # this view is called only after a finished login
        await request.session.acycle_key()
        await request.session.aset("subject", completed.login.subject)
        return HttpResponseRedirect(completed.login.return_to or "/")

    async def home(request: HttpRequest) -> HttpResponse:
        text = '<a href="/unread">Unread notifications</a>'
        if await request.session.aget("subject"):
            text += "<form method=post action=/logout><button>Log out</button></form>"
        return HttpResponse(f"<!doctype html><title>Django</title>{text}")

    async def unread(request: HttpRequest) -> HttpResponse:
        with answering(request.scope):  # a user without a token is sent to the login
            subject = await request.session.aget("subject", "")
            user = await anilist.viewer(await flow.token_for(subject or "nobody"))
        return JsonResponse({"name": user.name, "unread": user.unread})

    async def logout(request: HttpRequest) -> HttpResponse:
        if request.method == "POST" and (subject := await request.session.aget("subject")):
            await flow.logout(subject)  # deletes the token; omit this to keep acting for the user
            await request.session.aflush()
        return HttpResponseRedirect("/")

    urlpatterns[:] = [path("", home), path("welcome", welcome), path("unread", unread), path("logout", logout)]
    return lifespan(anilist, store, flow)(LoginMiddleware(get_asgi_application(), flow, on_login="/welcome"))


urlpatterns: list[Any] = []
settings.configure(
    SECRET_KEY=secrets.token_hex(),  # use a fixed key, or a restart signs everybody out
    ALLOWED_HOSTS=["127.0.0.1"],
    MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware"],
    ROOT_URLCONF=__name__,
    SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    SESSION_COOKIE_HTTPONLY=True,
)
django.setup()

if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8080
    application = Application(client_id=1, client_secret="made-up", redirect_uri=f"http://127.0.0.1:{port}/callback")
    with SandboxThread(Sandbox(applications=[application])) as sandbox:
        anilist = OAuthSession(application, endpoints=sandbox.endpoints)
        uvicorn.run(make_app(anilist, open_store("sqlite:///tokens.db")), port=port, access_log=False)
