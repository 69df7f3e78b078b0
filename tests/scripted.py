"""A transport that answers from a list, for tests of the session's loops."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Self

import aiohttp
from multidict import CIMultiDict

from anilist_oauth.http_messages import Request, Response

Answer = Response | Exception | Callable[[Request], Awaitable[Response]]


class ScriptedTransport:
    """Answers each request with the next item: returns it, raises it or awaits it. The last item is repeated.

    Attributes:
        requests: What was sent.
        times: When, on the loop's clock.
    """

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.requests: list[Request] = []
        self.times: list[float] = []

    @property
    def connector(self) -> aiohttp.BaseConnector | None:
        """This transport has no connector."""
        return None

    def script(self, answers: Iterable[Answer]) -> None:
        """Answer with these items from now on."""
        self._answers = list(answers)

    async def open(self) -> Self:
        """Do nothing."""
        return self

    async def aclose(self) -> None:
        """Do nothing."""

    async def send(self, request: Request) -> Response:
        """Return the next answer."""
        self.requests.append(request)
        self.times.append(asyncio.get_running_loop().time())
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, Response) else await answer(request)


def response(body: str | bytes, status: int = 200, **headers: str) -> Response:
    """Make a response. Header names are written with underscores."""
    named = CIMultiDict({name.replace("_", "-"): value for name, value in headers.items()})
    return Response(status=status, headers=named, body=body.encode() if isinstance(body, str) else body)
