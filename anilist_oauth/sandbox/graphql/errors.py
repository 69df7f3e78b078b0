"""AniList's GraphQL errors, and the problems that `findings` finds in a query."""

import json
from pathlib import Path
from typing import Any, Literal

import attrs

FindingKind = Literal["invalid", "complexity", "page", "deprecated", "token"]
RECORDED: dict[str, Any] = json.loads(Path(__file__).with_name("recorded.json").read_text(encoding="utf-8"))
"""The headers of every answer of the API, the errors, the answers that do not depend on the query, and wordings."""


@attrs.frozen(kw_only=True)
class AniListError(Exception):
    """An error in AniList's ``errors``.

    Attributes:
        message: The text.
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

    ``not_yours`` refuses a change of somebody else's object. Its sentence is recorded; its status 403 is inferred.
    ``forbidden`` refuses to delete such an object. AniList answers 200, with the status 401 in the body.
    """
    error = RECORDED["errors"][name]
    return AniListError(**{**error, "message": error["message"].format(kind=kind)}, extra=extra or {})


def invalid(**complaints: str) -> AniListError:
    """Return the error for invalid input, with a complaint for each field."""
    return refused("validation", extra={"validation": {name: [text] for name, text in complaints.items()}})


@attrs.frozen(kw_only=True)
class Finding:
    """One problem of a query.

    Attributes:
        kind: AniList refuses or cuts ``invalid``, ``complexity`` and ``page``. ``deprecated`` may be refused some day.
            ``token`` means that the query needs a user's token.
        message: One sentence about it.
        line: The line, from 1.
        column: The column, from 1.
    """

    kind: FindingKind
    message: str
    line: int = 1
    column: int = 1


def findings(query: str) -> list[Finding]:
    """Check a query against AniList's schema and limits. Return its problems by position."""
    from anilist_oauth.sandbox.graphql.validation import checked  # loads graphql-core

    return checked(query)
