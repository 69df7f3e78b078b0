"""Protect the SQLite file, so that only its owner can read it, even before SQLite opens it.

SQLite gives its ``-wal`` and ``-shm`` files the permissions of the main file. So if that has mode 0600 before SQLite
opens it, only the owner can read the tokens, whatever the umask is.
"""

import os
import stat
import sys
from contextlib import suppress
from pathlib import Path

from anilist_oauth.errors import StorageError
from anilist_oauth.storage.sql.folder import check_folder as check

COMPANIONS = ("-wal", "-shm", "-journal")


def secure_file(path: Path, *, check_folder: bool = True) -> None:
    """Create the file with mode 0600, or restrict it and SQLite's companion files. A new folder gets mode 0700.

    Args:
        path: The file.
        check_folder: Whether to refuse a folder that other users can access; see `anilist_oauth.storage.sql.folder`.

    Raises:
        StorageError: The file is not a plain file (for example a symlink) or belongs to another user. Or others may
            write to its folder, or the operating system reports an error.
    """
    if sys.platform == "win32":  # pragma: no cover (there, the access list of the profile folder protects it)
        path.parent.mkdir(parents=True, exist_ok=True)
        return
    try:
        _make_folder(path.parent)
        if check_folder:
            check(path.parent)
        # Do not open an existing file here. Closing it would drop the locks that SQLite has on it in this process.
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        for name in (path, *(path.with_name(path.name + ending) for ending in COMPANIONS)):
            with suppress(FileNotFoundError):
                _tighten(name)
    except OSError as error:
        raise StorageError(f"the store's file {path} cannot be created or protected: {error.strerror}") from error


def _make_folder(folder: Path) -> None:
    for missing in reversed([parent for parent in (folder, *folder.parents) if not parent.exists()]):
        with suppress(FileExistsError):  # another process may be starting too
            missing.mkdir(mode=0o700)


def _tighten(path: Path) -> None:
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode):
        raise StorageError(f"{path} is not a plain file (symlinks are not followed); use the path of the file itself")
    if sys.platform != "win32" and found.st_uid != os.geteuid():
        raise StorageError(f"{path} belongs to another user; run as its owner, or choose another file")
    if stat.S_IMODE(found.st_mode) != stat.S_IRUSR | stat.S_IWUSR:
        path.chmod(0o600)
