"""The command ``anilist-oauth query``."""

import json

import pytest

from tests.cli.desk import Desk


def test_a_query_is_sent_as_the_logged_in_user(home: Desk) -> None:
    """The query is in a file or on stdin, and may have variables."""
    file = home.folder / "viewer.graphql"
    file.write_text("query($a: Int) { Viewer { id name } media: Media(id: $a) { id } }", encoding="utf-8")
    shown = json.loads(home.run("query", str(file), "--variables", '{"a": 1}').stdout)
    assert shown["Viewer"] == {"id": home.sandbox.user.id, "name": "mika"}
    assert json.loads(home.run("query", "-", stdin="{ Viewer { name } }").stdout) == {"Viewer": {"name": "mika"}}


def test_a_public_query_needs_no_login_and_no_application(empty: Desk) -> None:
    """A query that needs a user raises an error that says so."""
    empty.forget_application()
    shown = json.loads(empty.run("query", "-", stdin="{ __typename }").stdout)
    assert shown == {"__typename": "Query"}
    ran = empty.run("query", "-", expect=1, stdin="{ Viewer { name } }")
    assert ran.stderr.startswith("this query needs a user, and nobody is logged in as cli\nLog in with `anilist-oauth")


def test_a_query_as_somebody_needs_that_login(empty: Desk) -> None:
    """It is never sent without a user instead."""
    ran = empty.run("query", "-", "--subject", "rin", expect=1, stdin="{ __typename }")
    assert "there is no store at" in ran.stderr
    empty.log_in()
    ran = empty.run("query", "-", "--subject", "rin", expect=1, stdin="{ __typename }")
    assert "Log in with `anilist-oauth login`. If you passed --subject, pass the same one" in ran.stderr


@pytest.mark.parametrize("variables", ["", "{", "[]", "1", '"a"', "[" * 100_000])
def test_variables_are_a_json_object(empty: Desk, variables: str) -> None:
    """Anything else is a mistake in the command."""
    assert "--variables" in empty.run("query", "-", f"--variables={variables}", expect=2, stdin="{ a }").stderr


def test_a_query_file_must_be_there_and_be_text(empty: Desk) -> None:
    """Otherwise it is a mistake in the command."""
    empty.run("query", str(empty.folder / "none"), expect=2)
    (empty.folder / "binary").write_bytes(b"\xff\xfe")
    empty.run("query", str(empty.folder / "binary"), expect=2)
