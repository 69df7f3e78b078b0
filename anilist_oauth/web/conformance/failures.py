"""Every adapter explains a failure on a page whose address does not contain the code."""

import asyncio
import json
from collections.abc import Awaitable

import pytest

from anilist_oauth.errors import (
    AccessDeniedError,
    AniListOAuthError,
    LoginRequiredError,
    ServiceUnavailableError,
)
from anilist_oauth.sandbox import Fault
from anilist_oauth.storage import MemoryLoginStore
from anilist_oauth.web.conformance.site import Site
from anilist_oauth.web.conformance.stand import Open

FAILED = "/login/anilist/failed?reason="


async def afterwards(value: str | None) -> str | None:
    """Return the value later, as an async hook does."""
    await asyncio.sleep(0)
    return value


@pytest.mark.parametrize("later", [False, True], ids=["plain", "async"])
async def test_the_application_may_explain_errors_itself(open_stand: Open, *, later: bool) -> None:
    """on_error gets the error, and returns another redirect or None. Neither response may be cached."""
    errors: list[AniListOAuthError] = []

    def on_error(error: AniListOAuthError) -> Awaitable[str | None] | str | None:
        errors.append(error)
        where = "/?sorry" if isinstance(error, AccessDeniedError) else None
        return afterwards(where) if later else where

    stand = await open_stand(Site(on_error=on_error))
    seen = await stand.visitor.get(stand.local(await stand.sandbox.deny(await stand.begin())))
    assert seen.location == "/?sorry"
    assert (seen.headers["Cache-Control"], seen.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert "Max-Age=60" in seen.cookies[0]
    assert (await stand.visitor.get("/callback?code=x")).location == f"{FAILED}invalid"
    assert (await stand.visitor.get("/login/anilist?return_to=//evil.example")).status == 400
    assert [type(error).__name__ for error in errors] == ["AccessDeniedError", "StateMismatchError", "ReturnToError"]


async def test_a_login_that_cannot_begin_is_explained(open_stand: Open) -> None:
    """If the store is full, the visitor gets the adapter's page, not the server's error page."""
    stand = await open_stand(logins=MemoryLoginStore(max_logins=0))
    seen = await stand.visitor.get("/login/anilist")
    assert (seen.status, seen.location, seen.cookies) == (303, f"{FAILED}store", [])
    assert (await stand.visitor.get(seen.location)).status == 503


async def test_an_outage_is_explained(open_stand: Open) -> None:
    """The page says that AniList is down, and the exchange is not tried again for the same login."""
    stand = await open_stand()
    callback = await stand.approve(await stand.begin())
    stand.sandbox.next("token", Fault(status=503))
    for _ in range(2):
        assert (await stand.visitor.get(callback)).location == f"{FAILED}unavailable"
    page = await stand.visitor.get(f"{FAILED}unavailable")
    assert "Your account is fine" in page.text
    assert stand.exchanges == 1


@pytest.mark.requirement("S20")
async def test_an_error_of_on_login_is_explained(open_stand: Open) -> None:
    """If on_login raises, the page's address has no code, and the visitor is not sent to another login."""
    for trouble, reason in (
        (ServiceUnavailableError("down"), "unavailable"),
        (LoginRequiredError("nobody", subject="a"), "unknown"),
    ):
        stand = await open_stand(Site(trouble=trouble))
        seen = await stand.visitor.get(await stand.approve(await stand.begin()))
        assert (seen.status, seen.location) == (303, f"{FAILED}{reason}")


async def test_an_unknown_reason_gets_a_page(open_stand: Open) -> None:
    """An unknown reason gets the page of an unknown login, which repeats nothing from its address."""
    stand = await open_stand()
    for query in ("", "?reason=", "?reason=nope", "?reason=<b>", "?reason=a&reason=b", "?x"):
        page = await stand.visitor.get(f"/login/anilist/failed{query}")
        assert (page.status, "does not know this login" in page.text, "<b>" in page.text) == (400, True, False)


@pytest.mark.parametrize("below", ["", "/deeper"])
async def test_an_outage_in_a_handler_is_a_page(open_stand: Open, below: str) -> None:
    """A person gets a page with a button, and a program gets JSON, both with status 503 and Retry-After."""
    stand = await open_stand()
    page = await stand.visitor.get(f"{below}/down?a=b")
    told = await stand.visitor.get(f"{below}/down", headers={"Accept": "*/*"})
    assert [(seen.status, seen.headers["Retry-After"]) for seen in (page, told)] == [(503, "30")] * 2
    assert "AniList is not responding" in page.text
    assert f'href="{below}/down?a=b"' in page.text
    assert json.loads(told.text) == {"detail": "AniList does not answer", "reason": "unavailable"}
    sent = await stand.visitor.get(f"{below}/down", method="POST")
    assert f'href="{below}/down"' in sent.text
