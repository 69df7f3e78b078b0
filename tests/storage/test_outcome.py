"""Outcomes of logins as JSON."""

import json
from typing import Any

import pytest

from anilist_oauth.errors import (
    AniListOAuthError,
    AuthorizationError,
    ConfigurationError,
    GraphQLValidationError,
    OutcomeUnknownError,
    StorageError,
)
from anilist_oauth.storage import Outcome


def test_success_is_the_subject_alone() -> None:
    """It contains no token."""
    outcome = Outcome(subject="discord:42")
    assert json.loads(outcome.to_json()) == {"subject": "discord:42"}
    assert Outcome.from_json(outcome.to_json()) == outcome


@pytest.mark.parametrize(
    "error",
    [
        AuthorizationError("no", error="invalid_scope", verified=True, hint="Check the `nope` scope"),
        OutcomeUnknownError("perhaps", retry_after=1.5),
        GraphQLValidationError("bad", fields={"id": ["no"]}, errors=[{"message": "x"}], status=400),
    ],
)
def test_failure_keeps_class_text_and_attributes(error: AniListOAuthError) -> None:
    """The error is restored with all of them."""
    back = Outcome.from_json(Outcome(error=error).to_json().encode()).error
    assert type(back) is type(error)
    assert (str(back), vars(back)) == (str(error), vars(error))


def test_notes_and_causes_are_not_stored() -> None:
    """Only the attributes of the error are stored."""
    error = StorageError("full")
    error.add_note("where it happened")
    assert json.loads(Outcome(error=error).to_json())["data"] == {"retryable": False}


def test_an_unknown_class_becomes_the_root() -> None:
    """The error may come from a newer version."""
    text = json.dumps({"error": "SomeNewerError", "message": "well", "data": {"x": 1}})
    back = Outcome.from_json(text).error
    assert type(back) is AniListOAuthError
    assert str(back) == "well"


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "7", '{"error": "StorageError"}', '{"error": [], "message": 1}', "[" * 99999]
)
def test_anything_else_is_a_storage_error(text: str) -> None:
    """A KeyError or JSONDecodeError is never raised."""
    with pytest.raises(StorageError):
        Outcome.from_json(text)


@pytest.mark.parametrize("given", [{}, {"subject": "discord:42", "error": StorageError("no")}])
def test_an_outcome_is_one_of_two(given: dict[str, Any]) -> None:
    """Neither and both are refused."""
    with pytest.raises(ConfigurationError, match=r"^outcome: either a subject or an error"):
        Outcome(**given)
