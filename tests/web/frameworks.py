"""Every framework that the suite runs over."""

import fastapi
from starlette.applications import Starlette

from anilist_oauth.web.conformance.site import AdapterSite
from tests.web.django_site import DjangoSite
from tests.web.sites import Aiohttp, Asgi, LitestarSite, QuartSite

FRAMEWORKS: dict[str, AdapterSite] = {
    "aiohttp": Aiohttp(),
    "starlette": Asgi(Starlette),
    "fastapi": Asgi(fastapi.FastAPI),
    "quart": QuartSite(),
    "litestar": LitestarSite(),
    "django": DjangoSite(),
}
