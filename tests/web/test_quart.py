"""Quart's adapter does a few things that the others need not do."""

from typing import Any

import pytest
import quart
from yarl import URL

from anilist_oauth.errors import ConfigurationError
from anilist_oauth.login.login import CompletedLogin
from anilist_oauth.web.quart import init_app, token_for_request
from tests.flows import staged


def _returns(_request: quart.Request, _completed: CompletedLogin) -> Any:
    return quart.redirect("/")


def _aborts(_request: quart.Request, _completed: CompletedLogin) -> Any:
    quart.abort(quart.Response(status=302, headers={"Location": "/"}))


@pytest.mark.parametrize("on_login", [_returns, _aborts])
async def test_on_login_may_return_or_abort(on_login: Any) -> None:
    """A redirect that `abort` raises works like one that is returned."""
    async with staged() as stage:
        app = quart.Quart(__name__)
        init_app(app, stage.flow, on_login=on_login)
        client = app.test_client(use_cookies=False)
        begun = await client.get("/login/anilist")
        callback = URL(await stage.sandbox.approve(begun.headers["Location"])).relative()
        cookie = begun.headers["Set-Cookie"].partition(";")[0]
        answer = await client.get(str(callback), headers={"Cookie": cookie})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/")


async def test_the_request_is_found_in_a_handler_only() -> None:
    """Outside of a handler, the error says so."""
    async with staged() as stage:
        with pytest.raises(ConfigurationError, match=r"^request: a Request of Quart is needed, in a handler, not "):
            await token_for_request(stage.flow, lambda _request: "user:7")()
