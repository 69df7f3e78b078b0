"""The result of a login, which stores keep for the calls that wait for it. It contains no token, code or state."""

import json
from typing import Any, Self

import attrs

from anilist_oauth import errors
from anilist_oauth.arguments import Value
from anilist_oauth.errors import AniListOAuthError, ConfigurationError, StorageError

_ERRORS = {
    name: kind for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, AniListOAuthError)
}


@attrs.frozen(repr=False, eq=False, kw_only=True)
class Outcome(Value):
    """The result of a login: either it succeeded for a `subject`, or it failed with an `error`.

    Exactly one of the two is set. The token of a successful login is only in the token store.
    """

    subject: str | None = None
    error: AniListOAuthError | None = None

    def __attrs_post_init__(self) -> None:
        if (self.subject is None) is (self.error is None):
            raise ConfigurationError("outcome: either a subject or an error is needed")

    def to_json(self) -> str:
        """Return the outcome as JSON, with the subject, or with the error's class, message and attributes."""
        if self.error is None:
            return json.dumps({"subject": self.subject})
        data = {name: value for name, value in vars(self.error).items() if not name.startswith("_")}
        return json.dumps({"error": type(self.error).__name__, "message": str(self.error), "data": data})

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Decode the result of `to_json`. An unknown error class becomes `AniListOAuthError`.

        Raises:
            StorageError: The text is not an outcome that this package wrote.
        """
        try:
            return cls._from_data(json.loads(text))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise StorageError("the store holds an outcome that this package did not write") from error

    @classmethod
    def _from_data(cls, data: dict[str, Any]) -> Self:
        if "error" not in data:
            return cls(subject=data["subject"])
        kind = _ERRORS.get(data["error"], AniListOAuthError)
        return cls(error=kind.restore(data["message"], dict(data["data"])))
