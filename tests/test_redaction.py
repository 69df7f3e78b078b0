"""Secrets and unchecked text are kept out of messages."""

import copy
import pickle
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
import rich.pretty
from hypothesis import example, given
from hypothesis import strategies as st

from anilist_oauth import Application, LoginFlow, OAuthSession
from anilist_oauth.redaction import (
    MASK,
    TEXT_LIMIT,
    Masked,
    MaskedBytes,
    MaskedText,
    Unpicklable,
    clean,
    mask_shapes,
    masked,
)


@pytest.mark.requirement("S19")
@pytest.mark.parametrize(("value", "shown"), [("hidden", "***"), ("", "***"), (None, "None")])
def test_a_secret_is_masked(value: object, shown: str) -> None:
    """The repr only shows whether there is a secret."""
    assert masked(value) == shown


@pytest.mark.requirement("S11")
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Check the `code` parameter", "Check the `code` parameter"),
        (" a\n\t b ", "a b"),
        ("a\x1b[31mb\x00\x7f", "a[31mb"),
        ("\u202eevil\u200b\ufeff", "evil"),
        ("é 漢 😀", "é 漢 😀"),
        ("\ud800x", "x"),
        ("", ""),
        ("\x00", ""),
        ("a" * 300, "a" * 300),
        ("a" * 301, "a" * 299 + "…"),
        ("\x00" * 200 + "a" * 300, "a" * 300),
        ("a" * 10_000_000, "a" * 299 + "…"),
    ],
    ids=range(12),
)
def test_text_is_cleaned(text: str, shown: str) -> None:
    """Whitespace is joined, invisible characters are removed, and at most 300 characters are kept."""
    assert clean(text) == shown


@pytest.mark.requirement("S19")
@pytest.mark.parametrize(
    "text",
    [
        "hidden&secret=",
        "before hidden&secret= after hidden&secret=",
        "a" * 295 + "hidden&secret=",
        "hidden%26secret%3D",
        "hid\x00den&sec\u200bret=",
        "hidden&secret=long",
        "a" * 16_380 + "hidden&secret=",
    ],
)
def test_a_secret_that_comes_back_is_replaced(text: str) -> None:
    """A secret is removed plain or percent-encoded, at the cut, and with other characters inside."""
    shown = clean(text, secrets=("", "hidden&secret=", "hidden&secret=long"))
    assert "hid" not in shown
    assert "secret" not in shown
    assert "long" not in shown
    assert len(shown) <= TEXT_LIMIT


def test_a_short_word_is_not_a_secret() -> None:
    """A test's "code" or "secret" occurs in every server's texts and is not masked."""
    assert clean("Check the `client_secret`, code 7a", secrets=("secret", "code", "C", "7a")) == (
        "Check the `client_secret`, code 7a"
    )
    assert clean("s3cr3t 7a7a", secrets=("s3cr3t", "7a7a")) == "*** ***"


@pytest.mark.requirement("S19")
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("token eyJ0eXAiOiJK.eyJhdWQiOiIx.c2ln-_x refused", "token *** refused"),
        ('{"refresh_token":"def50200' + "a1" * 300 + '"}', '{"refresh_token":"***"}'),
        ("eyJ and def502 alone", "eyJ and def502 alone"),
    ],
)
def test_anything_like_a_token_is_replaced(text: str, shown: str) -> None:
    """Tokens and codes of other requests are masked as well."""
    assert mask_shapes(text) == clean(text) == shown


@pytest.mark.requirement("S19")
@given(st.text(), st.text(), st.text(min_size=8))
@example("", "", "\ud800\ud800\ud800\ud800\ud800\ud800\ud800\ud800")
@example("", "", "a  b c d e f g")
@example("", "", "hidden secret&hidden")
def test_no_secret_is_left_in_a_text(before: str, after: str, secret: str) -> None:
    """The result contains no secret, and is short and printable."""
    for form in (secret, quote(secret, "", errors="replace"), quote_plus(secret, "", errors="replace")):
        shown = clean(before + form + after, secrets=(secret,))
        assert form not in shown.replace(MASK, "")
        assert shown.isprintable()
        assert len(shown) <= TEXT_LIMIT


class Holder(Unpicklable):
    """An object that contains a secret."""


@pytest.mark.requirement("S19")
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_value_with_a_secret_cannot_be_pickled(protocol: int) -> None:
    """Every pickle protocol is refused with a message that names the class."""
    with pytest.raises(TypeError, match="Holder holds a secret"):
        pickle.dumps(Holder(), protocol)


def test_a_copy_of_a_value_with_a_secret_is_itself() -> None:
    """Copying works, although pickling does not."""
    value = Holder()
    assert copy.copy(value) is value
    assert copy.deepcopy(value) is value


SECRET = "s3cret" * 100


@pytest.mark.requirement("S36")
@pytest.mark.parametrize(
    "value",
    [
        MaskedText(SECRET),
        MaskedText(SECRET)[:80],
        MaskedBytes(SECRET.encode()),
        MaskedBytes(SECRET.encode())[:80],
        Masked({"code": SECRET}),
        {"Authorization": MaskedText(SECRET)},
        (MaskedText(SECRET), [MaskedBytes(SECRET.encode())]),
    ],
    ids=range(7),
)
def test_a_masked_value_is_not_shown(value: object) -> None:
    """Neither its repr nor rich shows it, which cuts a long text before it takes the repr."""
    shown = rich.pretty.traverse(value, max_string=80).render()
    for text in (repr(value), shown, f"{value!r}"):
        assert "s3cret" not in text


def test_a_masked_value_works_like_the_plain_one() -> None:
    """Masked text and bytes can be compared, joined and sent, and `Masked` returns its value, wrapped once or twice."""
    assert (MaskedText(SECRET), f"{MaskedText(SECRET)}!") == (SECRET, f"{SECRET}!")
    assert (MaskedBytes(b"abc"), MaskedBytes(b"abc")[0], MaskedBytes(b"abc") + b"d") == (b"abc", 97, b"abcd")
    mapping = {"code": SECRET}
    assert Masked(mapping).value is mapping
    once: Masked[Any] = Masked(mapping)
    assert Masked(once).value is mapping


@pytest.mark.requirement("S41")
async def test_sessions_and_flows_cannot_be_pickled() -> None:
    """They contain the application's secret, and its message says what to do instead."""
    application = Application(client_id=7, client_secret=SECRET, redirect_uri="https://bot.example/cb")
    session = OAuthSession(application)
    for value in (application, session, LoginFlow(session)):
        with pytest.raises(TypeError, match=f"{type(value).__name__} holds a secret") as caught:
            pickle.dumps(value)
        assert "s3cret" not in str(caught.value)
    with pytest.raises(TypeError, match="client_id, redirect_uri and client_secret"):
        pickle.dumps(application)
