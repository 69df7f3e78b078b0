"""Log in with AniList in a web application: `aiohttp`, `starlette` (FastAPI too), `quart`, `litestar`, and any `asgi`.

    app = web.Application()
    app.cleanup_ctx.append(lifespan(session, store, flow))
    init_app(app, flow, on_login=welcome)

Each adapter has the same functions with the same arguments, which `adapter.Adapter.login_routes` explains one by one:
`on_login` signs the user in and redirects (renew the session of the site there, so that nobody knows it from before);
`subject` names the signed-in user of the site to whom an account is linked, and `sign_in` lets others sign in as well;
`login_path` and `callback_path` are paths of the application; `on_error` and `pages` change what a failure looks like.

The callback's query has the code in it. Keep its path out of access logs (nginx: ``access_log off`` in its location;
uvicorn: ``--no-access-log``) and of OpenTelemetry's server spans (``OTEL_PYTHON_EXCLUDED_URLS``).

Reading order: `browser_request` is what a request brings and `browser_response` what goes back, both plain values.
`login_endpoints` turns one into the other, and everything is decided there. `handlers` calls the application's hooks
around it. An adapter translates its framework's requests and responses, and has no check of its own; `conformance` is
the suite that each of them passes.
"""

from anilist_oauth.html_page import Pages

__all__ = ["Pages"]
