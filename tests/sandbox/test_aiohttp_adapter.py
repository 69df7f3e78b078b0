"""Requests in, answers out, whole or broken."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from unittest.mock import Mock

import aiohttp
import pytest

from anilist_oauth.sandbox import Fault, Sandbox
from anilist_oauth.sandbox.aiohttp_adapter import send
from anilist_oauth.sandbox.messages import Answer
from tests.sandbox.moves import authorization_url, code_of, token_fields


async def _raw(sandbox: Sandbox, request: bytes) -> bytes:
    """Send bytes, and read until the connection ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", sandbox.url.port)
    writer.write(request)
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


GET = b"GET /graphql HTTP/1.1\r\nHost: localhost\r\n\r\n"


async def test_a_made_up_answer_spends_nothing() -> None:
    """Status, headers and body are the fault's; the code in the request is still good."""
    async with Sandbox() as sandbox, aiohttp.ClientSession() as client:
        fields = token_fields(sandbox.application, code_of(await sandbox.approve(authorization_url(sandbox))))
        sandbox.next("token", Fault(status=503, headers={"Retry-After": "7"}, body="<h1>Busy</h1>"))
        async with client.post(sandbox.endpoints.token, data=fields) as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (503, "7")
            assert answer.content_type == "text/html"
            assert await answer.text() == "<h1>Busy</h1>"
        async with client.post(sandbox.endpoints.token, data=fields) as answer:
            assert answer.status == 200


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(close="before"), aiohttp.ServerDisconnectedError),
        (Fault(reset=True), aiohttp.ClientOSError),
        (Fault(close="inside"), aiohttp.ClientPayloadError),
        (Fault(close="inside", reset=True), aiohttp.ClientError),
        (Fault(cut=5), aiohttp.ClientPayloadError),
        (Fault(cut=5, chunked=True), aiohttp.ClientPayloadError),
    ],
    ids=repr,
)
async def test_an_answer_is_lost_though_the_request_was_carried_out(
    fault: Fault, error: type[aiohttp.ClientError]
) -> None:
    """However the connection breaks, the code is spent."""
    async with Sandbox() as sandbox, aiohttp.ClientSession() as client:
        fields = token_fields(sandbox.application, code_of(await sandbox.approve(authorization_url(sandbox))))
        sandbox.next("token", fault)
        with pytest.raises(error):
            async with client.post(sandbox.endpoints.token, data=fields) as answer:
                await answer.read()
        async with client.post(sandbox.endpoints.token, data=fields) as answer:
            assert (await answer.json())["hint"] == "Authorization code has been revoked"


async def test_an_answer_is_cut_where_it_should_be() -> None:
    """The headers promise the whole body, and so many bytes of it come."""
    async with Sandbox() as sandbox:
        sandbox.next("graphql", Fault(status=200, body="0123456789", cut=3))
        answer = await _raw(sandbox, GET)
        assert b"\r\nContent-Length: 10\r\n" in answer
        assert answer.endswith(b"\r\n\r\n012")


async def test_a_connection_is_closed_behind_a_whole_answer_without_a_warning() -> None:
    """The client takes the connection for good, until it ends."""
    async with Sandbox() as sandbox:
        sandbox.next("graphql", Fault(close="after"))
        answer = await _raw(sandbox, GET)
        assert answer.startswith(b"HTTP/1.1 404 Not Found")
        assert answer.endswith(b"}")
        assert b"Connection: close" not in answer


async def test_an_answer_comes_in_chunks() -> None:
    """Chunked, and without a length."""
    async with Sandbox() as sandbox, aiohttp.ClientSession() as client:
        sandbox.next("graphql", Fault(body={"data": None}, chunked=True))
        async with client.post(sandbox.endpoints.graphql) as answer:
            assert answer.headers["Transfer-Encoding"] == "chunked"
            assert "Content-Length" not in answer.headers
            assert await answer.json() == {"data": None}


async def test_an_answer_comes_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """The delay is the event loop's; the request is carried out before it."""
    slept: list[float] = []

    async def sleep(delay: float) -> None:
        slept.append(delay)

    async with Sandbox() as sandbox, aiohttp.ClientSession() as client:
        monkeypatch.setattr(asyncio, "sleep", sleep)
        sandbox.next("graphql", Fault(delay=3600))
        async with client.get(sandbox.endpoints.graphql) as answer:
            assert answer.status == 404
    assert slept[0] == 3600


async def test_leaving_does_not_wait_for_a_late_answer() -> None:
    """A sandbox closes at once, whoever still waits for it."""
    async with asyncio.timeout(60), aiohttp.ClientSession() as client:
        async with Sandbox() as sandbox:
            sandbox.next("graphql", Fault(delay=3600))
            waiting = asyncio.create_task(client.post(sandbox.endpoints.graphql))
            while not sandbox.requests:  # noqa: ASYNC110 (the sandbox has no event for it)
                await asyncio.sleep(0)
        with pytest.raises(aiohttp.ClientError):
            await waiting


async def test_the_date_is_the_sandbox_s() -> None:
    """Every answer's `Date` follows the sandbox's clock."""
    async with Sandbox() as sandbox, aiohttp.ClientSession() as client:
        sandbox.advance(timedelta(days=400))
        async with client.get(sandbox.url / "login") as answer:
            said = parsedate_to_datetime(answer.headers["Date"])
        assert abs(sandbox.now() - said) < timedelta(minutes=1)


@pytest.mark.parametrize("fault", [Fault, lambda **kept: Fault(body="{}", **kept)], ids=["true", "made up"])
async def test_a_scripted_header_takes_the_place_of_its_like(fault: Any) -> None:
    """In any letter case, and even the date: a client meets each header once."""
    headers = {"content-type": "text/odd", "x-ratelimit-limit": "7", "date": "never"}
    async with Sandbox() as sandbox, aiohttp.ClientSession() as client:
        sandbox.next("graphql", fault(headers=headers))
        async with client.get(sandbox.endpoints.graphql) as answer:
            assert {name: answer.headers.getall(name) for name in headers} == {
                name: [value] for name, value in headers.items()
            }


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        ({"data": {"a": " 1 "}}, {"a": " 1 "}),
        ({"json": {"a": 1, "b": None}}, {"a": 1, "b": None}),
        ({"json": [1]}, {}),
        ({"data": b"{", "headers": {"Content-Type": "application/json"}}, {}),
        ({"data": b"\xff", "headers": {"Content-Type": "application/json"}}, {}),
        ({"data": b"a=1", "headers": {"Content-Type": "text/plain"}}, {}),
        ({"data": b"a=%ff", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}, {"a": "\ufffd"}),
        ({"data": b"a=\xff", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}, {}),
        ({"data": b"a=1", "headers": {"Content-Type": "application/x-www-form-urlencoded; charset=no"}}, {}),
        ({"data": b"a", "headers": {"Content-Type": "multipart/form-data"}}, {}),
        ({"data": b"--x\r\nno", "headers": {"Content-Type": "multipart/form-data; boundary=x"}}, {}),
        ({"data": b"[" * 100_000, "headers": {"Content-Type": "application/json"}}, {}),
        ({"data": b"{}", "headers": {"Content-Type": "application/json", "Content-Encoding": "gzip"}}, {}),
    ],
)
async def test_fields_are_recorded_as_they_came(sent: dict[str, Any], fields: dict[str, Any]) -> None:
    """Fields are decoded, but neither trimmed nor converted. Only a form or a JSON object has fields."""
    async with Sandbox() as sandbox, aiohttp.ClientSession() as client:
        async with client.post(f"{sandbox.endpoints.token}?q=1", **sent) as answer:
            assert answer.status == 400
        (request,) = sandbox.requests
    assert (request.method, request.path, request.query) == ("POST", "/api/v2/oauth/token", "q=1")
    assert request.fields == fields
    assert request.headers["user-agent"].startswith("Python")


async def test_a_file_is_no_field() -> None:
    """Nobody uploads anything here."""
    async with Sandbox() as sandbox, aiohttp.ClientSession() as client:
        form = aiohttp.FormData({"a": "1"})
        form.add_field("file", b"x", filename="x.txt")
        async with client.post(sandbox.endpoints.token, data=form):
            assert sandbox.requests[0].fields == {"a": "1"}


async def test_a_head_has_no_body() -> None:
    """But the length of the body it would have."""
    async with Sandbox() as sandbox, aiohttp.ClientSession() as client:
        async with client.head(sandbox.url / "login") as answer:
            assert answer.status == 200
            assert int(answer.headers["Content-Length"]) > 1000
        async with client.get(sandbox.url) as answer:
            assert answer.status == 200


async def test_a_length_may_lie() -> None:
    """A scripted `Content-Length` is sent as it is."""
    async with Sandbox() as sandbox:
        sandbox.next("graphql", Fault(body="0123456789", headers={"Content-Length": "99"}, close="after"))
        answer = await _raw(sandbox, GET)
        assert b"\r\nContent-Length: 99\r\n" in answer
        assert answer.endswith(b"\r\n\r\n0123456789")


async def test_a_client_that_does_not_wait_leaves_no_trace(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is logged as an error into the tests of those whose client is impatient."""
    asked, left = asyncio.Event(), asyncio.Event()

    async def sleep(_delay: float) -> None:
        asked.set()
        await left.wait()

    monkeypatch.setattr(asyncio, "sleep", sleep)
    served: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    serve = Sandbox._serve

    async def _serve(sandbox: Sandbox, request: Any) -> Any:
        try:
            return await serve(sandbox, request)
        finally:
            served.set_result(None)

    monkeypatch.setattr(Sandbox, "_serve", _serve)
    async with Sandbox() as sandbox:
        sandbox.next("graphql", Fault(delay=1))
        _, writer = await asyncio.open_connection("127.0.0.1", sandbox.url.port)
        writer.write(GET)
        await asked.wait()
        writer.close()
        await writer.wait_closed()
        left.set()
        await served
    assert not caplog.records


async def test_a_client_that_left_is_no_fault() -> None:
    """Its connection is closed already when the fault would close it."""
    gone = Mock(transport=None)
    answer = await send(gone, Answer(), fault=Fault(close="before"), now=datetime.now(UTC))
    assert answer.status == 200
