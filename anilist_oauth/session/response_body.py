"""Read the body of a response, but not more of it than a limit."""

import aiohttp

from anilist_oauth.http_messages import Response
from anilist_oauth.redaction import MaskedBytes


async def read_response(answer: aiohttp.ClientResponse, limit: int) -> Response | None:
    """Read a response, and return None if its decoded body has more bytes than the limit."""
    content = answer.content
    try:
        response = Response(
            status=answer.status,
            headers=answer.headers,
            # A small body may have arrived in one packet with its headers.
            body=content.read_nowait() if content.is_eof() else await _joined(content, limit),
        )
    finally:
        if not answer.closed:  # incomplete, or switching protocols; a complete response has released its connection
            answer.close()
    return response if len(response.body) <= limit else None


async def _joined(content: aiohttp.StreamReader, limit: int) -> bytes:
    """Read a body in pieces until it ends or is larger than the limit. So a compressed bomb stops at the limit."""
    pieces: list[MaskedBytes] = []
    size, ended = 0, False
    while not ended and size <= limit:
        ended = content.is_eof()
        pieces.append(MaskedBytes(content.read_nowait() if ended else await content.readany()))
        size += len(pieces[-1])
    return b"".join(pieces)
