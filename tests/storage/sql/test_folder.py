"""The folder of a store's file, as others could use it."""

import grp
import os
import pwd
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from anilist_oauth.errors import StorageError
from anilist_oauth.storage import SQLStore
from anilist_oauth.storage.sql.file import secure_file
from anilist_oauth.storage.sql.folder import check_folder


def made(path: Path, mode: int) -> Path:
    """Make a folder with a mode, whatever the umask is."""
    path.mkdir()
    path.chmod(mode)
    return path


@pytest.mark.requirement("S37")
@pytest.mark.parametrize(("mode", "command"), [(0o777, "chmod o-w"), (0o1777, "chmod o-w"), (0o770, "chmod g-w")])
def test_a_folder_that_others_may_write_to_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int, command: str
) -> None:
    """Sticky or not; by everybody, or by a group in which others are. The text names both ways out."""
    monkeypatch.setattr(grp, "getgrgid", lambda _: SimpleNamespace(gr_mem=["root", "daemon"]))
    folder = made(tmp_path / "data", mode)
    with pytest.raises(StorageError, match=command) as caught:
        check_folder(folder)
    assert "check_folder=False" in str(caught.value)


@pytest.mark.requirement("S37")
@pytest.mark.parametrize(
    ("members", "primary", "private"),
    [((), (0,), True), (("root",), (), True), (("daemon",), (0,), False), ((), (0, 1), False), ((), (), False)],
)
def test_a_group_of_ones_own_is_fine(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    members: tuple[str, ...],
    primary: tuple[int, ...],
    *,
    private: bool,
) -> None:
    """As with umask 002: nobody else is in it, neither by name nor as of their account."""
    folder = made(tmp_path / "data", 0o770)
    group = folder.stat().st_gid
    users = [SimpleNamespace(pw_uid=uid, pw_gid=group) for uid in primary]
    monkeypatch.setattr(grp, "getgrgid", lambda _: SimpleNamespace(gr_mem=list(members)))
    monkeypatch.setattr(pwd, "getpwall", lambda: users)
    if private:
        check_folder(folder)
    else:
        with pytest.raises(StorageError, match="group with other members"):
            check_folder(folder)


@pytest.mark.requirement("S37")
def test_a_group_that_is_not_known_is_one_of_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container whose volume has a group of the host's."""

    def unknown(group: int) -> None:
        raise KeyError(group)

    monkeypatch.setattr(grp, "getgrgid", unknown)
    with pytest.raises(StorageError, match="group with other members"):
        check_folder(made(tmp_path / "data", 0o2770))


@pytest.mark.requirement("S37")
@pytest.mark.requirement("V27")
@pytest.mark.parametrize("what", ["folder", "link", "file"])
def test_what_belongs_to_another_user_is_refused(tmp_path: Path, what: str, lchown: Callable[[Path], None]) -> None:
    """The folder, a symlink on the way to it, and the file itself."""
    folder = made(tmp_path / "data", 0o755)
    link = tmp_path / "link"
    link.symlink_to(folder)
    (folder / "tokens.db").touch(0o600)
    lchown({"folder": folder, "link": link, "file": folder / "tokens.db"}[what])
    path = (link if what == "link" else folder) / "tokens.db"
    with pytest.raises(StorageError, match="another user"):
        secure_file(path)


@pytest.fixture
def lchown() -> Callable[[Path], None]:
    """What gives a file to another user; only root can."""
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    return lambda path: os.chown(path, 65534, -1, follow_symlinks=False)


@pytest.mark.requirement("S37")
@pytest.mark.parametrize(("mode", "good"), [(0o777, False), (0o1777, True)])
def test_a_folder_above_may_not_be_open_to_everybody(tmp_path: Path, mode: int, *, good: bool) -> None:
    """Whoever can rename ours can put another in its place, unless the folder above is sticky."""
    folder = made(made(tmp_path / "shared", mode) / "mine", 0o700)
    if good:
        check_folder(folder)
    else:
        with pytest.raises(StorageError, match="chmod o-w"):
            check_folder(folder)


@pytest.mark.requirement("S37")
def test_the_way_beyond_a_symlink_is_looked_at(tmp_path: Path) -> None:
    """A symlink of one's own leads no more safely through a folder that is open to everybody."""
    folder = made(made(tmp_path / "shared", 0o777) / "mine", 0o700)
    (tmp_path / "link").symlink_to(folder)
    with pytest.raises(StorageError, match="chmod o-w"):
        check_folder(tmp_path / "link")


def test_symlinks_of_ones_own_are_followed(tmp_path: Path) -> None:
    """Absolute and relative ones, and "..": what they lead to is looked at."""
    folder = made(tmp_path / "data", 0o700)
    (tmp_path / "absolute").symlink_to(folder)
    (tmp_path / "relative").symlink_to(Path("data") / ".." / "absolute")
    check_folder(tmp_path / "relative")
    check_folder(tmp_path / "data" / ".." / "data")
    folder.chmod(0o777)
    with pytest.raises(StorageError, match="everybody"):
        check_folder(tmp_path / "relative")


def test_a_circle_of_symlinks_ends(tmp_path: Path) -> None:
    """In words."""
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(StorageError, match="too many symlinks"):
        check_folder(tmp_path / "a")


@pytest.mark.requirement("S37")
async def test_the_check_can_be_left_out(tmp_path: Path) -> None:
    """For a volume that nobody else mounts; the file itself is its owner's alone all the same."""
    path = made(tmp_path / "volume", 0o777) / "tokens.db"
    with pytest.raises(StorageError, match="check_folder=False"):
        await SQLStore(f"sqlite:///{path}").open()
    async with SQLStore(f"sqlite:///{path}", check_folder=False):
        assert path.stat().st_mode & 0o777 == 0o600
