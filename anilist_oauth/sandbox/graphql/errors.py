"""AniList's GraphQL errors."""

import json
from pathlib import Path
from typing import Any

import attrs

RECORDED: dict[str, Any] = json.loads(Path(__file__).with_name("recorded.json").read_text(encoding="utf-8"))
"""The headers of every answer of the API, the errors, the answers that do not depend on the query, and wordings."""


@attrs.frozen(kw_only=True)
class AniListError(Exception):
    """An error in AniList's ``errors``.

    Attributes:
        message: Its text.
        status: The status in the body.
        http_status: The HTTP status, which may differ.
        extra: Other keys of the error, such as ``validation``.
    """

    message: str
    status: int
    http_status: int = attrs.Factory(lambda error: error.status, takes_self=True)
    extra: dict[str, Any] = attrs.field(factory=dict)


def refused(name: str, *, kind: str = "", extra: dict[str, Any] | None = None) -> AniListError:
    """Return an error by its name in ``recorded.json``.

    The status 403 of ``not_yours`` is inferred from HTTP. Whoever deletes what belongs to somebody else gets
    ``forbidden``, which has the status 401 in the body of a 200.
    """
    error = RECORDED["errors"][name]
    return AniListError(**{**error, "message": error["message"].format(kind=kind)}, extra=extra or {})


def invalid(**complaints: str | None) -> AniListError:
    """The input is invalid, with a complaint for each field."""
    found = {name: [text] for name, text in complaints.items() if text}
    return refused("validation", extra={"validation": found})
