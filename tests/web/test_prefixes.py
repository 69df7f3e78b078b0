"""Behind nginx with TLS, which removes a prefix, every address that a browser is sent to has the prefix."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import fastapi
import pytest
from yarl import URL

from anilist_oauth.web.conformance import stand
from anilist_oauth.web.conformance.site import AdapterSite, Site
from anilist_oauth.web.conformance.visitor import Visitor
from tests.services import free_port
from tests.web.frameworks import FRAMEWORKS
from tests.web.nginx import PREFIX, nginx
from tests.web.sites import Asgi, by_uvicorn


class Rooted:
    """A site whose server is told of the prefix."""

    def __init__(self, site: AdapterSite) -> None:
        self.application = site.application

    def served(self, application: Any, listener: Any) -> Any:
        """Serve it with uvicorn's ``--root-path``."""
        return by_uvicorn(application, listener, root_path=PREFIX)


UNTOLD = [pytest.param(site, id=name) for name, site in FRAMEWORKS.items()]
TOLD = [pytest.param(Rooted(site), id=f"{name}-root_path") for name, site in FRAMEWORKS.items() if name != "aiohttp"]
OLDER = pytest.mark.filterwarnings("ignore:The `root_path` parameter is deprecated")  # but applications have it
TOLD.append(pytest.param(Asgi(fastapi.FastAPI, root_path=PREFIX), id="fastapi-root_path-of-its-own", marks=OLDER))


@pytest.fixture(params=[*UNTOLD, *TOLD])
async def behind(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[Any, Visitor]]:
    """A site behind nginx, and a visitor."""
    port = free_port()
    site = Site(callback_path="/callback")
    async with stand(request.param, site, redirect_uri=f"https://127.0.0.1:{port}{PREFIX}/callback") as served:
        with nginx(tmp_path, port=port, behind=served.url.port or 0, prefix=PREFIX):
            async with Visitor(URL(f"https://127.0.0.1:{port}"), verify=False) as visitor:
                yield served, visitor


async def test_every_address_has_the_prefix(behind: tuple[Any, Visitor]) -> None:
    """The login, a page that needs it, the failure page and its button all have the prefix."""
    served, visitor = behind
    sent = await visitor.get(f"{PREFIX}/mine?tab=%C3%A9")
    assert URL(sent.location).path == f"{PREFIX}/login/anilist"
    assert URL(sent.location).query["return_to"] == f"{PREFIX}/mine?tab=%C3%A9"
    begun = await visitor.get(sent.location)
    assert begun.cookies[0].startswith("__Host-anilist-")
    back = await visitor.get(await served.approve(begun.location))
    assert back.location == f"{PREFIX}/mine?tab=%C3%A9"
    assert (await visitor.get(back.location)).text == f"user {served.sandbox.user.id}"
    begun = await visitor.get(sent.location)
    denied = await visitor.get(served.local(await served.sandbox.deny(begun.location)))
    assert denied.location.startswith(f"{PREFIX}/login/anilist/failed?reason=denied&return_to=")
    page = await visitor.get(denied.location)
    assert f'href="{PREFIX}/login/anilist?return_to=' in page.text
    down = await visitor.get(f"{PREFIX}/down?a=b")
    assert (down.status, f'href="{PREFIX}/down?a=b"' in down.text) == (503, True)
