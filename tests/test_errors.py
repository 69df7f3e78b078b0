"""The tree of errors."""

import copy
import inspect
import json
import pickle
import re
import typing
from collections.abc import Iterator

import pytest

from anilist_oauth import errors
from anilist_oauth.errors import (
    AniListOAuthError,
    ConfigurationError,
    ConnectionFailedError,
    ExchangeError,
    InvalidCodeError,
    LoginTimeoutError,
    OutcomeUnknownError,
    RateLimitedError,
    ReceiverError,
    ServiceError,
    SessionStateError,
    StateMismatchError,
    StorageError,
)
from tests.naming import naming

SAMPLES: dict[str, object] = {
    "actual": 525,
    "allowed": 500,
    "data": {"User": None},
    "description": "é \ud800",
    "difference": "http for https",
    "error": "invalid_scope",
    "errors": [{"message": "validation", "status": 400}],
    "fields": {"id": ["The selected id is invalid."]},
    "given": "http://bot.example",
    "hint": None,
    "host": "127.0.0.1",
    "path": "variables.ids[3]",
    "port": 8080,
    "reason": "expired",
    "registered": "https://bot.example",
    "retry_after": 1.5,
    "retryable": True,
    "status": 400,
    "subject": "discord:42",
    "verified": True,
}


def tree(cls: type[AniListOAuthError]) -> Iterator[type[AniListOAuthError]]:
    """Return a class and all its subclasses."""
    yield cls
    for child in cls.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from tree(child)


CLASSES = list(tree(AniListOAuthError))


def data_of(cls: type[AniListOAuthError]) -> dict[str, object]:
    """Return a value for each keyword of a class."""
    return {
        name: SAMPLES[name]
        for name, parameter in inspect.signature(cls).parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    }


@pytest.fixture(params=CLASSES, ids=lambda cls: cls.__name__)
def error(request: pytest.FixtureRequest) -> AniListOAuthError:
    """Return one error of every class."""
    made: AniListOAuthError = request.param("what happened", **data_of(request.param))
    return made


def test_the_docstring_draws_the_classes() -> None:
    """The tree in the module's docstring shows every class below its base, with the builtin base if it has one."""
    assert errors.__doc__
    drawn: list[tuple[str, str, str | None]] = []
    path: list[str] = []
    for match in re.finditer(r"^    ([│├└─ ]*)(\w+(?:, \w+)*)(?:\((\w+)\))?(?: |$)", errors.__doc__, re.MULTILINE):
        depth = len(match[1]) // 4
        for name in match[2].split(", "):
            path[depth:] = [name]
            drawn.append((name, path[depth - 1] if depth else "Exception", match[3]))
    actual = []
    for cls in CLASSES:
        first, *rest = cls.__bases__
        actual.append((cls.__name__, first.__name__, rest[0].__name__ if rest else None))
    assert sorted(drawn, key=str) == sorted(actual, key=str)


def test_every_error_has_the_root_as_base() -> None:
    """Every error of the module derives from the root, its name ends in Error, and the warning is a UserWarning."""
    found = [cls for cls in vars(errors).values() if isinstance(cls, type) and cls.__module__ == errors.__name__]
    assert {cls for cls in found if issubclass(cls, Exception)} == {*CLASSES, errors.InsecureRedirectURIWarning}
    assert all(cls.__name__.endswith("Error") and cls.__doc__ for cls in CLASSES)
    assert issubclass(errors.InsecureRedirectURIWarning, UserWarning)


@pytest.mark.parametrize(
    ("cls", "base"),
    [
        (ConfigurationError, ValueError),
        (errors.RedirectURIError, ValueError),
        (errors.RedirectURIMismatchError, ValueError),
        (errors.UnsendableValueError, ValueError),
        (SessionStateError, RuntimeError),
        (LoginTimeoutError, TimeoutError),
        (ReceiverError, OSError),
        (InvalidCodeError, ExchangeError),
        (RateLimitedError, ServiceError),
        (errors.SealError, StorageError),
    ],
)
def test_an_error_is_also_a_builtin_exception(cls: type[Exception], base: type[Exception]) -> None:
    """Code that only expects Python's own exceptions catches ours as well."""
    assert issubclass(cls, base)


def test_an_outage_is_not_a_value_error() -> None:
    """A network failure is never a mistake of the caller, and the other way round."""
    for cls in CLASSES:
        if issubclass(cls, ServiceError | ExchangeError):
            assert not issubclass(cls, ValueError | OSError)


def test_an_error_pickles(error: AniListOAuthError) -> None:
    """A pickle keeps the class, message, attributes and notes, with every protocol."""
    error.add_note("while logging in")
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with naming(f"protocol {protocol}"):
            again = pickle.loads(pickle.dumps(error, protocol))
            assert type(again) is type(error)
            assert str(again) == "what happened"
            assert again.args == ("what happened",)
            assert vars(again) == vars(error) | {"__notes__": ["while logging in"]}


def test_an_error_copies(error: AniListOAuthError) -> None:
    """Copies are equal, and a deep copy shares nothing."""
    shallow, deep = copy.copy(error), copy.deepcopy(error)
    for again in (shallow, deep):
        assert again is not error
        assert type(again) is type(error)
        assert (str(again), vars(again)) == (str(error), vars(error))
    if isinstance(error, errors.GraphQLError):
        assert vars(deep)["errors"] is not error.errors


def test_an_error_is_restored_from_json(error: AniListOAuthError) -> None:
    """The class rebuilds the error from its message and attributes."""
    again = type(error).restore(str(error), json.loads(json.dumps(vars(error))))
    assert type(again) is type(error)
    assert (str(again), again.args, vars(again)) == (str(error), error.args, vars(error))
    with pytest.raises(AniListOAuthError, match="what happened"):
        raise again


def test_attributes_are_primitives(error: AniListOAuthError) -> None:
    """Each keyword is an attribute with the same name, and a primitive, list or dict."""
    assert vars(error) == data_of(type(error))
    for value in vars(error).values():
        assert value is None or type(value) in {str, int, float, bool, list, dict}


def test_only_the_message_is_positional(error: AniListOAuthError) -> None:
    """Other data is passed by keyword."""
    kinds = [parameter.kind for parameter in inspect.signature(type(error)).parameters.values()]
    assert kinds.count(inspect.Parameter.POSITIONAL_OR_KEYWORD) == 1
    with pytest.raises(TypeError):
        type(error)(*["what happened", "data"])


def test_a_str_is_the_message_alone(error: AniListOAuthError) -> None:
    """The text contains neither errno nor attributes."""
    assert str(error) == "what happened"
    assert repr(error) == f"{type(error).__name__}('what happened')"


def test_retryable_says_whether_to_repeat() -> None:
    """By default, only an error of a request that was not processed is retryable."""
    assert ConnectionFailedError("").retryable
    assert RateLimitedError("").retryable
    assert not OutcomeUnknownError("").retryable
    assert not StorageError("").retryable
    assert ServiceError("", retry_after=30.0).retry_after == 30.0


def test_the_reasons_are_the_documented_ones() -> None:
    """Callers can match on all of them."""
    assert typing.get_args(errors.StateMismatchReason) == ("missing", "unknown", "expired", "used", "binding")
    assert typing.get_args(errors.InvalidCodeReason) == (
        ("sent", "used", "expired", "garbled", "other_client", "unknown")
    )
    assert typing.get_args(errors.TokenMismatchReason) == ("not_a_jwt", "other_application", "other_user")
    assert typing.get_args(errors.LoginTimeoutReason) == ("timeout", "expired", "cancelled", "refused")
    assert StateMismatchError("", reason="used").reason == "used"
