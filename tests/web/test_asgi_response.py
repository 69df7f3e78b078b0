"""The responses of an ASGI application as values."""

import importlib
import sys

import pytest

from anilist_oauth.web.asgi_response import ASGIResponse, ASGIResponses


async def test_a_response_is_its_start_and_body() -> None:
    """Other messages, such as trailers, are ignored."""
    response = ASGIResponse()
    for message in (
        {"type": "http.response.start", "status": 303, "headers": [(b"location", b"/")]},
        {"type": "http.response.body", "body": b"a", "more_body": True},
        {"type": "http.response.trailers", "headers": []},
        {"type": "http.response.body"},
    ):
        await response.keep(message)
    assert (response.status, dict(response.headers), response.body) == (303, {"location": "/"}, b"a")
    assert ASGIResponses().redirects(response)


async def test_a_response_may_have_no_headers() -> None:
    """ASGI does not require them."""
    response = ASGIResponse()
    await response.keep({"type": "http.response.start", "status": 404})
    assert (response.status, list(response.headers)) == (404, [])
    assert not ASGIResponses().redirects(response)


def test_an_exception_is_raised_again() -> None:
    """No exception is a response."""
    with pytest.raises(ValueError, match="mine"):
        ASGIResponses().response_of(ValueError("mine"))


def test_the_suite_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without pytest-asyncio, the error ends in the command to install it."""
    monkeypatch.delitem(sys.modules, "anilist_oauth.web.conformance")
    monkeypatch.setitem(sys.modules, "pytest_asyncio", None)
    with pytest.raises(ImportError, match=r"pip install pytest pytest-asyncio$"):
        importlib.import_module("anilist_oauth.web.conformance")
