"""When an application is built, every adapter refuses arguments of a wrong type with an error that names them."""

from typing import Any

import pytest

from anilist_oauth.errors import ConfigurationError
from anilist_oauth.web.conformance.site import AdapterSite, Site
from anilist_oauth.web.conformance.stand import Open


@pytest.mark.parametrize("wrong", [None, 1, "application", object()], ids=["None", "int", "str", "object"])
async def test_a_wrong_application_is_refused(open_stand: Open, adapter_site: AdapterSite, wrong: Any) -> None:
    """`init_app` refuses None and objects that are not applications of its framework."""
    flow = (await open_stand()).flow
    with pytest.raises(ConfigurationError, match=r"^app: "):
        adapter_site.init_app(wrong, flow)


@pytest.mark.parametrize("argument", ["login_path", "callback_path", "sign_in", "pages", "subject", "on_error", "flow"])
async def test_an_argument_of_a_wrong_type_is_refused(
    open_stand: Open, adapter_site: AdapterSite, argument: str
) -> None:
    """The error names the argument, for example if a session is passed instead of a flow."""
    flow = (await open_stand()).flow
    given: Any = flow.session if argument == "flow" else flow
    site = Site() if argument == "flow" else Site(mistakes={argument: 7})
    with pytest.raises(ConfigurationError, match=f"^{argument}: "):
        adapter_site.application(given, site)
