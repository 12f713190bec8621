"""The user under which the embedded PostgreSQL runs when Huiyin itself runs as root: PostgreSQL refuses to be root."""

import os
import pwd
import shutil
import stat
import struct
import subprocess
from pathlib import Path

NAME = "huiyin-db"

# The access list of a file as Linux keeps it in an extended attribute (acl(5), linux/posix_acl_xattr.h):
# a version, then (tag, permissions, id) for each entry, in the order of the tags.
_ACL = "system.posix_acl_access"
_ACL_VERSION = struct.pack("<I", 2)
_ENTRY = struct.Struct("<HHI")
_OWNER, _USER, _GROUP, _MASK, _OTHERS, _NOBODY = 0x01, 0x02, 0x04, 0x10, 0x20, 0xFFFFFFFF
_PASS = 1


class NoSystemUser(Exception):
    """Root may not run PostgreSQL, and no user for it can be made or let in. The message says what to do."""


def system_user() -> pwd.struct_passwd | None:
    """The user for the embedded PostgreSQL, made on first use; None when Huiyin does not run as root.

    Raises `NoSystemUser`.
    """
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(NAME)
    except KeyError:
        pass
    useradd = shutil.which("useradd") or "/usr/sbin/useradd"
    command = [useradd, "--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin"]
    try:
        made = subprocess.run([*command, "--user-group", NAME], capture_output=True, text=True, check=False)
        return pwd.getpwnam(NAME)  # a second process may have been faster
    except FileNotFoundError:
        reason = "there is no useradd"
    except KeyError:
        reason = made.stderr.strip()
    raise NoSystemUser(
        f"PostgreSQL does not run as root, and the user {NAME} could not be made ({reason}). Make that user, "
        f"start Huiyin as an ordinary user, or name a PostgreSQL of your own with HUIYIN_DATABASE_URL."
    )


def let_through(user: pwd.struct_passwd, folder: Path) -> None:
    """Let `user`, and nobody else, pass through the closed folders above `folder`, such as /root.

    Passing through is not listing: only the execute permission is given, in an access list.
    Raises `NoSystemUser` where the file system keeps no such lists.
    """
    for closed in folder.resolve().parents:
        status = closed.stat()
        if status.st_mode & stat.S_IXOTH or (status.st_uid == user.pw_uid and status.st_mode & stat.S_IXUSR):
            continue
        try:
            _allow_passing(closed, user.pw_uid)
        except OSError as error:
            raise NoSystemUser(
                f"PostgreSQL runs as the user {user.pw_name}, who cannot pass through {closed} ({error.strerror}). "
                f'Run: chmod o+x "{closed}", move the folder, or start Huiyin as an ordinary user.'
            ) from error


def let_read(user: pwd.struct_passwd, folder: Path) -> None:
    """Let everyone read an installed package's files, which a strict umask may have closed, and `user` get there.

    Raises as `let_through`.
    """
    let_through(user, folder)
    for path in (folder, *folder.rglob("*")):
        mode = stat.S_IMODE(path.lstat().st_mode)
        wanted = mode | stat.S_IRGRP | stat.S_IROTH | (stat.S_IXGRP | stat.S_IXOTH if mode & stat.S_IXUSR else 0)
        if mode != wanted and not path.is_symlink():
            path.chmod(wanted)


def _allow_passing(folder: Path, uid: int) -> None:
    mode = folder.stat().st_mode
    try:
        stored = os.getxattr(folder, _ACL)
        entries = {(tag, who): allowed for tag, allowed, who in _ENTRY.iter_unpack(stored[len(_ACL_VERSION) :])}
    except OSError:  # no list yet: begin with the one that the mode bits mean
        entries = {(_OWNER, _NOBODY): mode >> 6 & 7, (_GROUP, _NOBODY): mode >> 3 & 7, (_OTHERS, _NOBODY): mode & 7}
    entries[_USER, uid] = entries.get((_USER, uid), 0) | _PASS
    entries[_MASK, _NOBODY] = entries.get((_MASK, _NOBODY), entries[_GROUP, _NOBODY]) | _PASS
    packed = b"".join(_ENTRY.pack(tag, entries[tag, who], who) for tag, who in sorted(entries))
    os.setxattr(folder, _ACL, _ACL_VERSION + packed)
