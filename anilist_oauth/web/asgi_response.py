"""The responses of an ASGI application as values, so that they can be changed before they are sent."""

import attrs
from multidict import CIMultiDict

from anilist_oauth.web.asgi_errors import Message, Send
from anilist_oauth.web.browser_response import Amendment, BrowserResponse


@attrs.define
class ASGIResponse:
    """A whole response."""

    status: int = 0
    headers: CIMultiDict[str] = attrs.Factory(CIMultiDict)
    body: bytes = b""

    async def keep(self, message: Message) -> None:
        """Store a message of the application. The application is called with this method as its ``send``."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = message.get("headers", ())  # ASGI: optional
            self.headers.extend((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")

    async def send(self, send: Send, *, head: bool) -> None:
        """Send the response. In answer to a HEAD request, send no body."""
        headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in self.headers.items()]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if head else self.body})


class ASGIResponses:
    """Creates and changes `ASGIResponse` objects for `Handlers`, as the adapter of a framework does."""

    raised: tuple[type[Exception], ...] = ()

    def respond(self, answer: BrowserResponse) -> ASGIResponse:
        """Convert a `BrowserResponse` to an `ASGIResponse`."""
        headers = answer.lines
        headers["Content-Length"] = str(len(answer.body))
        return ASGIResponse(answer.status, headers, answer.body)

    def response_of(self, error: Exception) -> ASGIResponse:
        """Raise the exception again. This is never called, because `raised` is empty."""
        raise error

    def redirects(self, response: object) -> bool:
        """Return whether an object is a redirect."""
        return isinstance(response, ASGIResponse) and "Location" in response.headers

    def amend(self, response: ASGIResponse, amendment: Amendment) -> ASGIResponse:
        """Set the status and headers of a response, add cookies to it, and return it."""
        response.status = amendment.status or response.status
        response.headers.update(amendment.headers)
        response.headers.extend(("Set-Cookie", cookie.line) for cookie in amendment.cookies)
        return response
