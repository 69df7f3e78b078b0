"""What every adapter refuses alike while the application is built: arguments of a wrong type, by an error in words."""

from typing import Any

import pytest

from anilist_oauth.errors import ConfigurationError
from anilist_oauth.web.conformance.site import AdapterSite, Site
from anilist_oauth.web.conformance.stand import Open


@pytest.mark.parametrize("wrong", [None, 1, "application", object()], ids=["None", "int", "str", "object"])
async def test_what_is_no_application_is_refused(open_stand: Open, adapter_site: AdapterSite, wrong: Any) -> None:
    """An application that another framework made, or that was forgotten, is named by the error."""
    flow = (await open_stand()).flow
    with pytest.raises(ConfigurationError, match=r"^app: "):
        adapter_site.init_app(wrong, flow)


@pytest.mark.parametrize("argument", ["login_path", "callback_path", "sign_in", "pages", "subject", "on_error", "flow"])
async def test_an_argument_of_a_wrong_type_is_refused(
    open_stand: Open, adapter_site: AdapterSite, argument: str
) -> None:
    """The error names the argument, before the application serves anything; a flow is not a session."""
    flow = (await open_stand()).flow
    given: Any = flow.session if argument == "flow" else flow
    site = Site() if argument == "flow" else Site(mistakes={argument: 7})
    with pytest.raises(ConfigurationError, match=f"^{argument}: "):
        adapter_site.application(given, site)
