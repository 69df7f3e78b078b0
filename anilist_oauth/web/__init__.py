"""Log in with AniList in a web application: `aiohttp`, `starlette` (FastAPI too), `quart`, `litestar`, and any `asgi`.

    app = web.Application()
    app.cleanup_ctx.append(lifespan(session, store, flow))
    init_app(app, flow, on_login=welcome)

Each adapter has the same functions with the same arguments. `adapter.Adapter.login_routes` explains them. `on_login`
signs the user in and redirects; renew the site's session there, so that nobody can have prepared it. `subject` returns
the site's signed-in user, to whom the AniList account is linked; `sign_in` allows others to sign in as well.
`login_path` and `callback_path` are paths of the application. `on_error` and `pages` change how a failure looks.

The callback's query contains the code. Keep its path out of access logs (nginx: ``access_log off`` in its location;
uvicorn: ``--no-access-log``) and of OpenTelemetry's server spans (``OTEL_PYTHON_EXCLUDED_URLS``).

Reading order: `browser_request` is a request and `browser_response` its answer, both as plain values. `login_endpoints`
turns one into the other and makes all decisions. `handlers` calls the application's hooks around it. An adapter
only translates the requests and responses of its framework; `conformance` is the test suite that every adapter passes.
"""

from anilist_oauth.html_page import Pages

__all__ = ["Pages"]
