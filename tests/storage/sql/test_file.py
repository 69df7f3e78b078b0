"""Only the owner can read and write the SQLite file."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from anilist_oauth.errors import StorageError
from anilist_oauth.storage.sql import file as sql_file
from anilist_oauth.storage.sql.file import secure_file

pytestmark = pytest.mark.requirement("S18")


def mode(path: Path) -> int:
    """The permission bits of a file."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def no_umask() -> Iterator[None]:
    """Set the umask to 0."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.requirement("V27")
@pytest.mark.usefixtures("no_umask")
def test_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    """With umask 000, the file has mode 0600, and a new folder 0700."""
    path = tmp_path / "new" / "deep" / "tokens.db"
    secure_file(path)
    assert (mode(path), mode(path.parent), mode(path.parent.parent)) == (0o600, 0o700, 0o700)


@pytest.mark.requirement("V27")
@pytest.mark.usefixtures("no_umask")
def test_new_file_is_never_looser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is created with mode 0600."""
    monkeypatch.setattr(sql_file, "_tighten", lambda path: path)
    secure_file(tmp_path / "tokens.db")
    assert mode(tmp_path / "tokens.db") == 0o600


@pytest.mark.requirement("V27")
def test_looser_file_and_its_companions_are_tightened(tmp_path: Path) -> None:
    """An existing file of mode 0644 and its -wal, -shm and -journal get mode 0600."""
    names = [tmp_path / f"tokens.db{ending}" for ending in ("", "-wal", "-shm", "-journal")]
    for name in names:
        name.touch()
        name.chmod(0o644)
    secure_file(names[0])
    assert [mode(name) for name in names] == [0o600] * 4


def test_contents_are_kept(tmp_path: Path) -> None:
    """An existing file keeps its contents, and its folder its mode."""
    path = tmp_path / "tokens.db"
    path.write_text("kept")
    tmp_path.chmod(0o755)
    secure_file(path)
    assert path.read_text() == "kept"
    assert mode(tmp_path) == 0o755


@pytest.mark.parametrize("ending", ["", "-wal", "-shm"])
def test_symlink_is_refused(tmp_path: Path, ending: str) -> None:
    """A symlink in place of a file is not followed, and its target is not changed."""
    target = tmp_path / "target"
    target.touch()
    target.chmod(0o644)
    (tmp_path / f"tokens.db{ending}").symlink_to(target)
    with pytest.raises(StorageError, match="symlink"):
        secure_file(tmp_path / "tokens.db")
    assert mode(target) == 0o644


def test_dangling_symlink_is_refused(tmp_path: Path) -> None:
    """No file is created at its target."""
    (tmp_path / "tokens.db").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageError, match="symlink"):
        secure_file(tmp_path / "tokens.db")
    assert not (tmp_path / "elsewhere").exists()


def test_file_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of another user is not changed."""
    (tmp_path / "tokens.db").touch()
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    with pytest.raises(StorageError, match="another user"):
        secure_file(tmp_path / "tokens.db")


@pytest.mark.parametrize("sticky", [0, stat.S_ISVTX])
def test_folder_open_to_everybody_is_refused(tmp_path: Path, sticky: int) -> None:
    """No file is created in it, not even in a folder like /tmp."""
    tmp_path.chmod(0o777 | sticky)
    with pytest.raises(StorageError, match="everybody may write"):
        secure_file(tmp_path / "tokens.db")
    assert not list(tmp_path.iterdir())


def test_folder_that_cannot_be_made_is_our_error(tmp_path: Path) -> None:
    """The error is a StorageError that names the file."""
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"tokens\.db cannot be created"):
        secure_file(tmp_path / "file" / "tokens.db")
