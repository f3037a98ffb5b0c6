"""Writing in the workspace: whole or not at all, never two at once, and errors that name the place and the cure."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

from auditkit.errors import AuditkitError, StoreError, UsageError

LOCK_SECONDS = 20.0

_CURES = {
    errno.EACCES: "no permission: run as the owner of the folder, or give this user the right to it",
    errno.EPERM: "no permission: run as the owner of the folder, or give this user the right to it",
    errno.EROFS: "the file system is read-only: give another folder (--out, for documents), or work on a copy of the client's folder",
    errno.ENOENT: "there is no such folder: make it first (mkdir -p)",
    errno.ENOTDIR: "a part of this path is a file: name a folder",
    errno.EISDIR: "it is a folder where a file is needed: move it away",
    errno.EEXIST: "it exists already: name another place",
    errno.ENOTEMPTY: "the folder is not empty: name another place",
    errno.ENAMETOOLONG: "the name is too long: take a shorter one",
    errno.ELOOP: "symbolic links go round in a circle: name the folder itself",
    errno.EBUSY: "the folder is a mount point or in use: name a folder inside it",
}
_FULL = {errno.ENOSPC: "the disk is full", errno.EDQUOT: "the quota is used up", errno.EFBIG: "the limit of a file's size is reached"}


def trouble(place: Path, error: OSError, doing: str = "written") -> AuditkitError:
    """An OSError as one line: the place, what is wrong, the cure. UsageError where another place or right helps, else StoreError."""
    number = error.errno or 0
    if number in _FULL:
        return StoreError(f"{place}: cannot be {doing}: {_FULL[number]}; free some space and run it again")
    if number in _CURES:
        return UsageError(f"{place}: cannot be {doing}: {_CURES[number]}")
    return StoreError(f"{place}: cannot be {doing}: {error.strerror or error}; look at the disk (dmesg)")


def typed(place: Path) -> str:
    """A path for messages, as a user would type it: from the folder he stands in where it lies below that, else whole."""
    try:
        return str(place.absolute().relative_to(Path.cwd()))
    except (ValueError, OSError):  # it lies elsewhere, or the folder he stood in is gone
        return str(place)


def read_bytes(place: Path, most: int) -> bytes | None:
    """The bytes of a file, None where there is none. Raises UsageError over `most` bytes, or what `trouble` makes of an OSError."""
    try:
        with place.open("rb") as f:
            data = f.read(most + 1)
    except FileNotFoundError:
        return None
    except OSError as e:
        raise trouble(place, e, "read") from e
    if len(data) > most:
        raise UsageError(f"{place}: is larger than {most:,} bytes: this cannot be what the file is for")
    return data


def sync_folder(folder: Path) -> None:
    """What was renamed or made in a folder outlives a power cut only after this."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _write_new(place: Path, data: bytes, mode: int) -> None:
    number = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(number, "wb") as f:
            f.write(data)
            f.flush()
            os.fsync(f.fileno())
    except OSError:
        place.unlink(missing_ok=True)
        raise


def _beside(place: Path) -> Path:
    return place.with_name(f".{place.name}.{secrets.token_hex(6)}.new")


def write_whole(place: Path, data: bytes, mode: int = 0o600) -> None:
    """Replace a file in one step: a reader, or a kill -9 in between, sees the old bytes or the new ones. Raises as `trouble`."""
    temp = _beside(place)
    try:
        _write_new(temp, data, mode)
        temp.replace(place)
        sync_folder(place.parent)
    except OSError as e:
        temp.unlink(missing_ok=True)
        raise trouble(place, e) from e


def write_once(place: Path, data: bytes, mode: int = 0o600) -> bool:
    """Make a file that must never be replaced; False where somebody made it first. It appears whole. Raises as `trouble`."""
    temp = _beside(place)
    try:
        _write_new(temp, data, mode)
        try:
            os.link(temp, place)
        except FileExistsError:
            return False
        finally:
            temp.unlink(missing_ok=True)
        sync_folder(place.parent)
    except OSError as e:
        raise trouble(place, e) from e
    return True


@contextlib.contextmanager
def locked(place: Path, seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """Hold a lock file: a change is read, made and written by one process at a time.

    Raises StoreError after `seconds` of waiting; the kernel gives the lock back when its holder dies.
    """
    try:
        number = os.open(place, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as e:
        raise trouble(place, e) from e
    try:
        _wait(number, place, time.monotonic() + seconds)
        yield
    finally:
        os.close(number)


def _wait(number: int, place: Path, until: float) -> None:
    while True:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > until:
                raise StoreError(f"{place}: another auditkit holds this lock: wait until it is done, or end it") from None
            time.sleep(0.05)
        except OSError as e:
            raise trouble(place, e, "locked") from e
