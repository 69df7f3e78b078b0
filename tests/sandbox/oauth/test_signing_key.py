"""The key that signs access tokens."""

from anilist_oauth.sandbox.oauth.signing_key import signing_key


def test_the_key_is_made_once() -> None:
    """Half a second a process, not a sandbox; and of AniList's size."""
    assert signing_key() is signing_key()
    assert signing_key().result().key_size == 4096
