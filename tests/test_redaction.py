"""What keeps secrets and foreign text out of messages."""

import copy
import pickle
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
    """A repr tells whether there is a secret, and nothing else."""
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
def test_foreign_text_is_made_fit(text: str, shown: str) -> None:
    """Blanks are joined, what cannot be seen is taken out, and 300 characters are left."""
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
    """Plain or percent-encoded, at the cut or with junk inside, nothing of it is left."""
    shown = clean(text, secrets=("", "hidden&secret=", "hidden&secret=long"))
    assert "hid" not in shown
    assert "secret" not in shown
    assert "long" not in shown
    assert len(shown) <= TEXT_LIMIT


def test_a_plain_word_is_no_secret() -> None:
    """A test's "code" or "secret" is a word of every server's text, which would be garbled without it."""
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
def test_what_looks_like_a_token_is_replaced(text: str, shown: str) -> None:
    """A token or code that is none of this request's is hidden as well."""
    assert mask_shapes(text) == clean(text) == shown


@pytest.mark.requirement("S19")
@given(st.text(), st.text(), st.text(min_size=8))
@example("", "", "\ud800\ud800\ud800\ud800\ud800\ud800\ud800\ud800")
@example("", "", "a  b c d e f g")
@example("", "", "hidden secret&hidden")
def test_no_secret_comes_through(before: str, after: str, secret: str) -> None:
    """Whatever surrounds it, a secret is not in the text, and the text is short and printable."""
    for form in (secret, quote(secret, "", errors="replace"), quote_plus(secret, "", errors="replace")):
        shown = clean(before + form + after, secrets=(secret,))
        assert form not in shown.replace(MASK, "")
        assert shown.isprintable()
        assert len(shown) <= TEXT_LIMIT


class Value(Unpicklable):
    """Something that holds a secret."""


@pytest.mark.requirement("S19")
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_what_holds_a_secret_is_not_pickled(protocol: int) -> None:
    """Every protocol is refused, by a text that names the class."""
    with pytest.raises(TypeError, match="Value holds a secret"):
        pickle.dumps(Value(), protocol)


def test_a_copy_of_what_holds_a_secret_is_itself() -> None:
    """Copying works, though pickling does not."""
    value = Value()
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
    """Neither by its repr nor by rich, which cuts a long text before it asks for its repr."""
    shown = rich.pretty.traverse(value, max_string=80).render()
    for text in (repr(value), shown, f"{value!r}"):
        assert "s3cret" not in text


def test_a_masked_value_is_as_good_as_what_it_masks() -> None:
    """Text and bytes are compared, joined and sent like any other; an envelope gives back what is in it."""
    assert (MaskedText(SECRET), f"{MaskedText(SECRET)}!") == (SECRET, f"{SECRET}!")
    assert (MaskedBytes(b"abc"), MaskedBytes(b"abc")[0], MaskedBytes(b"abc") + b"d") == (b"abc", 97, b"abcd")
    mapping = {"code": SECRET}
    assert Masked(mapping).value is mapping


@pytest.mark.requirement("S41")
async def test_what_holds_an_application_is_not_pickled() -> None:
    """Sessions and flows hold its secret; the application's own text says how its parts get elsewhere."""
    application = Application(client_id=7, client_secret=SECRET, redirect_uri="https://bot.example/cb")
    session = OAuthSession(application)
    for value in (application, session, LoginFlow(session)):
        with pytest.raises(TypeError, match=f"{type(value).__name__} holds a secret") as caught:
            pickle.dumps(value)
        assert "s3cret" not in str(caught.value)
    with pytest.raises(TypeError, match="client_id, redirect_uri and client_secret"):
        pickle.dumps(application)
