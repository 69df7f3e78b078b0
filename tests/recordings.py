"""Recorded responses of real servers.

`recorded/league_oauth2_server.json` was recorded with curl, on loopback, from thephpleague/oauth2-server 6.1.1 to 9.4.1
and from Laravel Passport 10; AniList's own answers have the form of its 7.3.2.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

JWT = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhdWQiOiIxMjM0NSIsInN1YiI6Ijc3NyIsImV4cCI6MTgyNzAzODgxMC43NjV9.c2ln"
PAGE = "<!DOCTYPE html>\n<html lang=en>\n<title>A page</title>\n<p>of some length"


class Recorded(NamedTuple):
    """One answer to one request, the same from several servers."""

    probe: str
    servers: tuple[str, ...]
    status: int
    location: str
    headers: dict[str, str]
    body: bytes

    def __str__(self) -> str:
        return f"{self.probe} ({self.servers[0]})"


def recorded() -> Iterator[Recorded]:
    """Read every answer, and restore the long parts that were cut out."""
    path = Path(__file__).parent / "recorded" / "league_oauth2_server.json"
    for probe in json.loads(path.read_text(encoding="utf-8"))["probes"]:
        for answer in probe["answers"]:
            yield _recorded(probe["probe"], dict(answer))


def _recorded(probe: str, answer: dict[str, Any]) -> Recorded:
    servers, status = tuple(answer.pop("servers")), answer.pop("status")
    location, body = answer.pop("location", None) or "", answer.pop("body", None) or ""
    body = PAGE if body == "HTML" else body.replace('"JWT"', f'"{JWT}"').replace(",...}", "}")
    headers = {name.title(): value for name, value in answer.items() if isinstance(value, str)}
    return Recorded(probe, servers, status, location.replace("KKKK", "k" * 2000), headers, body.encode())
