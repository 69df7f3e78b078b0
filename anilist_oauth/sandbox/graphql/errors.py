"""AniList's GraphQL errors."""

import json
from http import HTTPStatus
from pathlib import Path
from typing import Any

RECORDED: dict[str, Any] = json.loads(Path(__file__).with_name("recorded.json").read_text(encoding="utf-8"))
"""The headers of every answer of the API, the answers that do not depend on the query, and wordings."""


class AniListError(Exception):
    """An error in AniList's ``errors``.

    Attributes:
        status: The status in the body.
        http_status: The HTTP status, which may differ.
        extra: Other keys of the error, such as ``validation``.
    """

    def __init__(
        self, message: str, *, status: int, http_status: int | None = None, extra: dict[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.http_status: int = status if http_status is None else http_status
        self.extra: dict[str, Any] = extra or {}


def not_found(message: str = "Not Found.") -> AniListError:
    """The object does not exist, or is private."""
    return AniListError(message, status=HTTPStatus.NOT_FOUND)


def unauthorized() -> AniListError:
    """A token is required."""
    return AniListError("Unauthorized.", status=HTTPStatus.UNAUTHORIZED)


def forbidden() -> AniListError:
    """The object to delete belongs to somebody else. AniList says 401 in the body of a 200."""
    return AniListError("Forbidden", status=HTTPStatus.UNAUTHORIZED, http_status=HTTPStatus.OK)


def not_yours(kind: str) -> AniListError:
    """The object to change belongs to somebody else. The sentence is recorded; its status 403 is inferred from HTTP."""
    return AniListError(f"You are not authorized to modify this {kind}", status=HTTPStatus.FORBIDDEN)


def refused(message: str) -> AniListError:
    """A request is refused with AniList's sentence."""
    return AniListError(message, status=HTTPStatus.BAD_REQUEST)


def invalid(**complaints: str | None) -> AniListError:
    """The input is invalid, with a complaint for each field."""
    found = {name: [text] for name, text in complaints.items() if text}
    return AniListError("validation", status=HTTPStatus.BAD_REQUEST, extra={"validation": found})
