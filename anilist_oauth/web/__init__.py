"""Log in with AniList in a web backend: `anilist_oauth.web.aiohttp`, and `anilist_oauth.web.starlette` (FastAPI too).

    app = web.Application()
    app.cleanup_ctx.append(lifespan(session, store, flow))
    init_app(app, flow, on_login=welcome)

Reading order: `visit` is what a request brings and `answers` what goes back, both plain values; `door` turns one into
the other, and is the only one who decides; `handlers` calls the application's hooks around it. An adapter translates
its framework's requests and responses, and has no check of its own.
"""

from anilist_oauth.html_page import Pages

__all__ = ["Pages"]
