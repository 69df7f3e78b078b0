"""The authorization endpoint's judgement, where no recorded probe looks."""

import jwt
import pytest

from anilist_oauth.oauth.application import Application
from anilist_oauth.sandbox import GenerationName, Sandbox
from anilist_oauth.sandbox.oauth.authorization import php_query
from tests.sandbox.moves import authorization_url


def test_a_query_is_written_as_php_writes_it() -> None:
    """None is left out, a blank is a plus, and the tilde is encoded."""
    assert php_query({"a": "x y", "b": None, "c": "~é", "d": ""}) == "a=x+y&c=%7E%C3%A9&d="


@pytest.mark.parametrize(
    ("generation", "floats", "in_header"), [("7.3.2", False, True), ("8.5.5", True, False), ("9.4.1", True, False)]
)
async def test_an_implicit_token_is_in_the_fragment(
    generation: GenerationName, *, floats: bool, in_header: bool
) -> None:
    """Times are floats and the header has no `jti` since 8.x; there is no refresh token."""
    async with Sandbox(generation=generation) as sandbox:
        callback = await sandbox.approve(authorization_url(sandbox, response_type="token"))
        before, _, fragment = callback.partition("#access_token=")
        assert before == sandbox.application.redirect_uri
        token, _, rest = fragment.partition("&")
        assert rest == "token_type=Bearer&expires_in=31536000&state=s1"
        claims = jwt.decode(token, options={"verify_signature": False, "verify_aud": False})
        assert isinstance(claims["exp"], float) is floats
        assert ("jti" in jwt.get_unverified_header(token)) is in_header


@pytest.mark.parametrize("uri", ["myapp://done", "com.example:/done", "http://[::1]:1/cb"])
async def test_any_redirect_uri_will_do(uri: str) -> None:
    """Custom schemes and IPv6 too, and each gets its query."""
    application = Application(client_id=1, client_secret="s" * 40, redirect_uri=uri)
    async with Sandbox(applications=[application]) as sandbox:
        assert (await sandbox.approve(authorization_url(sandbox))).startswith(f"{uri}?code=def50200")
        assert await sandbox.deny(authorization_url(sandbox)) == f"{uri}?error=access_denied&state=s1"
