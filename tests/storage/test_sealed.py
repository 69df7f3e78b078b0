"""Stored tokens are encrypted."""

import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import attrs
import pytest
from cryptography.fernet import Fernet, MultiFernet

from anilist_oauth.errors import ConfigurationError, SealError
from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.storage import (
    MemoryLoginStore,
    MemoryTokenStore,
    SealedTokenStore,
    SQLStore,
    StoredToken,
    open_store,
)
from anilist_oauth.storage import sealed as sealing
from anilist_oauth.storage.sealed import unsealed
from anilist_oauth.tokens.access_token import Token
from tests.flows import staged
from tests.storage.openers import KEY, PLAIN, Stores
from tests.storage.records import jwt, stored

OTHER_KEY = "YW5vdGhlciBrZXkgb2YgdGhlIHRlc3RzIGFuZCBub24="


@pytest.fixture(params=["sqlite", "postgresql", "redis"])
async def plain(request: pytest.FixtureRequest) -> AsyncIterator[Stores]:
    """A store on disk, without keys."""
    async with PLAIN[request.param](request) as opened:
        yield opened


async def test_the_file_does_not_contain_the_token(tmp_path: Path) -> None:
    """No part of the token is in the bytes on disk."""
    async with SQLStore(f"sqlite:///{tmp_path}/tokens.db") as store:
        await SealedTokenStore(store.tokens, [KEY]).put(stored())
        contents = b"".join(map(Path.read_bytes, tmp_path.iterdir()))  # noqa: ASYNC240  a few files of a test
    assert b"discord:42" in contents
    assert b"token-1token-1" not in contents


async def test_the_wrong_key_is_an_error(plain: Stores) -> None:
    """It is never taken for a missing token."""
    await SealedTokenStore(plain.tokens, [KEY]).put(stored())
    other = SealedTokenStore(plain.tokens, [OTHER_KEY])
    with pytest.raises(SealError) as caught:
        await other.get("discord:42", client_id="12345")
    assert not caught.value.retryable
    with pytest.raises(SealError):
        _ = [record async for record in other.expiring(None)]


async def test_sealed_data_without_keys_is_an_error(plain: Stores) -> None:
    """Otherwise the program would send ciphertext to AniList."""
    await SealedTokenStore(plain.tokens, [KEY]).put(stored())
    with pytest.raises(SealError, match="keys"):
        await plain.tokens.get("discord:42", client_id="12345")
    with pytest.raises(SealError):
        _ = [record async for record in plain.tokens.expiring(timedelta(days=400))]
    await plain.tokens.delete("discord:42", client_id="12345")
    assert await plain.tokens.get("discord:42", client_id="12345") is None


async def test_a_flow_sends_no_ciphertext_whatever_store_it_has() -> None:
    """A custom store does not recognize sealed tokens, but the flow does."""
    tokens = MemoryTokenStore()
    async with staged(tokens=tokens) as stage:
        sealing = LoginFlow(stage.session, logins=stage.flow.logins, tokens=SealedTokenStore(tokens, [KEY]))
        login, callback = await stage.begin(subject="discord:42")
        done = await sealing.finish(callback)
        assert await sealing.token_for("discord:42") == done.token
        for wrong in (
            stage.flow.token_for("discord:42"),
            stage.flow.graphql("discord:42", "{ Viewer { id } }"),
            stage.flow.wait(login),
        ):
            with pytest.raises(SealError, match="keys"):
                await wrong
        assert await sealing.token_for("discord:42") == done.token


async def test_memory_keeps_no_plain_token_beside_a_sealed_one_either() -> None:
    """The flow makes the same check for every store."""
    inner = MemoryTokenStore()
    await SealedTokenStore(inner, [KEY]).put(stored())
    with pytest.raises(SealError, match="sealed=False"):
        await unsealed(inner).put(stored("discord:43"))


@pytest.mark.requirement("S42")
async def test_tokens_that_are_sealed_later_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process may get its keys first, so a program without them looks again from time to time."""
    monkeypatch.setattr(sealing, "_LOOK_EVERY", 0.0)
    inner = MemoryTokenStore()
    without_keys = unsealed(inner)
    assert await without_keys.put(stored())
    await SealedTokenStore(inner, [KEY]).put(stored("discord:43"))
    with pytest.raises(SealError, match="sealed=False"):
        await without_keys.put(stored("discord:44"))


async def test_plain_data_is_read_and_sealed_when_next_written(plain: Stores) -> None:
    """So keys can be introduced at any time."""
    await plain.tokens.put(stored())
    sealed = SealedTokenStore(plain.tokens, [KEY])
    assert await sealed.get("discord:42", client_id="12345") == stored()
    marked = attrs.evolve(stored(), told_expiring=True)
    assert await sealed.update(marked, was=stored())
    with pytest.raises(SealError):
        await plain.tokens.get("discord:42", client_id="12345")
    assert await sealed.get("discord:42", client_id="12345") == marked


@pytest.mark.parametrize("change", [{"subject": "discord:43"}, {"client_id": "54321"}])
async def test_a_record_moved_to_another_user_does_not_open(change: dict[str, str]) -> None:
    """Client id and subject are encrypted with the token, and checked."""
    inner = MemoryTokenStore()
    sealed = SealedTokenStore(inner, [KEY])
    await sealed.put(stored())
    kept = await inner.get("discord:42", client_id="12345")
    assert kept is not None
    moved = attrs.evolve(kept, **change)  # type: ignore[arg-type]  # a subject or a client id
    await inner.put(moved)
    with pytest.raises(SealError, match="another user"):
        await sealed.get(moved.subject, client_id=moved.client_id)


async def test_a_record_that_names_another_anilist_user_does_not_open() -> None:
    """The user id in the record must be that in the token."""
    inner = MemoryTokenStore()
    sealed = SealedTokenStore(inner, [KEY])
    token = Token.from_access_token(jwt(sub="7", aud="12345"))
    await sealed.put(attrs.evolve(stored(), token=token))
    kept = await inner.get("discord:42", client_id="12345")
    assert kept is not None
    await inner.put(attrs.evolve(kept, user_id=8, viewer=None))
    with pytest.raises(SealError, match="belongs to another AniList user than its record"):
        await sealed.get("discord:42", client_id="12345")


async def test_what_another_program_sealed_with_the_key_does_not_open() -> None:
    """Other contents raise a SealError."""
    inner = MemoryTokenStore()
    foreign = "sealed:" + Fernet(KEY).encrypt(b"\xff not ours").decode()
    await inner.put(attrs.evolve(stored(), token=attrs.evolve(stored().token, access_token=foreign)))
    with pytest.raises(SealError):
        await SealedTokenStore(inner, [KEY]).get("discord:42", client_id="12345")


async def test_every_key_decrypts_and_the_first_encrypts() -> None:
    """A new key is put before the others."""
    inner = MemoryTokenStore()
    await SealedTokenStore(inner, [KEY]).put(stored())
    both = SealedTokenStore(inner, [OTHER_KEY.encode(), KEY])
    assert await both.get("discord:42", client_id="12345") == stored()
    await both.put(stored("discord:43"))
    assert await SealedTokenStore(inner, [OTHER_KEY]).get("discord:43", client_id="12345") == stored("discord:43")


async def test_rotate_seals_all_with_the_first_key(plain: Stores) -> None:
    """All sealed and plain records are encrypted again, and the old key can be removed."""
    await plain.tokens.put(stored("plain"))
    await SealedTokenStore(plain.tokens, [KEY]).put(stored("old"))
    await SealedTokenStore(plain.tokens, [KEY]).put(stored("old", client_id="54321"))
    assert await SealedTokenStore(plain.tokens, [OTHER_KEY, KEY]).rotate() == 3
    found = [record async for record in SealedTokenStore(plain.tokens, [OTHER_KEY]).expiring(None)]
    assert sorted((record.client_id, record.subject) for record in found) == [
        ("12345", "old"),
        ("12345", "plain"),
        ("54321", "old"),
    ]
    with pytest.raises(SealError):
        await plain.tokens.get("plain", client_id="12345")


@pytest.mark.requirement("S41")
async def test_a_record_of_a_foreign_key_stops_neither_a_stream_nor_rotate() -> None:
    """All other records are processed, and the error at the end names the skipped one."""
    inner = MemoryTokenStore()
    for subject, key in (("a", KEY), ("b", Fernet.generate_key()), ("c", KEY)):
        await SealedTokenStore(inner, [key]).put(stored(subject))
    seen: list[str] = []

    async def read() -> None:
        async for record in SealedTokenStore(inner, [KEY]).expiring(None):
            seen.append(record.subject)  # noqa: PERF401  the stream raises at its end

    with pytest.raises(SealError, match=r"1 were skipped because the keys cannot decrypt them: b of application"):
        await read()
    assert seen == ["a", "c"]
    with pytest.raises(SealError, match=r"1 were skipped because the keys cannot decrypt them: b of application"):
        await SealedTokenStore(inner, [OTHER_KEY, KEY]).rotate()
    for subject in ("a", "c"):
        assert await SealedTokenStore(inner, [OTHER_KEY]).get(subject, client_id="12345") == stored(subject)


class Own:
    """A custom store, which only has the methods of `TokenStore`."""

    def __init__(self) -> None:
        inner = MemoryTokenStore()
        self.get, self.put, self.delete, self.expiring = inner.get, inner.put, inner.delete, inner.expiring


async def test_a_store_that_compares_no_marks_is_written_over_its_token() -> None:
    """Only the token id is compared."""
    tokens = SealedTokenStore(Own(), [KEY])
    await tokens.put(stored())
    marked = attrs.evolve(stored(), told_expiring=True)
    assert not await tokens.update(marked, was=stored(token="another"))
    assert await tokens.update(marked, was=stored())
    assert await tokens.get("discord:42", client_id="12345") == marked


class Busy(MemoryTokenStore):
    """A store in which the record changes between reading and writing."""

    logout = False

    async def update(self, stored: StoredToken, *, was: StoredToken) -> bool:
        """Let another process be faster once."""
        if not was.told_invalid:
            if self.logout:
                await self.delete(stored.subject, client_id=stored.client_id)
            else:
                await self.put(attrs.evolve(was, told_invalid=True))
        return await super().update(stored, was=was)


@pytest.mark.parametrize("logout", [False, True])
async def test_rotate_loses_nothing_that_happens_meanwhile(logout: bool) -> None:  # noqa: FBT001  a parameter
    """A changed record is read again, and a deleted one stays deleted."""
    inner = Busy()
    inner.logout = logout
    await SealedTokenStore(inner, [KEY]).put(stored())
    await SealedTokenStore(inner, [OTHER_KEY, KEY]).rotate()
    found = await SealedTokenStore(inner, [OTHER_KEY]).get("discord:42", client_id="12345")
    assert found == (None if logout else attrs.evolve(stored(), told_invalid=True))


@pytest.mark.parametrize("keys", [[], ["canary-key"], [KEY, "canary-key"], ["ü" * 44], [None]])
def test_bad_keys_are_refused(keys: Any) -> None:
    """The ConfigurationError does not show the key."""
    with pytest.raises(ConfigurationError, match="32 bytes") as caught:
        SealedTokenStore(MemoryTokenStore(), keys)
    assert "canary" not in f"{caught.value}{caught.value.__cause__}"


def test_missing_extra_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error has one line with the command."""
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(ImportError, match=r"pip install 'anilist-oauth\[seal\]'$"):
        SealedTokenStore(MemoryTokenStore(), [KEY])


async def test_tokens_are_sealed_by_multi_fernet() -> None:
    """With the keys, a record can be decrypted without this package."""
    inner = MemoryTokenStore()
    await SealedTokenStore(inner, [KEY]).put(stored())
    (sealed,) = [record.token.access_token async for record in inner.expiring(None)]
    opened = MultiFernet([Fernet(KEY)]).decrypt(sealed.removeprefix("sealed:"))
    assert opened.decode().endswith(stored().token.access_token)


@pytest.mark.parametrize("inner", [None, MemoryLoginStore(), open_store("memory:")])
def test_only_a_token_store_can_be_sealed(inner: Any) -> None:
    """A whole store, or its logins, are refused."""
    with pytest.raises(ConfigurationError, match=r"^tokens: a TokenStore is needed"):
        SealedTokenStore(inner, [KEY])


async def test_within_is_a_timedelta(tmp_path: Path) -> None:
    """A number has no unit."""
    async with SQLStore(f"sqlite:///{tmp_path}/tokens.db") as store:
        await store.tokens.put(stored())
        memory = MemoryTokenStore()
        await memory.put(stored())
        for tokens in (store.tokens, memory, SealedTokenStore(memory, [KEY])):
            with pytest.raises(ConfigurationError, match="a timedelta is needed"):
                [record async for record in tokens.expiring(cast("timedelta", 30))]
