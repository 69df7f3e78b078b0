"""Any document that is valid gets data, or an error of AniList's; twice the same; within bounds."""

from typing import Any

import pytest
from graphql import GraphQLEnumType, GraphQLNonNull, GraphQLObjectType, get_named_type, is_leaf_type
from hypothesis import given, settings

from anilist_oauth.sandbox.graphql.schema import anilist_schema
from anilist_oauth.sandbox.graphql.view import View
from tests.sandbox.graphql.documents import documents
from tests.sandbox.graphql.world import Asker

CALLS = 400_000  # values that are read for one document of at most 60 fields: some hundred milliseconds
SAID = {
    200: {"Forbidden"},
    400: {"validation", "Incorrect number of disabled list activity options (6 required)"},
    403: {"You are not authorized to modify this"},
    404: {"Not Found.", "Private User"},
}


def _is_known(status: int, body: Any) -> bool:
    message = body["errors"][0]["message"]
    return any(message.startswith(text) for text in SAID[status])


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count the values that the resolver reads."""
    counted, value = [0], View.value

    def counting(view: View, *arguments: Any) -> Any:
        counted[0] += 1
        return value(view, *arguments)

    monkeypatch.setattr(View, "value", counting)
    return counted


@settings(max_examples=120)
@given(documents())
def test_any_query_has_the_same_answer_twice(drawn: tuple[str, dict[str, Any]]) -> None:
    """Data, or one of AniList's errors; in one world again, and in another world the same."""
    query, variables = drawn
    anilist = Asker()
    status, body = anilist.post(query, variables)
    assert status == 200 or _is_known(status, body)
    assert anilist.post(query, variables) == (status, body)
    assert Asker().post(query, variables) == (status, body)


def test_any_query_takes_a_bounded_number_of_steps(calls: list[int]) -> None:
    """Whatever is asked, a bounded number of values is read."""

    @settings(max_examples=40)
    @given(documents())
    def ask(drawn: tuple[str, dict[str, Any]]) -> None:
        calls[0] = 0
        Asker().post(*drawn)
        assert calls[0] < CALLS

    ask()


@settings(max_examples=120)
@given(documents("Mutation"))
def test_any_mutation_is_answered_or_changes_nothing(drawn: tuple[str, dict[str, Any]]) -> None:
    """A mutation that is refused leaves every reading as it was."""
    anilist = Asker()
    reading = """{ Viewer { favourites { anime { nodes { id } } } options { titleLanguage }
      mediaListOptions { scoreFormat } statistics { anime { count meanScore } } }
      Page { activities(userId: 112084) { __typename } } }"""
    before = anilist.ask(reading)
    status, body = anilist.post(*drawn)
    if status != 200 or "errors" in body:
        assert _is_known(status, body)
        assert anilist.ask(reading) == before


def _selected(kind: str) -> str:
    """Select every leaf of a type that needs no argument."""
    owner = anilist_schema().type_map[kind]
    assert isinstance(owner, GraphQLObjectType)
    names = [
        name
        for name, field in owner.fields.items()
        if is_leaf_type(get_named_type(field.type))
        and not any(isinstance(argument.type, GraphQLNonNull) for argument in field.args.values())
    ]
    return " ".join(names)


@pytest.mark.parametrize(
    "kind", ["Media", "User", "Character", "Staff", "Studio", "Thread", "Review", "Recommendation"]
)
def test_every_leaf_has_a_value_of_its_type(anilist: Asker, kind: str) -> None:
    """The executor itself refuses a value that is not of the field's type, or null where the schema says ``!``."""
    number = {"User": 101, "Staff": 95_001, "Review": 10, "Recommendation": 10}.get(kind, 1)
    found = anilist.ask(f"query ($id: Int) {{ {kind}(id: $id) {{ {_selected(kind)} }} }}", id=number)[kind]
    assert found["id"] == number


ARGUED = {  # where fields with arguments stand, and how a query gets there
    "Query": "{{ {field} }}",
    "Page": "{{ Page {{ {field} }} }}",
    "Media": "{{ Media(id: 1) {{ {field} }} }}",
    "Character": "{{ Character(id: 101) {{ {field} }} }}",
    "Staff": "{{ Staff(id: 95001) {{ {field} }} }}",
    "Studio": "{{ Studio(id: 1) {{ {field} }} }}",
    "User": '{{ User(name: "mika") {{ {field} }} }}',
    "UserStatistics": '{{ User(name: "mika") {{ statistics {{ anime {{ {field} }} }} }} }}',
    "SiteStatistics": "{{ SiteStatistics {{ {field} }} }}",
}
SAMPLES = {
    "Int": "1",
    "Float": "1.5",
    "String": '"a"',
    "Boolean": "true",
    "FuzzyDateInt": "20200101",
    "CountryCode": "JP",
}


def _sample(kind: Any) -> str:
    named = get_named_type(kind)
    value = next(iter(named.values)) if isinstance(named, GraphQLEnumType) else SAMPLES[named.name]
    return f"[{value}]" if str(kind).startswith("[") else value


@pytest.mark.parametrize("owner", ARGUED)
def test_every_argument_of_every_field_is_understood(anilist: Asker, owner: str) -> None:
    """Alone or beside those that must be given: data, or an error of AniList's."""
    kind = anilist_schema().type_map[owner]
    assert isinstance(kind, GraphQLObjectType)
    for name, field in kind.fields.items():
        required = {key for key, argument in field.args.items() if isinstance(argument.type, GraphQLNonNull)}
        for chosen in field.args:
            values = {key: _sample(field.args[key].type) for key in {chosen, *required}}
            given = ", ".join(f"{key}: {value}" for key, value in values.items())
            selected = "" if is_leaf_type(get_named_type(field.type)) else " { __typename }"
            query = ARGUED[owner].format(field=f"{name}({given}){selected}")
            status, body = anilist.post(query)
            assert status == 200 or _is_known(status, body), (query, body)
