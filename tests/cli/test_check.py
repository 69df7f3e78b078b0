"""The command ``anilist-oauth check``."""

import json

import pytest

from tests.cli.desk import Desk

PYTHON = '''\
QUERY = """
query ($id: Int) {
  Media(id: $id) { title { romanji } }
}
"""
OTHER = r"{ Page(perPage: 100) { media { id } } }"
PLAIN = "{not a query}"
NONE = "{}"
'''


def test_a_query_that_anilist_would_refuse_is_located(empty: Desk) -> None:
    """In a GraphQL file, the line and column are shown, and the exit status is 1."""
    file = empty.folder / "viewer.graphql"
    file.write_text("query {\n  Viewer { nam }\n}\n", encoding="utf-8")
    ran = empty.run("check", str(file), expect=1)
    assert ran.stdout == (
        f'{file}:2:12: invalid: Cannot query field "nam" on type "User". Did you mean "name"?\n1 to fix.\n'
    )


def test_queries_in_python_files_are_found(empty: Desk) -> None:
    """Only strings that are documents are checked."""
    file = empty.folder / "bot.py"
    file.write_text(PYTHON, encoding="utf-8")
    found = json.loads(empty.run("check", "--json", str(file), expect=1).stdout)
    assert not found["ok"]
    places = [(one["line"], one["column"], one["kind"]) for one in found["findings"]]
    assert places == [(3, 28, "invalid"), (6, 13, "page")]


def test_a_string_built_at_run_time_is_passed_over(empty: Desk) -> None:
    """Its parts are not documents. What stands beside them is checked all the same."""
    file = empty.folder / "bot.py"
    file.write_text(
        'A = f"query {{ Media(id: {number}) {{ id }} }}"\n'
        'B = "query { Media(id: 1) { ...Short } }" + FRAGMENT\n'
        'C = "{ Media(id: %d) { id } }" % number\n'
        'D = "query {{ Media(id: {}) {{ id }} }}".format(number)\n'
        "E = f\"{ask('{ Media { nam } }')}\"\n",
        encoding="utf-8",
    )
    found = json.loads(empty.run("check", "--json", str(file), expect=1).stdout)["findings"]
    assert [(one["line"], one["kind"]) for one in found] == [(5, "invalid")]


def test_a_good_query_passes(empty: Desk) -> None:
    """Deprecated fields and the need for a token are reported, but the command succeeds."""
    file = empty.folder / "good.graphql"
    file.write_text("{ Viewer { name moderatorStatus } }", encoding="utf-8")
    said = empty.run("check", str(file)).stdout
    assert 'token: "Viewer" needs a user\'s token.' in said
    assert "deprecated: The field User.moderatorStatus is deprecated." in said
    assert said.endswith("Nothing to fix.\n")


@pytest.mark.parametrize(
    ("name", "content", "said"), [("a.py", b"def", "not Python"), ("a.graphql", b"\xff\xfe", "not UTF-8 text")]
)
def test_a_file_that_cannot_be_read_is_a_mistake_in_the_command(
    empty: Desk, name: str, content: bytes, said: str
) -> None:
    """A missing file is one as well."""
    file = empty.folder / name
    file.write_bytes(content)
    assert said in " ".join(empty.run("check", str(file), expect=2).stderr.replace("│", " ").split())
    empty.run("check", str(empty.folder / "none.graphql"), expect=2)
