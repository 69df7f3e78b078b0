"""What may go wrong with an answer."""

from typing import Any

import pytest

from anilist_oauth.sandbox import Fault


def test_a_fault_without_status_and_body_leaves_the_answer_true() -> None:
    """The request is carried out."""
    assert Fault(delay=1, close="before").made_up is None


@pytest.mark.parametrize(
    ("body", "content_type", "sent"),
    [
        (None, None, b""),
        ({"a": 1}, "application/json", b'{"a":1}'),
        ('{"a', "application/json", b'{"a'),
        (b" [", "application/json", b" ["),
        ("<h1>", "text/html; charset=UTF-8", b"<h1>"),
        ("Error.", "text/plain; charset=UTF-8", b"Error."),
    ],
)
def test_a_body_is_labelled_by_its_look(body: Any, content_type: str | None, sent: bytes) -> None:
    """JSON, HTML or plain text; a value becomes JSON."""
    answer = Fault(status=500, body=body).made_up
    assert answer is not None
    assert answer.status == 500
    assert answer.headers.get("Content-Type") == content_type
    assert answer.body == sent


def test_a_body_alone_is_a_200() -> None:
    """So that a garbled success needs no status."""
    answer = Fault(body="").made_up
    assert answer is not None
    assert answer.status == 200


@pytest.mark.parametrize(
    ("fault", "where"),
    [
        (Fault(), None),
        (Fault(cut=0), "inside"),
        (Fault(reset=True), "before"),
        (Fault(reset=True, cut=1), "inside"),
        (Fault(reset=True, close="after"), "after"),
    ],
)
def test_where_a_connection_is_closed(fault: Fault, where: str | None) -> None:
    """A cut closes inside the body, a bare reset before the answer."""
    assert fault.closes == where


def test_nonsense_is_refused() -> None:
    """A mistake in a test's script is told at once."""
    sideways: Any = "sideways"
    with pytest.raises(ValueError, match="close"):
        Fault(close=sideways)
    with pytest.raises(ValueError, match="delay"):
        Fault(delay=-1)
    with pytest.raises(ValueError, match="cut"):
        Fault(cut=-1)
    statuses: list[Any] = [0, 99, 1000, "503", True]
    for status in statuses:
        with pytest.raises(ValueError, match="status: three digits"):
            Fault(status=status)
    for body in (object(), {"a": object()}, "\ud800"):
        with pytest.raises(ValueError, match="body: bytes, text or JSON"):
            Fault(body=body)


@pytest.mark.parametrize("headers", [None, "X-Name: value", {"X-Name": 5}, {5: "value"}, {"X-Name": "a\r\nX: b"}])
def test_headers_that_cannot_be_sent_are_refused(headers: Any) -> None:
    """It is said when the fault is made, and not when it is played."""
    with pytest.raises(ValueError, match=r"^headers: "):
        Fault(headers=headers)
