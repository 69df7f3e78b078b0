"""A sentence says how two redirect URIs differ."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from anilist_oauth.oauth.redirect_mismatch import caret, difference, mask_callback

HERE = "http://127.0.0.1:8080/cb"
AWAY = "https://bot.example/cb"


@pytest.mark.parametrize(
    ("registered", "passed", "sentence"),
    [
        ("https://bot.example/cb/", AWAY, "the registered one ends in a slash"),
        (AWAY, "https://bot.example/cb/", "the given one ends in a slash"),
        ("https://bot.example", "https://bot.example/", "the given one ends in a slash"),
        (AWAY, "http://bot.example/cb", "http for https"),
        ("http://bot.example/cb", AWAY, "https for http"),
        ("app:/cb", "bot:/cb", "bot for app"),
        (
            AWAY,
            "bot.example/cb",
            "no scheme for https, and no host for bot.example, and the path bot.example/cb for /cb",
        ),
        (HERE, "http://localhost:8080/cb", "localhost for 127.0.0.1"),
        ("http://localhost:8080/cb", HERE, "127.0.0.1 for localhost"),
        ("http://[::1]:8080/cb", HERE, "127.0.0.1 for [::1]"),
        (HERE, "http://[::1]:8080/cb", "[::1] for 127.0.0.1"),
        (HERE, "http://127.0.0.1:8081/cb", "port 8081 for 8080"),
        (HERE, "http://127.0.0.1:/cb", "a colon without a port"),
        (HERE, "http://127.0.0.1/cb", "port 8080 is missing"),
        ("http://127.0.0.1/cb", HERE, "port 8080 is added"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:/cb", "a colon without a port"),
        (AWAY, "https://bot.example:443/cb", "the default port 443 is written out"),
        ("http://a.example:80/", "http://a.example/", "the default port 80 is left out"),
        ("https://a.example:80/", "https://a.example/", "port 80 is missing"),
        (AWAY, "HTTPS://bot.example/cb", "the letter case of the scheme: HTTPS for https"),
        (AWAY, "https://Bot.example/cb", "the letter case of the host: Bot.example for bot.example"),
        (AWAY, "https://bot.example/Cb", "the letter case of the path: /Cb for /cb"),
        ("app:/cb?a=b", "app:/cb?a=B", "the letter case of the query: ?a=B for ?a=b"),
        ("app:/~m", "app:/%7Em", "%7E for ~"),
        ("app:/%7Em", "app:/~m", "~ for %7E"),
        ("app:/%7em", "app:/%7Em", "%7E for %7e"),
        ("app:/é", "app:/%C3%A9", "%C3%A9 for é"),
        ("app:/%C3%A9%C3%A8", "app:/éè", "é for %C3%A9"),
        ("app:/%C3%A9", "app:/%c3%a9", "%c3%a9 for %C3%A9"),
        ("app:/€", "app:/%E2%82%AC", "%E2%82%AC for €"),
        ("app:/😀", "app:/%F0%9F%98%80", "%F0%9F%98%80 for 😀"),
        ("app:/%7E%41", "app:/%7EA", "A for %41"),
        ("app:/cb?a=~", "app:/cb?a=%7E", "in the query %7E for ~"),
        (AWAY, AWAY + "?x=1", "a query is added: ?x=1"),
        (AWAY, AWAY + "?", "a query is added: ?"),
        (AWAY + "?x=1", AWAY, "the query ?x=1 is missing"),
        (AWAY + "?x=1", AWAY + "?x=2", "the query ?x=2 for ?x=1"),
        (AWAY, AWAY + "#top", "a fragment is added: #top"),
        (AWAY, "https://www.bot.example/cb", "the host begins with www.: www.bot.example for bot.example"),
        ("https://www.bot.example/cb", AWAY, "the host does not begin with www.: bot.example for www.bot.example"),
        (AWAY, "https://m:pw@bot.example/cb", "user information before the host"),
        (AWAY, AWAY + " ", "extra whitespace around it"),
        (AWAY, "\n" + AWAY, "extra whitespace around it"),
        (AWAY, "https://bot.example /cb", "extra whitespace inside it"),
        (AWAY, AWAY + "\u200b", "an invisible character (U+200B)"),
        (AWAY, AWAY + "\ud800", "an invisible character (U+D800)"),
        (AWAY, "", "it is empty"),
        (AWAY, " ", "it is empty"),
        (AWAY, "https://bot.example/call", "the path /call for /cb"),
        (AWAY, "https://bot.example", "the path left out for /cb"),
        ("https://bot.example", AWAY, "the path /cb for none"),
        ("app:/cb", "app:///cb", "the number of slashes after the scheme"),
        ("app:cb", "app://cb", "cb for no host, and the path left out for cb"),
        ("app://cb", "app:cb", "no host for cb, and the path cb for none"),
        ("app:/é", "app:/e\u0301", "another Unicode form of the same letters; copy the registered one"),
        (
            HERE,
            " https://localhost:9090/CB/",
            (
                "extra whitespace around it, and https for http, and localhost for 127.0.0.1, and port 9090 for 8080, "
                "and the path /CB/ for /cb"
            ),
        ),
    ],
)
def test_a_difference_is_named(registered: str, passed: str, sentence: str) -> None:
    """Each common mistake has its own sentence, and several mistakes are all named."""
    assert difference(registered, passed) == sentence


def test_long_parts_are_cut() -> None:
    """The sentence stays readable, even if the URIs are very long."""
    assert len(difference(AWAY, "x" * 100_000 + "://" + "y" * 100_000 + "/" + "z" * 100_000 + "?" + "q" * 9999)) < 1_500


CALLBACKS = [
    AWAY + "?code=hidden-1&state=hidden-2",
    AWAY + "?STATE=hidden-1",
    AWAY + "#access_token=hidden-1&token_type=Bearer",
    AWAY + "?c%6fde=hidden-1%26hidden-2",
    AWAY + "?x=1&code=hidden-1?hidden-2",
    AWAY + "?x=/y?code=hidden-1",
    AWAY + "#/cb?code=hidden-1",
    "code=hidden-1",
    "https%3A%2F%2Fbot.example%2Fcb%3Fcode%3Dhidden-1%26state%3Dhidden-2",
    "https%253A%252F%252Fbot.example%252Fcb%253Fcode%253Dhidden-1",
    AWAY + "?code=hidden-1\n&client_secret=hidden-2",
]


@pytest.mark.requirement("S19")
@pytest.mark.parametrize("callback", CALLBACKS)
def test_a_callback_passed_by_mistake_is_masked(callback: str) -> None:
    """Neither the sentence nor the shown URI contains a code, state or token."""
    shown = mask_callback(callback)
    assert "hidden" not in shown
    assert "***" in shown
    assert difference(AWAY, callback) == (
        "it is a whole callback URL with code and state; pass only the redirect URI, or nothing"
    )


@pytest.mark.requirement("S19")
@pytest.mark.parametrize(
    "secret", ["eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhdWQiOiIxIn0.c2ln", "def50200" + "0f" * 350]
)
def test_a_code_or_token_passed_by_mistake_is_masked(secret: str) -> None:
    """Anything that looks like a code or token is masked."""
    for passed in (secret, f"https://bot.example/{secret}", f"https://{secret}/cb"):
        assert secret not in mask_callback(passed)
        assert secret not in difference(AWAY, passed)


@pytest.mark.requirement("S19")
def test_a_password_is_masked() -> None:
    """User information is masked as well."""
    assert mask_callback("https://mika:pa@ss@bot.example/cb") == "https://***@bot.example/cb"
    assert mask_callback("https://bot.example/@mika") == "https://bot.example/@mika"


def test_a_word_that_only_looks_like_a_parameter_stays() -> None:
    """Nothing is masked that a person needs to see."""
    for uri in (AWAY, AWAY + "?decode=1&codes=2", "https://code=x.example/", AWAY + "?code=&x=1"):
        assert mask_callback(uri) == uri


def test_a_masked_difference_is_called_masked() -> None:
    """There is a sentence even if the only difference is masked."""
    assert difference("app:/***", "app:/eyJhbGciOiJ") == "a part that is masked here"


@pytest.mark.parametrize(
    ("registered", "passed", "text"),
    [
        (
            AWAY + "/",
            AWAY,
            (
                "  registered: https://bot.example/cb/\n"
                "  given:      https://bot.example/cb\n"
                "                                    ^"
            ),
        ),
        (
            AWAY,
            "https://bot. example/cb",
            "  registered: https://bot.example/cb\n  given:      https://bot.␣example/cb\n                          ^",
        ),
    ],
)
def test_a_caret_marks_the_first_difference(registered: str, passed: str, text: str) -> None:
    """The two URIs are shown below each other, with whitespace made visible."""
    assert caret(registered, passed) == text


def test_only_the_part_around_a_difference_is_shown() -> None:
    """Long URIs are shortened to the part around the difference, and the cut is marked."""
    assert caret("a" * 400, "a" * 399 + "b").split("\n") == [
        "  registered: …" + "a" * 151,
        "  given:      …" + "a" * 150 + "b",
        " " * (14 + 1 + 150) + "^",
    ]


@given(st.text(max_size=900), st.text(max_size=900))
@example("a" * 500, "a" * 499 + "b")
@example("a" * 500, "a" * 500)
def test_the_caret_is_right_under_the_first_difference(registered: str, passed: str) -> None:
    """For any two URIs, the caret is below the first character that differs."""
    above, below, mark = caret(registered, passed).split("\n")
    column = mark.index("^")
    assert mark.strip() == "^"
    assert above[14:column] == below[14:column]
    assert max(len(above), len(below), len(mark)) <= 14 + 300 + 1
    one, other = above[column : column + 1], below[column : column + 1]
    assert one != other or registered == passed or "␣" in one + other


uris = st.one_of(
    st.text(),
    st.lists(
        st.sampled_from([*"hHtTpPsS:/?#[]@&= %7eE~éc\u0301", "%C3", "%A9", "//", "code=", "state", "www.", "%7E"])
    ).map("".join),
)


@given(uris, uris)
@example("a:/%C3é", "a:/%C3%C3%A9")
def test_any_two_strings_have_a_difference(registered: str, passed: str) -> None:
    """For any two strings there is a printable sentence, and nothing is raised."""
    if registered != passed:
        sentence = difference("".join(filter(str.isprintable, registered)), passed)
        assert sentence
        assert sentence.isprintable()


secrets = st.text("abcdefXYZ0123456789-._~%+/", min_size=12).filter(lambda secret: secret not in AWAY)


@pytest.mark.requirement("S19")
@given(secrets, st.sampled_from(["code", "state", "access_token"]), st.sampled_from(["?", "#", "?a=1&", "?%61=%26&"]))
def test_no_secret_parameter_is_ever_shown(secret: str, name: str, mark: str) -> None:
    """The value of a secret parameter is masked, whatever it is."""
    callback = f"{AWAY}{mark}{name}={secret}&b=2"
    assert mask_callback(callback) == f"{AWAY}{mark}{name}=***&b=2"
    assert secret not in difference(AWAY, callback)
