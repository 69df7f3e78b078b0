"""The folder of a store's file must be safe from other users."""

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
    """Create a folder with a mode, whatever the umask is."""
    path.mkdir()
    path.chmod(mode)
    return path


@pytest.mark.requirement("S37")
@pytest.mark.parametrize(
    ("mode", "command"),
    [(0o777, "run `chmod o-w"), (0o1777, r"data, so [^`]*: choose a separate folder"), (0o770, "run `chmod g-w")],
)
def test_a_folder_that_others_may_write_to_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int, command: str
) -> None:
    """Everybody or a group with other members may write to it; the error names remedies, but no chmod for a /tmp."""
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
def test_a_group_without_other_members_is_accepted(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    members: tuple[str, ...],
    primary: tuple[int, ...],
    *,
    private: bool,
) -> None:
    """With umask 002, the user's own group may write to the folder."""
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
def test_an_unknown_group_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a container, a volume may have a group of the host."""

    def unknown(group: int) -> None:
        raise KeyError(group)

    monkeypatch.setattr(grp, "getgrgid", unknown)
    with pytest.raises(StorageError, match="group with other members"):
        check_folder(made(tmp_path / "data", 0o2770))


@pytest.mark.requirement("S37")
@pytest.mark.requirement("V27")
@pytest.mark.parametrize("what", ["folder", "link", "file"])
def test_another_user_s_files_are_refused(tmp_path: Path, what: str, lchown: Callable[[Path], None]) -> None:
    """This holds for the folder, a symlink in its path, and the file itself."""
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
    """Give a file to another user, which only root can do."""
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    return lambda path: os.chown(path, 65534, -1, follow_symlinks=False)


@pytest.mark.requirement("S37")
@pytest.mark.parametrize(("mode", "good"), [(0o777, False), (0o1777, True)])
def test_a_folder_above_may_not_be_open_to_everybody(tmp_path: Path, mode: int, *, good: bool) -> None:
    """Anybody could rename the folder and replace it, unless the folder above is sticky."""
    folder = made(made(tmp_path / "shared", mode) / "mine", 0o700)
    if good:
        check_folder(folder)
    else:
        with pytest.raises(StorageError, match="chmod o-w"):
            check_folder(folder)


@pytest.mark.requirement("S37")
def test_the_target_of_a_symlink_is_checked(tmp_path: Path) -> None:
    """A symlink of this user may lead through a folder that is open to everybody."""
    folder = made(made(tmp_path / "shared", 0o777) / "mine", 0o700)
    (tmp_path / "link").symlink_to(folder)
    with pytest.raises(StorageError, match="chmod o-w"):
        check_folder(tmp_path / "link")


def test_symlinks_of_this_user_are_followed(tmp_path: Path) -> None:
    """They may be absolute or relative, and the folders in their targets are checked."""
    folder = made(tmp_path / "data", 0o700)
    (tmp_path / "absolute").symlink_to(folder)
    (tmp_path / "relative").symlink_to(Path("data") / ".." / "absolute")
    check_folder(tmp_path / "relative")
    check_folder(tmp_path / "data" / ".." / "data")
    folder.chmod(0o777)
    with pytest.raises(StorageError, match="everybody"):
        check_folder(tmp_path / "relative")


def test_a_loop_of_symlinks_is_refused(tmp_path: Path) -> None:
    """The error says so."""
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(StorageError, match="too many symlinks"):
        check_folder(tmp_path / "a")


@pytest.mark.requirement("S37")
async def test_the_check_can_be_left_out(tmp_path: Path) -> None:
    """A volume may be mounted by nobody else, and the file itself is still protected."""
    path = made(tmp_path / "volume", 0o777) / "tokens.db"
    with pytest.raises(StorageError, match="check_folder=False"):
        await SQLStore(f"sqlite:///{path}").open()
    async with SQLStore(f"sqlite:///{path}", check_folder=False):
        assert path.stat().st_mode & 0o777 == 0o600
