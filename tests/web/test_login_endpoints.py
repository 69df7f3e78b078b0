"""The arguments of the endpoints. Their decisions are tested with every adapter."""

from typing import Any

import pytest

from anilist_oauth.errors import ConfigurationError, LoginRequiredError, OutcomeUnknownError, RateLimitedError
from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.oauth.application import Application
from anilist_oauth.session.session import OAuthSession
from anilist_oauth.web.login_endpoints import LoginEndpoints
from tests.web.test_browser_request import visit

HTML = {"Accept": "text/html"}


@pytest.mark.parametrize("flow", [None, OAuthSession(Application(client_id=1, redirect_uri="https://a.example/cb"))])
def test_endpoints_need_a_flow(flow: Any) -> None:
    """A session is refused, because it stores no logins."""
    with pytest.raises(ConfigurationError, match=r"^flow: a LoginFlow is needed"):
        LoginEndpoints(flow, login_path="/login")


def endpoints(**options: Any) -> LoginEndpoints:
    """Make endpoints of a site that nobody has opened yet."""
    application = Application(client_id=1, client_secret="s", redirect_uri="https://site.example/callback")
    return LoginEndpoints(LoginFlow(OAuthSession(application)), login_path="/login", **options)


def test_endpoints_need_no_event_loop() -> None:
    """Routes are created when a program is imported, before anything is open."""
    assert endpoints().paths.callback == "/callback"


@pytest.mark.parametrize("option", [{"pages": "AniBot"}, {"sign_in": "yes"}])
def test_a_wrong_option_is_named(option: dict[str, Any]) -> None:
    """The error names the argument."""
    (name,) = option
    with pytest.raises(ConfigurationError, match=f"^{name}: "):
        endpoints(**option)


@pytest.mark.parametrize(
    ("request_", "location"),
    [
        ({"path": "/mine", "query": {"a": ["1"]}}, "/login?return_to=%2Fmine%3Fa%3D1"),
        ({"path": "//evil.example"}, "/login?return_to=%2Fevil.example"),
        ({"path": "/%2f"}, "/login"),
        ({"path": "/" + "a" * 512}, "/login"),
        ({"method": "POST", "path": "/mine"}, "/login"),
    ],
)
def test_a_person_returns_to_a_get(request_: dict[str, Any], location: str) -> None:
    """An address that the login would refuse is left out, and a form is not sent again."""
    answer = endpoints().instead(visit(**request_, headers=HTML), LoginRequiredError("nobody", subject=""))
    assert (answer.status, answer.lines["Location"]) == (303, location)


def test_an_outage_says_when_to_come_back() -> None:
    """Retry-After is sent to people and programs, if AniList has sent it."""
    down = OutcomeUnknownError("lost"), RateLimitedError("slow", retry_after=1.2)
    for error, seconds, reason in zip(down, (None, "2"), ("unavailable", "busy"), strict=True):
        page = endpoints().instead(visit(headers=HTML, method="POST"), error)
        told = endpoints().instead(visit(), error)
        assert (page.status, told.status) == (503, 503)
        assert page.lines.get("Retry-After") == told.lines.get("Retry-After") == seconds
        assert f'"reason": "{reason}"'.encode() in told.body
