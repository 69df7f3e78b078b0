"""What AniList means when it refuses a GraphQL request: the body decides, then the HTTP status."""

import re
from typing import Any, TypeVar

import attrs

from anilist_oauth.errors import (
    AniListOAuthError,
    GraphQLError,
    GraphQLForbiddenError,
    GraphQLNotFoundError,
    GraphQLValidationError,
    InvalidTokenError,
    JSONObject,
    QueryTooComplexError,
    RateLimitedError,
    ServiceError,
    ServiceUnavailableError,
    UnexpectedResponseError,
)
from anilist_oauth.http_messages import ADDRESS_REFUSED, Response
from anilist_oauth.pacing.rate_limit import DEFAULT_WAIT
from anilist_oauth.pacing.retries import CHANGE_UNKNOWN
from anilist_oauth.redaction import Unpicklable, clean

_Kind = TypeVar("_Kind", bound=GraphQLError)

_DISABLED = "the anilist api has been temporarily disabled"
_TRANSIENT = frozenset({502, 503, 504})  # statuses after which the same query may well be answered
_COMPLEXITY = re.compile(r"query complexity should be (\d{1,9}) but got (\d{1,9})", re.IGNORECASE)


@attrs.frozen(kw_only=True, eq=False)
class GraphQLErrorResponse(Unpicklable):
    """An answer without the data that was asked for, or with errors beside it.

    Attributes:
        response: The answer itself.
        errors: The GraphQL errors of its body, each with a ``message``, cleaned of secrets.
        foreign: What a body that is JSON but not GraphQL says: its ``message`` and ``status``; None for other bodies.
        older_api: Whether that JSON is the envelope of AniList's older API, which stands for a fault of AniList's own.
        data: The partial data of its body.
        with_token: Whether a token was sent.
        mutation: Whether something was to be changed.
        retry_after: What ``Retry-After`` says, in seconds.
    """

    response: Response
    errors: list[JSONObject] = attrs.field(repr=False)
    foreign: JSONObject | None = attrs.field(repr=False)
    older_api: bool
    data: JSONObject | None = attrs.field(repr=False)
    with_token: bool
    mutation: bool
    retry_after: float | None

    def error(self) -> AniListOAuthError:
        """Give the error to raise; AniList's own troubles come before anything about the user or the query."""
        partial = bool(self.errors) and any(value is not None for value in (self.data or {}).values())
        return (None if partial else self._service_error()) or self._graphql_error() or self._unexpected()

    def _service_error(self) -> ServiceError | None:
        wait = DEFAULT_WAIT if self.retry_after is None else self.retry_after
        if 429 in self._statuses:
            return RateLimitedError(
                f"AniList refused the request because there were too many of them (429); wait {wait:g} s",
                retry_after=wait,
            )
        if self._is_outage:
            what = ADDRESS_REFUSED if self._is_refused_address else "AniList's API is out of service"
            return ServiceUnavailableError(
                f"{what} (HTTP {self.response.status}{self._said}); tokens stay good, try again in {wait:g} s",
                retry_after=wait,
                retryable=True,
            )
        if self._is_failure:
            what = ADDRESS_REFUSED if self._is_refused_address else "AniList failed to answer"
            remedy = CHANGE_UNKNOWN if self.mutation else "try again later, or ask for less at once"
            return ServiceUnavailableError(
                f"{what} (HTTP {self.response.status}{self._said}); {remedy}",
                retry_after=self.retry_after,
                retryable=self.response.status in _TRANSIENT and not self.mutation,
            )
        return None

    def _graphql_error(self) -> GraphQLError | None:
        if self._is_dead_token:
            return self._of(
                InvalidTokenError,
                f"the token has expired or was revoked (HTTP {self.response.status}{self._said}): log in again",
            )
        if not self.errors:
            return None
        if detailed := self._invalid_input() or self._too_complex():
            return detailed
        if self._status == 404 or self._text == "Private User":
            return self._of(GraphQLNotFoundError, f"there is no such thing, or it is private: {self._text}")
        if self._status in {401, 403}:
            remedy = "this user's token may not do it" if self.with_token else "pass the token of a user"
            return self._of(GraphQLForbiddenError, f"AniList does not allow this ({self._text}): {remedy}")
        return self._of(GraphQLError, f"AniList refused the query: {self._text}")

    def _unexpected(self) -> UnexpectedResponseError:
        kind = (
            "JSON"
            if self.foreign is not None
            else "HTML"
            if self.response.body[:64].lstrip()[:1] == b"<"
            else "no JSON"
        )
        lost = self.mutation and self.response.status < 300
        remedy = CHANGE_UNKNOWN if lost else "check the GraphQL endpoint, or try again later"
        return UnexpectedResponseError(
            f"the answer is not GraphQL (HTTP {self.response.status}, {kind}{self._said}); {remedy}"
        )

    def _invalid_input(self) -> GraphQLValidationError | None:
        complaints = self.errors[0].get("validation")
        if not isinstance(complaints, dict):
            return None
        fields = {
            name: [str(text) for text in (texts if isinstance(texts, list) else [texts])]
            for name, texts in complaints.items()
        }
        said = clean("; ".join(f"{name}: {' '.join(texts)}" for name, texts in fields.items()))
        return GraphQLValidationError(f"AniList refused the input: {said}", fields=fields, **self._attributes)

    def _too_complex(self) -> QueryTooComplexError | None:
        complexity = _COMPLEXITY.search(self._text)
        if complexity is None:
            return None
        allowed, actual = (int(figure) for figure in complexity.groups())
        return QueryTooComplexError(
            f"the query's complexity is {actual}, and AniList allows {allowed}: ask for fewer fields at once",
            allowed=allowed,
            actual=actual,
            **self._attributes,
        )

    def _of(self, kind: type[_Kind], message: str) -> _Kind:
        return kind(message, **self._attributes)

    @property
    def _attributes(self) -> dict[str, Any]:
        return {"errors": self.errors, "status": self._status, "data": self.data}

    @property
    def _entries(self) -> list[JSONObject]:
        return self.errors or ([] if self.foreign is None else [self.foreign])

    @property
    def _statuses(self) -> list[int]:
        """The statuses the body names; the HTTP status where it names none."""
        named = [entry["status"] for entry in self._entries if type(entry.get("status")) is int]
        return named or [self.response.status]

    @property
    def _status(self) -> int:
        return self._statuses[0]

    @property
    def _text(self) -> str:
        """What the body says in words, its hint included."""
        entry = self._entries[0] if self._entries else {}
        return " ".join(str(entry[key]) for key in ("message", "hint") if entry.get(key))

    @property
    def _said(self) -> str:
        """The same behind a colon, to follow the status in a message; empty where the body says nothing."""
        return f": {self._text}" if self._text else ""

    @property
    def _is_outage(self) -> bool:
        """Tell whether nobody gets through: the API is disabled, or a page stands in its place."""
        if any(str(entry.get("message")).casefold().startswith(_DISABLED) for entry in self._entries):
            return True
        if self.errors or max(self._statuses) >= 500:
            return False
        return self.response.refuses_address or (self.response.status == 403 and self.foreign is None)

    @property
    def _is_refused_address(self) -> bool:
        return not self.errors and self.response.refuses_address

    @property
    def _is_failure(self) -> bool:
        """Tell whether AniList failed at this one answer."""
        if self.older_api:
            return self._status != 404  # its database failed, say; there is nothing in it of this query
        refusal = self._is_dead_token or self._status in {401, 403}
        return max(self._statuses) >= 500 or (refusal and self.response.status >= 500)

    @property
    def _is_dead_token(self) -> bool:
        """Tell a dead token by the two forms that AniList has for it: an outage must not end a login.

        ``Invalid token`` at 400, or ``Unauthorized.`` at 401 although a token was sent; a 401 inside a 200 is about
        one field.
        """
        return any(
            (text == "invalid token" and status == 400)
            or (text == "unauthorized" and self.with_token and status == self.response.status == 401)
            for text, status in map(self._text_and_status, self.errors)
        )

    def _text_and_status(self, entry: JSONObject) -> tuple[str, Any]:
        status = entry.get("status")
        text = str(entry.get("message")).strip(" .").casefold()
        return text, status if type(status) is int else self.response.status
