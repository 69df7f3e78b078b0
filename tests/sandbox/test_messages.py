"""What comes in and what goes out."""

from typing import Any

import pytest

from anilist_oauth.sandbox.messages import Answer, ReceivedRequest, json_answer, query_fields


def _request(fields: dict[str, Any] | None = None, **headers: str) -> ReceivedRequest:
    return ReceivedRequest(method="POST", path="/", query="", headers=headers, fields=fields or {})


def test_parameters_are_as_laravel_hands_them_on() -> None:
    """Ends trimmed, empty ones gone, numbers as text; what is neither text nor a number is there, but unusable."""
    fields = {"a": " x y ", "b": " ", "c": "", "d": None, "e": 12, "f": 1.5, "g": True, "h": ["x"]}
    assert _request(fields).parameters == {"a": "x y", "e": "12", "f": "1.5", "g": None, "h": None}


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("application/json", True),
        ("Application/JSON; q=1, text/html", True),
        ("application/problem+json", True),
        ("text/html, application/json", False),
        ("*/*", False),
        ("", False),
    ],
)
def test_json_is_wanted_by_who_accepts_it_first(accept: str, *, wanted: bool) -> None:
    """Anything else gets a page, as from Laravel."""
    assert _request(Accept=accept).wants_json is wanted
    assert _request().wants_json is False


def test_a_query_is_read_as_php_reads_it() -> None:
    """A blank is `+` or `%20`, the last of a repeated name wins, `name[]` is a list, and nothing is trimmed."""
    fields = query_fields("a=1&a=%20x+&b=&c&d[]=1&e=http://h/p?q=%26")
    assert fields == {"a": " x ", "b": "", "c": "", "d": ["1"], "e": "http://h/p?q=&"}


def test_answers_are_values() -> None:
    """More headers make another answer; JSON is written without blanks, and not in ASCII alone."""
    answer = json_answer({"a": "é"}, status=400, headers={"A": "1"})
    assert answer == Answer(
        status=400, headers={"Content-Type": "application/json", "A": "1"}, body='{"a":"é"}'.encode()
    )
    assert answer.with_headers({"A": "2"}).headers["A"] == "2"
    assert answer.headers["A"] == "1"
