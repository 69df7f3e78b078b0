"""Every framework that the suite runs over."""

import fastapi
from starlette.applications import Starlette

from tests.web.django_site import DjangoSite
from tests.web.sites import Aiohttp, Asgi, Framework, LitestarSite, QuartSite

FRAMEWORKS: dict[str, Framework] = {
    "aiohttp": Aiohttp(),
    "starlette": Asgi(Starlette),
    "fastapi": Asgi(fastapi.FastAPI),
    "quart": QuartSite(),
    "litestar": LitestarSite(),
    "django": DjangoSite(),
}
