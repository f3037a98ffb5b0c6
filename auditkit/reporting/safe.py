"""Files appear whole or not at all, with errors that name the path and the cure."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from auditkit.errors import UsageError

_CURES = {
    errno.ENOSPC: "the disk is full: free some space",
    errno.EDQUOT: "the disk quota is used up: free some space",
    errno.EROFS: "the file system is read-only: choose another folder (--out)",
    errno.EACCES: "no right to write there: choose another folder or change its rights",
    errno.EPERM: "no right to write there: choose another folder or change its rights",
    errno.ENOENT: "the folder does not exist: make it first",
    errno.ENOTDIR: "a part of the path is a file: choose another folder",
    errno.EISDIR: "there is a folder of that name: choose another name",
    errno.ENAMETOOLONG: "the name is too long: choose a shorter one",
}


@contextmanager
def atomically(path: Path) -> Iterator[Path]:
    """A fresh file beside `path` to write into; it becomes `path` when the block ends well and vanishes when it does not.

    Raises UsageError, naming `path` and the cure, where the folder or the disk refuses.
    """
    draft = path.with_name(f".{path.name[:40]}.{secrets.token_hex(6)}")
    try:
        try:
            os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, 0o666))
            yield draft
            with draft.open("rb") as made:
                os.fsync(made.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as e:
        raise UsageError(f"{path}: not written: {_CURES.get(e.errno or 0, e.strerror or str(e))}") from e
