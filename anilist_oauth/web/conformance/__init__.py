"""The test suite that every adapter passes. It is a pytest plugin, so authors of other adapters can use it.

    pytest_plugins = ["anilist_oauth.web.conformance"]  # conftest.py

    @pytest.fixture
    def adapter_site() -> AdapterSite:
        return MySite()  # an `AdapterSite` in your framework

    globals().update(suite())  # test_conformance.py, after `from anilist_oauth.web.conformance import suite`

It needs pytest, pytest-asyncio and the extra ``sandbox``. Reading order: `site` describes the site that you write,
`stand` serves it together with a sandbox, and `visitor` requests its pages. The tests are in `logins`, `failures`,
`mistakes`, `required`, `requirements` and `strangers`.
"""

import inspect
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

try:
    import pytest
    import pytest_asyncio
except ModuleNotFoundError as _missing:
    raise ImportError("pytest or pytest-asyncio is not installed: pip install pytest pytest-asyncio") from _missing

from anilist_oauth.web.conformance import failures, logins, mistakes, required, requirements, strangers
from anilist_oauth.web.conformance.site import AdapterSite, Site
from anilist_oauth.web.conformance.stand import Open, Stand, stand

__all__ = ["AdapterSite", "Site", "Stand", "open_stand", "pytest_configure", "stand", "suite"]


def suite() -> dict[str, Any]:
    """Return all tests by name, to be added to the namespace of a test module."""
    modules = (logins, failures, mistakes, required, requirements, strangers)
    tests = {name: test for module in modules for name, test in vars(module).items() if name.startswith("test_")}
    return {
        name: pytest.mark.asyncio(test) if inspect.iscoroutinefunction(test) else test for name, test in tests.items()
    }


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker of the tests."""
    config.addinivalue_line("markers", "requirement(id): the requirement of anilist_oauth that a test verifies")


@pytest_asyncio.fixture
async def open_stand(adapter_site: AdapterSite) -> AsyncIterator[Open]:
    """Serve sites until the test ends."""
    async with AsyncExitStack() as stack:

        async def opened(site: Site | None = None, **options: Any) -> Stand:
            return await stack.enter_async_context(stand(adapter_site, site or Site(), **options))

        yield opened
