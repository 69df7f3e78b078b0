"""A line about each answer."""

import logging

import aiohttp
import pytest

from anilist_oauth.sandbox import Fault, ReceivedRequest, Sandbox
from anilist_oauth.sandbox.messages import Answer
from anilist_oauth.sandbox.request_log import described
from tests.sandbox.moves import authorization_url, code_of, logged_in, token_fields

ASKED = ReceivedRequest(method="POST", path="/graphql", query="", headers={}, fields={})
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("answer", "fault", "line"),
    [
        (Answer(), Fault(), "POST /graphql 200"),
        (Answer(status=302, headers={"Location": "http://a/b?code=c#d"}), Fault(), "POST /graphql 302 to http://a/b"),
        (Answer(headers={"Location": "a?error=no&state=s"}), Fault(), "POST /graphql 200 to a with no"),
        (Answer(headers={"Location": "a?b=c#error=no&state=s"}), Fault(), "POST /graphql 200 to a with no"),
        (Answer(headers=JSON, body=b'{"error":"e","hint":"h","message":"m"}'), Fault(), "POST /graphql 200 e: h"),
        (Answer(headers=JSON, body=b'{"error":"e","message":"m"}'), Fault(), "POST /graphql 200 e: m"),
        (Answer(headers=JSON, body=b'{"message":"m\\u001b"}'), Fault(), "POST /graphql 200 m"),
        (
            Answer(headers=JSON, body=b'{"errors":[{"message":"a"},{"message":"b"},1]}'),
            Fault(),
            "POST /graphql 200 a; b",
        ),
        (Answer(headers=JSON, body=b"{"), Fault(), "POST /graphql 200"),
        (Answer(headers=JSON, body=b"[]"), Fault(), "POST /graphql 200"),
        (Answer(), Fault(delay=3, cut=1), "POST /graphql 200 (after 3 s, closed inside the answer)"),
        (Answer(), Fault(close="before"), "POST /graphql 200 (closed before the answer)"),
    ],
)
def test_a_line_says_what_was_answered(answer: Answer, fault: Fault, line: str) -> None:
    """Method, path, status, where to or what is wrong, and what befell the answer."""
    assert described(ASKED, answer, fault) == line


async def test_the_log_follows_a_login_and_tells_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    """One line a request; no code, token, state or client secret is in any."""
    caplog.set_level(logging.DEBUG)
    async with Sandbox() as sandbox, aiohttp.ClientSession() as client:
        token = await logged_in(sandbox, client)
        code = code_of(await sandbox.approve(authorization_url(sandbox, state="a-state-that-nobody-sees")))
        fields = token_fields(sandbox.application, code)
        for _ in range(2):
            async with client.post(sandbox.endpoints.token, data=fields):
                pass
        async with client.get(authorization_url(sandbox, state="a-state-that-nobody-sees")):
            pass
    lines = [record.getMessage() for record in caplog.records if record.name == "anilist_oauth.sandbox"]
    assert lines == [
        "POST /api/v2/oauth/token 200",
        "POST /api/v2/oauth/token 200",
        "POST /api/v2/oauth/token 400 invalid_request: Authorization code has been revoked",
        "GET /api/v2/oauth/authorize 302 to /login",
        "GET /login 200",
    ]
    for secret in (token, code, "a-state-that-nobody-sees", str(sandbox.application.client_secret)):
        assert secret not in caplog.text
