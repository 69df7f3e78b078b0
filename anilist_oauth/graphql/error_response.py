"""Find out what AniList means when it refuses a GraphQL request: from the body first, and then from the status."""

import re
from typing import Any

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

_DISABLED = "the anilist api has been temporarily disabled"
_TRANSIENT = frozenset({502, 503, 504})  # statuses after which the same query may succeed
_COMPLEXITY = r"(?i)query complexity should be (\d{1,9}) but got (\d{1,9})"


class GraphQLErrorResponse(Unpicklable):
    """A response that has errors, or does not have the requested data.

    Attributes:
        response: The response itself.
        errors: The GraphQL errors in its body, each with a ``message``. Secrets are masked.
        foreign: The ``message`` and ``status`` in a body that is JSON but not GraphQL. None for other bodies.
        older_api: Whether that JSON has the form of AniList's older API, which means that AniList itself failed.
        data: The partial data in its body.
        with_token: Whether a token was sent.
        mutation: Whether the request was a mutation.
        retry_after: The value of ``Retry-After``, in seconds.
        statuses: The statuses in the body, or the HTTP status if the body contains none.
        text: The message in the body, and its hint.
        told: The HTTP status and `text`, for messages.
    """

    def __init__(
        self,
        response: Response,
        *,
        errors: list[JSONObject],
        foreign: JSONObject | None,
        older_api: bool,
        data: JSONObject | None,
        with_token: bool,
        mutation: bool,
        retry_after: float | None,
    ) -> None:
        self.response = response
        self.errors = errors
        self.foreign = foreign
        self.older_api = older_api
        self.data = data
        self.with_token = with_token
        self.mutation = mutation
        self.retry_after = retry_after
        entries = self._entries()
        named = [entry["status"] for entry in entries if type(entry.get("status")) is int]
        self.statuses: list[int] = named or [response.status]
        first = entries[0] if entries else {}
        self.text: str = " ".join(str(first[key]) for key in ("message", "hint") if first.get(key))
        self.told: str = f"HTTP {response.status}{f': {self.text}' if self.text else ''}"

    def error(self) -> AniListOAuthError:
        """Return the error to raise. A failure of AniList takes precedence over an error in the token or the query."""
        partial = bool(self.errors) and any(value is not None for value in (self.data or {}).values())
        return (None if partial else self._service_error()) or self._graphql_error() or self._unexpected()

    def _service_error(self) -> ServiceError | None:
        wait = DEFAULT_WAIT if self.retry_after is None else self.retry_after
        if 429 in self.statuses:
            return RateLimitedError(
                f"AniList refused the request because there were too many (429); try again in {wait:g} s",
                retry_after=wait,
            )
        refused_address = not self.errors and self.response.refuses_address
        if self._is_outage():
            what = ADDRESS_REFUSED if refused_address else "AniList's API is out of service"
            return ServiceUnavailableError(
                f"{what} ({self.told}); tokens stay valid. Try again in {wait:g} s", retry_after=wait, retryable=True
            )
        if self._is_failure():
            what = ADDRESS_REFUSED if refused_address else "AniList failed to answer"
            remedy = CHANGE_UNKNOWN if self.mutation else "try again later, or request less at once"
            return ServiceUnavailableError(
                f"{what} ({self.told}); {remedy}",
                retry_after=self.retry_after,
                retryable=self.response.status in _TRANSIENT and not self.mutation,
            )
        return None

    def _graphql_error(self) -> GraphQLError | None:
        if self._is_dead_token():
            return self._refused(InvalidTokenError, f"the token has expired or was revoked ({self.told}); log in again")
        if not self.errors:
            return None
        if detailed := self._invalid_input() or self._too_complex():
            return detailed
        text = self.text or self.told
        if self.statuses[0] == 404 or self.text == "Private User":
            return self._refused(GraphQLNotFoundError, f"this does not exist or is private: {text}")
        if self.statuses[0] in {401, 403}:
            remedy = "the user of this token may not do it" if self.with_token else "pass the token of a user"
            return self._refused(GraphQLForbiddenError, f"AniList does not allow this ({text}); {remedy}")
        return self._refused(GraphQLError, f"AniList refused the query: {text}")

    def _unexpected(self) -> UnexpectedResponseError:
        is_page = self.response.body[:64].lstrip()[:1] == b"<"
        kind = "JSON" if self.foreign is not None else "HTML" if is_page else "no JSON"
        lost = self.mutation and self.response.status < 300
        remedy = CHANGE_UNKNOWN if lost else "check the GraphQL endpoint, or try again later"
        told = self.told.replace(f"HTTP {self.response.status}", f"HTTP {self.response.status}, {kind}", 1)
        return UnexpectedResponseError(f"the answer is not GraphQL ({told}); {remedy}")

    def _invalid_input(self) -> GraphQLError | None:
        complaints = self.errors[0].get("validation")
        if not isinstance(complaints, dict):
            return None
        fields = {
            name: [str(text) for text in (texts if isinstance(texts, list) else [texts])]
            for name, texts in complaints.items()
        }
        said = clean("; ".join(f"{name}: {' '.join(texts)}" for name, texts in fields.items()))
        return self._refused(GraphQLValidationError, f"AniList refused the input: {said}", fields=fields)

    def _too_complex(self) -> GraphQLError | None:
        complexity = re.search(_COMPLEXITY, self.text)
        if complexity is None:
            return None
        allowed, actual = (int(figure) for figure in complexity.groups())
        return self._refused(
            QueryTooComplexError,
            f"the query's complexity is {actual}, and AniList allows {allowed}: request fewer fields at once",
            allowed=allowed,
            actual=actual,
        )

    def _refused(self, kind: type[GraphQLError], message: str, **more: Any) -> GraphQLError:
        return kind(message, errors=self.errors, status=self.statuses[0], data=self.data, **more)

    def _entries(self) -> list[JSONObject]:
        return self.errors or ([] if self.foreign is None else [self.foreign])

    def _is_outage(self) -> bool:
        """Return whether all requests fail: the API is disabled, or another server answered in its place."""
        if any(str(entry.get("message")).casefold().startswith(_DISABLED) for entry in self._entries()):
            return True
        if self.errors or max(self.statuses) >= 500:
            return False
        return self.response.refuses_address or (self.response.status == 403 and self.foreign is None)

    def _is_failure(self) -> bool:
        """Return whether AniList failed at this one request."""
        if self.older_api:
            return self.statuses[0] != 404  # its database failed, for example, and the query may be right
        refusal = self._is_dead_token() or self.statuses[0] in {401, 403}
        return max(self.statuses) >= 500 or (refusal and self.response.status >= 500)

    def _is_dead_token(self) -> bool:
        """Return whether the token has expired or was revoked.

        Only two responses mean that, because an outage must not end a login: ``Invalid token`` with status 400, and
        ``Unauthorized.`` with status 401 although a token was sent. A 401 inside a response with status 200 only
        concerns a single field.
        """
        for entry in self.errors:
            text = str(entry.get("message")).strip(" .").casefold()
            status = entry["status"] if type(entry.get("status")) is int else self.response.status
            if text == "invalid token" and status == 400:
                return True
            if text == "unauthorized" and self.with_token and status == self.response.status == 401:
                return True
        return False
