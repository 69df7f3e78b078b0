"""Check the folder of a store's file, so that no other user can replace the file and read its tokens.

A user who owns the folder or may write to it can replace the file between this check and the moment when SQLite opens
it. So can a user who may rename the folder, because everybody may write to a folder above it, and a user who owns a
symlink in its path.
"""

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from anilist_oauth.errors import StorageError

if sys.platform != "win32":  # pragma: no branch (Windows has neither)
    import grp
    import pwd

_MOST_LINKS = 40  # Linux follows no more


def check_folder(folder: Path) -> None:
    """Raise an error if another user could replace a file in the folder.

    Raises:
        StorageError: The folder belongs to another user, or everybody or a group with other members may write to it. Or
            everybody may write to a folder above it, or another user owns a symlink in its path.
        OSError: The folder cannot be read.
    """
    path = folder
    for path, found in _way(folder.absolute()):
        if stat.S_ISLNK(found.st_mode):
            if not _is_ours(found):
                raise _refusal(f"another user owns the symlink {path} in the path {folder}", "")
        elif found.st_mode & stat.S_IWOTH and not found.st_mode & stat.S_ISVTX:
            raise _refusal(f"everybody may write to the folder {path}", f"chmod o-w {path}")
    found = path.stat()
    if not _is_ours(found):
        raise _refusal(f"the folder {path} belongs to another user", "")
    if found.st_mode & stat.S_IWOTH:
        shared = found.st_mode & stat.S_ISVTX  # such as /tmp, which other programs need as it is
        raise _refusal(f"everybody may write to the folder {path}", "" if shared else f"chmod o-w {path}")
    if found.st_mode & stat.S_IWGRP and not _is_private(found.st_gid):
        raise _refusal(f"a group with other members may write to the folder {path}", f"chmod g-w {path}")


def _refusal(what: str, command: str) -> StorageError:
    do = f"run `{command}`, or choose" if command else "choose"
    return StorageError(
        f"{what}, so the store's file could be replaced: {do} a separate folder for the file. If nobody else has "
        "access to it, as on a volume that only this container mounts, pass check_folder=False to open_store"
    )


def _way(path: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Yield every folder and symlink in the path of a folder, beginning at the root."""
    current, left, links = Path(path.anchor), list(reversed(path.parts[1:])), 0
    yield current, current.lstat()
    while left:
        part = left.pop()
        if part == "..":
            current = current.parent
            continue
        found = (current / part).lstat()
        yield current / part, found
        if not stat.S_ISLNK(found.st_mode):
            current = current / part
            continue
        links += 1
        if links > _MOST_LINKS:
            raise StorageError(f"{path} leads through too many symlinks")
        target = (current / part).readlink()
        if target.is_absolute():
            current = Path(target.anchor)
        left += reversed(target.parts[1:] if target.is_absolute() else target.parts)
    if current != path:
        yield current, current.lstat()


def _is_ours(found: os.stat_result) -> bool:
    return sys.platform == "win32" or found.st_uid in {0, os.geteuid()}


def _is_private(group_id: int) -> bool:
    """Return whether a group has no members except this user and root. Many systems have such a group per user."""
    if sys.platform != "win32":
        ours = {0, os.geteuid()}
        try:
            members = {pwd.getpwnam(name).pw_uid for name in grp.getgrgid(group_id).gr_mem}
        except KeyError:  # an unknown group, as in many containers
            return False
        members |= {user.pw_uid for user in pwd.getpwall() if user.pw_gid == group_id}
        return bool(members) and members <= ours
    return True  # pragma: no cover (on Windows, the access list of the profile folder protects it)
