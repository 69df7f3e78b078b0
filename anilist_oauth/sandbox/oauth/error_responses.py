"""The errors of the authorization server, word for word."""

import json
from pathlib import Path
from typing import Any

import attrs

from anilist_oauth.sandbox.oauth.server_versions import Generation

_ERRORS: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))


@attrs.frozen(kw_only=True)
class RefusedError(Exception):
    """One ``error`` with its text, hint and HTTP status (RFC 6749 sections 4.1.2.1 and 5.2)."""

    status: int
    error: str
    text: str
    hint: str | None = None
    headers: dict[str, str] = attrs.field(factory=dict)

    def fields(self, generation: Generation) -> dict[str, str]:
        """Return the fields in the order of that version."""
        before, behind = generation.text_keys
        hint = {} if self.hint is None else {"hint": self.hint}
        return {"error": self.error, **dict.fromkeys(before, self.text), **hint, **dict.fromkeys(behind, self.text)}


def refused(name: str, hint: str | None = None) -> RefusedError:
    """Return an error by its name in ``error_responses.json``, with a hint if it has none of its own."""
    return RefusedError(**{"hint": hint, **_ERRORS[name]})


def missing(parameter: str) -> RefusedError:
    """A parameter is missing."""
    return refused("invalid_request", f"Check the `{parameter}` parameter")
