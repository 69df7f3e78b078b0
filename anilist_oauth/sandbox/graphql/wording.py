"""The words of AniList's GraphQL library, webonyx/graphql-php, where those of graphql-core differ.

Recorded are an unknown argument (AniList/docs issue 2), an unknown field and the quotation marks. The others are
inferred from that library's validation rules at the time of AniList's API v2 (versions 0.10 to 0.13).
"""

import re

_WORDINGS = (
    (r"'([^' ]*)'", r'"\1"'),
    (r'Unknown argument "(.+?)" on field "(.+?)\.(.+?)"\.', r'Unknown argument "\1" on field "\3" of type "\2".'),
    (r'(Field ".+?" of type ".+?") must have a selection of subfields\..*', r"\1 must have a sub selection."),
    (r'must not have a selection since type (".+?") has no subfields\.', r"of type \1 must not have a sub selection."),
    (r'Argument "\w+\.(.+?)\((.+?):\)" of type', r'Field "\1" argument "\2" of type'),  # as graphql-core 3.3 has it
    (r"is required, but it was not provided\.", "is required but not provided."),
    (r'Unknown directive "@(.+?)"\.', r'Unknown directive "\1".'),
)


def worded(message: str) -> str:
    """Say what graphql-core says in the words of AniList's library."""
    for pattern, replacement in _WORDINGS:
        message = re.sub(pattern, replacement, message, flags=re.DOTALL)
    return message
