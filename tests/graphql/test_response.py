"""Reading a response takes limited memory and time, whatever a server sends."""

import json
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import product
from string import ascii_letters
from typing import Any

import pytest
from multidict import CIMultiDict

from anilist_oauth.errors import AniListOAuthError
from anilist_oauth.graphql.response import parse_graphql_response
from anilist_oauth.http_messages import GRAPHQL_BODY_LIMIT, Response
from tests.steps import steps_of

NOW = datetime(2026, 9, 14, 12, 0, tzinfo=UTC)
SHORT_KEYS = ["".join(letters) for letters in product(ascii_letters, repeat=3)]


def read(body: bytes, status: int = 200) -> Any:
    """Read an answer: its data, or the error that it means."""
    response = Response(status=status, headers=CIMultiDict(), body=body)
    try:
        return parse_graphql_response(response, with_token=True, now=NOW, secrets=("a-token-of-anilist",))
    except AniListOAuthError as error:
        return error


def repeated(unit: str, size: int) -> bytes:
    """Write an answer of about so many bytes; a percent sign in its unit becomes a name of its own."""
    names = ("".join(letters) for letters in product(ascii_letters, repeat=4))
    count = size // len(unit.replace("%", "name").encode())
    units = "".join(unit.replace("%", name) for name, _ in zip(names, range(count), strict=False))
    opening, closing = "{}" if unit.startswith('"%":') else "[]"
    return f'{{"data": {{"x": {opening}{units[:-1]}{closing}, "y": "\U0001f600"}}}}'.encode()


@pytest.mark.requirement("S35")
@pytest.mark.parametrize("unit", ["{},", "[],", '{"a":1},', '{"%":1},', "[0],", '"é!",', '"%":1,', "1.5,", '[["%"]],'])
def test_a_response_takes_limited_memory(unit: str) -> None:
    """It takes at most sixteen times the size limit, whether it is accepted or not."""
    read_any = False
    for size in (GRAPHQL_BODY_LIMIT // 16, GRAPHQL_BODY_LIMIT // 3, GRAPHQL_BODY_LIMIT - 100):
        body = repeated(unit, size)
        assert len(body) <= GRAPHQL_BODY_LIMIT
        tracemalloc.start()
        try:
            read_any |= isinstance(read(body), dict)
            assert tracemalloc.get_traced_memory()[1] + len(body) < 16 * GRAPHQL_BODY_LIMIT
        finally:
            tracemalloc.stop()
    assert read_any


def test_a_long_list_is_read() -> None:
    """Fifty thousand entries, as dense as AniList's can be, are accepted."""
    entry = {"id": 154587, "status": "COMPLETED", "progress": 12, "media": {"id": 154587}}
    assert len(read(json.dumps({"data": {"lists": [entry] * 50_000}}).encode())["lists"]) == 50_000


@pytest.mark.requirement("S35")
@pytest.mark.parametrize(
    "entry",
    [
        {"message": "m", "status": 400},
        "text",
        [[[["deep"]]]],
        {"validation": {name: ["no"] for name in SHORT_KEYS[:60]}},
        {name: {"a": [1, 2, {"b": "c"}]} for name in SHORT_KEYS[:60]},
    ],
    ids=["messages", "texts", "lists", "complaints", "objects"],
)
def test_errors_are_read_in_one_pass(entry: Any) -> None:
    """Twice as many errors take at most twice as many steps, because only a part is kept."""

    def steps(number: int) -> int:
        body = json.dumps({"errors": [entry] * number}).encode()
        return steps_of(lambda: read(body, 400))

    assert steps(40) <= 2.2 * steps(20)
    assert steps(4000) <= 2.2 * steps(2000)
    assert steps(2000) <= 1.1 * steps(200)


@pytest.mark.requirement("S35")
@pytest.mark.parametrize("branches", [lambda tree: dict.fromkeys(SHORT_KEYS[:50], tree), lambda tree: [tree] * 50])
def test_an_error_keeps_at_most_a_thousand_values(branches: Callable[[Any], Any]) -> None:
    """Fifty branches at each of three levels are 125,000 texts."""
    tree: Any = "leaf"
    for _ in range(3):
        tree = branches(tree)
    error = read(json.dumps({"errors": [{"message": "no", "tree": tree}]}).encode(), 400)
    assert len(json.dumps(error.errors)) < 50_000
