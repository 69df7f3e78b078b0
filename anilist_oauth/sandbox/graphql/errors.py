"""AniList's own errors."""

from http import HTTPStatus
from typing import Any


class AniListError(Exception):
    """An error that AniList puts into ``errors``.

    Attributes:
        status: The status in the body.
        http_status: The status of the answer, which may be another.
        extra: Further keys of the error, such as ``validation``.
    """

    def __init__(
        self, message: str, *, status: int, http_status: int | None = None, extra: dict[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.http_status: int = status if http_status is None else http_status
        self.extra: dict[str, Any] = extra or {}


def not_found(message: str = "Not Found.") -> AniListError:
    """Say that there is no such thing, or that it is private."""
    return AniListError(message, status=HTTPStatus.NOT_FOUND)


def unauthorized() -> AniListError:
    """Say that a token is needed."""
    return AniListError("Unauthorized.", status=HTTPStatus.UNAUTHORIZED)


def forbidden() -> AniListError:
    """Refuse to delete what is another's: AniList says 401 in the body of a 200."""
    return AniListError("Forbidden", status=HTTPStatus.UNAUTHORIZED, http_status=HTTPStatus.OK)


def not_yours(kind: str) -> AniListError:
    """Refuse to change what is another's; the sentence is recorded, that its status is 403 is inferred from HTTP."""
    return AniListError(f"You are not authorized to modify this {kind}", status=HTTPStatus.FORBIDDEN)


def refused(message: str) -> AniListError:
    """Refuse a request in AniList's own sentence."""
    return AniListError(message, status=HTTPStatus.BAD_REQUEST)


def invalid(**complaints: str | None) -> AniListError:
    """Refuse input, with a complaint for each field that has one."""
    found = {name: [text] for name, text in complaints.items() if text}
    return AniListError("validation", status=HTTPStatus.BAD_REQUEST, extra={"validation": found})
