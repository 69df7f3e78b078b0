"""Translate between aiohttp and the sandbox: requests in, whole or broken answers out."""

import asyncio
import json
import socket
import struct
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from aiohttp import http_exceptions, web

from anilist_oauth.sandbox.faults import Fault
from anilist_oauth.sandbox.messages import Answer, ReceivedRequest, query_fields

_FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}
_NO_LINGER = struct.pack("ii", 1, 0)
_UNREADABLE = (ValueError, LookupError, RecursionError, http_exceptions.BadHttpMessage, web.RequestPayloadError)


async def received(request: web.BaseRequest) -> ReceivedRequest:
    """Read a whole request."""
    path, _, query = request.raw_path.partition("?")
    headers = request.headers.copy()
    fields = query_fields(query) if request.method in {"GET", "HEAD"} else await _fields(request)
    return ReceivedRequest(method=request.method, path=path, query=query, headers=headers, fields=fields)


async def _fields(request: web.BaseRequest) -> dict[str, Any]:
    """Decode a body by its content type, as Laravel does: a form or JSON. Any other body has no fields."""
    try:
        if request.content_type in _FORMS:
            return {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        if request.content_type.endswith(("/json", "+json")):
            fields = json.loads(await request.read())
            return fields if isinstance(fields, dict) else {}
    except _UNREADABLE:
        pass
    return {}


async def send(request: web.BaseRequest, answer: Answer, *, fault: Fault, now: datetime) -> web.StreamResponse:
    """Send an answer with the fault applied."""
    if fault.delay:
        await asyncio.sleep(fault.delay)
    if fault.closes == "before":
        _close(request, fault)
        return web.Response()  # nobody is there to receive it
    response = web.StreamResponse(status=answer.status)
    for headers in ({"Date": format_datetime(now, usegmt=True)}, answer.headers, fault.headers):
        response.headers.update(headers)
    if fault.chunked:
        response.enable_chunked_encoding()
    elif "Content-Length" not in response.headers:
        response.content_length = len(answer.body)
    body, is_whole = b"" if request.method == "HEAD" else answer.body, fault.closes != "inside"
    try:
        await response.prepare(request)
        await response.write(body if is_whole else body[: len(body) // 2 if fault.cut is None else fault.cut])
        if is_whole:
            await response.write_eof()
    except ConnectionError:
        return web.Response()  # the client has gone
    if fault.closes:
        _close(request, fault)
    return response


def _close(request: web.BaseRequest, fault: Fault) -> None:
    if (transport := request.transport) is None:
        return
    if fault.reset:
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        transport.abort()
    else:
        transport.close()
