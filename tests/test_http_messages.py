"""The messages between the package and a transport."""

import math
import pickle
from typing import Any

import pytest
from yarl import URL

from anilist_oauth.errors import ConfigurationError
from anilist_oauth.http_messages import Request, Response


@pytest.mark.requirement("S19")
@pytest.mark.parametrize(
    "message",
    [
        Request(
            url=URL("https://anilist.co/api/v2/oauth/token"),
            headers={"Authorization": "Bearer hidden"},
            body=b"client_secret=hidden",
            body_limit=1,
        ),
        Response(status=200, headers={"Set-Cookie": "hidden"}, body=b'{"access_token": "hidden"}'),
    ],
    ids=["request", "response"],
)
def test_a_message_shows_nothing_secret(message: Request | Response) -> None:
    """No repr shows headers or body, and a message cannot be pickled."""
    assert "hidden" not in f"{message} {message!r}"
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(message)


@pytest.mark.parametrize("timeout", [0, -1.0, math.inf, math.nan, 10**400, "5"])
def test_a_timeout_is_a_positive_number(timeout: Any) -> None:
    """A timeout is a number of seconds above zero."""
    with pytest.raises(ConfigurationError, match="timeout"):
        Request(url=URL("https://anilist.co/"), headers={}, body=b"", body_limit=1, timeout=timeout)


@pytest.mark.parametrize(
    ("body", "document"),
    [
        (b' \r\n\t{"a": [1]}\n', {"a": [1]}),
        (b"\xef\xbb\xbf[]", []),
        (b"{}{}", None),
        (b"[1] 2", None),
        (b"\x0b{}", None),
        (b"{}\xc2\xa0", None),
        (b"", None),
        (b"\xff", None),
        (b"[" * 100_000, None),
    ],
)
def test_a_body_is_one_json_document_or_none(body: bytes, document: Any) -> None:
    """Only JSON's whitespace and a byte order mark may surround the document."""
    assert Response(status=200, headers={}, body=body).json() == document
