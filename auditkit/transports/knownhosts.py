"""The file known_hosts: OpenSSH's format (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT), read strictly, written in one step.

`ssh-keygen -lf` shows it, and lines of `ssh-keyscan` can be put into it. A line that cannot be understood is an error and
never passed over: it may be the one that forbids.
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import hmac
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from auditkit.errors import ConfigError, UsageError

LARGEST = 16 << 20


@dataclass(frozen=True, slots=True, order=True)
class HostKey:
    """A public key as SSH sends it (RFC 4253, 6.6): its kind (ssh-ed25519, …) and its bytes."""

    kind: str
    blob: bytes

    def get_name(self) -> str:
        """The kind."""
        return self.kind

    def asbytes(self) -> bytes:
        """The bytes."""
        return self.blob

    @property
    def fingerprint(self) -> str:
        """SHA256:… as `ssh-keygen -l` prints it."""
        return "SHA256:" + base64.b64encode(sha256(self.blob).digest()).decode().rstrip("=")

    def __str__(self) -> str:
        return f"{self.fingerprint} ({self.kind})"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file; a comment or blank line has no names and no key."""

    text: str
    names: tuple[str, ...] = ()
    key: HostKey | None = None

    @classmethod
    def of(cls, name: str, key: HostKey) -> Line:
        """A new line."""
        return cls(f"{name} {key.kind} {base64.b64encode(key.blob).decode()}", (name,), key)

    def speaks_of(self, name: str) -> bool:
        """Whether one of its names, plain or hashed, is that one (in lower case)."""
        return any(_same(written, name) for written in self.names)

    def without(self, name: str) -> Line | None:
        """The line without that host; None where it spoke of nobody else."""
        left = tuple(n for n in self.names if not _same(n, name))
        return Line(f"{','.join(left)} {self.text.split(None, 1)[1]}", left, self.key) if left else None


def read(path: Path) -> list[Line]:
    """All lines; a file that is not there has none. Raises ConfigError with file:line."""
    return list(_understood(path).lines)


def keys_of(path: Path, name: str) -> list[HostKey]:
    """The keys of that name (in lower case), sorted. Raises ConfigError as `read`."""
    known = _understood(path)
    lines = (*known.by_name.get(name, ()), *(line for line in known.hashed if line.speaks_of(name)))
    return sorted({line.key for line in lines if line.key})


@dataclass(frozen=True, slots=True)
class _File:
    """A file as it was understood. hashed: lines with a name that only a comparison tells."""

    raw: bytes
    lines: tuple[Line, ...]
    by_name: Mapping[str, Sequence[Line]]
    hashed: tuple[Line, ...]


_last: dict[Path, _File] = {}


def _understood(path: Path) -> _File:
    """The bytes are read anew each time, and understood anew where they differ: a thousand hosts have thousands of lines."""
    raw = _bytes(path)
    known = _last.get(path)
    if known is None or known.raw != raw:
        lines = _lines(path, raw)
        by_name: dict[str, list[Line]] = {}
        for line in lines:
            for name in line.names:
                by_name.setdefault(name.lower(), []).append(line)
        known = _File(raw, tuple(lines), by_name, tuple(line for line in lines if any(n.startswith("|") for n in line.names)))
        _last.clear()  # of one workspace at a time
        _last[path] = known
    return known


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except FileNotFoundError:
        return b""
    except OSError as e:
        raise ConfigError(f"{path}: cannot be read: {e.strerror}") from e
    if len(raw) > LARGEST:
        raise ConfigError(f"{path}: over {LARGEST >> 20} MB: this is no known_hosts")
    return raw


def _lines(path: Path, raw: bytes) -> list[Line]:
    if not raw:
        return []
    lines: list[Line] = []
    for number, text in enumerate(raw.decode("utf-8", "surrogateescape").removesuffix("\n").split("\n"), 1):
        try:
            lines.append(_line(text.removesuffix("\r")))
        except ValueError as e:
            raise ConfigError(f"{path}:{number}: {e}; correct or remove this line") from None
    return lines


def write(path: Path, lines: Sequence[Line]) -> None:
    """Put the file in place in one step, mode 0600. Raises UsageError where that cannot be done."""
    temporary = ""
    try:
        fd, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(fd, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.writelines(f"{line.text}\n" for line in lines if line.text or line.key or len(lines) > 1)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as e:
        if temporary:
            os.unlink(temporary)
        raise _unwritable(path, e) from e


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Nobody else changes the file meanwhile: a lock on its folder, which leaves no file behind. Raises UsageError."""
    try:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as e:
        raise _unwritable(path, e) from e
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _unwritable(path: Path, e: OSError) -> UsageError:
    return UsageError(f"{path}: cannot be written: {e.strerror}; make the folder writable, or room on the disk")


def _same(written: str, name: str) -> bool:
    if not written.startswith("|1|"):
        return written.lower() == name
    salt, digest = (base64.b64decode(part) for part in written.split("|")[2:])
    return hmac.compare_digest(hmac.digest(salt, name.encode("utf-8", "surrogateescape"), "sha1"), digest)


def _line(text: str) -> Line:
    fields = text.split()
    if not fields or fields[0].startswith("#"):
        return Line(text)
    if fields[0].startswith("@"):
        raise ValueError(f"the marker {fields[0][:20]} is not supported: only plain host keys are pinned")
    if len(fields) < 3:
        raise ValueError("must be: names, kind, key")
    names = tuple(fields[0].split(","))
    for name in names:
        if set(name) & set("*?!"):
            raise ValueError("a pattern would trust more than one host: write its name")
        if name.startswith("|") and not _is_hashed(name):
            raise ValueError("the hashed name is damaged")
    return Line(text, names, HostKey(fields[1], _blob(fields[1], fields[2])))


def _is_hashed(name: str) -> bool:
    parts = name.split("|")  # |1|salt|HMAC-SHA1 of the name under the salt
    if len(parts) != 4 or parts[1] != "1":
        return False
    try:
        return bool(base64.b64decode(parts[2], validate=True)) and len(base64.b64decode(parts[3], validate=True)) == 20
    except (binascii.Error, ValueError):
        return False


def _blob(kind: str, text: str) -> bytes:
    try:
        blob = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("the key is no base64") from None
    if blob[4 : 4 + int.from_bytes(blob[:4], "big")] != kind.encode():
        raise ValueError(f"the key is not of the kind {kind[:40]!r} that stands before it, or is cut off")
    return blob
