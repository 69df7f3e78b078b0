"""Log in with AniList in a web application: `aiohttp`, `starlette` (FastAPI too), `quart`, `litestar`, and any `asgi`.

    app = web.Application()
    app.cleanup_ctx.append(lifespan(session, store, flow))
    init_app(app, flow, on_login=welcome)

Each adapter has the same functions with the same arguments. `adapter.Adapter.login_routes` explains them:

- `on_login` signs the user in and redirects. It must renew the site's session, so that nobody can have prepared it.
- `subject` returns the site's signed-in user, to whom the AniList account is linked. With `sign_in`, visitors who are
  not signed in may sign in with AniList.
- `login_path` and `callback_path` are paths of the application.
- `on_error` and `pages` change what a visitor sees after a failure.

The callback's query contains the code. Keep its path out of access logs (nginx: ``access_log off`` in its location;
uvicorn: ``--no-access-log``) and out of OpenTelemetry's server spans (``OTEL_PYTHON_EXCLUDED_URLS``).

Reading order: `browser_request` and `browser_response` are a request and its response as plain values.
`login_endpoints` makes all decisions: it takes a request and returns the response. `handlers` also calls the
application's hooks. An adapter only converts the requests and responses of its framework. `conformance` is the test
suite that every adapter passes.
"""

from anilist_oauth.html_page import Pages

__all__ = ["Pages"]
