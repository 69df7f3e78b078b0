"""What AniList would refuse in a query, or silently cut."""

from typing import Literal

import attrs

FindingKind = Literal["invalid", "complexity", "page", "deprecated", "token"]


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
