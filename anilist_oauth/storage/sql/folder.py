"""Check the folder of a store's file: nobody else may replace the file, or read its tokens.

Whoever owns the folder or may write to it can swap the file between our check and SQLite's opening it. So can whoever
may rename the folder, because a folder above it is open to everybody, or owns a symlink on the way to it.
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

_MOST_LINKS = 40  # as many as Linux follows


def check_folder(folder: Path) -> None:
    """Refuse a folder that others can access.

    Raises:
        StorageError: It belongs to another user, or everybody or a shared group may write to it; a folder above it is
            open to everybody; or there is another user's symlink on the way. The message says what to do.
        OSError: The folder cannot be read.
    """
    path = folder
    for path, found in _way(folder.absolute()):
        if stat.S_ISLNK(found.st_mode):
            if not _is_ours(found):
                raise _refusal(f"{path}, on the way to {folder}, is another user's symlink", "")
        elif found.st_mode & stat.S_IWOTH and not found.st_mode & stat.S_ISVTX:
            raise _refusal(f"everybody may write to the folder {path}", f"chmod o-w {path}")
    found = path.stat()
    if not _is_ours(found):
        raise _refusal(f"the folder {path} belongs to another user", "")
    if found.st_mode & stat.S_IWOTH:
        raise _refusal(f"everybody may write to the folder {path}", f"chmod o-w {path}")
    if found.st_mode & stat.S_IWGRP and not _is_private(found.st_gid):
        raise _refusal(f"a group with other members may write to the folder {path}", f"chmod g-w {path}")


def _refusal(what: str, command: str) -> StorageError:
    do = f"run `{command}`, or choose" if command else "choose"
    return StorageError(
        f"{what}, and so replace the store's file: {do} a separate folder for the file. If nobody else can reach it, "
        "as on a volume that only this container mounts, pass check_folder=False to open_store"
    )


def _way(path: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Yield every folder and symlink on the way from the root to a folder."""
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
    """Return whether a group has no member but this user (and root): the user's own group, as with umask 002."""
    if sys.platform != "win32":
        ours = {0, os.geteuid()}
        try:
            members = {pwd.getpwnam(name).pw_uid for name in grp.getgrgid(group_id).gr_mem}
        except KeyError:  # an unknown group, as in many containers
            return False
        members |= {user.pw_uid for user in pwd.getpwall() if user.pw_gid == group_id}
        return bool(members) and members <= ours
    return True  # pragma: no cover (there, the profile folder's access list is what protects)
